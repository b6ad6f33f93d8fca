//! Has a scenario of the user's a history before it has data?

use scenario::Scenario;
use synthetic::{Future, Plan, SyntheticError, generate_in_memory};

use crate::table::{Table, mean, plan, share, variance};

/// A built-in scenario with other words in its file.
fn changed(name: &str, words: &[(&str, &str)]) -> Scenario {
    let (_, original) = scenario::BUILT_IN.iter().find(|(known, _)| *known == name).unwrap();
    let mut text = (*original).to_owned();
    for (old, new) in words {
        text = text.replace(old, new);
    }
    Scenario::parse("mine.toml", &text).unwrap()
}

fn bakery() -> Scenario {
    let rename = [
        ("name = \"retail-demand\"", "name = \"bakery\""),
        ("units_sold", "loaves"),
        ("store_id", "shop"),
        ("kind = \"number\", role = \"past\"", "kind = \"category\", role = \"past\""),
    ];
    changed("retail-demand", &rename)
}

#[test]
fn one_with_the_columns_of_a_built_in_one_gets_its_generator() {
    let mine = changed("store-item", &[("name = \"store-item\"", "name = \"my-shop\"")]);
    let theirs = Scenario::built_in("store-item").unwrap().unwrap();

    let files = generate_in_memory(&mine, &plan(100, 0)).unwrap();

    assert_eq!(
        files["my-shop.csv"],
        generate_in_memory(&theirs, &plan(100, 0)).unwrap()["store-item.csv"]
    );
}

#[test]
fn one_with_columns_of_its_own_gets_them_as_declared() {
    let scenario = bakery();
    let table = Table::of(&scenario, &Plan::default());
    let columns = scenario.data().columns.iter().map(|column| column.name.to_string());

    assert_eq!(table.columns, columns.collect::<Vec<_>>());
    assert!(u64::try_from(table.rows.len()).unwrap() >= scenario.quality().min_rows);
    assert!(share(&table.texts("promotion"), |text| ["0", "1"].contains(text)) >= 1.0);
    assert!(table.numbers("discount").iter().all(|value| (0.0..=100.0).contains(value)));
    let series = table.series(&["shop", "product_id"]);
    assert_eq!(series.len(), 12);
    for rows in series.values() {
        let days: Vec<jiff::civil::Date> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
        assert!(days.windows(2).all(|pair| pair[0].tomorrow().unwrap() == pair[1]));
    }
}

#[test]
fn its_target_goes_with_its_season_and_its_series() {
    let table = Table::of(&bakery(), &Plan::default());
    let of_series = table.series(&["shop", "product_id"]);
    let target = table.at("loaves");
    let values = |rows: &[Vec<String>]| -> Vec<f64> {
        rows.iter().map(|row| row[target].parse().unwrap()).collect()
    };

    let between: Vec<f64> = of_series.values().map(|rows| mean(&values(rows))).collect();
    let within: Vec<f64> = of_series.values().map(|rows| variance(&values(rows))).collect();

    assert!(variance(&between) > 0.3 * mean(&within), "{between:?} {within:?}");
}

#[test]
fn its_rows_are_exact_and_its_future_is_known_as_declared() {
    let scenario = bakery();
    let known = Plan { future: Future::Known, ..plan(5000, 3) };
    let table = Table::of(&scenario, &known);
    let target = table.at("loaves");
    let ahead: Vec<_> = table.rows.iter().filter(|row| row[target].is_empty()).collect();

    assert_eq!(table.rows.len() - ahead.len(), 5000);
    assert!(!ahead.is_empty());
    assert!(ahead.iter().all(|row| !row[table.at("price")].is_empty()));
    assert!(ahead.iter().all(|row| row[table.at("weather")].is_empty()));
}

#[test]
fn rows_that_stand_alone_have_what_their_columns_declare() {
    let scenario = changed("turnover", &[("launch_month", "launch_week")]);
    let table = Table::of(&scenario, &Plan::default());

    assert_eq!(table.rows.len(), 5000);
    assert_eq!(table.series(&["retailer"]).len(), 3);
    assert_eq!(table.series(&["product_id"]).len(), 5000);
    assert!(table.numbers("turnover_days").iter().all(|days| (0.0..=1000.0).contains(days)));
}

#[test]
fn several_files_with_unknown_columns_are_refused() {
    let scenario = changed("walmart", &[("Unemployment", "Jobless")]);

    let refused = generate_in_memory(&scenario, &plan(10, 0)).unwrap_err();

    assert!(matches!(refused, SyntheticError::UnknownFiles(name) if name == "walmart"));
}
