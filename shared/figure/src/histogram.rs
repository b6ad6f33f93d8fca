//! How are values distributed?

use maud::html;

use crate::figure::{Drawing, Figure, Heading};
use crate::number::{Format, Px, factor, floor, readable};
use crate::plot::Plot;
use crate::scale::{Axis, Measure, nice_step, range};

/// How many values lie in each of equal bins, whose width is a round number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// What it is called.
    pub heading: Heading,
    /// What is distributed.
    pub across: String,
    /// How the values are written.
    pub format: Format,
    /// The values; what is not finite is left out.
    pub values: Vec<f64>,
}

/// Equal bins.
struct Bins {
    start: f64,
    width: f64,
    counts: Vec<u64>,
}

impl Histogram {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let bins = Bins::of(&self.values)?;
        let edge = |index: usize| bins.start + factor(index) * bins.width;
        let heights: Vec<f64> = bins.counts.iter().map(|count| height_of(*count)).collect();
        let most = heights.iter().copied().fold(1.0, f64::max);
        let y_axis = Axis::rounded((0.0, most), Format::Number, 170.0).named("Count");
        let plot = Plot::new((width, 170.0), &[], y_axis, |width| {
            let ends = (bins.start, edge(bins.counts.len()));
            Axis::exact(ends, Measure::Number(self.format), width).named(&self.across)
        });
        let marks = html! {
            @for (index, height) in heights.iter().enumerate() {
                @let (left, right) = (plot.x.at(edge(index)), plot.x.at(edge(index + 1)));
                @let top = plot.y.at(*height);
                rect.bar.k1 x=(Px(left + 0.5)) y=(Px(top)) width=(Px((right - left - 1.0).max(0.5)))
                    height=(Px(plot.bottom - top)) {
                    title {
                        (readable(edge(index), self.format)) " to "
                        (readable(edge(index + 1), self.format)) ": "
                        (readable(*height, Format::Number))
                    }
                }
            }
        };
        Some(plot.finish(&marks))
    }
}

fn height_of(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

impl Bins {
    /// Width after Freedman and Diaconis (1981), `2 IQR / n^(1/3)`, made round; 5 to 60 bins.
    fn of(values: &[f64]) -> Option<Self> {
        let (low, high) = range(values.iter().copied())?;
        let mut sorted: Vec<f64> =
            values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let quartile = |share: f64| crate::boxes::quantile(&sorted, share);
        let rough = 2.0 * (quartile(0.75) - quartile(0.25)) / factor(sorted.len()).cbrt();
        let room = (high - low).max(high.abs().max(low.abs()) * 1e-9);
        let room = if room > 0.0 { room } else { 1.0 };
        let width = nice_step(rough.clamp(room / 60.0, room / 5.0));
        let start = (low / width).floor() * width;
        let count = floor((high - start) / width).min(60) + 1;
        let mut counts = vec![0; count];
        for value in &sorted {
            let at = floor((value.max(low) - start) / width).min(count - 1);
            if let Some(bin) = counts.get_mut(at) {
                *bin += 1;
            }
        }
        Some(Self { start, width, counts })
    }
}
