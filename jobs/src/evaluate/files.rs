//! What an evaluation leaves behind.
//!
//! | file | for |
//! |---|---|
//! | `evaluation.json` | the gate, the functions, the registry: the report |
//! | `regression_metrics.json`, `evaluation_regression_metrics.json` | ModelMetrics of the registry |
//! | `losses.parquet`, `predictions.parquet` | statistical gates; whoever looks closer |
//! | `evaluation_summary.json`, `.csv`, `test_predictions.csv`, `data_profile.json`, `shap_feature_importance.csv`, `bias.csv` | the monitoring tables |
//! | `report.html`, `figures/` | people |
//! | `model_evaluation_report.csv`, `evaluation_segments.csv`, `final_test_results.json`, `test_predictions_all/`, `model_comparison.csv` | people with spreadsheets |

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use metric::Report;
use scenario::Scenario;
use serde_json::{Value, json};

use super::Outcome;
use super::profile::profile;
use crate::failure::Failure;
use crate::table::{Table, write_json, write_whole};
use crate::train::COMPARISON;

pub(super) fn write(
    report: &Report,
    outcome: &Outcome,
    scenario: &Scenario,
    folder: &Path,
) -> Result<(), Failure> {
    let at = |name: &str| folder.join(name);
    predictions(outcome, folder)?;
    losses(outcome).write_parquet(&at("losses.parquet"))?;
    importance(outcome, scenario).write_csv(&at("shap_feature_importance.csv"))?;
    let mut profiles = BTreeMap::from([("holdout", profile(&outcome.held_out))]);
    if let Some(before) = &outcome.before {
        profiles.insert("history", profile(before));
    }
    write_json(&at("data_profile.json"), &profiles)?;
    by_model(report).write_csv(&at("model_evaluation_report.csv"))?;
    segments(report).write_csv(&at("evaluation_segments.csv"))?;
    bias(report, scenario).write_csv(&at("bias.csv"))?;
    if let Some(comparison) = &outcome.comparison {
        write_whole(&at(COMPARISON), |file| file.write_all(comparison.as_bytes()))?;
    }
    summary(report, folder)?;
    let text = report.to_json().map_err(|source| Failure::Report { source })?;
    // Last, because it is what others wait for.
    write_whole(&at("evaluation.json"), |file| writeln!(file, "{text}"))
}

fn predictions(outcome: &Outcome, folder: &Path) -> Result<(), Failure> {
    let all = folder.join("test_predictions_all");
    fs::create_dir_all(&all).map_err(Failure::write(&all))?;
    for (place, (model, table)) in outcome.predictions.iter().enumerate() {
        if place == 0 {
            table.write_csv(&folder.join("test_predictions.csv"))?;
            table.write_parquet(&folder.join("predictions.parquet"))?;
        }
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
        let name: String = model.chars().map(plain).collect();
        let name = if place == 0 { "selected".to_owned() } else { name };
        table.write_csv(&all.join(format!("{name}.csv")))?;
    }
    Ok(())
}

/// The numbers that a person asks for first, in the forms that tools ask for.
fn summary(report: &Report, folder: &Path) -> Result<(), Failure> {
    let at = |name: &str| folder.join(name);
    let mut flat: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, value) in &report.metrics {
        flat.insert(name, json!(value.value));
    }
    let model = report.model.as_ref();
    flat.insert("model", json!(model.and_then(|model| model.name.as_ref())));
    flat.insert("trainer", json!(model.and_then(|model| model.trainer.as_ref())));
    flat.insert("points", json!(report.holdout.points));
    write_json(&at("evaluation_summary.json"), &flat)?;
    write_json(&at("final_test_results.json"), &flat)?;
    let values = report.metrics.iter().filter_map(|(name, value)| Some((name, value.value?)));
    let values: Vec<(&String, f64)> = values.collect();
    Table::new()
        .text("metric", values.iter().map(|(name, _)| name))
        .number("value", values.iter().map(|(_, value)| *value))
        .write_csv(&at("evaluation_summary.csv"))?;
    let value = |name: &str| report.metric(name).map(|value| json!({"value": value}));
    let mut metrics = serde_json::Map::new();
    for name in ["mae", "rmse", "r2"] {
        metrics.extend(value(name).map(|value| (name.to_owned(), value)));
    }
    metrics.extend(report.metric("rmse").map(|it| ("mse".to_owned(), json!({"value": it * it}))));
    let metrics = json!({"regression_metrics": metrics});
    write_json(&at("regression_metrics.json"), &metrics)?;
    write_json(&at("evaluation_regression_metrics.json"), &metrics)
}

/// Each series with its losses.
fn losses(outcome: &Outcome) -> Table {
    let losses: Vec<_> = outcome.evaluation.losses().collect();
    let mut table = Table::new().text("series", losses.iter().map(|(name, _)| name));
    for name in ["mae", "rmse", "mase", "rmsse", "smape"] {
        let values = losses.iter().map(|(_, it)| it.get(name).copied().unwrap_or(f64::NAN));
        table = table.number(name, values);
    }
    table
}

fn importance(outcome: &Outcome, scenario: &Scenario) -> Table {
    let most = usize::try_from(scenario.report().explained_features).unwrap_or(0).max(20);
    let shown = outcome.importance.iter().take(most);
    let total: f64 = outcome.importance.iter().map(|it| it.mean_absolute).sum();
    Table::new()
        .text("feature", shown.clone().map(|it| &it.feature))
        .number("mean_abs_shap", shown.clone().map(|it| it.mean_absolute))
        .number("share", shown.map(|it| it.mean_absolute / total))
}

/// The selected model and each baseline, a row each.
fn by_model(report: &Report) -> Table {
    let selected = report.model.as_ref().and_then(|model| model.name.as_deref());
    let names: Vec<&str> = std::iter::once(selected.unwrap_or("selected"))
        .chain(report.baselines.keys().map(String::as_str))
        .collect();
    let mut table = Table::new().text("model", names.iter());
    for metric in report.metrics.keys() {
        let own = report.metric(metric).unwrap_or(f64::NAN);
        let others = report.baselines.values();
        let others = others.map(|it| it.get(metric).copied().unwrap_or(f64::NAN));
        table = table.number(metric, std::iter::once(own).chain(others));
    }
    table
}

/// Each value of each group, a row each.
fn segments(report: &Report) -> Table {
    let rows: Vec<_> = report
        .groups
        .iter()
        .flat_map(|(group, values)| values.iter().map(move |(value, it)| (group, value, it)))
        .collect();
    let mut table = Table::new()
        .text("group", rows.iter().map(|row| row.0))
        .text("value", rows.iter().map(|row| row.1));
    for metric in report.metrics.keys() {
        let values = rows.iter().map(|row| row.2.get(metric).copied().unwrap_or(f64::NAN));
        table = table.number(metric, values);
    }
    table
}

/// How far the model errs to one side, for each value of the columns that the scenario watches, and
/// the difference to all.
fn bias(report: &Report, scenario: &Scenario) -> Table {
    let watched = scenario.report();
    let columns = if watched.bias.is_empty() { &watched.groups } else { &watched.bias };
    let all = report.metric("bias").unwrap_or(f64::NAN);
    let rows: Vec<(&str, &str, f64)> = columns
        .iter()
        .filter_map(|column| Some((column.as_str(), report.groups.get(column.as_str())?)))
        .flat_map(|(column, values)| {
            let of = |it: &metric::Figures| it.get("bias").copied().unwrap_or(f64::NAN);
            values.iter().map(move |(value, it)| (column, value.as_str(), of(it)))
        })
        .collect();
    Table::new()
        .text("column", rows.iter().map(|row| row.0))
        .text("value", rows.iter().map(|row| row.1))
        .number("bias", rows.iter().map(|row| row.2))
        .number("difference", rows.iter().map(|row| row.2 - all))
}
