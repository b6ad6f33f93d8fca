//! What holds for every model of one series, whatever the history.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that finds no number where one must be has failed"
)]

use forecast::local::{Local, LocalForecast, Range, Setting, forecast};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

fn made(model: Local, history: &[f64], seasons: &[usize]) -> LocalForecast {
    forecast(model, history, &Setting { seasons, horizon: 10, range: Range::Any })
}

/// A season of 4 on a line, with a wobble that no model explains.
fn sales(length: u32) -> Vec<f64> {
    let wave = [3.0, -1.0, 0.5, -2.5];
    let at = |t: u32| {
        let wobble = f64::from((t * 7919 + 13) % 101) / 50.0 - 1.0;
        40.0 + 0.3 * f64::from(t) + wave[t as usize % 4] + wobble
    };
    (0..length).map(at).collect()
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..1000.0_f64,
        2 => proptest::strategy::Just(0.0),
        1 => proptest::strategy::Just(f64::NAN),
        1 => proptest::strategy::Just(f64::INFINITY),
        1 => -50.0..50.0_f64,
        1 => (-300.0..300.0_f64).prop_map(|exponent| 10.0_f64.powf(exponent)),
    ]
}

fn model() -> impl Strategy<Value = Local> {
    prop::sample::select(Local::ALL.to_vec())
}

fn seasons() -> impl Strategy<Value = Vec<usize>> {
    prop::sample::select(vec![vec![], vec![4], vec![12], vec![7, 35], vec![52], vec![0, 1, 400]])
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_history_has_a_finite_forecast(
        model in model(), seasons in seasons(), history in prop::collection::vec(value(), 0..120),
    ) {
        let made = made(model, &history, &seasons);

        prop_assert_eq!((made.mean.len(), made.deviation.len()), (10, 10));
        prop_assert!(made.mean.iter().all(|mean| mean.is_finite()), "{:?}", made);
        prop_assert!(made.deviation.iter().all(|d| d.is_finite() && *d >= 0.0), "{:?}", made);
    }

    #[test]
    fn demand_is_never_negative(
        model in model(), seasons in seasons(), history in prop::collection::vec(value(), 0..60),
    ) {
        let setting = Setting { seasons: &seasons, horizon: 5, range: Range::Nonnegative };

        prop_assert!(forecast(model, &history, &setting).mean.iter().all(|mean| *mean >= 0.0));
    }

    #[test]
    fn other_units_by_a_power_of_two_change_nothing(
        model in model(), seasons in seasons(), exponent in -60..60_i32,
        history in prop::collection::vec(prop_oneof![0.0..1000.0_f64, 1.0..2.0_f64], 1..60),
    ) {
        let unit = 2.0_f64.powi(exponent);
        let other: Vec<f64> = history.iter().map(|value| value * unit).collect();

        let expected = made(model, &history, &seasons).mean.into_iter().map(|mean| mean * unit);
        prop_assert_eq!(made(model, &other, &seasons).mean, expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_same_is_forecast_twice(
        model in model(), length in 1..80_u32, _seed in any::<u8>(),
    ) {
        prop_assert_eq!(made(model, &sales(length), &[4]), made(model, &sales(length), &[4]));
    }

    #[test]
    fn a_constant_goes_on(model in model(), length in 1..90_usize, level in 0.1..1e6_f64) {
        let made = made(model, &vec![level; length], &[4]);

        for (mean, deviation) in made.mean.iter().zip(&made.deviation) {
            prop_assert!((mean - level).abs() <= 1e-6 * level, "{:?} {}", made, level);
            prop_assert!(*deviation <= 1e-6 * level, "{:?} {}", made, level);
        }
    }

    #[test]
    fn other_units_change_nothing_but_the_units(
        model in model(), length in 1..80_u32, unit in 0.001..1000.0_f64,
    ) {
        let history = sales(length);
        let other: Vec<f64> = history.iter().map(|value| value * unit).collect();

        let (one, other) = (made(model, &history, &[4]), made(model, &other, &[4]));
        for (one, other) in one.mean.iter().zip(&other.mean) {
            prop_assert!((one * unit / other - 1.0).abs() < 1e-3, "{} {}", one * unit, other);
        }
    }
}

#[test]
fn another_zero_point_moves_the_forecasts_with_it() {
    let history: Vec<f64> = sales(60).iter().map(|value| value - 500.0).collect();
    let moved: Vec<f64> = history.iter().map(|value| value - 37.0).collect();

    // Not exponential smoothing and what holds it: its search begins from units of the largest value.
    for model in [Local::Naive, Local::SeasonalNaive, Local::Drift, Local::Mean, Local::Theta] {
        let (one, other) = (made(model, &history, &[4]), made(model, &moved, &[4]));
        for (one, other) in one.mean.iter().zip(&other.mean) {
            assert!((one - 37.0 - other).abs() < 0.05, "{model:?}: {one} {other}");
        }
    }
}

#[test]
fn zeros_go_on_as_zeros() {
    for model in Local::ALL {
        let made = made(model, &[0.0; 50], &[7]);
        assert!(made.mean.iter().chain(&made.deviation).all(|v| v.abs() < 1e-12), "{model:?}");
    }
}

#[test]
fn nothing_known_is_forecast_as_zero_and_says_so() {
    for model in Local::ALL {
        let made = made(model, &[f64::NAN; 3], &[7]);
        assert_eq!((made.mean, made.form.as_str()), (vec![0.0; 10], "no history"));
    }
}

#[test]
fn a_single_value_is_forecast_to_stay() {
    for model in Local::ALL {
        assert_eq!(made(model, &[7.0], &[7, 365]).mean, vec![7.0; 10], "{model:?}");
    }
}

#[test]
fn a_model_that_does_not_suit_names_the_one_that_stepped_in() {
    let made = made(Local::Ets, &[5.0, 6.0, 7.0], &[12]);

    assert_eq!(made.used, Local::Naive);
}

#[test]
fn a_season_is_found_and_goes_on() {
    let history = sales(80);
    for model in [Local::Ets, Local::Theta, Local::Arima, Local::Mstl, Local::Auto] {
        let mean = made(model, &history, &[4]).mean;
        let high = mean[0] - f64::midpoint(mean[1], mean[3]);
        assert!((2.5..8.0).contains(&high), "{model:?}: {mean:?}");
    }
}

#[test]
fn two_seasons_are_found_and_go_on() {
    let at = |t: usize| {
        let day = if t % 24 >= 12 { 10.0 } else { -10.0 };
        let week = if t % 168 >= 120 { -6.0 } else { 2.4 };
        100.0 + day + week + f64::from(u8::try_from((t * 7919 + 13) % 11).unwrap_or(0)) / 5.0
    };
    let history: Vec<f64> = (0..672).map(at).collect();

    for model in [Local::Mstl, Local::Auto] {
        let setting = Setting { seasons: &[24, 168], horizon: 168, range: Range::Any };
        let mean = forecast(model, &history, &setting).mean;
        let far = mean.iter().zip((672..840).map(at)).map(|(mean, value)| (mean - value).abs());
        assert!(far.fold(0.0, f64::max) < 2.5, "{model:?}");
    }
}

#[test]
fn a_product_not_yet_launched_says_nothing_about_its_sales() {
    let sold = sales(60);
    let mut history = vec![0.0; 40];
    history.extend(&sold);

    assert_eq!(made(Local::Auto, &history, &[4]).mean, made(Local::Auto, &sold, &[4]).mean);
}

#[test]
fn rare_sales_are_forecast_as_their_rate() {
    let history: Vec<f64> = (0..120).map(|t| if t % 5 == 2 { 10.0 } else { 0.0 }).collect();

    let made = made(Local::Auto, &history, &[7]);

    assert_eq!(made.used, Local::Intermittent);
    assert!((made.mean[0] - 2.0).abs() < 0.3, "{:?}", made.mean);
}

#[test]
fn sales_that_stopped_are_forecast_to_stay_low() {
    let mut history: Vec<f64> = (0..60).map(|t| if t % 3 == 0 { 9.0 } else { 0.0 }).collect();
    history.extend([0.0; 60]);

    assert!(made(Local::Auto, &history, &[]).mean[0] < 0.1);
}

#[test]
fn gaps_are_bridged_by_the_season() {
    let whole = sales(60);
    let mut gaps = whole.clone();
    for t in [10, 11, 12, 25, 40, 41] {
        gaps[t] = f64::NAN;
    }

    let (one, other) = (made(Local::Auto, &whole, &[4]).mean, made(Local::Auto, &gaps, &[4]).mean);
    assert!(one.iter().zip(&other).all(|(one, other)| (one - other).abs() < 1.5));
}

#[test]
fn what_lies_further_ahead_is_less_certain() {
    for model in [Local::Naive, Local::Drift, Local::Ets, Local::Theta, Local::Arima, Local::Auto] {
        let deviation = made(model, &sales(60), &[4]).deviation;
        // Two cycles apart, because a multiplied season is in the deviations too.
        assert!(deviation[8] > deviation[0] && deviation[0] > 0.0, "{model:?}: {deviation:?}");
    }
}
