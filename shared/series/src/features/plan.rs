//! Which features does a recipe make of this panel, in which order?

use std::collections::BTreeSet;

use scenario::data::CalendarPart;

use super::history::Delay;
use super::{Feature, Recipe};
use crate::panel::{Column, Known, Panel};

/// A feature and how its values come about.
pub(super) struct Derived {
    pub(super) feature: Feature,
    pub(super) how: How,
}

/// How the values of a feature come about.
pub(super) enum How {
    /// The value of a key column: for each series its place among the levels.
    Key(Vec<f32>),
    /// A part of the date.
    Calendar(CalendarPart),
    /// The target earlier.
    Lag(Delay),
    /// Mean of the target over a window that ends earlier.
    Mean(Delay, usize),
    /// Deviation of the target over a window that ends earlier.
    Deviation(Delay, usize),
    /// A column that is known at the point.
    Ahead(usize),
    /// A column that was known earlier.
    Afterwards(usize, Delay),
    /// A column that is the same at all points.
    Always(usize),
    /// Points to the next holiday, at most this and one more.
    HolidayNext(usize, u32),
    /// Points since the last holiday, at most this and one more.
    HolidayLast(usize, u32),
    /// The sum of these columns.
    Total(Vec<usize>),
    /// Whether one of these columns has a value other than zero.
    Present(Vec<usize>),
}

/// The features that the recipe makes of the panel.
pub(super) fn of(panel: &Panel, recipe: &Recipe) -> Vec<Derived> {
    let mut plan = Vec::new();
    keys(panel, &mut plan);
    for &part in &recipe.calendar {
        plan.push(number(name_of(part).to_owned(), How::Calendar(part)));
    }
    past(recipe, &mut plan);
    for (place, column) in panel.columns.iter().enumerate() {
        plan.push(of_column(place, column, recipe));
    }
    holidays(panel, recipe, &mut plan);
    markdowns(panel, recipe, &mut plan);
    unlike(&mut plan);
    plan
}

fn number(name: String, how: How) -> Derived {
    Derived { feature: Feature { name, levels: None }, how }
}

fn keys(panel: &Panel, plan: &mut Vec<Derived>) {
    for (place, key) in panel.keys.iter().enumerate() {
        let of_series = || panel.series.iter().map(|series| series.id.get(place));
        let levels: BTreeSet<&String> = of_series().flatten().collect();
        let levels: Vec<String> = levels.into_iter().cloned().collect();
        let level = |text: Option<&String>| text.and_then(|text| levels.binary_search(text).ok());
        let values = of_series().map(|text| level(text).map_or(f32::NAN, as_value)).collect();
        let feature = Feature { name: key.clone(), levels: Some(levels) };
        plan.push(Derived { feature, how: How::Key(values) });
    }
}

/// A place among levels as a value; exact up to 16 million.
#[expect(clippy::cast_precision_loss, reason = "nothing has 16 million levels")]
fn as_value(place: usize) -> f32 {
    place as f32
}

fn past(recipe: &Recipe, plan: &mut Vec<Derived>) {
    for lag in recipe.lifted_lags() {
        let delay = Delay::at_least(lag, recipe.horizon);
        plan.push(number(format!("lag_{lag}"), How::Lag(delay)));
    }
    let delay = Delay::at_least(recipe.horizon, recipe.horizon);
    for &window in &recipe.rolling {
        let length = window as usize;
        plan.push(number(format!("mean_{window}"), How::Mean(delay, length)));
        plan.push(number(format!("deviation_{window}"), How::Deviation(delay, length)));
    }
}

fn of_column(place: usize, column: &Column, recipe: &Recipe) -> Derived {
    let delay = Delay::at_least(recipe.horizon, recipe.horizon);
    let (name, how) = match column.known {
        Known::Ahead => (column.name.clone(), How::Ahead(place)),
        Known::Always => (column.name.clone(), How::Always(place)),
        Known::Afterwards => {
            (format!("{}_lag_{}", column.name, recipe.horizon), How::Afterwards(place, delay))
        }
    };
    Derived { feature: Feature { name, levels: column.levels.clone() }, how }
}

/// The place of a column that is known ahead.
fn known_ahead(panel: &Panel, name: &str) -> Option<usize> {
    let place = panel.column(name)?;
    let column = panel.columns.get(place)?;
    (column.known == Known::Ahead).then_some(place)
}

fn holidays(panel: &Panel, recipe: &Recipe, plan: &mut Vec<Derived>) {
    let Some(name) = &recipe.holiday else { return };
    let Some(place) = known_ahead(panel, name) else { return };
    let window = recipe.holiday_window;
    if window > 0 {
        plan.push(number(format!("{name}_next"), How::HolidayNext(place, window)));
        plan.push(number(format!("{name}_last"), How::HolidayLast(place, window)));
    }
}

fn markdowns(panel: &Panel, recipe: &Recipe, plan: &mut Vec<Derived>) {
    let places = recipe.markdowns.iter().filter_map(|name| known_ahead(panel, name));
    let places: Vec<usize> = places.collect();
    if !places.is_empty() {
        plan.push(number("markdown_total".to_owned(), How::Total(places.clone())));
        plan.push(number("markdown_present".to_owned(), How::Present(places)));
    }
}

/// Renames derived features that are called like a column.
fn unlike(plan: &mut [Derived]) {
    let mut taken = BTreeSet::new();
    for derived in plan {
        while !taken.insert(derived.feature.name.clone()) {
            derived.feature.name.push('_');
        }
    }
}

fn name_of(part: CalendarPart) -> &'static str {
    match part {
        CalendarPart::Hour => "hour",
        CalendarPart::DayOfWeek => "day_of_week",
        CalendarPart::DayOfMonth => "day_of_month",
        CalendarPart::WeekOfYear => "week_of_year",
        CalendarPart::Month => "month",
        CalendarPart::Quarter => "quarter",
        CalendarPart::Year => "year",
    }
}
