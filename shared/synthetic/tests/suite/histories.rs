//! What holds of every scenario's history?

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::expect_file;
use scenario::Scenario;
use scenario::data::{Column, ColumnKind, Role};
use synthetic::{Clarity, Future, Part, Plan, file_names, generate, generate_in_memory};

use crate::table::{Table, plan, scenario, scenarios};

fn is_of(kind: ColumnKind, text: &str) -> bool {
    match kind {
        ColumnKind::Date => text.parse::<jiff::civil::Date>().is_ok(),
        ColumnKind::Timestamp => text.parse::<jiff::civil::DateTime>().is_ok(),
        ColumnKind::Integer => text.parse::<i64>().is_ok(),
        ColumnKind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        ColumnKind::Flag => ["0", "1", "TRUE", "FALSE"].contains(&text),
        ColumnKind::Category | ColumnKind::Text => !text.is_empty(),
    }
}

fn is_missing(scenario: &Scenario, text: &str) -> bool {
    text.is_empty() || scenario.data().missing.iter().any(|missing| missing == text)
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_others() {
    for scenario in scenarios() {
        let once = generate_in_memory(&scenario, &plan(3000, 7)).unwrap();

        assert_eq!(once, generate_in_memory(&scenario, &plan(3000, 7)).unwrap());
        assert_ne!(once, generate_in_memory(&scenario, &plan(3000, 8)).unwrap());
    }
}

#[test]
fn every_history_begins_as_it_did_when_it_was_last_looked_at() {
    let mut heads = String::new();
    for scenario in scenarios() {
        for (file, bytes) in generate_in_memory(&scenario, &Plan::default()).unwrap() {
            // FNV-1a, so that a change anywhere shows.
            let step =
                |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325, step);
            writeln!(heads, "{}: {file}, {} bytes, {digest:016x}", scenario.name(), bytes.len())
                .unwrap();
            for line in std::str::from_utf8(&bytes).unwrap().lines().take(5) {
                writeln!(heads, "    {line}").unwrap();
            }
        }
    }

    expect_file!["../golden/heads.txt"].assert_eq(&heads);
}

#[test]
fn every_column_of_the_scenario_is_in_a_file_and_of_its_kind() {
    for scenario in scenarios() {
        let tables = Table::all(&scenario, &plan(3000, 1));
        let columns = &scenario.data().columns;
        let wanted: BTreeSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let found = tables.values().flat_map(|table| &table.columns).map(String::as_str);

        assert_eq!(wanted, found.collect(), "{}", scenario.name());
        for Column { name, kind, .. } in columns {
            for table in tables.values().filter(|table| table.columns.contains(&name.to_string())) {
                let mut texts = table.texts(name.as_str()).into_iter();
                let wrong = texts.find(|text| !is_missing(&scenario, text) && !is_of(*kind, text));
                assert_eq!(wrong, None, "{}: {name}", scenario.name());
            }
        }
    }
}

#[test]
fn one_file_has_the_columns_in_the_order_of_the_scenario() {
    for scenario in scenarios().iter().filter(|scenario| scenario.data().files.is_empty()) {
        let columns = scenario.data().columns.iter().map(|column| column.name.to_string());

        assert_eq!(Table::of(scenario, &plan(10, 0)).columns, columns.collect::<Vec<_>>());
    }
}

#[test]
fn there_are_exactly_as_many_rows_as_were_asked_for() {
    for scenario in scenarios() {
        for rows in [1, 7, 999, 12_345] {
            let written = generate(&scenario, &plan(rows, 3), |_| Ok(std::io::sink())).unwrap();

            assert_eq!(written[0].rows, rows, "{}", scenario.name());
            let files: Vec<&String> = written.iter().map(|written| &written.file).collect();
            assert_eq!(files, file_names(&scenario).iter().collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_demonstration_keeps_the_quality_rules_of_its_scenario() {
    for scenario in scenarios() {
        let table = Table::of(&scenario, &Plan::default());
        let rules = scenario.quality();
        let targets = table.texts(scenario.data().target.as_str());
        let missing = targets.iter().filter(|text| is_missing(&scenario, text)).count();

        assert!(u64::try_from(table.rows.len()).unwrap() >= rules.min_rows);
        let missing = f64::from(u32::try_from(missing).unwrap());
        let rows = f64::from(u32::try_from(table.rows.len()).unwrap());
        assert!(missing / rows <= rules.max_missing, "{}", scenario.name());
        for (column, range) in &rules.ranges {
            if !table.columns.contains(column) {
                continue;
            }
            let inside = |value: &f64| {
                range.min.is_none_or(|min| *value >= min)
                    && range.max.is_none_or(|max| *value <= max)
            };
            assert!(table.numbers(column).iter().all(inside), "{}: {column}", scenario.name());
        }
    }
}

#[test]
fn series_have_neither_gaps_nor_repeated_points_nor_short_histories() {
    for (name, seconds) in [("store-item", 86_400), ("retail-demand", 86_400), ("capacity", 3600)] {
        let scenario = scenario(name);
        let table = Table::of(&scenario, &Plan::default());
        let series = scenario.series().unwrap();
        let keys: Vec<&str> = series.key.iter().map(scenario::text::ColumnName::as_str).collect();
        let time = table.at(series.time.as_str());
        for rows in table.series(&keys).values() {
            let times: Vec<jiff::civil::DateTime> =
                rows.iter().map(|row| row[time].parse().unwrap()).collect();

            let apart = |pair: &[jiff::civil::DateTime]| pair[0].duration_until(pair[1]).as_secs();
            assert!(times.windows(2).all(|pair| apart(pair) == seconds), "{name}");
            assert!(times.len() >= usize::try_from(scenario.quality().min_history).unwrap());
        }
    }
}

#[test]
fn the_history_and_its_holdout_are_the_whole() {
    for scenario in scenarios() {
        let cut = |part| Table::of(&scenario, &Plan { part, ..plan(20_000, 5) }).rows;
        let whole: BTreeSet<_> = cut(Part::Whole).into_iter().collect();
        let history: BTreeSet<_> = cut(Part::History).into_iter().collect();
        let holdout: BTreeSet<_> = cut(Part::Holdout).into_iter().collect();

        if scenario.series().is_some() {
            assert!(!holdout.is_empty() && holdout.len() < history.len(), "{}", scenario.name());
            assert!(history.is_disjoint(&holdout), "{}", scenario.name());
            assert_eq!(&history | &holdout, whole, "{}", scenario.name());
        } else {
            assert_eq!(history, whole, "rows that stand alone are not cut by time");
        }
    }
}

#[test]
fn days_to_come_have_what_is_known_ahead_and_nothing_else() {
    for name in ["retail-demand", "walmart"] {
        let scenario = scenario(name);
        let known = Plan { future: Future::Known, ..plan(20_000, 5) };
        let table = Table::of(&scenario, &known);
        let target = table.at(scenario.data().target.as_str());
        let ahead: Vec<_> = table.rows.iter().filter(|row| row[target].is_empty()).collect();

        assert_eq!(table.rows.len() - ahead.len(), 20_000);
        assert!(ahead.len() > 500, "{name}: {} rows ahead", ahead.len());
        for column in &scenario.data().columns {
            let Some(at) = table.columns.iter().position(|name| name == column.name.as_str())
            else {
                continue;
            };
            let is_known = !matches!(column.role, Some(Role::Past)) && at != target;
            assert!(ahead.iter().all(|row| row[at].is_empty() != is_known), "{}", column.name);
        }
    }
}

#[test]
fn a_longer_history_keeps_the_series_of_a_shorter_one() {
    let scenario = scenario("store-item");
    let few = Table::of(&scenario, &plan(2 * 1095, 4)).rows;
    let many = Table::of(&scenario, &plan(30 * 1095, 4)).rows;

    assert_eq!(few, many[..few.len()]);
}

#[test]
fn clear_data_have_less_noise_than_murky_ones() {
    let scenario = scenario("store-item");
    let roughness = |clarity| {
        let sales = Table::of(&scenario, &Plan { clarity, ..plan(1095, 2) }).numbers("sales");
        sales.windows(8).map(|week| (week[7] - week[0]).powi(2)).sum::<f64>()
    };

    let usual = roughness(Clarity::Usual);
    assert!(roughness(Clarity::Clear) < 0.5 * usual);
    assert!(roughness(Clarity::Murky) > 4.0 * usual);
}

#[test]
fn a_sink_that_fails_is_named() {
    let full = |_: &str| Err::<Vec<u8>, _>(std::io::Error::other("disk full"));

    let error = generate(&scenario("walmart"), &plan(10, 0), full).unwrap_err();

    assert_eq!(error.to_string(), "`train.csv` could not be written");
}
