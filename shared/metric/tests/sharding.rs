//! Do N shards, in any order and through JSON, reduce to the report of the whole?

use std::num::NonZeroUsize;

use metric::{Day, Evaluation, HistoryScale, Observation, QuantileLevels, Report};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, proptest};
use proptest::{prop_assert, prop_assert_eq, prop_oneof};

/// One point as the strategy draws it.
#[derive(Debug, Clone)]
struct Drawn {
    series: u8,
    step: u32,
    holiday: bool,
    actual: Option<f64>,
    forecast: f64,
    quantiles: [f64; 3],
    shard: usize,
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e3..1e3_f64,
        2 => Just(0.0),
        1 => (0..5_i32).prop_map(f64::from),
        1 => 1e8..1e9_f64,
        1 => -1e-6..1e-6_f64,
    ]
}

fn point() -> impl Strategy<Value = Drawn> {
    let quantiles = [number(), number(), number()];
    let actual = prop::option::weighted(0.9, number());
    (0..4_u8, 1..5_u32, any::<bool>(), actual, number(), quantiles, 0..5_usize).prop_map(
        |(series, step, holiday, actual, forecast, quantiles, shard)| Drawn {
            series,
            step,
            holiday,
            actual,
            forecast,
            quantiles,
            shard,
        },
    )
}

/// What is done to every drawn number before it is evaluated.
#[derive(Clone, Copy)]
struct Law {
    factor: f64,
    shift: f64,
}

const AS_DRAWN: Law = Law { factor: 1.0, shift: 0.0 };

#[cfg(test)]
mod building {
    use super::{
        Day, Drawn, Evaluation, HistoryScale, Law, NonZeroUsize, Observation, QuantileLevels,
    };

    pub(super) fn evaluation<'a>(
        points: impl IntoIterator<Item = &'a Drawn>,
        law: Law,
    ) -> Evaluation {
        let quantiles = QuantileLevels::new(vec![0.1, 0.5, 0.9]).unwrap();
        let mut evaluation = Evaluation::new(quantiles);
        let apply = |value: f64| value * law.factor + law.shift;
        for number in 0..4_u8 {
            // The history of series 0 is constant.
            let history = (0..9_u8).map(|at| Some(apply(f64::from(number * at % 7))));
            let scale = HistoryScale::of(history, NonZeroUsize::new(2).unwrap());
            evaluation.history(&number.to_string(), scale).unwrap();
        }
        for drawn in points {
            let series = drawn.series.to_string();
            let observation = Observation {
                series: &series,
                groups: &[("parity", if drawn.series % 2 == 0 { "even" } else { "odd" })],
                step: drawn.step,
                day: if drawn.holiday { Day::Holiday } else { Day::Ordinary },
                actual: drawn.actual.map(apply),
                forecast: apply(drawn.forecast),
                quantiles: &drawn.quantiles.map(apply),
            };
            evaluation.add(&observation).unwrap();
            evaluation.add_baseline("naive", &observation).unwrap();
        }
        evaluation
    }

    /// Through JSON, as a shard on another machine comes.
    pub(super) fn sent(evaluation: &Evaluation) -> Evaluation {
        serde_json::from_str(&serde_json::to_string(evaluation).unwrap()).unwrap()
    }
}

use crate::building::{evaluation, sent};

/// The largest relative distance between two reports' numbers, with its name.
fn apart(one: &Report, other: &Report) -> (f64, String) {
    let (one, other) = (one.numbers(), other.numbers());
    assert!(one.keys().eq(other.keys()), "the reports define different metrics");
    let distance = |(name, value): (&String, &f64)| {
        let other = other.get(name).copied().unwrap_or(f64::NAN);
        let size = value.abs().max(other.abs());
        ((value - other).abs() / if size == 0.0 { 1.0 } else { size }, name.clone())
    };
    let all = one.iter().map(distance);
    all.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_sharding_in_any_order_reduces_to_the_whole(
        points in prop::collection::vec(point(), 0..60),
        backwards in any::<bool>(),
    ) {
        let whole = evaluation(&points, AS_DRAWN);
        let mut shards: Vec<Evaluation> = (0..5)
            .map(|shard| points.iter().rev().filter(move |point| point.shard == shard))
            .map(|points| evaluation(points, AS_DRAWN))
            .collect();
        if backwards {
            shards.reverse();
        }

        let mut merged = evaluation([], AS_DRAWN);
        for shard in &shards {
            merged.merge(&sent(shard)).unwrap();
        }

        let (one, other) = (whole.finish(), merged.finish());
        let (distance, name) = apart(&one, &other);
        prop_assert!(distance <= 1e-12, "{name} is {distance} apart");
        prop_assert_eq!(one.undefined, other.undefined);
        prop_assert_eq!(one.holdout, other.holdout);
    }

    #[test]
    fn a_shard_reads_back_as_the_same_bits(points in prop::collection::vec(point(), 0..40)) {
        let shard = evaluation(&points, AS_DRAWN);

        prop_assert_eq!(sent(&shard), shard);
    }

    #[test]
    fn doubling_every_number_doubles_the_errors_and_keeps_the_shares(
        points in prop::collection::vec(point(), 1..40),
    ) {
        let one = evaluation(&points, AS_DRAWN).finish();
        let double = evaluation(&points, Law { factor: 2.0, shift: 0.0 }).finish();

        for (name, value) in one.numbers() {
            let last = name.rsplit('.').next().unwrap();
            let factor = if ["rmse", "mae", "wmae"].contains(&last) { 2.0 } else { 1.0 };
            // A factor of two is exact, so the two agree to the last bits.
            let expected = factor * value;
            let found = double.metric(&name).unwrap();
            prop_assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{name}");
        }
        prop_assert_eq!(one.undefined, double.undefined);
    }

    #[test]
    fn shifting_every_number_keeps_the_errors(
        points in prop::collection::vec(point(), 1..40),
    ) {
        let one = evaluation(&points, AS_DRAWN).finish();
        let shifted = evaluation(&points, Law { factor: 1.0, shift: 1024.0 }).finish();

        for name in ["rmse", "mae", "wmae", "mase", "rmsse", "r2"] {
            let (Some(one), Some(shifted)) = (one.metric(name), shifted.metric(name)) else {
                continue;
            };
            // The drawn numbers lose bits when 1024 is added to them.
            prop_assert!((one - shifted).abs() <= 1e-6 * (1.0 + one.abs()), "{name}");
        }
    }

    #[test]
    fn nothing_is_dropped_without_an_entry(points in prop::collection::vec(point(), 0..40)) {
        let report = evaluation(&points, AS_DRAWN).finish();

        for (name, metric) in &report.metrics {
            prop_assert!(metric.value.is_some() || report.why_undefined(name).is_some());
        }
        let missing = points.iter().filter(|point| point.actual.is_none()).count();
        let scored = u64::try_from(points.len() - missing).unwrap();
        prop_assert_eq!(report.holdout.points, Some(scored));
        prop_assert_eq!(missing > 0, report.why_undefined("points").is_some());
        prop_assert_eq!(Report::parse(report.to_json().unwrap().as_bytes()).is_ok(), true);
    }
}

#[test]
fn shards_of_other_terms_or_scales_are_refused_and_change_nothing() {
    let mut mine = evaluation([], AS_DRAWN);
    let before = mine.clone();
    let levels = QuantileLevels::new(vec![0.5]).unwrap();

    assert!(mine.merge(&Evaluation::new(levels)).is_err());
    let other = evaluation([], Law { factor: 3.0, shift: 0.0 });
    let error = mine.merge(&other).unwrap_err();

    assert_eq!(error.to_string(), "series `1` has two different history scales");
    assert_eq!(mine, before);
}

#[test]
fn a_million_small_numbers_do_not_vanish_beside_a_large_one() {
    let mut sum = metric::Sum::default();

    sum.add(1e16);
    for _ in 0..1_000_000 {
        sum.add(0.1);
    }
    sum.add(-1e16);

    // 0.1 as a double is 0.1 + 5.6e-18, so the exact sum is 100000.0000000000056.
    assert!((sum.value() - 100_000.0).abs() < 1e-10, "{}", sum.value());
}
