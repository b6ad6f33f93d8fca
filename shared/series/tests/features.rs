//! What models learn from: what the features are, and that they know nothing of what comes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "places of a few points are exact as numbers"
)]

use proptest::prelude::*;
use scenario::data::{CalendarPart, Gap, NegativeTarget};
use series::clean::{Gaps, clean};
use series::features::{
    FeatureTable, Recipe, actuals, ahead, class_weights, high_demand, training,
};
use series::frequency::{Frequency, Unit};
use series::grid::{Grid, Moment};
use series::panel::{Column, Known, Panel, Series};

const MONDAY: i64 = 1_577_836_800 + 5 * 86_400;

fn column(name: &str, known: Known) -> Column {
    Column { name: name.to_owned(), known, levels: None }
}

fn panel(targets: Vec<Vec<f64>>, more: usize) -> Panel {
    let series = targets.into_iter().enumerate().map(|(place, target)| {
        let length = target.len();
        let count = |from: f64| (0..length).map(move |point| from + point as f64);
        let known: Vec<f64> = (0..length + more).map(|point| f64::from(point % 5 == 0)).collect();
        Series {
            id: vec![format!("s{place}")],
            start: place as i64,
            target,
            values: vec![known, count(100.0).collect(), vec![place as f64]],
        }
    });
    Panel {
        grid: Grid::through(Moment(MONDAY), Frequency::every(Unit::Day)),
        keys: vec!["store".to_owned()],
        columns: vec![
            column("holiday", Known::Ahead),
            column("weather", Known::Afterwards),
            column("size", Known::Always),
        ],
        series: series.collect(),
    }
}

fn recipe() -> Recipe {
    Recipe {
        horizon: 3,
        calendar: vec![CalendarPart::DayOfWeek, CalendarPart::Month],
        lags: vec![1, 2, 7],
        rolling: vec![2, 4],
        holiday: Some("holiday".to_owned()),
        holiday_window: 2,
        markdowns: vec!["holiday".to_owned()],
    }
}

fn values(table: &FeatureTable, name: &str) -> Vec<f32> {
    let place = table.features.iter().position(|feature| feature.name == name).unwrap();
    table.columns[place].clone()
}

/// The columns as bits, so that missing values are equal as well.
fn bits(table: &FeatureTable) -> Vec<Vec<u32>> {
    let column = |column: &Vec<f32>| column.iter().map(|value| value.to_bits()).collect();
    table.columns.iter().map(column).collect()
}

#[test]
fn features_are_what_their_names_say() {
    let panel = panel(vec![(1..=10).map(f64::from).collect()], 3);

    let table = training(&panel, &recipe(), 9);
    let next = ahead(&panel, &recipe(), 9);

    assert_eq!(values(&table, "lag_3")[3..], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    assert!(values(&table, "lag_3")[..3].iter().all(|value| value.is_nan()));
    assert_eq!(values(&next, "lag_3"), [8.0, 9.0, 10.0]);
    assert_eq!(values(&next, "lag_4"), [7.0, 8.0, 9.0]);
    assert_eq!(values(&next, "mean_2"), [7.5, 8.5, 9.5]);
    assert!((values(&next, "deviation_2")[0] - 0.5_f32.sqrt()).abs() < 1e-6);
    assert_eq!(values(&next, "weather_lag_3"), [107.0, 108.0, 109.0]);
    assert_eq!(values(&next, "size"), [0.0; 3]);
    assert_eq!(values(&next, "holiday"), [1.0, 0.0, 0.0]);
    assert_eq!(values(&next, "holiday_next"), [0.0, 3.0, 3.0]);
    assert_eq!(values(&next, "holiday_last"), [0.0, 1.0, 2.0]);
    assert_eq!(values(&next, "markdown_present"), [1.0, 0.0, 0.0]);
    assert_eq!(values(&table, "day_of_week")[..8], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0]);
    assert!(next.target.iter().all(|target| target.is_nan()));
}

#[test]
fn lags_shorter_than_the_horizon_become_their_first_multiple_that_is_not() {
    let lags = |horizon| Recipe { horizon, lags: vec![1, 7, 14, 28, 35], ..recipe() }.lifted_lags();

    assert_eq!(lags(28), [28, 35]);
    assert_eq!(lags(30), [30, 35, 42, 56]);
    assert_eq!(lags(1), [1, 7, 14, 28, 35]);
}

#[test]
fn a_series_of_one_point_has_rows_without_history() {
    let panel = panel(vec![(1..=10).map(f64::from).collect(), vec![5.0]], 0);

    let next = ahead(&panel, &recipe(), 9);

    assert_eq!(next.len(), 6);
    assert!(values(&next, "lag_3")[3..].iter().all(|value| value.is_nan()));
    assert_eq!(actuals(&panel, &next.rows).len(), 6);
}

#[test]
fn high_demand_is_at_or_above_the_share() {
    let targets: Vec<f64> = (1..=100).map(f64::from).collect();

    let high = high_demand(&targets, 0.75).unwrap();

    assert!((high.threshold - 75.0).abs() < 1e-9);
    assert_eq!(high.labels.iter().filter(|is_high| **is_high).count(), 26);
    assert_eq!(high_demand(&[f64::NAN], 0.5), None);
}

#[test]
fn classes_weigh_the_same_together() {
    let weights = class_weights(&[1.0, 2.0, 3.0, 50.0, f64::NAN], &[7.0, 30.0, 90.0]);

    let low: f32 = weights[..3].iter().sum();
    assert!((low - weights[3]).abs() < 1e-6);
    assert!((low + weights[3] - 4.0).abs() < 1e-6 && weights[4] == 0.0);
}

#[test]
fn gaps_are_filled_from_what_was_before_and_dropped_targets_are_not() {
    let target = vec![4.0, f64::NAN, -2.0, 1.0, f64::NAN];
    let cleaned = |negative, gap| {
        let mut panel = panel(vec![target.clone()], 0);
        clean(&mut panel, negative, Gaps::Fill(gap));
        format!("{:?}", panel.series[0].target)
    };

    assert_eq!(cleaned(NegativeTarget::Keep, Gap::Zero), "[4.0, 0.0, -2.0, 1.0, 0.0]");
    assert_eq!(cleaned(NegativeTarget::Clip, Gap::Mean), "[4.0, 4.0, 0.0, 1.0, 2.25]");
    assert_eq!(cleaned(NegativeTarget::Drop, Gap::Median), "[4.0, 4.0, NaN, 1.0, 4.0]");
}

#[test]
fn a_panel_until_an_origin_knows_nothing_after_it_but_what_is_known_ahead() {
    let panel = panel(vec![vec![1.0; 20], vec![2.0; 20]], 3);

    let then = panel.until(9, 3);

    assert_eq!(then.series[1].target.len(), 9);
    assert_eq!(then.series[1].values.iter().map(Vec::len).collect::<Vec<_>>(), [12, 9, 1]);
    assert_eq!(then.extent(), Some((0, 9)));
}

fn target() -> impl Strategy<Value = f64> {
    prop_oneof![5 => -100.0..1000.0_f64, 1 => Just(f64::NAN), 1 => prop::num::f64::NORMAL]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Seen to fail with a leak planted by hand: `Delay::at_least` giving one point less and
    /// `History::of_target` holding the whole series. Either guard alone still holds this, and the
    /// property after this one sees the first of the two.
    #[test]
    fn nothing_after_the_origin_changes_a_feature(
        targets in prop::collection::vec(prop::collection::vec(target(), 12..40), 1..4),
        noise in prop::collection::vec(target(), 40),
        origin in 4_i64..11,
        horizon in 1_u32..6,
    ) {
        let recipe = Recipe { horizon, ..recipe() };
        let before = panel(targets, 6);
        let mut after = before.clone();
        for series in &mut after.series {
            let first = usize::try_from(origin - series.start + 1).unwrap();
            let weather = series.values.get_mut(1).unwrap();
            for (place, noise) in noise.iter().enumerate().skip(first) {
                series.target.get_mut(place).into_iter().for_each(|value| *value = *noise);
                weather.get_mut(place).into_iter().for_each(|value| *value = *noise);
            }
            series.target.truncate(first + noise.len() % 7);
        }

        for (one, other) in [
            (training(&before, &recipe, origin), training(&after, &recipe, origin)),
            (ahead(&before, &recipe, origin), ahead(&after, &recipe, origin)),
        ] {
            prop_assert_eq!(&one.rows, &other.rows);
            prop_assert_eq!(bits(&one), bits(&other));
        }
    }

    /// A row of training must look as it did when it lay ahead, at the origin a horizon before.
    #[test]
    fn a_row_is_the_same_in_training_and_ahead(
        target in prop::collection::vec(target(), 20..40),
        point in 8_i64..19,
    ) {
        let panel = panel(vec![target], 6);
        let recipe = recipe();
        let then = ahead(&panel, &recipe, point - 3);
        let now = training(&panel, &recipe, 19);
        let was = then.rows.iter().position(|row| row.point == point).unwrap();
        let Some(is) = now.rows.iter().position(|row| row.point == point) else { return Ok(()) };

        for (then, now) in bits(&then).iter().zip(&bits(&now)) {
            prop_assert_eq!(then[was], now[is]);
        }
    }

    #[test]
    fn gaps_are_filled_as_if_nothing_came_after(
        target in prop::collection::vec(target(), 12..40),
        cut in 1_i64..11,
    ) {
        for gap in [Gap::Zero, Gap::Mean, Gap::Median] {
            let whole = panel(vec![target.clone()], 0);
            let mut first = whole.until(cut, 0);
            let mut cleaned = whole;
            clean(&mut cleaned, NegativeTarget::Clip, Gaps::Fill(gap));
            clean(&mut first, NegativeTarget::Clip, Gaps::Fill(gap));

            let cleaned: Vec<u64> = cleaned.series[0].until(cut).iter().map(|v| v.to_bits()).collect();
            let first: Vec<u64> = first.series[0].target.iter().map(|v| v.to_bits()).collect();
            prop_assert_eq!(cleaned, first);
        }
    }
}
