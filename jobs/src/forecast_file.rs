//! Forecasts as files: id columns, time, `mean` and a column for each quantile.

use std::path::Path;

use forecast::{PanelForecast, SeriesForecast};
use metric::QuantileLevels;
use scenario::Scenario;
use scenario::data::ColumnKind;
use scenario::text::QuantileName;
use series::assemble::{Duplicates, panel};
use series::grid::Grid;
use series::panel::{Known, Panel};
use series::read::{Batch, Reader, Source, Sources};
use series::rhythm::Rhythm;
use series::schema::{Field, Outline, Presence, Purpose, Schema};

use crate::failure::Failure;
use crate::table::{Column, Table};

/// The schema of rows that say whose and when, and nothing else.
pub(crate) fn schema_of_rows(scenario: &Scenario) -> Schema {
    let mut schema = Schema::of(scenario);
    schema.files.clear();
    schema.columns.retain(|field| matches!(field.purpose, Purpose::Key | Purpose::Time));
    let presence = Presence::Optional;
    let (name, kind, purpose) = (schema.target.clone(), ColumnKind::Number, Purpose::Target);
    schema.columns.push(Field { name, kind, purpose, presence });
    schema
}

/// Whose each row of a file is: the place of its series in the panel, and its point.
pub(crate) fn read_rows_of(
    path: &Path,
    schema: &Schema,
    panel: &Panel,
) -> Result<Vec<(usize, i64)>, Failure> {
    let mut reader = Reader::open(Source::path(path)?, schema)?;
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    while reader.read(&mut batch)? {
        for (&series, &time) in batch.series().iter().zip(batch.time()) {
            let id = reader.series().get(series);
            let same = |own: &series::panel::Series| {
                own.id.iter().map(String::as_str).eq(id.iter().map(AsRef::as_ref))
            };
            let place = panel.series.binary_search_by(|own| {
                own.id.iter().map(String::as_str).cmp(id.iter().map(AsRef::as_ref))
            });
            let place = place.ok().or_else(|| panel.series.iter().position(same));
            let point = panel.grid.last_point(series::grid::Moment(time));
            rows.push((
                place.ok_or_else(|| Failure::StrangeSeries {
                    path: path.to_owned(),
                    series: id.join(", "),
                })?,
                point,
            ));
        }
    }
    Ok(rows)
}

/// The levels that a scenario asks for.
pub(crate) fn levels(scenario: &Scenario) -> Vec<f64> {
    let quantiles = scenario.series().map(|series| series.quantiles.iter());
    quantiles.into_iter().flatten().map(|it| f64::from(it.percent()) / 100.0).collect()
}

/// How a forecast names its series and points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout<'a> {
    pub(crate) keys: &'a [String],
    pub(crate) time: &'a str,
}

/// Reads the forecasts in a file or folder, on the grid of the panel that they continue. Without a
/// column `mean` the median is the point forecast, as AutoML's are.
pub(crate) fn read(
    place: &Path,
    scenario: &Scenario,
    grid: Grid,
) -> Result<PanelForecast, Failure> {
    let series = scenario.series().ok_or(Failure::NotByTime)?;
    let keys: Vec<String> = series.key.iter().map(ToString::to_string).collect();
    let layout = Layout { keys: &keys, time: series.time.as_str() };
    read_laid_out(place, &layout, levels(scenario), grid)
}

/// The levels whose columns a file has.
pub(crate) fn levels_in(place: &Path, layout: &Layout<'_>) -> Result<Vec<f64>, Failure> {
    let names = names_in(place, layout)?;
    let percents = names.iter().filter_map(|name| QuantileName::new(name.as_str()).ok());
    let mut percents: Vec<u8> = percents.map(|name| name.percent()).collect();
    percents.sort_unstable();
    Ok(percents.into_iter().map(|percent| f64::from(percent) / 100.0).collect())
}

fn names_in(place: &Path, layout: &Layout<'_>) -> Result<Vec<String>, Failure> {
    let reader = Reader::open(Source::path(place)?, &schema(layout, "mean", &[]))?;
    Ok(reader.formats().first().map_or_else(Vec::new, |format| format.names.clone()))
}

/// The same where there is no scenario.
pub(crate) fn read_laid_out(
    place: &Path,
    layout: &Layout<'_>,
    levels: Vec<f64>,
    grid: Grid,
) -> Result<PanelForecast, Failure> {
    let quantiles: Vec<String> = levels.iter().map(|level| QuantileLevels::name(*level)).collect();
    let has_mean = names_in(place, layout)?.iter().any(|name| name == "mean");
    let schema = schema(layout, if has_mean { "mean" } else { "p50" }, &quantiles);
    let schema = Schema { frequency: Some(grid.frequency()), ..schema };
    let sources = Sources { first: Source::path(place)?, joined: Vec::new() };
    let read = panel(sources, &schema, Duplicates::Last)?.panel;
    let series = read.series.iter().map(|series| {
        let start = grid.last_point(read.grid.moment(series.start));
        let of_point = |point: i64| {
            let of_level = |name: &String| {
                let column = read.columns.iter().position(|column| column.name == *name);
                column.map_or_else(|| series.at(point), |column| series.value_at(column, point))
            };
            quantiles.iter().map(of_level).collect()
        };
        let quantiles = (series.start..series.end()).map(of_point).collect();
        SeriesForecast { id: series.id.clone(), start, mean: series.target.clone(), quantiles }
    });
    Ok(PanelForecast { series: series.collect(), levels })
}

fn schema(layout: &Layout<'_>, target: &str, quantiles: &[String]) -> Schema {
    let mut schema = Schema::by_hand(Outline {
        time: layout.time.to_owned(),
        target: target.to_owned(),
        keys: layout.keys.to_vec(),
        frequency: None,
        horizon: 0,
    });
    for field in &mut schema.columns {
        if field.purpose == Purpose::Target {
            field.presence = Presence::Optional;
        }
    }
    let others = quantiles.iter().filter(|name| name.as_str() != target);
    schema.columns.extend(others.map(|name| Field {
        name: name.clone(),
        kind: ColumnKind::Number,
        purpose: Purpose::Feature(Known::Afterwards),
        presence: Presence::Optional,
    }));
    schema
}

/// A forecast as a table: the id columns as given, the time, `mean` and the quantiles.
pub(crate) fn table(forecast: &PanelForecast, keys: &[String], time: &str, grid: Grid) -> Table {
    table_of(forecast, &Layout { keys, time }, grid, |_, steps| 0..steps)
}

/// The same of the first open points only, `wanted` of each series.
pub(crate) fn table_of_open(
    forecast: &PanelForecast,
    layout: &Layout<'_>,
    grid: Grid,
    (rhythm, wanted): (&Rhythm, usize),
) -> Table {
    table_of(forecast, layout, grid, |start, steps| {
        let open = move |step: &usize| rhythm.is_open(start.saturating_add_unsigned(*step as u64));
        (0..steps).filter(open).take(wanted)
    })
}

fn table_of<Steps: Iterator<Item = usize>>(
    forecast: &PanelForecast,
    &Layout { keys, time }: &Layout<'_>,
    grid: Grid,
    steps: impl Fn(i64, usize) -> Steps,
) -> Table {
    let mut rows: Vec<(&[String], i64, f64, &[f64])> = Vec::new();
    for series in &forecast.series {
        for step in steps(series.start, series.mean.len()) {
            let point = series.start.saturating_add_unsigned(step as u64);
            if let (Some(&mean), Some(quantiles)) =
                (series.mean.get(step), series.quantiles.get(step))
            {
                rows.push((&series.id, point, mean, quantiles));
            }
        }
    }
    let mut table = Table::new();
    for (part, key) in keys.iter().enumerate() {
        table = table.text(key, rows.iter().map(|row| row.0.get(part).map_or("", String::as_str)));
    }
    let moments = rows.iter().map(|row| grid.moment(row.1)).collect();
    table = table.with(time, Column::moments(moments)).number("mean", rows.iter().map(|row| row.2));
    for (place, level) in forecast.levels.iter().enumerate() {
        let values = rows.iter().map(|row| row.3.get(place).copied().unwrap_or(f64::NAN));
        table = table.number(&QuantileLevels::name(*level), values);
    }
    table
}
