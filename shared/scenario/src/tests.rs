use super::data::Split;
use super::error::Fault;
use super::judgement::Metric;
use super::model::Trainer;
use super::text::{Frequency, GroupName, IsoDate, QuantileName};
use super::{BUILT_IN, Origin, Scenario};

fn store_item() -> String {
    let found = BUILT_IN.iter().find(|(name, _)| *name == "store-item");
    found.unwrap().1.to_owned()
}

/// The error of the store-item scenario with `from` replaced by `to`.
fn error(from: &str, to: &str) -> super::error::ScenarioError {
    let text = store_item();
    assert!(text.contains(from), "nothing to replace: {from}");
    Scenario::parse("my.toml", &text.replacen(from, to, 1)).unwrap_err()
}

fn line(text: &str) -> usize {
    store_item().lines().position(|line| line.starts_with(text)).unwrap() + 1
}

#[test]
fn every_scenario_that_comes_with_almanac_is_right() {
    for (name, _) in BUILT_IN {
        let scenario = Scenario::built_in(name).unwrap().unwrap_or_else(|error| panic!("{error}"));

        assert_eq!(scenario.name().as_str(), name);
        assert!(scenario.model_package_group().as_str().starts_with("retail-"));
        assert_eq!(scenario.origin(), Origin::BuiltIn);
    }
}

#[test]
fn the_five_systems_have_their_groups_and_trainers() {
    let declared = BUILT_IN.map(|(name, _)| {
        let scenario = Scenario::built_in(name).unwrap().unwrap();
        (scenario.model_package_group().to_string(), scenario.trainer())
    });

    let expected = [
        ("retail-store-item", Trainer::Automl),
        ("retail-walmart", Trainer::Almanac),
        ("retail-turnover", Trainer::Xgboost),
        ("retail-demand-xgb", Trainer::Xgboost),
        ("retail-capacity", Trainer::Almanac),
    ];
    assert_eq!(declared, expected.map(|(group, trainer)| (group.to_owned(), trainer)));
}

#[test]
fn walmart_must_beat_the_best_baseline_on_rmse_and_wmae() {
    let walmart = Scenario::built_in("walmart").unwrap().unwrap();

    assert_eq!(walmart.gate().beat_baseline_on, [Metric::Rmse, Metric::Wmae]);
    assert_eq!(walmart.gate().metrics(), [Metric::Wmae, Metric::Rmse]);
}

#[test]
fn a_name_that_is_not_built_in_is_nothing() {
    assert!(Scenario::built_in("no-such").is_none());
}

#[test]
fn an_unknown_key_is_told_with_its_line() {
    let error = error("horizon = 90", "horizont = 90");

    assert_eq!((error.line(), error.key()), (line("horizon"), "series.horizont"));
    assert!(error.to_string().contains("unknown field `horizont`"), "{error}");
}

#[test]
fn a_wrong_value_is_told_with_line_key_and_remedy() {
    let error = error(r#""p10""#, r#""0.1""#);

    assert_eq!((error.line(), error.key()), (line("quantiles"), "series.quantiles"));
    let text = error.to_string();
    assert!(text.starts_with(&format!("my.toml:{}: `series.quantiles`: ", error.line())), "{text}");
    assert!(text.contains("`0.1` is not a quantile from `p1` to `p99`; compare with"), "{text}");
}

#[test]
fn a_missing_table_is_told() {
    let error = error("[quality]", "[qualities]");

    assert_eq!(error.key(), "qualities");
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    let error = error(r#"target = "sales""#, "target = = 3");

    assert_eq!(error.line(), line("target"));
}

#[test]
fn a_group_name_begins_with_what_the_rules_listen_for() {
    let error = error(r#""retail-store-item""#, r#""store-item""#);

    assert_eq!(error.key(), "model_package_group");
    assert!(error.to_string().contains("`retail-` first"), "{error}");
}

/// What to replace in the scenario, by what, and the key and fault that must be told.
type Misfit = (&'static str, &'static str, &'static str, Fault);

fn columns_that_do_not_fit() -> Vec<Misfit> {
    vec![
        (
            r#"target = "sales""#,
            r#"target = "profit""#,
            "data.columns",
            Fault::NoRole("sales".to_owned()),
        ),
        (
            r#"key = ["store", "item"]"#,
            r#"key = ["store", "item", "shop"]"#,
            "series.key",
            Fault::NoSuchColumn("shop".to_owned()),
        ),
        (
            r#"{ name = "sales", kind = "number" }"#,
            r#"{ name = "sales", kind = "text" }"#,
            "data.target",
            Fault::WrongKind { column: "sales".to_owned(), wanted: "a number" },
        ),
        (
            r#"{ name = "date", kind = "date" }"#,
            r#"{ name = "date", kind = "text" }"#,
            "series.time",
            Fault::WrongKind { column: "date".to_owned(), wanted: "a date or timestamp" },
        ),
        (
            r#"{ name = "item", kind = "category" }"#,
            r#"{ name = "store", kind = "category" }"#,
            "data.columns",
            Fault::RepeatedColumn("store".to_owned()),
        ),
        (
            r#"{ name = "item", kind = "category" }"#,
            r#"{ name = "item", kind = "category", role = "static" }"#,
            "data.columns",
            Fault::RoleBeside("item".to_owned()),
        ),
    ]
}

fn series_that_do_not_fit() -> Vec<Misfit> {
    vec![
        (r#"["p10", "p50", "p90"]"#, r#"["p50", "p10"]"#, "series.quantiles", Fault::NotAscending),
        (r#"["p10", "p50", "p90"]"#, "[]", "series.quantiles", Fault::Empty),
        (
            "[split.given]\nvalidation_steps = 90",
            "[split.fraction]\nvalidation = 0.1\ntest = 0.1\nseed = 1",
            "split",
            Fault::Shuffled,
        ),
        (
            "[split.given]\nvalidation_steps = 90",
            "[split.dates]\nvalidation_from = \"2017-07-01\"\ntest_from = \"2017-04-01\"",
            "split.dates",
            Fault::DatesOutOfOrder,
        ),
        (
            r#"groups = ["store", "item"]"#,
            r#"groups = ["shop"]"#,
            "report.groups",
            Fault::NoSuchColumn("shop".to_owned()),
        ),
    ]
}

#[test]
fn parts_that_do_not_fit_together_are_told() {
    for (from, to, key, fault) in columns_that_do_not_fit().iter().chain(&series_that_do_not_fit())
    {
        let error = error(from, to);

        assert_eq!((error.key(), error.fault()), (*key, fault), "{error}");
        assert!(!fault.remedy().is_empty());
    }
}

#[test]
fn a_scenario_that_lacks_any_line_is_read_or_told_with_a_line_of_it() {
    for (name, text) in BUILT_IN {
        let lines: Vec<&str> = text.lines().collect();
        for gone in 0..lines.len() {
            let mut rest = lines.clone();
            rest.remove(gone);

            let read = Scenario::parse(name, &rest.join("\n"));

            if let Err(error) = read {
                assert!((1..=rest.len()).contains(&error.line()), "{error}");
            }
        }
    }
}

#[test]
fn a_key_is_found_where_it_stands() {
    let error = error("min_improvement = 0.01", "min_improvement = 1.5");

    assert_eq!((error.line(), error.key()), (line("min_improvement"), "gate.min_improvement"));
    let text = error.to_string();
    assert!(text.contains("1.5 is not between 0 and 0.999; choose a number"), "{text}");
}

#[test]
fn rows_that_form_no_series_cannot_be_judged_like_series() {
    let turnover = BUILT_IN[2].1;
    let text = turnover.replacen("metric = \"rmse\"", "metric = \"mase\"", 1);

    let error = Scenario::parse("turnover.toml", &text).unwrap_err();

    assert_eq!(error.fault(), &Fault::NeedsSeries("one of the metrics"));
}

#[test]
fn a_split_with_own_holdout_asks_for_it() {
    let has = |name: &str| Scenario::built_in(name).unwrap().unwrap().split().has_own_holdout();

    assert!(has("store-item"));
    assert!(!has("turnover"));
    let turnover = Scenario::built_in("turnover").unwrap().unwrap();
    assert!(matches!(turnover.split(), Split::Fraction { seed: 42, .. }));
}

#[test]
fn small_texts_are_checked() {
    for good in ["1D", "1W", "59min", "23H", "11M", "1Y"] {
        assert!(Frequency::new(good).is_ok(), "{good}");
    }
    for bad in ["D", "0D", "7D", "60min", "24H", "12M", "2Y", "01D", "1 D", "-1D", ""] {
        assert!(Frequency::new(bad).is_err(), "{bad}");
    }
    for bad in ["p0", "p100", "p05", "10", "P10", "p", "mean"] {
        assert!(QuantileName::new(bad).is_err(), "{bad}");
    }
    for good in ["2024-02-29", "2023-12-31"] {
        assert!(IsoDate::new(good).is_ok(), "{good}");
    }
    for bad in ["2023-02-29", "2023-13-01", "2023-1-1", "2023-00-10", "20230101", "2023-01-01x"] {
        assert!(IsoDate::new(bad).is_err(), "{bad}");
    }
    for bad in ["retail-", "retail-x-", "shop-x", &format!("retail-{}", "x".repeat(57))] {
        assert!(GroupName::new(bad).is_err(), "{bad}");
    }
}
