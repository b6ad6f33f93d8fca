//! What is a series made of?

use maud::html;

use crate::figure::{Drawing, Figure, Heading};
use crate::label::clean;
use crate::line::course;
use crate::number::{Format, Px};
use crate::plot::Plot;
use crate::scale::{Axis, Measure, range};
use crate::thin::Point;

/// A series and its parts, below each other over one time axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decomposition {
    /// What it is called.
    pub heading: Heading,
    /// Name and points of each part, over the seconds of [`crate::seconds`]: observed, trend,
    /// season, remainder.
    pub parts: Vec<(String, Vec<Point>)>,
}

const HEIGHT: f64 = 84.0;

impl Decomposition {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let points = || self.parts.iter().flat_map(|(_, points)| points);
        let across = range(points().map(|point| point.x))?;
        let axis = |points: &[Point]| {
            let up = range(points.iter().map(|point| point.y))?;
            Some(Axis::rounded(up, Format::Number, HEIGHT))
        };
        let scales: Vec<_> = self.parts.iter().map(|(_, points)| axis(points)).collect();
        let room = scales.iter().flatten().map(Axis::widest).fold(0.0, f64::max);
        let drawn = self.parts.iter().zip(scales).enumerate();
        let drawings: Vec<Drawing> = drawn
            .filter_map(|(index, ((name, points), axis))| {
                let axis = Axis { room, ..axis? }.named(name);
                let plot = Plot::new((width, HEIGHT), &[], axis, |width| {
                    Axis::exact(across, Measure::Time, width)
                });
                let class = if index == 0 { "line thin k0" } else { "line thin k1" };
                let marks = html! { path class=(class) d=(course(&plot, points)) {
                    title { (clean(name)) }
                } };
                Some(plot.finish(&marks))
            })
            .collect();
        stacked(width, &drawings)
    }
}

/// Drawings below each other.
fn stacked(width: f64, drawings: &[Drawing]) -> Option<Drawing> {
    let mut height = 0.0;
    let tops: Vec<f64> = drawings
        .iter()
        .map(|drawing| {
            let top = height;
            height += drawing.height + 8.0;
            top
        })
        .collect();
    let body = html! {
        @for (drawing, top) in drawings.iter().zip(tops) {
            g transform={ "translate(0 " (Px(top)) ")" } { (drawing.body) }
        }
    };
    (!drawings.is_empty()).then_some(Drawing { width, height, body })
}
