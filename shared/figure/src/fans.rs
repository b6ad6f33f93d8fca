//! How do the forecasts of several series look beside each other?

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::label::{clean, cut};
use crate::line::{Band, area, course};
use crate::number::{Format, Px, factor};
use crate::plot::{Key, Plot, Swatch, legend};
use crate::scale::{Axis, Measure, range};
use crate::thin::{Point, largest_triangles};

/// Small multiples: history, forecast with its bands, and what came true.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fans {
    /// What it is called.
    pub heading: Heading,
    /// The series; those beyond the twelfth are not shown.
    pub panels: Vec<Fan>,
}

/// The forecast of one series, over the seconds of [`crate::seconds`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fan {
    /// The name of the series.
    pub name: String,
    /// What was known.
    pub history: Vec<Point>,
    /// What came true, if it is known by now.
    pub actual: Vec<Point>,
    /// The forecast.
    pub forecast: Vec<Point>,
    /// Lower and upper edges of the bands, the widest first.
    pub bands: Vec<(Vec<Point>, Vec<Point>)>,
}

const MOST: usize = 12;
const HEIGHT: f64 = 108.0;
const GAP: f64 = 20.0;

impl Fans {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let columns = if width > 500.0 { 3 } else { 2 };
        let gaps = GAP * factor(columns - 1);
        let room = (width - gaps) / factor(columns);
        let panels = self
            .panels
            .iter()
            .take(MOST)
            .filter_map(|fan| Some((fan.name.as_str(), fan.draw(room)?)));
        let panels: Vec<(&str, Drawing)> = panels.collect();
        let (legend, under) = legend(&self.keys(), width);
        let (_, first) = panels.first()?;
        let row = first.height + 30.0;
        let rows = panels.len().div_ceil(columns);
        let body = html! {
            (legend)
            @for (index, (name, drawing)) in panels.iter().enumerate() {
                @let x = factor(index % columns) * (room + GAP);
                @let y = under + 6.0 + factor(index / columns) * row;
                g transform={ "translate(" (Px(x)) " " (Px(y)) ")" } {
                    text.name x="0" y="11" { (clean(&cut(name, room))) }
                    g transform="translate(0 16)" { (drawing.body) }
                }
            }
        };
        Some(Drawing { width, height: under + 6.0 + factor(rows) * row - 8.0, body })
    }

    fn keys(&self) -> Vec<Key> {
        let key = |name: &str, class, swatch| Key { name: name.to_owned(), class, swatch };
        let mut keys =
            vec![key("Observed", "k0", Swatch::Line), key("Forecast", "k1", Swatch::Line)];
        if self.panels.iter().any(|fan| !fan.bands.is_empty()) {
            keys.push(key("Quantiles", "k1", Swatch::Area));
        }
        keys
    }
}

impl Fan {
    fn draw(&self, width: f64) -> Option<Drawing> {
        let edges = self.bands.iter().flat_map(|(low, high)| [low, high]);
        let points = || {
            let lines = [&self.history, &self.actual, &self.forecast];
            lines.into_iter().chain(edges.clone()).flatten()
        };
        let finite = || points().filter(|point| point.x.is_finite() && point.y.is_finite());
        let across = range(finite().map(|point| point.x))?;
        let up = range(finite().map(|point| point.y))?;
        let y_axis = Axis::rounded(up, Format::Number, HEIGHT);
        let plot = Plot::new((width, HEIGHT), &[], y_axis, |width| {
            Axis::exact(across, Measure::Time, width)
        });
        Some(plot.finish(&self.marks(&plot)))
    }

    fn marks(&self, plot: &Plot) -> Markup {
        let line = |points: &[Point]| {
            let is_finite = |point: &&Point| point.x.is_finite() && point.y.is_finite();
            let is_whole = points.iter().all(|point| is_finite(&point));
            let most = crate::number::floor(plot.right - plot.left);
            let thinned = if is_whole { largest_triangles(points, most) } else { points.to_vec() };
            course(plot, &thinned)
        };
        html! {
            @for (low, high) in &self.bands {
                @let band = Band {
                    name: String::new(),
                    line: 0,
                    low: low.clone(),
                    high: high.clone(),
                };
                path.band.k1 d=(area(plot, &band)) {}
            }
            path.line.thin.k0 d=(line(&self.history)) {}
            path.line.thin.k0 d=(line(&self.actual)) {}
            path.line.k1 d=(line(&self.forecast)) { title { (clean(&self.name)) } }
        }
    }
}
