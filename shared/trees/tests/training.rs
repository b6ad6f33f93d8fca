//! What does a trained model know of the rows that it learned from?

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test may fail, and its numbers are small"
)]

use std::num::NonZeroUsize;

use trees::{
    Column, Growth, Model, Monotone, Objective, Settings, Table, Target, TrainError, Validation,
};

/// Numbers in [0, 1), the same for the same seed.
fn chance(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
    };
    (0..count).map(|_| next()).collect()
}

fn one_column(values: &[f32]) -> Table {
    Table::new(vec![Column::numbers("x", values.to_vec())]).unwrap()
}

/// Rows with missing values, a category and noise; their target is positive.
fn sales(rows: usize, seed: u64) -> (Table, Target) {
    let hole = |values: Vec<f32>, at: u64| -> Vec<f32> {
        let holes = chance(seed + 100 + at, rows);
        values.iter().zip(holes).map(|(v, hole)| if hole < 0.1 { f32::NAN } else { *v }).collect()
    };
    let (price, day) = (chance(seed, rows), chance(seed + 1, rows));
    let store: Vec<f32> =
        chance(seed + 2, rows).iter().map(|share| (share * 20.0).floor()).collect();
    let noise = chance(seed + 3, rows);
    let value = |row: usize| {
        let level = (store[row] * 1.7).sin() * 2.0 + 3.0;
        level * (1.5 - price[row]) + if day[row] > 0.7 { 2.0 } else { 0.0 } + noise[row]
    };
    let target = Target::new((0..rows).map(value).collect());
    let columns = vec![
        Column::numbers("price", hole(price, 0)),
        Column::numbers("day", hole(day, 1)),
        Column::categories("store", hole(store, 2), 20),
        Column::numbers("nothing", chance(seed + 4, rows)),
    ];
    (Table::new(columns).unwrap(), target)
}

fn mean_square(model: &Model, table: &Table, target: &Target) -> f64 {
    let predictions = model.predict(table).unwrap().into_values();
    let errors = predictions.iter().zip(target.values());
    errors.map(|(p, y)| (p - f64::from(*y)).powi(2)).sum::<f64>() / predictions.len() as f64
}

#[test]
fn a_stump_is_the_one_that_is_fitted_by_hand() {
    let table = one_column(&[1.0, 2.0, 3.0, 10.0]);
    let target = Target::new(vec![1.0, 1.0, 1.0, 5.0]);
    let settings = Settings {
        rounds: 1,
        learning_rate: 0.5,
        growth: Growth::Depthwise { depth: 1 },
        l2: 1.0,
        ..Settings::default()
    };

    let model = Model::train(&table, &target, None, &settings).unwrap();

    // The mean is 2. Left: 3 rows are off by -1, so -3 / (3 + 1); right: 3 / (1 + 1). Half of each.
    let predictions = model.predict(&one_column(&[6.4, 6.5, 6.6])).unwrap().into_values();
    assert_eq!(predictions, [2.0 - 0.375, 2.0 + 0.75, 2.0 + 0.75]);
}

#[test]
fn missing_values_go_where_their_rows_are_answered_best() {
    let values = [0.0, 0.0, 1.0, 1.0, f32::NAN, f32::NAN];
    let settings = Settings {
        rounds: 1,
        learning_rate: 1.0,
        l2: 0.0,
        growth: Growth::Depthwise { depth: 1 },
        ..Settings::default()
    };
    for (missing, as_if) in [(10.0, 0.0), (2.0, 1.0)] {
        let target = Target::new(vec![10.0, 10.0, 2.0, 2.0, missing, missing]);

        let model = Model::train(&one_column(&values), &target, None, &settings).unwrap();

        let predictions = model.predict(&one_column(&[f32::NAN, as_if])).unwrap().into_values();
        assert_eq!(predictions, [f64::from(missing); 2]);
    }
}

#[test]
fn being_missing_is_a_question_of_its_own() {
    let values = [5.0, 6.0, 7.0, f32::NAN, f32::NAN, f32::NAN];
    let target = Target::new(vec![1.0, 1.0, 1.0, 9.0, 9.0, 9.0]);
    let settings = Settings { rounds: 1, learning_rate: 1.0, l2: 0.0, ..Settings::default() };

    let model = Model::train(&one_column(&values), &target, None, &settings).unwrap();

    let predictions = model.predict(&one_column(&[6.0, f32::NAN])).unwrap().into_values();
    assert_eq!(predictions, [1.0, 9.0]);
}

#[test]
fn every_round_lowers_the_loss_of_the_training_rows() {
    let (table, target) = sales(2000, 1);
    for growth in [
        Growth::Depthwise { depth: 4 },
        Growth::Leafwise { leaves: 12 },
        Growth::Oblivious { depth: 4 },
    ] {
        let settings = Settings { rounds: 30, growth, ..Settings::default() };

        let model = Model::train(&table, &target, None, &settings).unwrap();

        let loss = |rounds| {
            mean_square(&model.clone().with_rounds(trees::Rounds::First(rounds)), &table, &target)
        };
        let losses: Vec<f64> = (0..=30).map(loss).collect();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{growth:?}: {losses:?}");
        assert!(losses[30] < 0.2 * losses[0], "{growth:?}: {losses:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_model_whatever_the_number_of_threads() {
    let (table, target) = sales(40_000, 2);
    let objectives = [Objective::Poisson, Objective::Quantiles { levels: vec![0.2, 0.8] }];
    for growth in [
        Growth::Depthwise { depth: 6 },
        Growth::Leafwise { leaves: 20 },
        Growth::Oblivious { depth: 5 },
    ] {
        for objective in objectives.clone() {
            let settings = Settings {
                rounds: 4,
                growth,
                objective,
                row_share: 0.7,
                column_share: 0.8,
                seed: 9,
                ..Settings::default()
            };
            let with_threads = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| {
                    let model = Model::train(&table, &target, None, &settings).unwrap();
                    let few = table.select(&(0..500).collect::<Vec<usize>>());
                    let explained = model.contributions(&few).unwrap();
                    (model.to_json().unwrap(), model.predict(&table).unwrap(), explained)
                })
            };

            let one = with_threads(1);

            assert!(one == with_threads(2), "{settings:?}");
            assert!(one == with_threads(4), "{settings:?}");
        }
    }
}

#[test]
fn another_seed_gives_another_model_when_rows_are_drawn() {
    let (table, target) = sales(500, 3);
    let settings = Settings { rounds: 2, row_share: 0.5, ..Settings::default() };

    let one = Model::train(&table, &target, None, &settings).unwrap();
    let other = Model::train(&table, &target, None, &Settings { seed: 1, ..settings }).unwrap();

    assert_ne!(one, other);
}

#[test]
fn quantiles_hold_their_share_of_rows_that_were_not_learned_from() {
    let (rows, levels) = (20_000, [0.1_f32, 0.5, 0.9]);
    let make = |seed| {
        let x = chance(seed, rows);
        let noise = chance(seed + 1, rows);
        let y = x.iter().zip(&noise).map(|(x, noise)| 5.0 * x + (1.0 + x) * noise).collect();
        (one_column(&x), Target::new(y))
    };
    let (table, target) = make(10);
    let (other, actual) = make(20);
    let settings = Settings {
        objective: Objective::Quantiles { levels: levels.to_vec() },
        rounds: 60,
        growth: Growth::Depthwise { depth: 4 },
        min_child_weight: 50.0,
        ..Settings::default()
    };

    let model = Model::train(&table, &target, None, &settings).unwrap();

    let predictions = model.predict(&other).unwrap();
    for (output, level) in levels.into_iter().enumerate() {
        let pairs = predictions.output(output).into_iter().zip(actual.values());
        let below = pairs.filter(|(forecast, actual)| f64::from(**actual) <= *forecast).count();
        let share = below as f64 / rows as f64;
        assert!((share - f64::from(level)).abs() < 0.02, "{level}: {share}");
    }
}

#[test]
fn a_weight_of_two_is_the_row_twice_and_a_weight_of_zero_no_row() {
    let (table, target) = sales(600, 4);
    let weights: Vec<f32> = (0..600_u16).map(|row| f32::from(row % 3)).collect();
    let repeated: Vec<usize> =
        (0..600).flat_map(|row| std::iter::repeat_n(row, weights[row] as usize)).collect();
    let again = Target::new(repeated.iter().map(|row| target.values()[*row]).collect());
    for objective in [Objective::SquaredError, Objective::Poisson, Objective::AbsoluteError] {
        let settings = Settings { rounds: 8, objective, ..Settings::default() };

        let weighted = target.clone().with_weights(weights.clone());
        let weighted = Model::train(&table, &weighted, None, &settings).unwrap();
        let twice = Model::train(&table.select(&repeated), &again, None, &settings).unwrap();

        let pairs = weighted.predict(&table).unwrap().into_values().into_iter();
        for (one, other) in pairs.zip(twice.predict(&table).unwrap().into_values()) {
            assert!((one - other).abs() < 1e-4 * other.abs().max(1.0), "{one} {other}");
        }
    }
}

#[test]
fn training_stops_when_patience_ends_and_keeps_the_best_round() {
    let (table, target) = sales(200, 5);
    let (kept, actual) = sales(2000, 50);
    let patience = NonZeroUsize::new(5).unwrap();
    let validation = Validation { table: &kept, target: &actual, patience };
    let settings = Settings { rounds: 400, learning_rate: 0.3, ..Settings::default() };

    let model = Model::train(&table, &target, Some(validation), &settings).unwrap();

    let all = Settings { rounds: model.rounds() + 5, ..settings };
    let longer = Model::train(&table, &target, None, &all).unwrap();
    let losses: Vec<f64> = (1..=longer.rounds())
        .map(|rounds| longer.clone().with_rounds(trees::Rounds::First(rounds)))
        .map(|model| mean_square(&model, &kept, &actual))
        .collect();
    let best = losses.iter().enumerate().min_by(|one, other| one.1.total_cmp(other.1)).unwrap().0;
    assert_eq!(model.rounds(), best + 1);
    assert_eq!(model.best_iteration(), Some(best));
    assert!(model.rounds() < 390);
}

#[test]
fn a_column_with_a_direction_is_followed_in_that_direction_everywhere() {
    let rows = 2000;
    let (price, day, noise) = (chance(1, rows), chance(2, rows), chance(3, rows));
    let wave = |row: usize| (price[row] * 12.0).sin() - 2.0 * price[row] * day[row] + noise[row];
    let target = Target::new((0..rows).map(wave).collect());
    let columns =
        vec![Column::numbers("price", price.clone()), Column::numbers("day", day.clone())];
    let table = Table::new(columns).unwrap();
    for growth in [
        Growth::Depthwise { depth: 5 },
        Growth::Leafwise { leaves: 20 },
        Growth::Oblivious { depth: 4 },
    ] {
        let monotone = [("price".to_owned(), Monotone::Falling)].into();
        let settings = Settings { rounds: 40, growth, monotone, ..Settings::default() };

        let model = Model::train(&table, &target, None, &settings).unwrap();

        for day in [0.1, 0.5, 0.9] {
            let line: Vec<f32> = (0..500_u16).map(|step| f32::from(step) / 500.0).collect();
            let columns =
                vec![Column::numbers("day", vec![day; 500]), Column::numbers("price", line)];
            let table = Table::new(columns).unwrap();
            let line = model.predict(&table).unwrap().into_values();
            assert!(line.windows(2).all(|pair| pair[1] <= pair[0]), "{growth:?} at {day}");
            assert!(line[499] < line[0], "{growth:?} at {day}");
        }
    }
}

#[test]
fn categories_are_grouped_by_what_they_sell_not_by_their_number() {
    let codes: Vec<f32> = (0..600_u16).map(|row| f32::from(row % 30)).collect();
    let sells = |code: &f32| if [3.0, 7.0, 11.0, 28.0].contains(code) { 9.0 } else { 1.0 };
    let target = Target::new(codes.iter().map(sells).collect());
    for one_at_a_time in [4, 30] {
        let table = Table::new(vec![Column::categories("store", codes.clone(), 40)]).unwrap();
        let settings = Settings {
            rounds: 1,
            learning_rate: 1.0,
            l2: 0.0,
            growth: Growth::Depthwise { depth: 4 },
            one_at_a_time,
            ..Settings::default()
        };

        let model = Model::train(&table, &target, None, &settings).unwrap();

        // 35 was never seen: it is answered as most stores are.
        let asked = Column::categories("store", vec![3.0, 4.0, 28.0, 35.0], 40);
        let predictions = model.predict(&Table::new(vec![asked]).unwrap()).unwrap().into_values();
        assert_eq!(predictions, [9.0, 1.0, 9.0, 1.0]);
    }
}

#[test]
fn more_categories_than_bins_are_learned_with_the_rare_ones_together() {
    let codes: Vec<f32> = (0..9000_u16).map(|row| f32::from(row % 600)).collect();
    let target = Target::new(codes.iter().map(|code| (code * 0.9).sin()).collect());
    let table = Table::new(vec![Column::categories("item", codes, 600)]).unwrap();
    let settings = Settings { rounds: 50, category_l2: 0.0, ..Settings::default() };

    let model = Model::train(&table, &target, None, &settings).unwrap();

    // 254 of the 600 equally common items can be told apart.
    assert!(mean_square(&model, &table, &target) < 0.35);
}

#[test]
fn counts_that_are_all_zero_give_a_forecast_of_nearly_zero() {
    let table = one_column(&[1.0, 2.0, 3.0]);
    let settings = Settings { objective: Objective::Poisson, ..Settings::default() };

    let model = Model::train(&table, &Target::new(vec![0.0; 3]), None, &settings).unwrap();

    let predictions = model.predict(&table).unwrap().into_values();
    assert!(predictions.iter().all(|value| *value >= 0.0 && *value < 1e-5));
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let table = one_column(&[1.0, 2.0]);
    let target = Target::new(vec![1.0, -2.0]);
    let refused = |settings: Settings, target: &Target| -> TrainError {
        Model::train(&table, target, None, &settings).unwrap_err()
    };

    let rate = Settings { learning_rate: f64::NAN, ..Settings::default() };
    let poisson = Settings { objective: Objective::Poisson, ..Settings::default() };
    let read_only = Settings { objective: Objective::SquaredLogError, ..Settings::default() };
    let unknown = [("price".to_owned(), Monotone::Rising)].into();
    let unknown = Settings { monotone: unknown, ..Settings::default() };
    let short = Target::new(vec![1.0]);

    assert_eq!(
        refused(rate, &target).to_string(),
        "setting `learning_rate` is NaN: it has to be above 0 and at most 1"
    );
    assert_eq!(
        refused(poisson, &target).to_string(),
        "value -2 of row 1 of the training target: `count:poisson` needs it at least 0"
    );
    assert!(refused(read_only, &target).to_string().contains("not trained here"));
    assert!(refused(unknown, &target).to_string().contains("`price`, which is no column"));
    assert!(refused(Settings::default(), &short).to_string().contains("2 rows and its target 1"));
}
