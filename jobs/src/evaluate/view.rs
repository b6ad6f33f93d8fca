//! The evaluation as a page for people, and its figures one by one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use metric::Report;
use scenario::Scenario;
use series::grid::Moment;

use super::Outcome;
use crate::failure::Failure;
use crate::page::{BiasRow, EvaluationView, HistoryTail, PredictedRow, evaluation_page, figures};
use crate::table::{Column, Table, write_whole};

/// As many points before the hold-out are drawn for each horizon of it.
const HORIZONS_BEFORE: usize = 2;

pub(super) fn write(
    report: &Report,
    outcome: &Outcome,
    scenario: &Scenario,
    folder: &Path,
) -> Result<(), Failure> {
    let Some((_, predictions)) = outcome.predictions.first() else { return Ok(()) };
    let points = Points::of(predictions, scenario);
    let tails = outcome.before.as_ref().map(|table| Tails::of(table, scenario, report));
    let tails = tails.unwrap_or_default();
    let primary: Vec<&str> =
        scenario.gate().metrics().into_iter().map(scenario::judgement::Metric::key).collect();
    let (candidates, candidate_loss) = candidates(outcome);
    let importance: Vec<(String, f64)> =
        outcome.importance.iter().map(|it| (it.feature.clone(), it.mean_absolute)).collect();
    let bias = bias(report, scenario);
    let rows = points.rows();
    let histories = tails.histories();
    let view = EvaluationView {
        title: scenario.title(),
        report,
        primary: &primary,
        levels: &points.levels,
        rows: &rows,
        histories: &histories,
        candidates: &candidates,
        candidate_loss: &candidate_loss,
        importance: &importance,
        bias: &bias,
    };
    let drawn = folder.join("figures");
    fs::create_dir_all(&drawn).map_err(Failure::write(&drawn))?;
    for (name, svg) in figures(&view) {
        write_whole(&drawn.join(format!("{name}.svg")), |file| file.write_all(svg.as_bytes()))?;
    }
    let page = evaluation_page(&view);
    write_whole(&folder.join("report.html"), |file| file.write_all(page.as_bytes()))
}

/// Forecast and actual of each point.
struct Points {
    names: Vec<String>,
    moments: Vec<Option<Moment>>,
    actual: Vec<f64>,
    mean: Vec<f64>,
    quantiles: Vec<f64>,
    levels: Vec<f64>,
}

impl Points {
    fn of(table: &Table, scenario: &Scenario) -> Self {
        let number = |name: &str| match table.column(name) {
            Some(Column::Number(values)) => values.clone(),
            _ => Vec::new(),
        };
        let quantile = |name: &str| name.strip_prefix('p')?.parse::<f64>().ok();
        let levels: Vec<(f64, Vec<f64>)> = table
            .columns()
            .iter()
            .filter_map(|(name, _)| Some((quantile(name)? / 100.0, number(name))))
            .collect();
        let rows = table.rows();
        let at = |values: &[f64], row: usize| values.get(row).copied().unwrap_or(f64::NAN);
        Self {
            names: names(table, scenario),
            moments: moments(table),
            actual: number("actual"),
            mean: number("mean"),
            quantiles: (0..rows)
                .flat_map(|row| levels.iter().map(move |it| at(&it.1, row)))
                .collect(),
            levels: levels.iter().map(|it| it.0).collect(),
        }
    }

    fn rows(&self) -> Vec<PredictedRow<'_>> {
        let count = self.levels.len();
        let named = self.names.iter().enumerate();
        named
            .map(|(row, series)| PredictedRow {
                series,
                moment: self.moments.get(row).copied().flatten(),
                actual: self.actual.get(row).copied().unwrap_or(f64::NAN),
                mean: self.mean.get(row).copied().unwrap_or(f64::NAN),
                quantiles: self.quantiles.get(row * count..(row + 1) * count).unwrap_or_default(),
            })
            .collect()
    }
}

/// What came before the hold-out, the end of each series.
#[derive(Default)]
struct Tails(BTreeMap<String, (Vec<Moment>, Vec<f64>)>);

impl Tails {
    fn of(table: &Table, scenario: &Scenario, report: &Report) -> Self {
        let horizon = usize::try_from(report.holdout.horizon.unwrap_or(1)).unwrap_or(1);
        let kept = (HORIZONS_BEFORE * horizon).clamp(24, 400);
        let values = match table.column(scenario.data().target.as_str()) {
            Some(Column::Number(values)) => values.as_slice(),
            _ => &[],
        };
        let mut tails: BTreeMap<String, (Vec<Moment>, Vec<f64>)> = BTreeMap::new();
        let rows = names(table, scenario).into_iter().zip(moments(table)).zip(values);
        for ((name, moment), value) in rows {
            let (moments, values) = tails.entry(name).or_default();
            moments.extend(moment);
            values.push(*value);
        }
        for (moments, values) in tails.values_mut() {
            moments.drain(..moments.len().saturating_sub(kept));
            values.drain(..values.len().saturating_sub(kept));
        }
        Self(tails)
    }

    fn histories(&self) -> Vec<HistoryTail<'_>> {
        let tails = self.0.iter();
        tails.map(|(series, (moments, values))| HistoryTail { series, moments, values }).collect()
    }
}

/// What each row is called: the values of its key, or of its identifiers.
fn names(table: &Table, scenario: &Scenario) -> Vec<String> {
    let keys: Vec<&str> = match scenario.series() {
        Some(series) => series.key.iter().map(scenario::text::ColumnName::as_str).collect(),
        None => table
            .columns()
            .iter()
            .map(|(name, _)| name.as_str())
            .take_while(|name| *name != "actual")
            .collect(),
    };
    let columns: Vec<&Column> = keys.iter().filter_map(|key| table.column(key)).collect();
    let name = |row: usize| {
        let parts: Vec<String> = columns.iter().map(|column| column.text_of(row)).collect();
        parts.join(", ")
    };
    (0..table.rows()).map(name).collect()
}

fn moments(table: &Table) -> Vec<Option<Moment>> {
    let found = table.columns().iter().find_map(|(_, column)| match column {
        Column::Moment { values, .. } => Some(values.iter().copied().map(Some).collect()),
        _ => None,
    });
    found.unwrap_or_else(|| vec![None; table.rows()])
}

/// The models that competed and their losses, and what these are.
fn candidates(outcome: &Outcome) -> (Vec<(String, f64)>, String) {
    let mut reader =
        csv::Reader::from_reader(outcome.comparison.as_deref().unwrap_or("").as_bytes());
    let place = |headers: &csv::StringRecord, name: &str| headers.iter().position(|it| it == name);
    let headers = reader.headers().cloned().unwrap_or_default();
    let (model, metric) = (place(&headers, "model"), place(&headers, "metric"));
    let (loss, stage) = (place(&headers, "validation_loss"), place(&headers, "stage"));
    let mut kind = String::new();
    let mut found = Vec::new();
    for record in reader.records().flatten() {
        let of = |place: Option<usize>| place.and_then(|place| record.get(place));
        // Those that left early were measured on a sample, which compares with nothing.
        if of(stage) == Some("screened") {
            continue;
        }
        if let (Some(model), Some(Ok(loss))) = (of(model), of(loss).map(str::parse::<f64>)) {
            found.push((model.to_owned(), loss));
        }
        if let Some(metric) = of(metric) {
            metric.clone_into(&mut kind);
        }
    }
    (found, kind)
}

fn bias<'r>(report: &'r Report, scenario: &'r Scenario) -> Vec<BiasRow<'r>> {
    let watched = scenario.report();
    let columns = if watched.bias.is_empty() { &watched.groups } else { &watched.bias };
    let groups = columns
        .iter()
        .filter_map(|column| Some((column.as_str(), report.groups.get(column.as_str())?)));
    groups
        .flat_map(|(column, values)| {
            values.iter().filter_map(move |(value, figures)| {
                let bias = *figures.get("bias")?;
                Some(BiasRow { column, value, bias })
            })
        })
        .collect()
}
