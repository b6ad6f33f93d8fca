//! `explain`: what each forecast is made of. The parts of a row add up to its forecast.

use std::collections::BTreeSet;
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

/// How many series are explained where nobody says how many.
const USUAL: usize = 20;

pub(crate) fn run(
    arguments: &Explain,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let folder = unpack::folder(&places.input("model")?)?;
    let bundle = Bundle::read(folder.path())?;
    let (explained, about) = match &bundle.kind {
        Kind::Series { fitted, history } => {
            let mut chosen = chosen(history, arguments)?;
            let most = arguments.series.map_or(USUAL, |it| it.get() as usize);
            let about = if chosen.len() > most {
                format!(" of the first {most} of {} series; --series N gives more", chosen.len())
            } else {
                format!(" of {} series", chosen.len())
            };
            chosen.truncate(most);
            let steps = arguments.horizon.map_or(fitted.task.horizon, |it| it.get() as usize);
            (of_series(&fitted.explain(history, steps, &chosen)?, history, &bundle), about)
        }
        Kind::Rows(model) => (of_rows(model, &places, &bundle)?, String::new()),
    };
    let path = places.output("explanation")?.join("explanation.csv");
    explained.write_csv(&path)?;
    writeln!(out, "{}: {} parts{about}", path.display(), explained.rows()).map_err(Failure::Tell)
}

/// The series that the arguments name, all of them without.
fn chosen(history: &Panel, arguments: &Explain) -> Result<Vec<usize>, Failure> {
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
    let places: Vec<usize> = places.map(|(place, _)| place).collect();
    match wanted.first() {
        Some((key, _)) if places.is_empty() => Err(no_such_series(history, arguments, *key)),
        _ => Ok(places),
    }
}

fn no_such_series(history: &Panel, arguments: &Explain, key: usize) -> Failure {
    let conditions = arguments.whose.iter();
    let asked: Vec<String> =
        conditions.map(|it| format!("{}={}", it.name, it.path.display())).collect();
    let values: BTreeSet<&str> =
        history.series.iter().filter_map(|it| it.id.get(key).map(String::as_str)).collect();
    let known: Vec<&str> = values.iter().take(USUAL).copied().collect();
    let more = values.len() - known.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Failure::NoSuchSeries {
        asked: asked.join(", "),
        column: history.keys.get(key).cloned().unwrap_or_default(),
        known: known.join(", ") + &more,
    }
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
        .written_as(bundle.manifest.times.as_ref())
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
