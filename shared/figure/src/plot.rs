//! What surrounds the marks of a chart: legend, axes, grid?

use maud::{Markup, html};

use crate::figure::Drawing;
use crate::label::{self, clean, cut};
use crate::number::Px;
use crate::scale::{Axis, Scale};

/// Right of the plane, for half of the last label.
const RIGHT: f64 = 16.0;
const LINE: f64 = 20.0;

/// How a kind of mark looks in the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swatch {
    Line,
    Dashed,
    Area,
    /// An area within another.
    Inner,
    Block,
    Dot,
}

/// An entry of the legend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) class: &'static str,
    pub(crate) swatch: Swatch,
}

/// The class of the colour of series number `index`; black, for what was observed, is not among
/// them.
pub(crate) fn color(index: usize) -> &'static str {
    const CLASSES: [&str; 7] = ["k1", "k2", "k3", "k4", "k5", "k6", "k7"];
    CLASSES.get(index % CLASSES.len()).copied().unwrap_or("k1")
}

/// A plane with its surroundings.
#[derive(Debug)]
pub(crate) struct Plot {
    pub(crate) x: Scale,
    pub(crate) y: Scale,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    width: f64,
    x_axis: Axis,
    y_axis: Axis,
    legend: Markup,
}

impl Plot {
    /// A plane `height` high in a drawing `width` wide. The horizontal axis is made when it is
    /// known how wide the plane is.
    pub(crate) fn new(
        (width, height): (f64, f64),
        keys: &[Key],
        y_axis: Axis,
        x_axis: impl FnOnce(f64) -> Axis,
    ) -> Self {
        let (legend, under_legend) = legend(keys, width);
        let has_unit = !y_axis.label.is_empty();
        let top = under_legend + if has_unit { LINE + 2.0 } else { 8.0 };
        let left = (y_axis.widest() + 10.0).ceil();
        let right = width - RIGHT;
        let bottom = top + height;
        let x_axis = x_axis(right - left);
        Self {
            x: Scale { low: x_axis.low, high: x_axis.high, from: left, to: right },
            y: Scale { low: y_axis.low, high: y_axis.high, from: bottom, to: top },
            left,
            right,
            top,
            bottom,
            width,
            x_axis,
            y_axis,
            legend,
        }
    }

    /// The marks with everything around them.
    pub(crate) fn finish(&self, marks: &Markup) -> Drawing {
        let below = if self.x_axis.label.is_empty() { 26.0 } else { 26.0 + LINE };
        let body = html! { (self.legend) (self.grid()) (marks) (self.ground()) };
        Drawing { width: self.width, height: self.bottom + below, body }
    }

    /// What lies behind the marks.
    fn grid(&self) -> Markup {
        let mut path = String::new();
        for tick in &self.y_axis.ticks {
            segment(&mut path, (self.left, self.y.at(tick.value)), (self.right, 0.0));
        }
        html! {
            @if !self.y_axis.label.is_empty() {
                text.unit x="0" y=(Px(self.top - 12.0)) { (clean(&self.y_axis.label)) }
            }
            path.grid d=(path) {}
            @for tick in &self.y_axis.ticks {
                text.tick.end x=(Px(self.left - 8.0)) y=(Px(self.y.at(tick.value) + 4.0)) {
                    (tick.label)
                }
            }
        }
    }

    /// The horizontal axis.
    fn ground(&self) -> Markup {
        let mut path = String::new();
        segment(&mut path, (self.left, self.bottom), (self.right, 0.0));
        for tick in &self.x_axis.ticks {
            let x = self.x.at(tick.value).round() + 0.5;
            path.push('M');
            Px(x).push(&mut path);
            path.push(' ');
            Px(self.bottom.round() + 0.5).push(&mut path);
            path.push_str("v4");
        }
        let middle = f64::midpoint(self.left, self.right);
        html! {
            path.axis d=(path) {}
            @for tick in &self.x_axis.ticks {
                @let half = label::width(&tick.label) / 2.0;
                @let place = self.x.at(tick.value).clamp(half, (self.width - half).max(half));
                text.tick.mid x=(Px(place)) y=(Px(self.bottom + 18.0)) { (tick.label) }
            }
            @if !self.x_axis.label.is_empty() {
                text.unit.mid x=(Px(middle)) y=(Px(self.bottom + 18.0 + LINE)) {
                    (clean(&self.x_axis.label))
                }
            }
        }
    }
}

/// A horizontal line on whole pixels.
pub(crate) fn segment(path: &mut String, (x, y): (f64, f64), (to, _): (f64, f64)) {
    path.push('M');
    Px(x).push(path);
    path.push(' ');
    Px(y.round() + 0.5).push(path);
    path.push('H');
    Px(to).push(path);
}

/// The legend in as many lines as it takes, and where it ends.
pub(crate) fn legend(keys: &[Key], width: f64) -> (Markup, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    let placed: Vec<(f64, f64, &Key)> = keys
        .iter()
        .map(|key| {
            let room = (label::width(&cut(&key.name, width - 26.0)) + 44.0).min(width);
            if x > 0.0 && x + room - 18.0 > width {
                (x, y) = (0.0, y + LINE);
            }
            let place = (x, y, key);
            x += room;
            place
        })
        .collect();
    let markup = html! {
        @for (x, y, key) in placed {
            g class=(key.class) {
                (swatch(key.swatch, x, y + 8.0))
                text x=(Px(x + 26.0)) y=(Px(y + 12.0)) { (clean(&cut(&key.name, width - 26.0))) }
            }
        }
    };
    (markup, if keys.is_empty() { 0.0 } else { y + LINE + 6.0 })
}

fn swatch(swatch: Swatch, x: f64, y: f64) -> Markup {
    html! {
        @match swatch {
            Swatch::Line => line.line x1=(Px(x)) x2=(Px(x + 20.0)) y1=(Px(y)) y2=(Px(y)) {},
            Swatch::Dashed => {
                line.line.dash x1=(Px(x)) x2=(Px(x + 20.0)) y1=(Px(y)) y2=(Px(y)) {}
            }
            Swatch::Area => {
                rect.band2 x=(Px(x)) y=(Px(y - 6.0)) width="20" height="12" rx="2" {}
            }
            Swatch::Inner => {
                rect.band2 x=(Px(x)) y=(Px(y - 6.0)) width="20" height="12" rx="2" {}
                rect.band2 x=(Px(x)) y=(Px(y - 6.0)) width="20" height="12" rx="2" {}
            }
            Swatch::Block => {
                rect.bar x=(Px(x + 4.0)) y=(Px(y - 6.0)) width="12" height="12" rx="2" {}
            }
            Swatch::Dot => circle.dot cx=(Px(x + 14.0)) cy=(Px(y)) r="4.5" {},
        }
    }
}
