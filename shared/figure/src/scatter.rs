//! How do two numbers go together?

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::number::{Format, Px, factor, floor, readable};
use crate::plot::Plot;
use crate::scale::{Axis, Measure, range};
use crate::thin::Point;

/// Points; where there are too many, the density of points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scatter {
    /// What it is called.
    pub heading: Heading,
    /// What runs across.
    pub across: String,
    /// What runs up.
    pub up: String,
    /// Whether both should be equal.
    pub diagonal: Diagonal,
    /// The points; those that are not finite are left out.
    pub points: Vec<Point>,
}

/// Whether both numbers of a point should be equal, as forecast and actual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Diagonal {
    /// No.
    #[default]
    Hidden,
    /// Yes: both axes have one range, and a line shows where points should be.
    Shown,
}

/// From so many points on the density is drawn.
const MANY: usize = 800;
/// The side of a square of the density.
const SQUARE: f64 = 7.0;

impl Scatter {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let is_finite = |point: &&Point| point.x.is_finite() && point.y.is_finite();
        let points: Vec<Point> = self.points.iter().filter(is_finite).copied().collect();
        let mut across = range(points.iter().map(|point| point.x))?;
        let mut up = range(points.iter().map(|point| point.y))?;
        if self.diagonal == Diagonal::Shown {
            across = (across.0.min(up.0), across.1.max(up.1));
            up = across;
        }
        let height = if width > 500.0 { 360.0 } else { 290.0 };
        let y_axis = Axis::rounded(up, Format::Number, height).named(&self.up);
        let plot = Plot::new((width, height), &[], y_axis, |width| {
            let across = if self.diagonal == Diagonal::Shown {
                Axis::rounded(across, Format::Number, height)
            } else {
                Axis::exact(across, Measure::Number(Format::Number), width)
            };
            across.named(&self.across)
        });
        let marks = html! {
            @if points.len() > MANY { (density(&plot, &points)) } @else { (dots(&plot, &points)) }
            @if self.diagonal == Diagonal::Shown {
                line.limit.k0 x1=(Px(plot.left)) y1=(Px(plot.y.at(plot.x.low)))
                    x2=(Px(plot.right)) y2=(Px(plot.y.at(plot.x.high))) {}
            }
        };
        Some(plot.finish(&marks))
    }
}

fn dots(plot: &Plot, points: &[Point]) -> Markup {
    let number = |value| readable(value, Format::Number);
    html! {
        g.k1 fill-opacity="0.55" {
            @for point in points {
                circle.dot cx=(Px(plot.x.at(point.x))) cy=(Px(plot.y.at(point.y))) r="3" {
                    title { (number(point.x)) ", " (number(point.y)) }
                }
            }
        }
    }
}

/// Squares that are stronger the more points they hold, by the logarithm of their number.
fn density(plot: &Plot, points: &[Point]) -> Markup {
    let mut squares = BTreeMap::<(usize, usize), usize>::new();
    for point in points {
        let column = floor((plot.x.at(point.x) - plot.left) / SQUARE);
        let row = floor((plot.y.at(point.y) - plot.top) / SQUARE);
        *squares.entry((column, row)).or_default() += 1;
    }
    let most = factor(squares.values().copied().max().unwrap_or(1));
    let strength = |count: usize| 0.12 + 0.88 * factor(count).ln() / most.ln().max(0.1);
    html! {
        g.k1 {
            @for ((column, row), count) in &squares {
                rect.bar x=(Px(plot.left + factor(*column) * SQUARE))
                    y=(Px(plot.top + factor(*row) * SQUARE)) width=(Px(SQUARE)) height=(Px(SQUARE))
                    fill-opacity=(format!("{:.2}", strength(*count).min(1.0))) {
                    title { (count) @if *count == 1 { " point" } @else { " points" } }
                }
            }
        }
    }
}
