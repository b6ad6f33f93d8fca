//! How do charts look whose rows have names: bars, boxes, effects?

use maud::{Markup, html};

use crate::figure::Drawing;
use crate::label::{self, clean, cut};
use crate::number::{Px, factor};
use crate::plot::{Key, legend};
use crate::scale::{Axis, Scale};

/// More rows than that nobody reads; the rest is counted.
pub(crate) const MOST: usize = 40;

/// Named rows over one horizontal axis.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) x: Scale,
    pub(crate) top: f64,
    labels: Vec<&'a str>,
    width: f64,
    height: f64,
    left: f64,
    legend: Markup,
    axis: Option<Axis>,
    note: String,
}

/// What surrounds the rows.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) keys: &'a [Key],
    /// Left and right of the bars, for the texts at their ends.
    pub(crate) sides: (f64, f64),
    pub(crate) row_height: f64,
    pub(crate) note: String,
}

impl<'a> Rows<'a> {
    /// Rows with these names in a drawing so wide. The axis is made when it is known how wide.
    pub(crate) fn new(
        width: f64,
        labels: Vec<&'a str>,
        around: Surroundings<'_>,
        axis: impl FnOnce(f64) -> Axis,
    ) -> Self {
        let (legend, under) = legend(around.keys, width);
        let widest = labels.iter().map(|name| label::width(name)).fold(0.0, f64::max);
        let left = widest.min(width * 0.38).ceil() + 10.0;
        let from = left + around.sides.0;
        let to = (width - around.sides.1).max(from + 20.0);
        let axis = axis(to - from);
        Self {
            x: Scale { low: axis.low, high: axis.high, from, to },
            top: under + 4.0,
            labels,
            width,
            height: around.row_height,
            left,
            legend,
            axis: Some(axis),
            note: around.note,
        }
    }

    /// Without ticks: the values stand at their bars.
    pub(crate) fn without_axis(mut self) -> Self {
        self.axis = None;
        self
    }

    /// The middle of a row.
    pub(crate) fn middle(&self, row: usize) -> f64 {
        self.top + (factor(row) + 0.5) * self.height
    }

    /// The rows with everything around them.
    pub(crate) fn finish(&self, marks: &Markup) -> Drawing {
        let bottom = self.top + factor(self.labels.len()) * self.height;
        let axis =
            self.axis.as_ref().map_or(0.0, |axis| if axis.label.is_empty() { 24.0 } else { 44.0 });
        let note = if self.note.is_empty() { 4.0 } else { 22.0 };
        let body = html! {
            (self.legend)
            @if let Some(axis) = &self.axis { (self.ticks(axis, bottom)) }
            @for (row, name) in self.labels.iter().enumerate() {
                text.end x=(Px(self.left - 10.0)) y=(Px(self.middle(row) + 4.0)) {
                    (clean(&cut(name, self.left - 10.0)))
                    @if label::width(name) > self.left - 10.0 { title { (clean(name)) } }
                }
            }
            (marks)
            @if !self.note.is_empty() {
                text.note x=(Px(self.left)) y=(Px(bottom + axis + 14.0)) { (self.note) }
            }
        };
        Drawing { width: self.width, height: bottom + axis + note, body }
    }

    fn ticks(&self, axis: &Axis, bottom: f64) -> Markup {
        html! {
            @for tick in &axis.ticks {
                @let x = self.x.at(tick.value).round() + 0.5;
                @let half = label::width(&tick.label) / 2.0;
                line.grid x1=(Px(x)) x2=(Px(x)) y1=(Px(self.top)) y2=(Px(bottom)) {}
                text.tick.mid x=(Px(x.min(self.width - half))) y=(Px(bottom + 16.0)) {
                    (tick.label)
                }
            }
            @if !axis.label.is_empty() {
                text.unit.mid x=(Px(f64::midpoint(self.x.from, self.x.to))) y=(Px(bottom + 36.0)) {
                    (clean(&axis.label))
                }
            }
        }
    }
}

/// What is said of the rows that are not shown.
pub(crate) fn and_more(rows: usize) -> String {
    match rows.saturating_sub(MOST) {
        0 => String::new(),
        1 => "and one more".to_owned(),
        more => format!("and {more} more"),
    }
}
