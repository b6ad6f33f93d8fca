//! How good was a forecast, in the terms of the evaluation report?
//!
//! Give it a forecast and the panel with what happened since; shards of a panel give evaluations
//! that merge. The quantiles of the forecast are the levels of the report.

use std::num::NonZeroUsize;

use metric::{Day, Evaluation, HistoryScale, Observation, QuantileLevels};
use series::panel::{Known, Panel};

use crate::candidate::Candidate;
use crate::error::Error;
use crate::fitted::{Fitted, PanelForecast, SeriesForecast, fit, name};
use crate::task::{Combination, Task};

/// What the report is about.
#[derive(Debug, Clone, Copy)]
pub struct Scoring<'a> {
    /// What happened: history and hold-out of the series that were forecast.
    pub actual: &'a Panel,
    /// The season of MASE and RMSSE.
    pub season: NonZeroUsize,
    /// The key and always known columns whose values are reported on their own.
    pub groups: &'a [String],
    /// The flag column of holidays and its weight.
    pub holiday: Option<&'a crate::task::Holiday>,
}

/// The panel as it was before a point; columns known ahead stay.
#[must_use]
pub fn cut(panel: &Panel, before: i64) -> Panel {
    let mut early = panel.clone();
    for series in &mut early.series {
        let kept = usize::try_from(before - series.start).unwrap_or(0);
        series.target.truncate(kept);
        for (values, column) in series.values.iter_mut().zip(&panel.columns) {
            if column.known == Known::Afterwards {
                values.truncate(kept);
            }
        }
    }
    early
}

/// The plan that forecasts with one model only, such as a baseline, with its own intervals.
///
/// # Errors
/// As [`fit`].
pub fn single(panel: &Panel, task: &Task, candidate: Candidate) -> Result<Fitted, Error> {
    let combination = Combination::Best;
    fit(panel, &Task { candidates: vec![candidate], combination, ..task.clone() })
}

/// Scores a forecast.
///
/// # Errors
/// [`Error::Evaluation`] when the forecast is not finite.
pub fn evaluate(forecast: &PanelForecast, scoring: &Scoring<'_>) -> Result<Evaluation, Error> {
    let levels = QuantileLevels::new(forecast.levels.clone())?;
    let mut evaluation = Evaluation::new(levels);
    if let Some(holiday) = scoring.holiday {
        evaluation = evaluation.with_holiday_weight(holiday.weight)?;
    }
    each_observation(forecast, scoring, &mut evaluation, |evaluation, observation| {
        evaluation.add(observation)
    })?;
    histories(forecast, scoring, &mut evaluation)?;
    Ok(evaluation)
}

/// Scores a baseline beside it.
///
/// # Errors
/// [`Error::Evaluation`] when the forecast is not finite or has other levels.
pub fn evaluate_baseline(
    evaluation: &mut Evaluation,
    name: &str,
    forecast: &PanelForecast,
    scoring: &Scoring<'_>,
) -> Result<(), Error> {
    each_observation(forecast, scoring, evaluation, |evaluation, observation| {
        evaluation.add_baseline(name, observation)
    })
}

fn histories(
    forecast: &PanelForecast,
    scoring: &Scoring<'_>,
    evaluation: &mut Evaluation,
) -> Result<(), Error> {
    let truth = by_name(scoring.actual);
    for series in &forecast.series {
        let name = name(&series.id);
        let Some(truth) = truth.get(&name).filter(|truth| went_on(series, truth)) else { continue };
        let kept = usize::try_from(series.start - truth.start).unwrap_or(0);
        let history = truth.target.iter().take(kept).map(|&value| Some(value));
        evaluation.history(&name, HistoryScale::of(history, scoring.season))?;
    }
    Ok(())
}

/// Whether anything is known of a series in the span that was forecast. Those that ended before
/// have no part in the hold-out, and are not counted as if they had.
fn went_on(forecast: &SeriesForecast, truth: &series::panel::Series) -> bool {
    let points = (forecast.start..).take(forecast.mean.len());
    points.into_iter().any(|point| !truth.at(point).is_nan())
}

fn by_name(panel: &Panel) -> std::collections::BTreeMap<String, &series::panel::Series> {
    panel.series.iter().map(|series| (name(&series.id), series)).collect()
}

fn each_observation(
    forecast: &PanelForecast,
    scoring: &Scoring<'_>,
    evaluation: &mut Evaluation,
    add: impl Fn(&mut Evaluation, &Observation<'_>) -> Result<(), metric::EvaluationError>,
) -> Result<(), Error> {
    let panel = scoring.actual;
    let truths = by_name(panel);
    let column = |wanted: &String| panel.columns.iter().position(|column| column.name == *wanted);
    let holiday = scoring.holiday.and_then(|holiday| column(&holiday.column));
    for series in &forecast.series {
        let name = name(&series.id);
        let Some(truth) = truths.get(&name).filter(|truth| went_on(series, truth)) else {
            continue;
        };
        let groups = groups_of(panel, truth, scoring.groups);
        let groups: Vec<(&str, &str)> =
            groups.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
        for ((step, forecast), quantiles) in (1_u32..).zip(&series.mean).zip(&series.quantiles) {
            let point = series.start + i64::from(step) - 1;
            let place = usize::try_from(point - truth.start).ok();
            let at = |values: &Vec<f64>| place.and_then(|place| values.get(place)).copied();
            let flag = holiday.and_then(|column| truth.values.get(column)).and_then(at);
            add(
                evaluation,
                &Observation {
                    series: &name,
                    groups: &groups,
                    step,
                    day: if flag.is_some_and(|f| f > 0.0) { Day::Holiday } else { Day::Ordinary },
                    actual: at(&truth.target),
                    forecast: *forecast,
                    quantiles,
                },
            )?;
        }
    }
    Ok(())
}

/// The value of each group column of a series.
fn groups_of(
    panel: &Panel,
    series: &series::panel::Series,
    wanted: &[String],
) -> Vec<(String, String)> {
    let value = |name: &String| {
        if let Some(key) = panel.keys.iter().position(|key| key == name) {
            return series.id.get(key).cloned();
        }
        let place = panel.columns.iter().position(|column| column.name == *name)?;
        let column = panel.columns.get(place).filter(|c| c.known == Known::Always)?;
        let number = *series.values.get(place)?.first()?;
        let level = column.levels.as_ref().and_then(|levels| {
            levels.iter().zip(0_u32..).find(|(_, at)| f64::from(*at).total_cmp(&number).is_eq())
        });
        Some(level.map_or_else(|| number.to_string(), |(level, _)| level.clone()))
    };
    wanted.iter().filter_map(|name| Some((name.clone(), value(name)?))).collect()
}
