//! Rows that stand alone.

use std::fs;

use forecast::tabular::{Constant, RowForecast, constant};
use metric::{Day, Evaluation, Observation, QuantileLevels};
use scenario::model::{Baseline, Trainer};
use series::read::Source;
use series::schema::Purpose;
use series::table::{Table as Rows, TableColumn, table};

use super::importance::{Importance, of_booster, of_rows};
use super::{Outcome, Work, text_if_any};
use crate::bundle::{Bundle, Kind};
use crate::failure::Failure;
use crate::history::{code, prepared_schema};
use crate::prepare::{FEATURES, HOLDOUT, TEST};
use crate::table::{Column, Table};
use crate::train::COMPARISON;
use crate::xgboost::{Booster, read_rows};

struct Forecast {
    name: String,
    levels: Vec<f64>,
    rows: Vec<RowForecast>,
    importance: Vec<Importance>,
    comparison: Option<String>,
}

pub(super) fn evaluate(work: &Work<'_>) -> Result<Outcome, Failure> {
    let schema = prepared_schema(work.scenario);
    let held_out = table(Source::path(&work.in_holdout(HOLDOUT))?, &schema)?;
    let folder = work.model()?;
    let forecast = match work.trainer {
        Trainer::Xgboost => of_xgboost(work, folder.path())?,
        Trainer::Almanac | Trainer::Automl => of_bundle(work, folder.path(), &held_out)?,
    };
    let names = names(&held_out);
    let mut evaluation = Evaluation::new(
        QuantileLevels::new(forecast.levels.clone()).map_err(forecast::Error::from)?,
    );
    observe(work, &held_out, &names, &forecast.rows, |it| evaluation.add(it))?;
    let mut predictions =
        vec![(forecast.name.clone(), predictions(&held_out, &forecast.rows, &forecast.levels))];
    let learned = learned(work)?;
    for kind in &work.scenario.models().baselines {
        let (name, kind) = match kind {
            Baseline::Median => ("median", Constant::Median),
            _ => ("mean", Constant::Mean),
        };
        let one = constant(kind, &learned, &forecast.levels)?;
        let rows = vec![one; held_out.target.len()];
        observe(work, &held_out, &names, &rows, |it| evaluation.add_baseline(name, it))?;
        predictions.push((name.to_owned(), self::predictions(&held_out, &rows, &forecast.levels)));
    }
    Ok(Outcome {
        model: forecast.name,
        evaluation,
        predictions,
        importance: forecast.importance,
        held_out: readable(&held_out),
        before: None,
        start: None,
        end: None,
        horizon: None,
        comparison: forecast.comparison,
    })
}

/// The targets that baselines learn from: of the built-in XGBoost's rows the first column.
fn learned(work: &Work<'_>) -> Result<Vec<f64>, Failure> {
    let place = work.places.input("train")?;
    if work.trainer == Trainer::Xgboost {
        let path = if place.is_dir() { place.join("train.csv") } else { place };
        let body = fs::read(&path).map_err(Failure::read(&path))?;
        let width = body.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let width = width.split(|&byte| byte == b',').count();
        let columns = read_rows(&body, width)?;
        let labels = columns.into_iter().next().unwrap_or_default();
        return Ok(labels.into_iter().map(f64::from).collect());
    }
    Ok(table(Source::path(&place)?, &prepared_schema(work.scenario))?.target)
}

fn of_bundle(
    work: &Work<'_>,
    folder: &std::path::Path,
    held_out: &Rows,
) -> Result<Forecast, Failure> {
    let bundle = Bundle::read(folder)?;
    bundle.must_fit(work.scenario)?;
    let Kind::Rows(model) = &bundle.kind else { return Err(Failure::NotByTime) };
    let features = model.features.table(held_out)?;
    Ok(Forecast {
        name: bundle.manifest.model.clone(),
        levels: model.model.task.quantiles.clone(),
        rows: model.model.predict(&features)?,
        importance: of_rows(&model.model, &features)?,
        comparison: text_if_any(&folder.join(COMPARISON))?,
    })
}

fn of_xgboost(work: &Work<'_>, folder: &std::path::Path) -> Result<Forecast, Failure> {
    let booster = Booster::load(folder)?;
    let path = work.test(TEST)?;
    let body = fs::read(&path).map_err(Failure::read(&path))?;
    let mut columns = read_rows(&body, booster.width() + 1)?;
    let features = columns.split_off(1);
    let importance = of_booster(&booster, features.clone(), &work.test(FEATURES)?)?;
    let answers = booster.predict(features)?.into_values();
    let rows = answers.into_iter().map(|mean| RowForecast { mean, quantiles: Vec::new() });
    Ok(Forecast {
        name: "xgboost".to_owned(),
        levels: Vec::new(),
        rows: rows.collect(),
        importance,
        comparison: None,
    })
}

/// What each row is called: its identifiers, or its number.
fn names(rows: &Rows) -> Vec<String> {
    let identifiers: Vec<&TableColumn> =
        rows.columns.iter().filter(|column| column.purpose == Purpose::Identifier).collect();
    let name = |row: usize| {
        let parts: Vec<&str> = identifiers.iter().filter_map(|it| text(it, row)).collect();
        if parts.is_empty() { format!("row {}", row + 1) } else { parts.join(", ") }
    };
    (0..rows.target.len()).map(name).collect()
}

fn text(column: &TableColumn, row: usize) -> Option<&str> {
    let value = column.values.get(row).copied()?;
    column.levels.as_ref()?.get(code(value) as usize).map(String::as_str)
}

fn observe(
    work: &Work<'_>,
    rows: &Rows,
    names: &[String],
    forecasts: &[RowForecast],
    mut add: impl FnMut(&Observation<'_>) -> Result<(), metric::EvaluationError>,
) -> Result<(), Failure> {
    let groups = &work.scenario.report().groups;
    let columns: Vec<&TableColumn> = groups
        .iter()
        .filter_map(|group| rows.columns.iter().find(|column| column.name == group.as_str()))
        .collect();
    for (row, (name, forecast)) in names.iter().zip(forecasts).enumerate() {
        let values = columns.iter().filter_map(|it| Some((it.name.as_str(), text(it, row)?)));
        let groups: Vec<(&str, &str)> = values.collect();
        let observation = Observation {
            series: name,
            groups: &groups,
            step: 1,
            day: Day::Ordinary,
            actual: rows.target.get(row).copied(),
            forecast: forecast.mean,
            quantiles: &forecast.quantiles,
        };
        add(&observation).map_err(forecast::Error::from)?;
    }
    Ok(())
}

fn predictions(rows: &Rows, forecasts: &[RowForecast], levels: &[f64]) -> Table {
    let identifiers = rows.columns.iter().filter(|it| it.purpose == Purpose::Identifier);
    let mut table = Table::new();
    for column in identifiers {
        let texts = (0..rows.target.len()).map(|row| text(column, row).unwrap_or_default());
        table = table.text(&column.name, texts);
    }
    table = table
        .number("actual", rows.target.iter().copied())
        .number("mean", forecasts.iter().map(|it| it.mean));
    for (place, level) in levels.iter().enumerate() {
        let of = |it: &RowForecast| it.quantiles.get(place).copied().unwrap_or(f64::NAN);
        table = table.number(&QuantileLevels::name(*level), forecasts.iter().map(of));
    }
    table
}

fn readable(rows: &Rows) -> Table {
    let mut readable = Table::new();
    for column in &rows.columns {
        let values = column.values.iter().copied();
        let values = match &column.levels {
            Some(levels) => Column::Category {
                codes: values.map(code).collect(),
                levels: levels.as_slice().into(),
            },
            None => Column::Number(values.collect()),
        };
        readable = readable.with(&column.name, values);
    }
    readable.number("target", rows.target.iter().copied())
}
