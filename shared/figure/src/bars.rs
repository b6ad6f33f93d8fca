//! Which of several things is how large?

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::label::{self, clean};
use crate::number::{Format, Px, alike, factor};
use crate::plot::{Key, Swatch, color};
use crate::rows::{MOST, Rows, Surroundings, and_more};
use crate::scale::{Axis, Measure, range, with_zero};

/// Horizontal bars with their values, one or several to a row, in the order given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// What it is called.
    pub heading: Heading,
    /// How the values are written.
    pub format: Format,
    /// What the bars of a row are; one name, or none, where a row has one bar.
    pub series: Vec<String>,
    /// The rows.
    pub rows: Vec<BarRow>,
}

/// One row of bars.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BarRow {
    /// Its name.
    pub name: String,
    /// A value for each of the series; what is not finite has no bar.
    pub values: Vec<f64>,
    /// Whether it stands out.
    pub weight: Weight,
}

/// Whether something stands out among its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// It does not.
    #[default]
    Usual,
    /// It does: the model that won, for one.
    Strong,
}

impl Bars {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let shown: Vec<&BarRow> = self.rows.iter().take(MOST).collect();
        let values = || shown.iter().flat_map(|row| row.values.iter().copied());
        let (low, high) = with_zero(range(values())?);
        let all: Vec<f64> = values().collect();
        let texts = alike(&all, 4, self.format);
        let side = |is_there: &dyn Fn(f64) -> bool| {
            let texts = all.iter().zip(&texts).filter(|(value, _)| is_there(**value));
            texts.map(|(_, text)| label::width(text) + 8.0).fold(2.0, f64::max)
        };
        let sides = (side(&|value| value < 0.0), side(&|value| value >= 0.0));
        let most = shown.iter().map(|row| row.values.len()).max().unwrap_or(1).max(1);
        let (bar, gap) = if most == 1 { (16.0, 8.0) } else { (13.0, 14.0) };
        let around = Surroundings {
            keys: &self.keys(most),
            sides,
            row_height: factor(most) * bar + gap,
            note: and_more(self.rows.len()),
        };
        let labels = shown.iter().map(|row| row.name.as_str()).collect();
        let axis = |width| Axis::exact((low, high), Measure::Number(self.format), width);
        let rows = Rows::new(width, labels, around, axis).without_axis();
        let has_strong = shown.iter().any(|row| row.weight == Weight::Strong);
        let mut written = texts.iter();
        let marks = html! {
            @for (index, row) in shown.iter().enumerate() {
                @let class = match (most, row.weight) {
                    (1, Weight::Usual) if has_strong => Some("quiet k7"),
                    (1, _) => Some("bar k1"),
                    _ => None,
                };
                @let top = rows.middle(index) - factor(row.values.len()) * bar / 2.0;
                @for (number, value) in row.values.iter().enumerate() {
                    @let class = class.unwrap_or(colored(number));
                    @let y = top + factor(number) * bar;
                    @let text = written.next().map_or("", String::as_str);
                    (one(&rows, row, (*value, text), (class, y, bar - 1.0)))
                }
            }
        };
        Some(rows.finish(&marks))
    }

    fn keys(&self, most: usize) -> Vec<Key> {
        if most < 2 {
            return Vec::new();
        }
        let key = |(index, name): (usize, &String)| Key {
            name: name.clone(),
            class: color(index),
            swatch: Swatch::Block,
        };
        self.series.iter().enumerate().map(key).collect()
    }
}

/// One bar with its value.
fn one(
    rows: &Rows<'_>,
    row: &BarRow,
    (value, text): (f64, &str),
    (class, y, height): (&str, f64, f64),
) -> Markup {
    let (zero, end) = (rows.x.at(0.0), rows.x.at(value));
    let (anchor, place) = if value < 0.0 { ("end", end - 6.0) } else { ("", end + 6.0) };
    let anchor =
        if row.weight == Weight::Strong { format!("{anchor} name") } else { anchor.to_owned() };
    html! {
        @if value.is_finite() {
            rect class=(class) x=(Px(zero.min(end))) y=(Px(y))
                width=(Px((end - zero).abs().max(1.0))) height=(Px(height)) rx="1.5" {
                title { (clean(&row.name)) ": " (text) }
            }
            text class=(anchor.trim()) x=(Px(place)) y=(Px(y + height / 2.0 + 4.0)) { (text) }
        }
    }
}

/// The class of the bars of series number `index`.
fn colored(index: usize) -> &'static str {
    const CLASSES: [&str; 7] =
        ["bar k1", "bar k2", "bar k3", "bar k4", "bar k5", "bar k6", "bar k7"];
    CLASSES.get(index % CLASSES.len()).copied().unwrap_or("bar k1")
}
