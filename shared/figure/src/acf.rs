//! How much does a series depend on its past?

use maud::html;

use crate::figure::{Drawing, Figure, Heading};
use crate::number::{Format, Px, factor, readable};
use crate::plot::Plot;
use crate::scale::{Axis, Measure, range};

/// Correlation with the values so many steps earlier, and the bounds within which 95 of 100
/// correlations of pure noise would be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Autocorrelation {
    /// What it is called.
    pub heading: Heading,
    /// The series, evenly spaced; what is not finite is left out of sums.
    pub values: Vec<f64>,
    /// The largest lag.
    pub lags: usize,
}

impl Autocorrelation {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let correlations = correlations(&self.values, self.lags.min(1000))?;
        let count = self.values.iter().filter(|value| value.is_finite()).count();
        let bound = 1.96 / factor(count.max(1)).sqrt();
        let (low, _) = range(correlations.iter().copied().chain([-bound]))?;
        let y_axis = Axis::rounded((low, 1.0), Format::Number, 200.0).from(1.2 * low - 0.04);
        let y_axis = y_axis.named("Autocorrelation");
        let plot = Plot::new((width, 170.0), &[], y_axis, |width| {
            let ends = (0.0, factor(correlations.len()) + 1.0);
            Axis::exact(ends, Measure::Number(Format::Number), width).named("Lag in steps")
        });
        let thick =
            ((plot.right - plot.left) / factor(correlations.len() + 1) - 2.0).clamp(1.0, 8.0);
        let (zero, above, below) = (plot.y.at(0.0), plot.y.at(bound), plot.y.at(-bound));
        let marks = html! {
            rect.band.k7 x=(Px(plot.left)) y=(Px(above)) width=(Px(plot.right - plot.left))
                height=(Px(below - above)) {
                title { "Within the bounds of noise" }
            }
            line.axis x1=(Px(plot.left)) x2=(Px(plot.right)) y1=(Px(zero)) y2=(Px(zero)) {}
            @for (index, value) in correlations.iter().enumerate() {
                @let x = plot.x.at(factor(index + 1));
                @let y = plot.y.at(*value);
                @let class = if value.abs() > bound { "bar k1" } else { "quiet k7" };
                rect class=(class) x=(Px(x - thick / 2.0)) y=(Px(y.min(zero))) width=(Px(thick))
                    height=(Px((y - zero).abs().max(0.5))) {
                    title { "Lag " (index + 1) ": " (readable(*value, Format::Number)) }
                }
            }
        };
        Some(plot.finish(&marks))
    }
}

/// The correlations at lags 1, 2 and so on, each over the pairs of which both are known.
fn correlations(values: &[f64], lags: usize) -> Option<Vec<f64>> {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let (low, high) = range(known.iter().copied())?;
    // Scaled, so that squares of huge values stay finite.
    let size = (high - low).max(f64::MIN_POSITIVE);
    let mean = known.iter().map(|value| value / factor(known.len())).sum::<f64>();
    let scaled: Vec<f64> = values.iter().map(|value| (value - mean) / size).collect();
    let product = |lag: usize| {
        let pairs = scaled.iter().zip(scaled.iter().skip(lag));
        pairs.map(|(a, b)| a * b).filter(|product| product.is_finite()).sum::<f64>()
    };
    let all = product(0);
    let most = lags.min(values.len().saturating_sub(1));
    (all > 0.0 && most > 0).then(|| (1..=most).map(|lag| product(lag) / all).collect())
}
