//! Models of one series against statsforecast: the simple ones to the last digits, Theta closely,
//! exponential smoothing and the combination by how well they forecast.
//!
//! `local/golden.json` is made by `tests/peers/statsforecast/make_golden.py`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot read its fixture has failed"
)]

use std::collections::BTreeMap;

use forecast::local::{Local, Range, Setting, forecast};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Golden {
    series: Vec<Series>,
}

#[derive(Debug, Deserialize)]
struct Series {
    season: usize,
    history: Vec<f64>,
    actual: Vec<f64>,
    forecasts: BTreeMap<String, Vec<f64>>,
}

impl Series {
    fn ours(&self, model: Local) -> Vec<f64> {
        let seasons = if self.season > 1 { vec![self.season] } else { Vec::new() };
        let setting = Setting { seasons: &seasons, horizon: self.actual.len(), range: Range::Any };
        forecast(model, &self.history, &setting).mean
    }

    fn theirs(&self, model: Local) -> &[f64] {
        &self.forecasts[model.name()]
    }

    fn mase(&self, mean: &[f64]) -> f64 {
        let season = self.season;
        let steps = self.history.iter().zip(&self.history[season..]).map(|(a, b)| (a - b).abs());
        let scale = steps.sum::<f64>() / count(self.history.len() - season);
        let error = mean.iter().zip(&self.actual).map(|(a, b)| (a - b).abs()).sum::<f64>();
        error / count(mean.len()) / scale
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

fn golden() -> Vec<Series> {
    let golden: Golden = serde_json::from_str(include_str!("local/golden.json")).unwrap();
    golden.series
}

/// The relative distances of all forecasts of a model to statsforecast's, sorted.
fn distances(model: Local) -> Vec<f64> {
    let mut all = Vec::new();
    for series in golden() {
        let pairs = series.ours(model).into_iter().zip(series.theirs(model).to_vec());
        all.extend(pairs.map(|(ours, theirs)| (ours - theirs).abs() / theirs.abs()));
    }
    all.sort_by(f64::total_cmp);
    all
}

fn mean_mase(of: impl Fn(&Series) -> Vec<f64>) -> f64 {
    let series = golden();
    series.iter().map(|series| series.mase(&of(series))).sum::<f64>() / count(series.len())
}

#[test]
fn simple_models_are_statsforecasts_to_the_last_digits() {
    for model in [Local::Naive, Local::Drift, Local::Mean, Local::MovingAverage] {
        let distances = distances(model);

        let furthest = distances[distances.len() - 1];
        assert!(furthest < 1e-9, "{model:?}: {furthest}");
    }
}

#[test]
fn the_seasonal_naive_forecast_is_statsforecasts() {
    for series in golden().iter().filter(|series| series.season > 1) {
        assert_eq!(series.ours(Local::SeasonalNaive), series.theirs(Local::SeasonalNaive));
    }
}

#[test]
fn both_theta_models_are_close_to_statsforecasts() {
    for model in [Local::StandardTheta, Local::Theta] {
        let distances = distances(model);

        let (median, high) = (distances[distances.len() / 2], distances[distances.len() * 9 / 10]);
        assert!(median < 0.005, "{model:?}: median {median}");
        assert!(high < 0.05, "{model:?}: nine tenths {high}");
    }
}

#[test]
fn exponential_smoothing_forecasts_as_well_as_statsforecasts() {
    let ours = mean_mase(|series| series.ours(Local::Ets));
    let theirs = mean_mase(|series| series.theirs(Local::Ets).to_vec());

    assert!(ours < 1.02 * theirs, "{ours} against {theirs}");
}

#[test]
fn the_combination_forecasts_better_than_statsforecasts_ets_and_theta() {
    let ours = mean_mase(|series| series.ours(Local::Auto));

    for model in [Local::Ets, Local::Theta] {
        let theirs = mean_mase(|series| series.theirs(model).to_vec());
        assert!(ours < theirs, "{ours} against {theirs} of {model:?}");
    }
}

#[test]
fn airline_passengers_are_forecast_within_a_few_percent() {
    let airline = &golden()[0];

    for (model, most) in [(Local::Ets, 0.07), (Local::Theta, 0.07), (Local::Auto, 0.04)] {
        let errors = airline.ours(model).into_iter().zip(&airline.actual);
        let error = errors.map(|(mean, actual)| (mean / actual - 1.0).abs()).sum::<f64>() / 12.0;
        assert!(error < most, "{model:?}: {error}");
    }
}
