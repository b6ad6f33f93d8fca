//! Regression of single rows.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "tests: a missing value should stop them"
)]

use forecast::tabular::{Constant, RowModel, RowTask, Rows, constant, fit};
use trees::{Column, Table};

fn rows(from: usize, count: usize) -> Rows {
    let chance = |row: usize, salt: usize| {
        // SplitMix64 (Steele et al. 2014).
        let mut state = ((row * 31 + salt) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((state ^ (state >> 31)) >> 40) as f32 / 16_777_216.0
    };
    let places = || from..from + count;
    let price: Vec<f32> = places().map(|row| 10.0 * chance(row, 1)).collect();
    let brand: Vec<f32> = places().map(|row| (row % 3) as f32).collect();
    let target = places().zip(price.iter().zip(&brand));
    let target = target.map(|(row, (price, brand))| {
        f64::from(5.0 + 3.0 * price + 10.0 * brand + 4.0 * (chance(row, 2) - 0.5))
    });
    let target = target.collect();
    let columns = vec![Column::numbers("price", price), Column::categories("brand", brand, 3)];
    Rows { table: Table::new(columns).unwrap(), target, weights: Vec::new() }
}

fn loss(model: &RowModel, rows: &Rows) -> f64 {
    let forecasts = model.predict(&rows.table).unwrap();
    let squares = forecasts.iter().zip(&rows.target).map(|(f, y)| (f.mean - y).powi(2));
    (squares.sum::<f64>() / rows.target.len() as f64).sqrt()
}

#[test]
fn trees_find_what_the_columns_say_and_quantiles_cover_it() {
    let (training, validation, test) = (rows(0, 1200), rows(1200, 400), rows(1600, 400));

    let model = fit(&training, &validation, &RowTask::default()).unwrap();

    assert!(loss(&model, &test) < 2.0);
    let inside = model.predict(&test.table).unwrap().into_iter().zip(&test.target);
    let inside = inside.filter(|(f, y)| f.quantiles[0] <= **y && **y <= f.quantiles[2]).count();
    assert!((290..=350).contains(&inside), "{inside}");
}

#[test]
fn contributions_add_up_and_a_stored_model_answers_alike() {
    let (training, validation) = (rows(0, 800), rows(800, 200));
    let model = fit(&training, &validation, &RowTask::default()).unwrap();
    let model = model.refit(&training.and(&validation).unwrap()).unwrap();

    let text = serde_json::to_string(&model).unwrap();
    let read: RowModel = serde_json::from_str(&text).unwrap();
    let forecasts = read.predict(&validation.table).unwrap();

    assert_eq!(forecasts, model.predict(&validation.table).unwrap());
    let explained = read.contributions(&validation.table).unwrap();
    for (forecast, parts) in forecasts.iter().zip(&explained.rows) {
        assert!((forecast.mean - parts.iter().sum::<f64>()).abs() < 1e-3);
    }
}

#[test]
fn constants_are_the_mean_and_the_median_of_what_is_known() {
    let target = [1.0, f64::NAN, 2.0, 9.0];

    let mean = constant(Constant::Mean, &target, &[0.1, 0.9]).unwrap();
    let median = constant(Constant::Median, &target, &[]).unwrap();

    assert!((mean.mean - 4.0).abs() < 1e-12);
    assert!((median.mean - 2.0).abs() < 1e-12);
    assert_eq!(mean.quantiles, [1.0, 9.0]);
    assert!(constant(Constant::Mean, &[f64::NAN], &[]).is_err());
}
