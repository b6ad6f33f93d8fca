//! What every forecast of a panel promises, whatever the panel.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "tests: a missing value should stop them, and the panels are small"
)]

use forecast::backtest::cut;
use forecast::candidate::Candidate;
use forecast::explain::importance;
use forecast::local::{Local, Range};
use forecast::pooled::{Learner, Regression};
use forecast::task::{Combination, Task};
use forecast::view::{View, end};
use forecast::{Fitted, PanelForecast, auto, fit};
use serde_json::Value;
use series::frequency::{Frequency, Unit};
use series::grid::{Grid, Moment};
use series::panel::{Column, Known, Panel, Series};

const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

/// A number between 0 and 1 that depends on its place only.
fn chance(series: usize, point: usize) -> f64 {
    let mut state = (series as u64 * 7919 + point as u64 * 104_729 + 17) % 2_147_483_647;
    for _ in 0..3 {
        state = state * 48_271 % 2_147_483_647;
    }
    state as f64 / 2_147_483_647.0
}

fn sales(series: usize, point: usize) -> f64 {
    let week = 1.0 + 0.4 * ((point % 7) as f64 / 6.0);
    (10.0 * (series + 1) as f64 * week * (0.7 + 0.6 * chance(series, point))).round()
}

fn of_targets(unit: Unit, targets: Vec<Vec<f64>>) -> Panel {
    let series = |(place, target): (usize, Vec<f64>)| {
        let price = (0..target.len() + 40).map(|point| 2.0 + chance(place + 50, point));
        let weather = (0..target.len()).map(|point| chance(place + 90, point));
        let values = vec![price.collect(), weather.collect()];
        let id = vec![(place % 2).to_string(), (place / 2).to_string()];
        Series { id, start: 0, target, values }
    };
    let column = |name: &str, known| Column { name: name.to_owned(), known, levels: None };
    Panel {
        grid: Grid::through(Moment(1_388_534_400), Frequency::every(unit)),
        keys: vec!["store".to_owned(), "item".to_owned()],
        columns: vec![column("price", Known::Ahead), column("weather", Known::Afterwards)],
        series: targets.into_iter().enumerate().map(series).collect(),
    }
}

/// With a price that is known ahead and weather that is not.
fn priced(series: usize, days: usize) -> Panel {
    let target = |series: usize| (0..days).map(|day| sales(series, day)).collect();
    of_targets(Unit::Day, (0..series).map(target).collect())
}

fn shop(series: usize, days: usize) -> Panel {
    plain(priced(series, days))
}

fn plain(mut panel: Panel) -> Panel {
    panel.columns.clear();
    panel.series.iter_mut().for_each(|series| series.values.clear());
    panel
}

fn all_kinds() -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Local::ALL.map(Candidate::Local).to_vec();
    all.extend([Candidate::Multiplicative, Candidate::Analogues]);
    for learner in [Learner::Ridge, Learner::Boosted, Learner::Leafwise, Learner::Oblivious] {
        all.extend(Regression::both(learner).map(Candidate::Regression));
    }
    all
}

fn assert_sound(forecast: &PanelForecast, horizon: usize) {
    for series in &forecast.series {
        assert_eq!(series.mean.len(), horizon);
        for (mean, quantiles) in series.mean.iter().zip(&series.quantiles) {
            assert!(mean.is_finite(), "{series:?}");
            assert_eq!(quantiles.len(), forecast.levels.len());
            assert!(quantiles.iter().all(|value| value.is_finite()), "{series:?}");
            assert!(quantiles.windows(2).all(|pair| pair[0] <= pair[1]), "{series:?}");
        }
    }
}

#[test]
fn no_candidate_sees_beyond_the_origin() {
    let panel = priced(6, 480);
    let (origin, horizon) = (450, 14);
    let mut later = panel.clone();
    for series in &mut later.series {
        series.target[450..].iter_mut().for_each(|value| *value += 1000.0);
        series.values[0][464..].iter_mut().for_each(|value| *value += 1000.0);
        series.values[1][450..].iter_mut().for_each(|value| *value += 1000.0);
    }
    let task = Task { candidates: all_kinds(), rounds: 5, ..Task::guess(&panel, horizon) };

    let before = View::at(&panel, origin, horizon);
    let after = View::at(&later, origin, horizon);

    for candidate in task.members(&before) {
        let name = candidate.name(&panel.keys);
        let known = candidate.forecast(&before, &task).unwrap();
        assert!(known.is_some(), "{name}");
        assert_eq!(known, candidate.forecast(&after, &task).unwrap(), "{name}");
    }
}

#[test]
fn a_plan_for_an_earlier_origin_knows_nothing_of_later_values() {
    let panel = shop(4, 300);
    let mut later = panel.clone();
    for series in &mut later.series {
        series.target[280..].fill(9999.0);
    }

    let known = auto(&cut(&panel, 280), 14, &LEVELS).unwrap();

    assert_eq!(known, auto(&cut(&later, 280), 14, &LEVELS).unwrap());
}

#[test]
fn the_same_seed_gives_the_same_forecast_on_any_number_of_threads() {
    let panel = priced(8, 150);
    let candidates = all_kinds();
    let task = Task { candidates, seed: 7, rounds: 4, ..Task::guess(&panel, 7) };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fitted = fit(&panel, &task).unwrap();
            (fitted.forecast(&panel, 7).unwrap(), fitted.to_json().unwrap())
        })
    };

    let one = run(1);

    assert_eq!(one, run(2));
    assert_eq!(one, run(4));
}

/// Sold on one day in five.
fn seldom_sold() -> Panel {
    let mut panel = shop(5, 200);
    for (place, series) in panel.series.iter_mut().enumerate() {
        for (day, value) in series.target.iter_mut().enumerate() {
            *value = if (day + place) % 5 == 0 { *value } else { 0.0 };
        }
    }
    panel
}

/// Little on most days and anything on two of the week, so that errors are larger than forecasts.
fn unsteady() -> Panel {
    let sold = |series: usize, day: usize| {
        let most = if day % 7 < 2 { 40.0 } else { 3.0 };
        (most * chance(series, day).powi(3)).ceil()
    };
    let target = |series: usize| (0..200).map(|day| sold(series, day)).collect();
    plain(of_targets(Unit::Day, (0..5).map(target).collect()))
}

const MANY_LEVELS: [f64; 6] = [0.01, 0.1, 0.4, 0.5, 0.9, 0.99];

#[test]
fn quantiles_never_cross() {
    for panel in [seldom_sold(), unsteady()] {
        let (_, forecast) = auto(&panel, 21, &MANY_LEVELS).unwrap();

        assert_sound(&forecast, 21);
    }
}

#[test]
fn demand_is_never_negative() {
    for panel in [seldom_sold(), unsteady()] {
        let (_, forecast) = auto(&panel, 21, &MANY_LEVELS).unwrap();

        for series in &forecast.series {
            assert!(series.mean.iter().all(|&mean| mean >= 0.0));
            assert!(series.quantiles.iter().flatten().all(|&value| value >= 0.0));
        }
    }
}

#[test]
fn what_is_mostly_not_sold_has_a_lower_quantile_of_zero_and_an_upper_one_above() {
    let mut panel = shop(6, 200);
    for day in 0..200 {
        let sold = chance(77, day) < 0.15;
        panel.series[0].target[day] = if sold { 30.0 } else { 0.0 };
    }

    let (_, forecast) = auto(&panel, 21, &[0.1, 0.5, 0.99]).unwrap();

    for quantiles in &forecast.series[0].quantiles {
        assert_eq!(quantiles[..2], [0.0, 0.0]);
        assert!(quantiles[2] > 0.0, "{quantiles:?}");
    }
    assert!(forecast.series[3].quantiles.iter().all(|quantiles| quantiles[0] > 0.0));
}

#[test]
fn what_can_be_negative_is_not_cut_at_zero() {
    let target = |series: usize| (0..120).map(|day| 20.0 * chance(series, day) - 15.0).collect();
    let panel = plain(of_targets(Unit::Day, (0..4).map(target).collect()));

    let (fitted, forecast) = auto(&panel, 7, &LEVELS).unwrap();

    assert_eq!(fitted.task.range, Range::Any);
    assert!(forecast.series.iter().flat_map(|series| &series.quantiles).any(|q| q[0] < 0.0));
}

#[test]
fn explanations_of_every_kind_of_model_add_up_to_the_forecast() {
    let panel = priced(6, 130);
    let guess = Task::guess(&panel, 14);
    let task = Task { combination: Combination::Best, rounds: 5, ..guess };
    let view = View::before_end(&panel, task.origins, 0, 14);
    let every = Task { candidates: all_kinds(), ..task.clone() };

    for candidate in every.members(&view) {
        let fitted = fit(&panel, &Task { candidates: vec![candidate], ..task.clone() }).unwrap();
        assert_adds_up(&fitted, &panel, &candidate.name(&panel.keys));
    }
    let mixture = fit(&panel, &Task { rounds: 5, ..Task::guess(&panel, 14) }).unwrap();
    assert_adds_up(&mixture, &panel, "mixture");
}

fn assert_adds_up(fitted: &Fitted, panel: &Panel, name: &str) {
    let forecast = fitted.forecast(panel, 14).unwrap();
    let explained = fitted.explain(panel, 14, &[0, 3, 5]).unwrap();
    assert_eq!(explained.len(), 3, "{name}");
    for (explanation, series) in explained.iter().zip([0, 3, 5]) {
        assert_eq!(explanation.mean, forecast.series[series].mean, "{name}");
        for (step, mean) in explanation.mean.iter().enumerate() {
            let sum: f64 = explanation.parts.values().map(|values| values[step]).sum();
            assert!((sum - mean).abs() < 1e-6 * mean.abs().max(1.0), "{name}: {sum} {mean}");
        }
        let limit = explanation.parts.get("limit").map_or(0.0, |limit| limit[0].abs());
        assert!(limit < 1e-3 * explanation.mean[0].abs(), "{name} leaves {limit} unexplained");
    }
    assert!(importance(&explained)[0].1 > 0.0, "{name}");
}

#[test]
fn some_series_are_forecast_as_they_are_among_all() {
    let mut panel = priced(6, 130);
    let guess = Task::guess(&panel, 14);
    let task = Task { combination: Combination::Best, rounds: 5, ..guess };
    let fit_of = |it| fit(&panel, &Task { candidates: vec![it], ..task.clone() }).unwrap();
    let fitted: Vec<Fitted> = all_kinds().into_iter().map(fit_of).collect();
    // A series of which nothing is known gets what is known of all others.
    panel.series[4].target.clear();

    for fitted in fitted {
        let all = fitted.forecast(&panel, 14).unwrap().series;
        for wanted in [vec![5, 0, 3], vec![1, 4], vec![5, 4, 3, 2, 1, 0], vec![]] {
            let some = fitted.forecast_some(&panel, 14, &wanted).unwrap().series;
            let among_all: Vec<_> = wanted.iter().map(|&series| all[series].clone()).collect();
            assert_eq!(some, among_all, "{:?}", fitted.choice);
        }
    }
}

#[test]
fn a_stored_plan_forecasts_the_same() {
    let panel = priced(6, 430);
    let regression = Regression::both(Learner::Boosted)[0];
    let mut candidates = vec![Candidate::Multiplicative, Candidate::Local(Local::Theta)];
    candidates.push(Candidate::Regression(regression));
    let task = Task { candidates, rounds: 8, ..Task::guess(&panel, 14) };
    let fitted = fit(&panel, &task).unwrap();

    let read = Fitted::from_json(&fitted.to_json().unwrap()).unwrap();

    assert_eq!(read.forecast(&panel, 14).unwrap(), fitted.forecast(&panel, 14).unwrap());
}

#[test]
fn trees_that_cannot_be_read_are_an_error_and_no_member_that_is_left_out() {
    let panel = priced(6, 130);
    let regression = Candidate::Regression(Regression::both(Learner::Boosted)[0]);
    let candidates = vec![regression, Candidate::Local(Local::Theta)];
    let task = Task { candidates, rounds: 5, ..Task::guess(&panel, 14) };
    let mut plan: Value =
        serde_json::from_str(&fit(&panel, &task).unwrap().to_json().unwrap()).unwrap();
    let mixed = serde_json::json!({ "candidate": regression, "weights": [0.5, 0.5, 0.5] });
    plan["choice"]["members"].as_array_mut().unwrap().push(mixed);
    let sound = Task { combination: Combination::Best, candidates: vec![regression], ..task };
    let trained = serde_json::to_value(fit(&panel, &sound).unwrap()).unwrap()["trained"].take();
    plan["trained"] = trained;
    plan["trained"][0][1]["learned"]["trees"] = Value::from("{}");

    let fitted = Fitted::from_json(&plan.to_string()).unwrap();

    assert!(matches!(fitted.forecast(&panel, 14), Err(forecast::Error::File(_))));
    assert!(matches!(fitted.explain(&panel, 14, &[0]), Err(forecast::Error::File(_))));
}

#[test]
fn odd_panels_get_a_sensible_forecast() {
    let nan = f64::NAN;
    let panels = [
        ("all zero", vec![vec![0.0; 60]; 3]),
        ("all missing", vec![vec![nan; 60]; 3]),
        ("one series", vec![(0..90).map(|day| sales(1, day)).collect()]),
        ("constant", vec![vec![5.0; 50]; 2]),
        ("one point", vec![vec![7.0]]),
        ("nothing", vec![Vec::new()]),
        ("two points", vec![vec![3.0, 5.0], vec![4.0, 4.0]]),
        ("gaps", vec![(0..80).map(|day| if day % 3 == 0 { nan } else { sales(0, day) }).collect()]),
    ];
    for unit in [Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year] {
        for (name, targets) in panels.clone() {
            let panel = of_targets(unit, targets);
            let panel = if unit == Unit::Day { panel } else { plain(panel) };

            let (_, forecast) = auto(&panel, 6, &LEVELS).unwrap();

            assert_sound(&forecast, 6);
            let mean = forecast.series[0].mean[0];
            let expected = match name {
                "constant" => 5.0,
                "one point" => 7.0,
                "all zero" | "all missing" | "nothing" => 0.0,
                _ => continue,
            };
            assert!((mean - expected).abs() < 1e-6, "{name} {unit:?}: {mean}");
        }
    }
}

#[test]
fn a_new_series_gets_the_level_of_its_kin() {
    let mut panel = shop(8, 400);
    let usual: f64 = panel.series[6].target.iter().sum::<f64>() / 400.0;
    let last = panel.series.len() - 1;
    panel.series[last].target.clear();

    let (_, forecast) = auto(&panel, 7, &LEVELS).unwrap();

    let mean = forecast.series[last].mean.iter().sum::<f64>() / 7.0;
    assert!(mean > 0.3 * usual && mean < 3.0 * usual, "{mean} against {usual}");
    assert_eq!(forecast.series[last].start, end(&panel));
}

#[test]
fn pooled_calendar_factors_find_a_product_of_factors() {
    let target = |series: usize| -> Vec<f64> {
        let level = 20.0 * (series + 1) as f64;
        (0..800_usize).map(|day| level * (1.0 + 0.1 * (day % 7) as f64)).collect()
    };
    let panel = of_targets(Unit::Day, (0..4).map(target).collect());
    let task = Task { candidates: vec![Candidate::Multiplicative], ..Task::guess(&panel, 28) };

    let forecast = fit(&panel, &task).unwrap().forecast(&panel, 28).unwrap();

    for (series, place) in forecast.series.iter().zip(1..) {
        for (step, mean) in series.mean.iter().enumerate() {
            let truth = 20.0 * f64::from(place) * (1.0 + 0.1 * ((800 + step) % 7) as f64);
            assert!((mean / truth - 1.0).abs() < 0.02, "{mean} {truth}");
        }
    }
}

#[test]
fn intervals_cover_as_much_as_they_say() {
    let panel = shop(40, 400);
    let early = cut(&panel, 372);

    let (_, forecast) = auto(&early, 28, &LEVELS).unwrap();

    let mut inside = 0;
    for (series, truth) in forecast.series.iter().zip(&panel.series) {
        let days = series.quantiles.iter().zip(&truth.target[372..]);
        inside += days.filter(|(q, y)| q[0] <= **y && **y <= q[2]).count();
    }
    let coverage = inside as f64 / (40.0 * 28.0);
    assert!((0.76..=0.84).contains(&coverage), "{coverage}");
}
