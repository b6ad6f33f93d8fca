//! Which features move the prediction, and which way?

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::figure::{Drawing, Figure, Heading};
use crate::label::clean;
use crate::number::{Format, Px, factor, floor, readable};
use crate::rows::{MOST, Rows, Surroundings, and_more};
use crate::scale::{Axis, Measure, range, with_zero};
use crate::thin::every_nth;

/// The effects of features on predictions (SHAP values): a dot for each row of data, coloured by
/// the feature's value from low to high, in the order given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effects {
    /// What it is called.
    pub heading: Heading,
    /// What is predicted, with its unit.
    pub across: String,
    /// The features.
    pub features: Vec<Feature>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// For rows of data the effect, and the feature's place among its values from 0, the lowest,
    /// to 1; a place that is not finite, as of a category, is grey.
    pub points: Vec<(f64, f64)>,
}

const ROW: f64 = 34.0;
const DOTS: usize = 180;
/// Dots closer than that are put beside each other.
const COLUMN: f64 = 3.0;

impl Effects {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let shown: Vec<&Feature> = self.features.iter().take(MOST).collect();
        let effects = shown.iter().flat_map(|feature| &feature.points).map(|(effect, _)| *effect);
        let ends = with_zero(range(effects)?);
        let around = Surroundings {
            keys: &[],
            sides: (8.0, 12.0),
            row_height: ROW,
            note: and_more(self.features.len()),
        };
        let labels = shown.iter().map(|feature| feature.name.as_str()).collect();
        let mut rows = Rows::new(width, labels, around, |width| {
            Axis::exact(ends, Measure::Number(Format::Number), width).named(&self.across)
        });
        rows.top += 24.0;
        let zero = rows.x.at(0.0);
        let bottom = rows.middle(shown.len().saturating_sub(1)) + ROW / 2.0;
        let marks = html! {
            (ramp(width))
            line.axis x1=(Px(zero)) x2=(Px(zero)) y1=(Px(rows.top)) y2=(Px(bottom)) {}
            @for (index, feature) in shown.iter().enumerate() {
                (swarm(&rows, rows.middle(index), feature))
            }
        };
        Some(rows.finish(&marks))
    }
}

/// The dots of one feature, the densest places the highest.
fn swarm(rows: &Rows<'_>, middle: f64, feature: &Feature) -> Markup {
    let finite = feature.points.iter().filter(|(effect, _)| effect.is_finite());
    let mut points: Vec<(f64, f64)> = finite.copied().collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let points = every_nth(&points, DOTS);
    let mut columns = BTreeMap::<usize, usize>::new();
    for (effect, _) in &points {
        *columns.entry(floor(rows.x.at(*effect) / COLUMN)).or_default() += 1;
    }
    let fullest = factor(columns.values().copied().max().unwrap_or(1));
    let apart = ((ROW - 8.0) / fullest).min(4.0);
    let mut used = BTreeMap::<usize, usize>::new();
    let mut offset = |effect: f64| {
        let index = used.entry(floor(rows.x.at(effect) / COLUMN)).or_default();
        *index += 1;
        let side = if index.is_multiple_of(2) { 1.0 } else { -1.0 };
        side * factor(*index / 2) * apart
    };
    html! {
        g {
            @for (effect, place) in &points {
                circle class=(shade(*place)) cx=(Px(rows.x.at(*effect)))
                    cy=(Px(middle + offset(*effect))) r="2.4" {}
            }
            title {
                (clean(&feature.name)) ": effects from "
                (readable(points.first().map_or(0.0, |point| point.0), Format::Number)) " to "
                (readable(points.last().map_or(0.0, |point| point.0), Format::Number))
            }
        }
    }
}

fn shade(place: f64) -> &'static str {
    const CLASSES: [&str; 5] = ["v0", "v1", "v2", "v3", "v4"];
    if !place.is_finite() {
        return "dot k7";
    }
    CLASSES.get(floor(place.clamp(0.0, 1.0) * 4.999)).copied().unwrap_or("v4")
}

/// What the colours say.
fn ramp(width: f64) -> Markup {
    let left = width - 156.0;
    html! {
        text.tick.end x=(Px(left - 8.0)) y="14" { "Feature low" }
        @for part in 0..5_u8 {
            rect class={ "v" (part) } x=(Px(left + f64::from(part) * 24.0)) y="5" width="24"
                height="10" {}
        }
        text.tick x=(Px(left + 128.0)) y="14" { "high" }
    }
}
