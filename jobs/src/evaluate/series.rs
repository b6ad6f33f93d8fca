//! Series: forecast from the point before the hold-out, with what was known then.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;

use forecast::backtest::{Scoring, cut, evaluate as score, evaluate_baseline, single};
use forecast::candidate::Candidate;
use forecast::task::Task;
use forecast::{PanelForecast, SeriesForecast, baseline};
use metric::QuantileLevels;
use scenario::data::Series as Description;
use scenario::model::Trainer;
use series::grid::Moment;
use series::panel::Panel;

use super::importance::{Importance, of_booster, of_mixture};
use super::{Outcome, Work, text_if_any};
use crate::bundle::{Bundle, HISTORY as IN_BUNDLE, Kind};
use crate::failure::Failure;
use crate::forecast_file;
use crate::history::{Span, prepared_panel, prepared_schema, rows};
use crate::prepare::{FEATURES, HISTORY, HOLDOUT, TEST, TEST_ROWS};
use crate::table::{Column, Table};
use crate::train::COMPARISON;
use crate::xgboost::{Booster, read_rows};

/// A model's forecast, and what is known of the model.
struct Judged {
    name: String,
    panel: PanelForecast,
    importance: Vec<Importance>,
    comparison: Option<String>,
}

pub(super) fn evaluate(work: &Work<'_>, description: &Description) -> Result<Outcome, Failure> {
    let model = match work.trainer {
        Trainer::Automl => None,
        Trainer::Almanac | Trainer::Xgboost => Some(work.model()?),
    };
    let history = match (&model, work.trainer) {
        (Some(folder), Trainer::Almanac) => folder.path().join(IN_BUNDLE),
        _ => work.in_holdout(HISTORY),
    };
    let joint = prepared_panel(&[&history, &work.in_holdout(HOLDOUT)], work.scenario)?;
    let from = work.about.from.map(Moment).ok_or(Failure::NotByTime)?;
    let before = joint.grid.last_point(Moment(from.0 - 1)) + 1;
    let past = cut(&joint, before);
    let end = joint.extent().map_or(before, |(_, last)| last + 1);
    let steps = usize::try_from(end - before).unwrap_or(0).min(description.horizon as usize);
    let judged = match (&model, work.trainer) {
        (Some(folder), Trainer::Almanac) => of_bundle(work, folder.path(), &past, steps)?,
        (Some(folder), _) => of_xgboost(work, folder.path(), &joint, before)?,
        (None, _) => of_automl(work, &joint)?,
    };
    let task = Task::of(work.scenario, &past).ok_or(Failure::NotByTime)?;
    let groups: Vec<String> =
        work.scenario.report().groups.iter().map(ToString::to_string).collect();
    let season = NonZeroUsize::new(description.season as usize).unwrap_or(NonZeroUsize::MIN);
    let scoring =
        Scoring { actual: &joint, season, groups: &groups, holiday: task.holiday.as_ref() };
    let mut evaluation = score(&judged.panel, &scoring)?;
    let mut predictions = vec![(judged.name.clone(), predictions(&judged.panel, &joint, work))];
    let levels = judged.panel.levels.clone();
    let task = Task { quantiles: levels, ..task.clone() };
    for &kind in &work.scenario.models().baselines {
        let local = baseline(kind);
        let of_baseline = single(&past, &task, Candidate::Local(local))?.forecast(&past, steps)?;
        evaluate_baseline(&mut evaluation, local.name(), &of_baseline, &scoring)?;
        predictions.push((local.name().to_owned(), self::predictions(&of_baseline, &joint, work)));
    }
    let schema = prepared_schema(work.scenario);
    let moment = |point: i64| Some(joint.grid.moment(point).to_string());
    Ok(Outcome {
        model: judged.name,
        evaluation,
        predictions,
        importance: judged.importance,
        held_out: rows(&joint, &schema, Span { from: Some(from), before: None }),
        before: Some(rows(&joint, &schema, Span { from: None, before: Some(from) })),
        start: moment(before),
        end: moment(end - 1),
        horizon: Some(steps as u64),
        comparison: judged.comparison,
    })
}

fn of_bundle(
    work: &Work<'_>,
    folder: &std::path::Path,
    past: &Panel,
    steps: usize,
) -> Result<Judged, Failure> {
    let bundle = Bundle::read(folder)?;
    bundle.must_fit(work.scenario)?;
    let Kind::Series { fitted, .. } = &bundle.kind else { return Err(Failure::NotByTime) };
    let forecast = fitted.forecast(past, steps)?;
    Ok(Judged {
        name: bundle.manifest.model.clone(),
        importance: of_mixture(fitted, past, steps)?,
        panel: forecast,
        comparison: text_if_any(&folder.join(COMPARISON))?,
    })
}

/// The booster's answers to the features that `prepare` made, laid on the panel.
fn of_xgboost(
    work: &Work<'_>,
    folder: &std::path::Path,
    joint: &Panel,
    before: i64,
) -> Result<Judged, Failure> {
    let booster = Booster::load(folder)?;
    let path = work.test(TEST)?;
    let body = fs::read(&path).map_err(Failure::read(&path))?;
    let mut columns = read_rows(&body, booster.width() + 1)?;
    let features = columns.split_off(1);
    let importance = of_booster(&booster, features.clone(), &work.test(FEATURES)?)?;
    let predicted = booster.predict(features)?.into_values();
    let schema = forecast_file::schema_of_rows(work.scenario);
    let whose = forecast_file::read_rows_of(&work.test(TEST_ROWS)?, &schema, joint)?;
    let mut by_series: BTreeMap<usize, BTreeMap<i64, f64>> = BTreeMap::new();
    for ((series, point), answer) in whose.into_iter().zip(predicted) {
        by_series.entry(series).or_default().insert(point, answer);
    }
    let least = if work
        .scenario
        .quality()
        .ranges
        .get(work.scenario.data().target.as_str())
        .and_then(|range| range.min)
        .is_some_and(|min| min >= 0.0)
    {
        0.0
    } else {
        f64::NEG_INFINITY
    };
    let of_series = |(place, points): (usize, BTreeMap<i64, f64>)| {
        let end = points.keys().next_back().copied().unwrap_or(before);
        let mean: Vec<f64> = (before..=end)
            .map(|point| points.get(&point).map_or(f64::NAN, |answer| answer.max(least)))
            .collect();
        let id = joint.series.get(place).map_or_else(Vec::new, |series| series.id.clone());
        let quantiles = vec![Vec::new(); mean.len()];
        SeriesForecast { id, start: before, mean, quantiles }
    };
    let series = by_series.into_iter().map(of_series).collect();
    let panel = filled(PanelForecast { levels: Vec::new(), series });
    Ok(Judged { name: "xgboost".to_owned(), panel, importance, comparison: None })
}

/// Points that nobody asked about have no actual either, so any number does.
fn filled(mut forecast: PanelForecast) -> PanelForecast {
    for value in forecast.series.iter_mut().flat_map(|series| &mut series.mean) {
        if value.is_nan() {
            *value = 0.0;
        }
    }
    forecast
}

fn of_automl(work: &Work<'_>, joint: &Panel) -> Result<Judged, Failure> {
    let place = work.places.input("forecast")?;
    let panel = forecast_file::read(&place, work.scenario, joint.grid)?;
    let name = "automl".to_owned();
    Ok(Judged { name, panel, importance: Vec::new(), comparison: None })
}

/// Whose, point, step, actual, forecast and quantiles.
type PredictedPoint<'a> = (&'a [String], i64, i64, f64, f64, &'a [f64]);

/// Forecast and actual, a row each point that has an actual.
pub(crate) fn predictions(forecast: &PanelForecast, joint: &Panel, work: &Work<'_>) -> Table {
    let truths: BTreeMap<&[String], &series::panel::Series> =
        joint.series.iter().map(|series| (series.id.as_slice(), series)).collect();
    let mut rows: Vec<PredictedPoint<'_>> = Vec::new();
    for series in &forecast.series {
        let Some(truth) = truths.get(series.id.as_slice()) else { continue };
        for ((step, &mean), quantiles) in (0_i64..).zip(&series.mean).zip(&series.quantiles) {
            let actual = truth.at(series.start + step);
            if !actual.is_nan() {
                rows.push((&series.id, series.start + step, step + 1, actual, mean, quantiles));
            }
        }
    }
    let mut table = Table::new();
    for (part, key) in joint.keys.iter().enumerate() {
        table = table.text(key, rows.iter().map(|row| row.0.get(part).map_or("", String::as_str)));
    }
    let time = work.scenario.series().map_or("time", |series| series.time.as_str());
    table = table
        .with(time, Column::moments(rows.iter().map(|row| joint.grid.moment(row.1)).collect()))
        .with("step", Column::Integer(rows.iter().map(|row| row.2).collect()))
        .number("actual", rows.iter().map(|row| row.3))
        .number("mean", rows.iter().map(|row| row.4));
    for (place, level) in forecast.levels.iter().enumerate() {
        let values = rows.iter().map(|row| row.5.get(place).copied().unwrap_or(f64::NAN));
        table = table.number(&QuantileLevels::name(*level), values);
    }
    table
}
