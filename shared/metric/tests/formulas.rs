//! Does each formula give the number that was worked out by hand, and a reason at the edges?

use std::num::NonZeroUsize;

use metric::{Day, Evaluation, EvaluationError, HistoryScale, Observation, QuantileLevels, Report};

const PLAIN: Observation<'static> = Observation {
    series: "a",
    groups: &[],
    step: 1,
    day: Day::Ordinary,
    actual: Some(0.0),
    forecast: 0.0,
    quantiles: &[],
};

#[cfg(test)]
mod cases {
    use super::{Evaluation, HistoryScale, NonZeroUsize, Observation, PLAIN, QuantileLevels};

    /// One series with these actuals and forecasts, one step after the other.
    pub(super) fn points(pairs: &[(f64, f64)]) -> Evaluation {
        let mut evaluation = Evaluation::new(QuantileLevels::default());
        for (step, (actual, forecast)) in (1..).zip(pairs) {
            let point = Observation { step, actual: Some(*actual), forecast: *forecast, ..PLAIN };
            evaluation.add(&point).unwrap();
        }
        evaluation
    }

    pub(super) fn scale(history: &[f64], season: usize) -> HistoryScale {
        HistoryScale::of(history.iter().copied().map(Some), NonZeroUsize::new(season).unwrap())
    }

    pub(super) fn p10_p50_p90() -> Evaluation {
        Evaluation::new(QuantileLevels::new(vec![0.1, 0.5, 0.9]).unwrap())
    }
}

use crate::cases::{p10_p50_p90, points, scale};

fn near(found: Option<f64>, expected: f64) {
    let close = found.is_some_and(|found| (found - expected).abs() <= 1e-12 * expected.abs());
    assert!(close, "found {found:?}, expected {expected}");
}

fn why<'a>(report: &'a Report, metric: &str) -> &'a str {
    assert_eq!(report.metric(metric), None, "{metric} should be undefined");
    report.why_undefined(metric).unwrap_or("not listed")
}

#[test]
fn the_point_metrics_are_those_worked_out_by_hand() {
    // errors +2, -1, +3, 0; actuals 10, 20, 30, 40
    let report = points(&[(10.0, 12.0), (20.0, 19.0), (30.0, 33.0), (40.0, 40.0)]).finish();

    near(report.metric("rmse"), 3.5_f64.sqrt());
    near(report.metric("mae"), 1.5);
    near(report.metric("wape"), 0.06);
    near(report.metric("wmae"), 1.5);
    near(report.metric("bias"), 0.04);
    near(report.metric("r2"), 1.0 - 14.0 / 500.0);
    near(report.metric("smape"), (2.0 / 22.0 + 1.0 / 39.0 + 3.0 / 63.0) / 4.0);
    assert_eq!(report.holdout.points, Some(4));
}

#[test]
fn a_holiday_counts_five_times_in_wmae() {
    let mut evaluation = points(&[(10.0, 12.0)]);
    let holiday = Observation { day: Day::Holiday, actual: Some(10.0), forecast: 14.0, ..PLAIN };
    evaluation.add(&holiday).unwrap();

    near(evaluation.finish().metric("wmae"), (2.0 + 5.0 * 4.0) / 6.0);
    let twice = Evaluation::new(QuantileLevels::default()).with_holiday_weight(2.0);
    let mut twice = twice.unwrap();
    twice.add(&holiday).unwrap();
    twice.add(&Observation { actual: Some(10.0), forecast: 12.0, ..PLAIN }).unwrap();
    near(twice.finish().metric("wmae"), (2.0 + 2.0 * 4.0) / 3.0);
}

#[test]
fn scaled_errors_are_divided_by_the_seasonal_naive_error_of_the_history() {
    // season 2: |3-1| = 2, |6-2| = 4, |7-3| = 4; mean 10/3, mean square 12
    let mut evaluation = points(&[(5.0, 6.0), (5.0, 8.0)]);
    evaluation.history("a", scale(&[1.0, 2.0, 3.0, 6.0, 7.0], 2)).unwrap();
    let report = evaluation.finish();

    near(report.metric("mase"), 2.0 / (10.0 / 3.0));
    near(report.metric("rmsse"), (5.0_f64 / 12.0).sqrt());
}

#[test]
fn scaled_errors_are_averaged_over_series_and_not_over_points() {
    let mut evaluation = points(&[(0.0, 1.0), (0.0, 1.0), (0.0, 1.0)]);
    evaluation.history("a", scale(&[0.0, 1.0], 1)).unwrap();
    evaluation.add(&Observation { series: "b", forecast: 8.0, ..PLAIN }).unwrap();
    evaluation.history("b", scale(&[0.0, 2.0], 1)).unwrap();

    near(evaluation.finish().metric("mase"), f64::midpoint(1.0, 4.0));
    let losses: Vec<_> = evaluation.losses().collect();
    near(losses[1].1.get("mase").copied(), 4.0);
    near(losses[1].1.get("rmse").copied(), 8.0);
}

#[test]
fn a_gap_in_the_history_removes_the_two_pairs_it_touches() {
    let history = [Some(1.0), Some(2.0), None, Some(4.0), Some(7.0)];

    let scale = HistoryScale::of(history, NonZeroUsize::MIN);

    near(scale.absolute().ok(), 2.0);
    near(scale.squared().ok(), 5.0);
}

#[test]
fn quantile_losses_and_coverages_are_those_worked_out_by_hand() {
    let mut evaluation = p10_p50_p90();
    for (step, actual) in (1..).zip([10.0, 4.0, 25.0]) {
        let quantiles = &[5.0, 10.0, 20.0];
        let point = Observation { step, actual: Some(actual), forecast: 10.0, quantiles, ..PLAIN };
        evaluation.add(&point).unwrap();
    }
    let report = evaluation.finish();

    near(report.metric("p10.wql"), 2.0 * (0.5 + 0.9 + 2.0) / 39.0);
    near(report.metric("p50.wql"), 2.0 * (0.0 + 3.0 + 7.5) / 39.0);
    near(report.metric("p90.wql"), 2.0 * (1.0 + 1.6 + 4.5) / 39.0);
    near(report.metric("mean_wql"), 2.0 * (3.4 + 10.5 + 7.1) / 39.0 / 3.0);
    near(report.metric("p10.coverage"), 1.0 / 3.0);
    near(report.metric("p90.coverage"), 2.0 / 3.0);
    near(report.metric("coverage_80"), 1.0 / 3.0);
}

#[test]
fn crossing_quantiles_are_sorted_counted_and_listed() {
    let mut crossed = p10_p50_p90();
    let point = Observation { actual: Some(7.0), forecast: 6.0, ..PLAIN };
    crossed.add(&Observation { quantiles: &[9.0, 3.0, 6.0], ..point }).unwrap();
    let mut sorted = p10_p50_p90();
    sorted.add(&Observation { quantiles: &[3.0, 6.0, 9.0], ..point }).unwrap();
    let report = crossed.finish();

    assert_eq!(report.quantiles, sorted.finish().quantiles);
    let why = report.why_undefined("quantiles");
    assert_eq!(why, Some("crossing quantiles, sorted before scoring: 1"));
}

#[test]
fn a_missing_actual_is_left_out_and_listed() {
    let mut evaluation = points(&[(10.0, 12.0)]);
    evaluation.add(&Observation { actual: None, forecast: 99.0, ..PLAIN }).unwrap();
    evaluation.add(&Observation { actual: Some(f64::NAN), forecast: 99.0, ..PLAIN }).unwrap();
    let report = evaluation.finish();

    near(report.metric("mae"), 2.0);
    assert_eq!(report.holdout.points, Some(1));
    let why = report.why_undefined("points");
    assert_eq!(why, Some("actuals missing, not scored: 2"));
}

#[test]
fn a_group_without_any_actual_is_listed_and_not_dropped() {
    let mut evaluation = points(&[(10.0, 12.0)]);
    let groups = &[("store", "7")];
    evaluation.add(&Observation { groups, step: 2, actual: None, ..PLAIN }).unwrap();
    let report = evaluation.finish();

    assert_eq!(why(&report, "store.7.rmse"), "no actual value in the holdout");
    assert_eq!(why(&report, "step.2.rmse"), "no actual value in the holdout");
    assert!(report.groups["store"]["7"].is_empty());
}

#[test]
fn an_evaluation_without_points_defines_nothing_and_says_why() {
    let report = p10_p50_p90().finish();

    for metric in ["rmse", "wape", "wmae", "r2", "mase", "smape", "mean_wql", "coverage_80"] {
        assert_eq!(why(&report, metric), "no actual value in the holdout");
    }
    assert!(report.numbers().is_empty());
}

#[test]
fn zero_volume_leaves_the_shares_undefined() {
    let report = points(&[(0.0, 1.0), (0.0, 0.0)]).finish();

    assert_eq!(why(&report, "wape"), "zero volume");
    assert_eq!(why(&report, "bias"), "zero volume");
    assert_eq!(why(&report, "r2"), "constant actuals");
    near(report.metric("smape"), 0.5);
}

#[test]
fn bias_is_a_share_of_the_net_volume_when_returns_are_sold_negative() {
    let report = points(&[(30.0, 31.0), (-10.0, -9.0)]).finish();

    near(report.metric("bias"), 0.1);
    near(report.metric("wape"), 0.05);
}

#[test]
fn constant_actuals_that_are_no_binary_fraction_have_no_r2() {
    let report = points(&[(0.1, 0.2); 7]).finish();

    assert_eq!(why(&report, "r2"), "constant actuals");
}

#[test]
fn r2_survives_a_level_a_billion_times_the_spread() {
    let pairs: Vec<_> = (0..100_u32)
        .map(|step| 1e9 + f64::from(step % 2))
        .map(|actual| (actual, actual + 0.25))
        .collect();

    near(points(&pairs).finish().metric("r2"), 0.75);
}

#[test]
fn a_series_of_constant_history_is_named_and_left_out_of_the_mean() {
    let mut evaluation = points(&[(0.0, 1.0)]);
    evaluation.history("a", scale(&[0.0, 2.0], 1)).unwrap();
    for (series, history) in [("flat", &[3.0, 3.0, 3.0][..]), ("short", &[3.0][..])] {
        evaluation.add(&Observation { series, forecast: 9.0, ..PLAIN }).unwrap();
        evaluation.history(series, scale(history, 1)).unwrap();
    }
    evaluation.add(&Observation { series: "unknown", forecast: 9.0, ..PLAIN }).unwrap();
    let report = evaluation.finish();

    near(report.metric("mase"), 0.5);
    let listed: Vec<_> = report
        .undefined
        .iter()
        .filter(|entry| entry.metric == "mase")
        .map(|entry| (entry.series.as_deref().unwrap_or("all"), entry.why.as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            ("flat", "constant history"),
            ("short", "history shorter than one season and a step"),
            ("unknown", "no history was given"),
        ]
    );
}

#[test]
fn a_reason_common_to_all_series_is_said_once() {
    let mut evaluation = points(&[(0.0, 1.0)]);
    evaluation.add(&Observation { series: "b", ..PLAIN }).unwrap();
    let report = evaluation.finish();

    let entries = report.undefined.iter().filter(|entry| entry.metric == "mase").count();
    assert_eq!(entries, 1);
    assert_eq!(why(&report, "mase"), "no history was given");
}

#[test]
fn of_many_series_a_hundred_are_named_and_the_rest_counted() {
    let mut evaluation = points(&[(0.0, 1.0)]);
    evaluation.history("a", scale(&[0.0, 2.0], 1)).unwrap();
    for number in 0..130 {
        evaluation.add(&Observation { series: &format!("s{number}"), ..PLAIN }).unwrap();
    }
    let report = evaluation.finish();

    let of_mase = || report.undefined.iter().filter(|entry| entry.metric == "mase");
    assert_eq!(of_mase().count(), 101);
    assert!(of_mase().any(|entry| entry.why == "no history was given (30 more series)"));
}

#[test]
fn values_too_large_to_be_summed_are_undefined() {
    let report = points(&[(1e200, -1e200), (1e308, -1e308)]).finish();

    assert_eq!(why(&report, "rmse"), "the values are too large to be summed");
    assert_eq!(why(&report, "mae"), "the values are too large to be summed");
}

#[test]
fn a_forecast_that_is_not_a_number_is_an_error_and_adds_nothing() {
    let mut evaluation = points(&[(1.0, 2.0)]);
    let before = evaluation.clone();

    let error = evaluation.add(&Observation { forecast: f64::NAN, step: 3, ..PLAIN });

    let text = error.unwrap_err().to_string();
    assert_eq!(text, "forecast of series `a` at step 3 is NaN");
    assert_eq!(evaluation, before);
}

#[test]
fn the_number_of_quantiles_must_be_that_of_the_levels() {
    let error = p10_p50_p90().add(&Observation { quantiles: &[1.0], ..PLAIN }).unwrap_err();

    assert!(matches!(error, EvaluationError::QuantileCount { found: 1, expected: 3, .. }));
}

#[test]
fn quantile_levels_ascend_between_zero_and_one() {
    for wrong in [vec![0.0], vec![1.0], vec![0.5, 0.5], vec![0.9, 0.1], vec![f64::NAN]] {
        assert!(QuantileLevels::new(wrong.clone()).is_err(), "{wrong:?}");
    }
    assert_eq!(QuantileLevels::name(0.025), "p2.5");
    assert_eq!(QuantileLevels::name(0.29), "p29");
}

#[test]
fn the_best_baseline_has_the_least_rmse_and_other_points_are_told() {
    let mut evaluation = points(&[(10.0, 10.0), (20.0, 21.0)]);
    for (baseline, forecast) in [("naive", 13.0), ("mean", 12.0)] {
        let point = Observation { actual: Some(10.0), forecast, ..PLAIN };
        evaluation.add_baseline(baseline, &point).unwrap();
    }
    let report = evaluation.finish();

    assert_eq!(report.best_baseline.as_ref().map(|best| best.name.as_str()), Some("mean"));
    near(report.metric("baseline.naive.rmse"), 3.0);
    let why = report.why_undefined("baseline.mean");
    assert_eq!(why, Some("scored on 1 points, the model on 2"));
}
