//! `explain`: what each forecast is made of. The parts of a row add up to its forecast.

use std::io::Write;

use series::panel::Panel;
use series::read::Source;
use series::table::table;

use crate::arguments::Explain;
use crate::bundle::{Bundle, Kind, RowsModel};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::history::prepared_schema;
use crate::place::Places;
use crate::table::{Column, Table};
use crate::unpack;

pub(crate) fn run(
    arguments: &Explain,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let folder = unpack::folder(&places.input("model")?)?;
    let bundle = Bundle::read(folder.path())?;
    let explained = match &bundle.kind {
        Kind::Series { fitted, history } => {
            let chosen = chosen(history, arguments)?;
            let steps = arguments.horizon.map_or(fitted.task.horizon, |it| it.get() as usize);
            of_series(&fitted.explain(history, steps, &chosen)?, history, &bundle)
        }
        Kind::Rows(model) => of_rows(model, &places, &bundle)?,
    };
    let path = places.output("explanation")?.join("explanation.csv");
    explained.write_csv(&path)?;
    writeln!(out, "{}: {} parts", path.display(), explained.rows()).map_err(Failure::Tell)
}

/// The series that the arguments name, the first ones without.
fn chosen(history: &Panel, arguments: &Explain) -> Result<Vec<usize>, Failure> {
    let most = arguments.series.map_or(20, |it| it.get() as usize);
    let mut wanted = Vec::new();
    for condition in &arguments.whose {
        let key = history.keys.iter().position(|key| *key == condition.name);
        let key = key.ok_or_else(|| Failure::NoSuchKey {
            name: condition.name.clone(),
            known: history.keys.join(", "),
        })?;
        wanted.push((key, condition.path.to_string_lossy().into_owned()));
    }
    let fits = |id: &[String]| wanted.iter().all(|(key, value)| id.get(*key) == Some(value));
    let places = history.series.iter().enumerate().filter(|(_, series)| fits(&series.id));
    Ok(places.map(|(place, _)| place).take(most).collect())
}

fn of_series(
    explained: &[forecast::explain::Explanation],
    history: &Panel,
    bundle: &Bundle,
) -> Table {
    let mut rows: Vec<(&[String], i64, f64, &str, f64)> = Vec::new();
    for series in explained {
        for (part, values) in &series.parts {
            for ((step, value), mean) in (0_i64..).zip(values).zip(&series.mean) {
                rows.push((&series.id, series.start + step, *mean, part, *value));
            }
        }
    }
    let mut table = Table::new();
    for (place, key) in history.keys.iter().enumerate() {
        table = table.text(key, rows.iter().map(|row| row.0.get(place).map_or("", String::as_str)));
    }
    let time = bundle.scenario.series().map_or("time", |series| series.time.as_str());
    let moments = rows.iter().map(|row| history.grid.moment(row.1)).collect();
    table
        .with(time, Column::moments(moments))
        .number("mean", rows.iter().map(|row| row.2))
        .text("part", rows.iter().map(|row| row.3))
        .number("adds", rows.iter().map(|row| row.4))
}

fn of_rows(model: &RowsModel, places: &Places<'_>, bundle: &Bundle) -> Result<Table, Failure> {
    let schema = prepared_schema(&bundle.scenario).of_rows_ahead();
    let rows = table(Source::path(&places.input("rows")?)?, &schema)?;
    let features = model.features.table(&rows)?;
    let contributions = model.model.contributions(&features)?;
    let forecasts = model.model.predict(&features)?;
    let mut parts: Vec<(i64, f64, &str, f64)> = Vec::new();
    for ((number, row), forecast) in (1..).zip(&contributions.rows).zip(&forecasts) {
        for (name, value) in contributions.names.iter().zip(row) {
            parts.push((number, forecast.mean, name, *value));
        }
    }
    Ok(Table::new()
        .with("row", Column::Integer(parts.iter().map(|part| part.0).collect()))
        .number("mean", parts.iter().map(|part| part.1))
        .text("part", parts.iter().map(|part| part.2))
        .number("adds", parts.iter().map(|part| part.3)))
}
