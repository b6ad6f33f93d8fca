//! Does each defect do what it says, and nothing else?

use std::collections::BTreeSet;

use synthetic::{Defect, DefectError, Plan, SyntheticError, generate_in_memory};

use crate::table::{Table, plan, scenario, share};

fn spoilt(defect: &str) -> Table {
    let defects = vec![defect.parse().unwrap()];
    Table::of(&scenario("store-item"), &Plan { defects, ..plan(21_900, 9) })
}

fn sound() -> Table {
    Table::of(&scenario("store-item"), &plan(21_900, 9))
}

fn share_of_targets(defect: &str, is_wrong: impl Fn(&str) -> bool) -> f64 {
    share(&spoilt(defect).texts("sales"), |text| is_wrong(text))
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 0.2 * wanted, "found {found}, wanted {wanted}");
}

#[test]
fn gaps_leave_rows_out() {
    let rows = spoilt("gaps=0.1").rows;

    near(1.0 - f64::from(u32::try_from(rows.len()).unwrap()) / 21_900.0, 0.1);
    let all: BTreeSet<_> = sound().rows.into_iter().collect();
    assert!(rows.iter().all(|row| all.contains(row)));
}

#[test]
fn duplicates_repeat_rows() {
    let rows = spoilt("duplicates=0.05").rows;
    let distinct: BTreeSet<_> = rows.iter().cloned().collect();

    near(f64::from(u32::try_from(rows.len() - distinct.len()).unwrap()) / 21_900.0, 0.05);
    assert_eq!(distinct, sound().rows.into_iter().collect());
}

#[test]
fn targets_go_missing_or_wrong_in_the_share_that_was_asked_for() {
    near(share_of_targets("missing-targets=0.1", str::is_empty), 0.1);
    near(share_of_targets("negative-targets=0.1", |text| text.starts_with('-')), 0.1);
    near(share_of_targets("outliers=0.1", |text| text.len() > 4), 0.1);
    near(share_of_targets("unreadable-targets=0.1", |text| text == "unknown"), 0.1);
}

#[test]
fn a_missing_column_is_in_no_file() {
    let defects = vec!["missing-column=IsHoliday".parse().unwrap()];
    let tables = Table::all(&scenario("walmart"), &Plan { defects, ..plan(2000, 0) });

    assert_eq!(tables["train.csv"].columns, ["Store", "Dept", "Date", "Weekly_Sales"]);
    assert!(!tables["features.csv"].columns.contains(&"IsHoliday".to_owned()));
    assert_eq!(tables["stores.csv"].columns, ["Store", "Type", "Size"]);
}

#[test]
fn a_missing_column_must_have_been_there() {
    let defects = vec![Defect::MissingColumn("colour".to_owned())];

    let error = generate_in_memory(&scenario("walmart"), &Plan { defects, ..plan(10, 0) });

    assert!(
        matches!(error, Err(SyntheticError::NoSuchColumn { column, .. }) if column == "colour")
    );
}

#[test]
fn what_is_no_defect_is_refused_with_what_would_be_one() {
    let refused = |text: &str| text.parse::<Defect>().unwrap_err();

    assert_eq!(refused("gaps=1.5"), DefectError::Share(1.5));
    for text in ["gaps", "holes=0.1", "gaps=many", ""] {
        let message = refused(text).to_string();
        assert!(message.contains("is no defect; write gaps"), "{message}");
    }
}
