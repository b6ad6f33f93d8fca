//! How large is something for each pair of two things?

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::label::{self, clean, cut};
use crate::number::{Format, Px, alike, factor, readable};
use crate::scale::range;

/// Cells that are darker the larger their value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeatMap {
    /// What it is called.
    pub heading: Heading,
    /// How the values are written.
    pub format: Format,
    /// What the colours compare with.
    pub shades: Shades,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows: name, and a value for each column; what is not finite is blank.
    pub rows: Vec<(String, Vec<f64>)>,
}

/// What the colours compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shades {
    /// The least and the largest value.
    #[default]
    FromLeast,
    /// Zero: one colour above, another below, as for correlations.
    AroundZero,
}

const ROW: f64 = 26.0;

/// From value to colour.
struct Shade {
    low: f64,
    high: f64,
    shades: Shades,
}

impl Shade {
    /// The class of the colour, and how strong it is, 0 to 1.
    fn of(&self, value: f64) -> (&'static str, f64) {
        match self.shades {
            Shades::FromLeast => {
                let room = (self.high - self.low).max(f64::MIN_POSITIVE);
                ("k1", (0.06 + 0.94 * (value - self.low) / room).clamp(0.06, 1.0))
            }
            Shades::AroundZero => {
                let room = self.high.abs().max(self.low.abs()).max(f64::MIN_POSITIVE);
                let class = if value < 0.0 { "k2" } else { "k1" };
                (class, (value.abs() / room).clamp(0.02, 1.0))
            }
        }
    }
}

impl HeatMap {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let (low, high) = range(self.rows.iter().flat_map(|(_, row)| row.iter().copied()))?;
        let shade = Shade { low, high, shades: self.shades };
        let columns = self.rows.iter().map(|(_, row)| row.len()).max()?.max(1);
        let names = self.rows.iter().map(|(name, _)| label::width(name));
        let left = names.fold(0.0, f64::max).min(width * 0.3).ceil() + 10.0;
        let cell = (width - left) / factor(columns);
        let top = 30.0;
        let bottom = top + factor(self.rows.len()) * ROW;
        let all: Vec<f64> = self.rows.iter().flat_map(|(_, row)| row.iter().copied()).collect();
        let mut texts = alike(&all, if cell < 46.0 { 2 } else { 3 }, self.format).into_iter();
        let body = html! {
            (self.ramp(&shade, width))
            @for (index, (name, row)) in self.rows.iter().enumerate() {
                @let y = top + factor(index) * ROW;
                text.end x=(Px(left - 8.0)) y=(Px(y + ROW / 2.0 + 4.0)) {
                    (clean(&cut(name, left - 8.0)))
                }
                @for (column, value) in row.iter().enumerate() {
                    @let place = (left + factor(column) * cell, y);
                    @let text = texts.next().unwrap_or_default();
                    (self.cell(&shade, (index, column, *value), (place, cell), &text))
                }
            }
            (self.column_names((left, bottom), cell, width))
        };
        Some(Drawing { width, height: bottom + 24.0, body })
    }

    fn cell(
        &self,
        shade: &Shade,
        (row, column, value): (usize, usize, f64),
        ((x, y), width): ((f64, f64), f64),
        short: &str,
    ) -> Markup {
        let row = self.rows.get(row).map_or("", |(name, _)| name);
        let column = self.columns.get(column).map_or("", String::as_str);
        let (class, strength) = shade.of(value);
        let gap = if width > 8.0 { 2.0 } else { 0.0 };
        let on = if strength > 0.82 { "mid inverse" } else { "mid" };
        html! {
            @if value.is_finite() {
                rect class={ "bar " (class) } x=(Px(x)) y=(Px(y)) width=(Px(width - gap))
                    height=(Px(ROW - gap)) rx=(Px(gap)) fill-opacity=(percent(strength)) {
                    title { (clean(row)) ", " (clean(column)) ": " (readable(value, self.format)) }
                }
                @if label::width(short) + 4.0 < width {
                    text class=(on) x=(Px(x + width / 2.0 - 1.0)) y=(Px(y + ROW / 2.0 + 3.0))
                        pointer-events="none" { (short) }
                }
            }
        }
    }

    /// The names below the columns, as many as there is room for.
    fn column_names(&self, (left, bottom): (f64, f64), cell: f64, width: f64) -> Markup {
        let widest = self.columns.iter().map(|name| label::width(name)).fold(1.0, f64::max);
        let every = ((widest + 6.0) / cell).ceil().clamp(1.0, 1000.0);
        let step = crate::number::floor(every).max(1);
        html! {
            @for (column, name) in self.columns.iter().enumerate().step_by(step) {
                @let name = cut(name, cell * every);
                @let half = label::width(&name) / 2.0;
                @let middle = left + (factor(column) + 0.5) * cell;
                text.tick.mid x=(Px(middle.min(width - half))) y=(Px(bottom + 15.0)) {
                    (clean(&name))
                }
            }
        }
    }

    /// The colours with the values at their ends.
    fn ramp(&self, shade: &Shade, width: f64) -> Markup {
        let ends = match self.shades {
            Shades::FromLeast => (shade.low, shade.high),
            Shades::AroundZero => {
                let most = shade.low.abs().max(shade.high.abs());
                (-most, most)
            }
        };
        let texts = alike(&[ends.0, ends.1], 3, self.format);
        let text = |at: usize| texts.get(at).map_or("", String::as_str);
        let (low, high) = (text(0), text(1));
        let right = width - label::width(high) - 6.0;
        html! {
            text.tick.end x=(Px(right - 108.0)) y="14" { (low) }
            @for part in 0..10_u8 {
                @let middle = (f64::from(part) + 0.5) / 10.0;
                @let (class, strength) = shade.of(ends.0 * (1.0 - middle) + ends.1 * middle);
                rect class={ "bar " (class) } x=(Px(right - 100.0 + f64::from(part) * 10.0)) y="5"
                    width="10" height="10" fill-opacity=(percent(strength)) {}
            }
            text.tick x=(Px(right + 6.0)) y="14" { (high) }
        }
    }
}

/// 0 to 1 with two decimals.
fn percent(share: f64) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 };
    format!("{share:.2}")
}
