//! Histories on their way between files, panels and bundles.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use scenario::Scenario;
use series::assemble::{Assembled, Duplicates, panel};
use series::clean::{Gaps, clean};
use series::grid::Moment;
use series::panel::{Known, Panel, Series};
use series::read::{ReadError, Source, Sources};
use series::schema::{Purpose, Schema};

use crate::table::{Column, Table};

/// The schema of what `prepare` writes: the scenario's columns in one file.
pub(crate) fn prepared_schema(scenario: &Scenario) -> Schema {
    Schema { files: Vec::new(), ..Schema::of(scenario) }
}

/// The panel of what `prepare` wrote to several places, which follow one another.
pub(crate) fn prepared_panel(places: &[&Path], scenario: &Scenario) -> Result<Panel, ReadError> {
    Ok(prepared(places, scenario)?.panel)
}

/// The same, with what was noticed.
pub(crate) fn prepared(places: &[&Path], scenario: &Scenario) -> Result<Assembled, ReadError> {
    let schema = prepared_schema(scenario);
    let mut sources = places.iter().map(|place| Source::path(place));
    let first =
        sources.next().unwrap_or_else(|| Err(ReadError::NoFiles { folder: String::new() }))?;
    let first = sources.try_fold(first, |first, next| Ok::<_, ReadError>(first.and(next?)))?;
    let sources = Sources { first, joined: Vec::new() };
    panel(sources, &schema, Duplicates::Refuse)
}

/// Cleans the targets as the scenario says.
pub(crate) fn cleaned(mut panel: Panel, scenario: &Scenario) -> Panel {
    let features = scenario.features();
    clean(&mut panel, features.negative_target, Gaps::Fill(features.gap));
    panel
}

/// A stretch of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// The first moment, if there is one.
    pub(crate) from: Option<Moment>,
    /// The moment after the last, if there is one.
    pub(crate) before: Option<Moment>,
}

impl Span {
    fn has(&self, moment: Moment) -> bool {
        self.from.is_none_or(|from| moment >= from)
            && self.before.is_none_or(|before| moment < before)
    }
}

/// Rows of a panel within a span, in the order of series and time, with the columns of the schema.
/// Points without target are left out, so gaps stay gaps.
pub(crate) fn rows(panel: &Panel, schema: &Schema, span: Span) -> Table {
    let chosen = chosen_points(panel, span);
    let mut table = Table::new();
    for field in &schema.columns {
        let column = match field.purpose {
            Purpose::Key => key_column(panel, &field.name, &chosen),
            Purpose::Time => {
                Some(Column::moments(chosen.iter().map(|at| panel.grid.moment(at.1)).collect()))
            }
            Purpose::Target => Some(Column::Number(
                chosen.iter().map(|(series, point)| series.1.at(*point)).collect(),
            )),
            Purpose::Feature(_) => value_column(panel, &field.name, &chosen),
            Purpose::Identifier => None,
        };
        if let Some(column) = column {
            table = table.with(&field.name, column);
        }
    }
    table
}

type Chosen<'a> = ((usize, &'a Series), i64);

fn chosen_points(panel: &Panel, span: Span) -> Vec<Chosen<'_>> {
    let of_series = |(place, series): (usize, &'_ Series)| {
        let points = (series.start..).zip(&series.target);
        let known = points.filter(|(_, target)| !target.is_nan()).map(|(point, _)| point);
        known
            .filter(|&point| span.has(panel.grid.moment(point)))
            .map(move |it| (place, it))
            .collect()
    };
    let places: Vec<(usize, i64)> = panel
        .series
        .iter()
        .enumerate()
        .flat_map(|it| -> Vec<(usize, i64)> { of_series(it) })
        .collect();
    let found = places.into_iter();
    found.filter_map(|(place, at)| Some(((place, panel.series.get(place)?), at))).collect()
}

fn key_column(panel: &Panel, name: &str, chosen: &[Chosen<'_>]) -> Option<Column> {
    let part = panel.keys.iter().position(|key| key == name)?;
    let mut codes = BTreeMap::new();
    let of_series: Vec<u32> = panel
        .series
        .iter()
        .map(|series| {
            let text = series.id.get(part).map_or("", String::as_str);
            let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
            *codes.entry(text).or_insert(next)
        })
        .collect();
    let mut levels = vec![String::new(); codes.len()];
    for (text, code) in codes {
        if let Some(level) = levels.get_mut(code as usize) {
            text.clone_into(level);
        }
    }
    let code = |chosen: &Chosen<'_>| of_series.get(chosen.0.0).copied().unwrap_or(u32::MAX);
    Some(Column::Category { codes: chosen.iter().map(code).collect(), levels: levels.into() })
}

fn value_column(panel: &Panel, name: &str, chosen: &[Chosen<'_>]) -> Option<Column> {
    let place = panel.columns.iter().position(|column| column.name == name)?;
    let column = panel.columns.get(place)?;
    let value = |((_, series), point): &Chosen<'_>| match column.known {
        Known::Always => {
            series.values.get(place).and_then(|values| values.first()).copied().unwrap_or(f64::NAN)
        }
        Known::Ahead | Known::Afterwards => series.value_at(place, *point),
    };
    let values = chosen.iter().map(value);
    Some(match &column.levels {
        Some(levels) => Column::Category {
            codes: values.map(code).collect(),
            levels: Arc::from(levels.as_slice()),
        },
        None => Column::Number(values.collect()),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a code is a small whole number, and a missing one is out of place"
)]
pub(crate) fn code(value: f64) -> u32 {
    if value.is_nan() { u32::MAX } else { value as u32 }
}
