//! A history of three files, with the defects that such files have.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;

use scenario::Scenario;
use series::assemble::{Assembled, Duplicates, panel};
use series::quality::{Rules, check};
use series::read::{ReadError, Sources};
use series::schema::Schema;

const WALMART: &str = include_str!("../../../scenarios/walmart.toml");

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn weekly(stores: &[u8]) -> tempfile::TempDir {
    folder(&[
        (
            "train.csv",
            b"Store,Dept,Date,Weekly_Sales,IsHoliday\n\
              1,1,2010-02-05,24924.5,FALSE\n\
              1,1,2010-02-12,-46.5,TRUE\n\
              1,1,2010-02-26,19403.54,FALSE\n\
              2,7,2010-02-26,3,FALSE\n",
        ),
        (
            "features.csv",
            b"Store,Date,Temperature,Fuel_Price,MarkDown1,MarkDown2,MarkDown3,MarkDown4,MarkDown5,CPI,Unemployment,IsHoliday\n\
              1,2010-02-05,42.31,2.572,NA,NA,NA,NA,NA,211.1,8.106,FALSE\n\
              1,2010-02-12,38.51,2.548,10.5,NA,NA,NA,-3,211.2,8.106,TRUE\n\
              1,2010-02-26,46.63,2.561,NA,NA,NA,NA,NA,211.3,8.106,FALSE\n\
              1,2010-03-05,46.5,2.625,7,NA,NA,NA,NA,NA,NA,TRUE\n\
              2,2010-02-26,40,2.6,NA,NA,NA,NA,NA,211.3,8,FALSE\n",
        ),
        ("stores.csv", stores),
    ])
}

fn joined(folder: &Path) -> Result<Assembled, ReadError> {
    let schema = Schema::of(&Scenario::parse("walmart.toml", WALMART).unwrap());
    panel(Sources::path(folder, &schema)?, &schema, Duplicates::Refuse)
}

#[test]
fn line_ends_of_old_macs_are_read() {
    let folder = weekly(b"Store,Type,Size\r1,A,151315\r2,B,202307");

    let panel = joined(folder.path()).unwrap().panel;

    let size = panel.column("Size").unwrap();
    let sizes: Vec<f64> = panel.series.iter().map(|series| series.values[size][0]).collect();
    assert_eq!(sizes, [151_315.0, 202_307.0]);
}

#[test]
fn na_is_no_value_where_the_scenario_says_so() {
    let folder = weekly(b"Store,Type,Size\n1,A,151315\n2,B,202307\n");

    let panel = joined(folder.path()).unwrap().panel;

    let markdown = panel.column("MarkDown1").unwrap();
    let values = &panel.series[0].values[markdown];
    assert_eq!(format!("{values:?}"), "[NaN, 10.5, NaN, NaN, 7.0]");
}

#[test]
fn flags_are_ones_and_zeros_and_reach_beyond_the_target() {
    let folder = weekly(b"Store,Type,Size\n1,A,151315\n2,B,202307\n");

    let panel = joined(folder.path()).unwrap().panel;

    let holiday = panel.column("IsHoliday").unwrap();
    let values = &panel.series[0].values[holiday];
    assert_eq!(panel.series[0].target.len(), 4);
    assert_eq!(format!("{values:?}"), "[0.0, 1.0, NaN, 0.0, 1.0]");
}

#[test]
fn gaps_are_points_without_value() {
    let folder = weekly(b"Store,Type,Size\n1,A,151315\n2,B,202307\n");

    let series = &joined(folder.path()).unwrap().panel.series[0];

    assert_eq!(format!("{:?}", series.target), "[24924.5, -46.5, NaN, 19403.54]");
}

#[test]
fn a_series_may_have_a_single_point() {
    let folder = weekly(b"Store,Type,Size\n1,A,151315\n2,B,202307\n");

    let panel = joined(folder.path()).unwrap().panel;

    assert_eq!(panel.series[1].id, ["2", "7"]);
    assert_eq!((panel.series[1].start, panel.series[1].target.as_slice()), (3, &[3.0][..]));
}

#[test]
fn rows_without_partner_in_a_joined_file_are_counted() {
    let folder = weekly(b"Store,Type,Size\n1,A,151315\n");
    let scenario = Scenario::parse("walmart.toml", WALMART).unwrap();
    let schema = Schema::of(&scenario);

    let report =
        check(Sources::path(folder.path(), &schema).unwrap(), &schema, &Rules::of(&scenario));

    let partners: Vec<u64> = report
        .checks
        .iter()
        .filter(|check| check.name == "partners")
        .map(|check| check.count)
        .collect();
    assert_eq!(partners, [0, 1]);
    assert!(!report.passed);
}
