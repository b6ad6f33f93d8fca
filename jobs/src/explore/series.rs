//! What is each series like?

use series::panel::{Panel, Series};

use super::decompose::Parts;
use super::statistics::{Moments, factor, slope};
use super::summary::whole_numbers;
use crate::table::{Column, Table};

/// One series in numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    pub(crate) id: Vec<String>,
    pub(crate) points: usize,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) gaps: usize,
    pub(crate) moments: Moments,
    pub(crate) zeros: f64,
    /// What a line through it rises from end to end, as a share of the mean.
    pub(crate) trend: f64,
    pub(crate) seasonal_strength: f64,
    pub(crate) trend_strength: f64,
    pub(crate) last_value: f64,
}

/// The profiles of all series, in the order of the panel.
pub(crate) fn profiles(panel: &Panel, season: usize) -> Vec<Profile> {
    panel.series.iter().map(|series| profile(series, season)).collect()
}

fn profile(series: &Series, season: usize) -> Profile {
    let known = || series.target.iter().copied().filter(|value| value.is_finite());
    let moments = Moments::of(known());
    let parts = Parts::of(&series.target, season);
    let rise = slope(&series.target) * factor(series.target.len().saturating_sub(1));
    Profile {
        id: series.id.clone(),
        points: moments.count,
        first: series.start,
        last: series.end() - 1,
        gaps: series.target.len() - moments.count,
        moments,
        zeros: factor(known().filter(|value| *value == 0.0).count()) / factor(moments.count.max(1)),
        trend: if moments.mean() > 0.0 { rise / moments.mean() } else { f64::NAN },
        seasonal_strength: parts.as_ref().map_or(f64::NAN, Parts::seasonal_strength),
        trend_strength: parts.as_ref().map_or(f64::NAN, Parts::trend_strength),
        last_value: known().next_back().unwrap_or(f64::NAN),
    }
}

/// `series.csv`.
pub(crate) fn table(panel: &Panel, profiles: &[Profile]) -> Table {
    let mut table = Table::new();
    for (place, key) in panel.keys.iter().enumerate() {
        let part = |it: &Profile| it.id.get(place).cloned().unwrap_or_default();
        table = table.text(key, profiles.iter().map(part));
    }
    let moment = |pick: fn(&Profile) -> i64| {
        Column::moments(profiles.iter().map(|it| panel.grid.moment(pick(it))).collect())
    };
    let number = |pick: fn(&Profile) -> f64| profiles.iter().map(pick).collect::<Vec<_>>();
    table
        .with("length", whole_numbers(profiles.iter().map(|it| it.points)))
        .with("start", moment(|it| it.first))
        .with("end", moment(|it| it.last))
        .with("gaps", whole_numbers(profiles.iter().map(|it| it.gaps)))
        .number("total", number(|it| it.moments.sum()))
        .number("mean", number(|it| it.moments.mean()))
        .number("deviation", number(|it| it.moments.deviation()))
        .number("zero_share", number(|it| it.zeros))
        .number("trend", number(|it| it.trend))
        .number("trend_strength", number(|it| it.trend_strength))
        .number("seasonal_strength", number(|it| it.seasonal_strength))
        .number("last_value", number(|it| it.last_value))
}

/// The name of a series for people: `Store 3, Dept 12`.
pub(crate) fn name(keys: &[String], id: &[String]) -> String {
    let parts = keys.iter().zip(id).map(|(key, text)| format!("{key} {text}"));
    parts.collect::<Vec<_>>().join(", ")
}
