//! How do the distributions of several groups compare?

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::label::clean;
use crate::number::{Format, Px, factor, floor, readable};
use crate::rows::{MOST, Rows, Surroundings, and_more};
use crate::scale::{Axis, Measure, range};
use crate::thin::every_nth;

/// Horizontal box plots: median, quartiles, whiskers to the last value within one and a half times
/// the box, and what lies beyond (Tukey 1977).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Boxes {
    /// What it is called.
    pub heading: Heading,
    /// What is measured.
    pub across: String,
    /// How the values are written.
    pub format: Format,
    /// Name and values of each group; groups without a finite value are left out.
    pub groups: Vec<(String, Vec<f64>)>,
}

/// The numbers of one box.
struct Summary {
    quartiles: [f64; 3],
    whiskers: (f64, f64),
    beyond: Vec<f64>,
}

impl Boxes {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let summaries = self.groups.iter().map(|(name, values)| (name, Summary::of(values)));
        let all: Vec<(&String, Summary)> =
            summaries.filter_map(|(name, summary)| Some((name, summary?))).collect();
        let count = all.len();
        let shown: Vec<_> = all.into_iter().take(MOST).collect();
        let extent = |summary: &Summary| {
            let ends = [summary.whiskers.0, summary.whiskers.1];
            ends.into_iter().chain(summary.beyond.clone())
        };
        let ends = range(shown.iter().flat_map(|(_, summary)| extent(summary)))?;
        let around =
            Surroundings { keys: &[], sides: (8.0, 16.0), row_height: 28.0, note: and_more(count) };
        let labels = shown.iter().map(|(name, _)| name.as_str()).collect();
        let rows = Rows::new(width, labels, around, |width| {
            Axis::exact(ends, Measure::Number(self.format), width).named(&self.across)
        });
        let marks = html! {
            @for (index, (name, summary)) in shown.iter().enumerate() {
                (self.one(&rows, rows.middle(index), (name, summary)))
            }
        };
        Some(rows.finish(&marks))
    }

    fn one(&self, rows: &Rows<'_>, y: f64, (name, summary): (&str, &Summary)) -> Markup {
        let [first, median, third] = summary.quartiles;
        let at = |value: f64| rows.x.at(value);
        let (low, high) = summary.whiskers;
        html! {
            g.k1 {
                line.line.thin x1=(Px(at(low))) x2=(Px(at(high))) y1=(Px(y)) y2=(Px(y)) {}
                rect.open x=(Px(at(first))) y=(Px(y - 8.0)) rx="1.5"
                    width=(Px((at(third) - at(first)).max(1.0))) height="16" {}
                rect.band x=(Px(at(first))) y=(Px(y - 8.0))
                    width=(Px((at(third) - at(first)).max(1.0))) height="16" {}
                line.line x1=(Px(at(median))) x2=(Px(at(median)))
                    y1=(Px(y - 8.0)) y2=(Px(y + 8.0)) {}
                @for value in &summary.beyond {
                    circle.dot cx=(Px(at(*value))) cy=(Px(y)) r="2" fill-opacity="0.5" {}
                }
                rect.hit x=(Px(at(low) - 4.0)) y=(Px(y - 12.0)) height="24"
                    width=(Px(at(high) - at(low) + 8.0)) {
                    title {
                        (clean(name)) ": median " (readable(median, self.format))
                        ", half within " (readable(first, self.format)) " and "
                        (readable(third, self.format))
                    }
                }
            }
        }
    }
}

impl Summary {
    fn of(values: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> =
            values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let quartiles = [0.25, 0.5, 0.75].map(|share| quantile(&sorted, share));
        let [first, _, third] = quartiles;
        let reach = 1.5 * (third - first);
        let is_inside = |value: &&f64| (first - reach..=third + reach).contains(*value);
        let low = sorted.iter().find(is_inside).copied();
        let high = sorted.iter().rev().find(is_inside).copied();
        let (low, high) = (low.or(sorted.first().copied())?, high.or(sorted.last().copied())?);
        let beyond: Vec<f64> =
            sorted.iter().copied().filter(|value| *value < low || *value > high).collect();
        let mut kept = every_nth(&beyond, 60);
        // The farthest are those that are asked about.
        kept.extend(beyond.last().copied());
        Some(Self { quartiles, whiskers: (low, high), beyond: kept })
    }
}

/// The quantile of sorted values, between neighbours; 0 where there are none.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * factor(sorted.len().saturating_sub(1));
    let at = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    let low = at(floor(place));
    let high = at((floor(place) + 1).min(sorted.len().saturating_sub(1)));
    let part = place - place.floor();
    low * (1.0 - part) + high * part
}
