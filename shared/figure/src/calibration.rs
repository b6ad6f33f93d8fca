//! Do quantiles hold what they promise?

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::label::clean;
use crate::number::{Format, Px, readable};
use crate::plot::{Key, Plot, Swatch, color};
use crate::scale::{Axis, Measure};
use crate::thin::Point;

/// The share of actual values below each quantile, against the share that should be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    /// What it is called.
    pub heading: Heading,
    /// For each model its name, and its points: across the level, up the share, both 0 to 1.
    pub models: Vec<(String, Vec<Point>)>,
}

impl Calibration {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let is_finite = |point: &Point| point.x.is_finite() && point.y.is_finite();
        self.models.iter().flat_map(|(_, points)| points).find(|point| is_finite(point))?;
        let height = if width > 500.0 { 300.0 } else { 260.0 };
        let share = (0.0, 1.0);
        let y_axis = Axis::rounded(share, Format::Percent, height).named("Actual values below");
        let plot = Plot::new((width, height), &self.keys(), y_axis, |width| {
            Axis::exact(share, Measure::Number(Format::Percent), width).named("Quantile")
        });
        let diagonal = (plot.y.at(0.0), plot.y.at(1.0));
        let marks = html! {
            line.limit.k7 x1=(Px(plot.left)) y1=(Px(diagonal.0)) x2=(Px(plot.right))
                y2=(Px(diagonal.1)) {}
            @for (index, (name, points)) in self.models.iter().enumerate() {
                g class=(color(index)) { (model(&plot, name, points)) }
            }
        };
        Some(plot.finish(&marks))
    }

    fn keys(&self) -> Vec<Key> {
        let key = |(index, (name, _)): (usize, &(String, Vec<Point>))| Key {
            name: name.clone(),
            class: color(index),
            swatch: Swatch::Dot,
        };
        if self.models.len() < 2 {
            return Vec::new();
        }
        self.models.iter().enumerate().map(key).collect()
    }
}

fn model(plot: &Plot, name: &str, points: &[Point]) -> Markup {
    let inside = points.iter().filter(|point| point.x.is_finite() && point.y.is_finite());
    let clamp = |point: &Point| Point { x: point.x.clamp(0.0, 1.0), y: point.y.clamp(0.0, 1.0) };
    let inside: Vec<Point> = inside.map(clamp).collect();
    let percent = |value| readable(value, Format::Percent);
    html! {
        path.line d=(crate::line::course(plot, &inside)) {}
        @for point in &inside {
            circle.open cx=(Px(plot.x.at(point.x))) cy=(Px(plot.y.at(point.y))) r="4.5" {
                title {
                    (clean(name)) ": " (percent(point.y)) " below the quantile of "
                    (percent(point.x))
                }
            }
        }
    }
}
