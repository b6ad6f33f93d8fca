//! Predictions as a person sees them.

use std::fs;
use std::io::Write;

use super::{Condition, InspectError, Predictions, show};
use crate::arguments::Inspect;

const TEXT: &str = "store,item,date,step,actual,mean,p10,p90\n\
    1,7,2017-01-01,1,10,12,8,14\n\
    1,7,2017-01-02,2,20,18,14,19.5\n\
    2,7,2017-01-01,1,,5,4,6\n\
    2,7,2017-01-02,2,100,50,40,60\n";

fn shown(conditions: &[&str]) -> Result<String, InspectError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(TEXT.as_bytes()).unwrap();
    let chosen: Vec<Condition> = conditions.iter().map(|it| it.parse().unwrap()).collect();
    let arguments = Inspect { input: Vec::new(), chosen, top: 1 };
    let predictions = Predictions::read(file.path())?;
    let rows = predictions.chosen(&arguments.chosen)?;
    let mut out = Vec::new();
    show(&predictions, &rows, &arguments, &mut out).unwrap();
    fs::remove_file(file.path()).unwrap();
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn without_a_condition_the_worst_series_comes_first() {
    let text = shown(&[]).unwrap();

    let wanted = "\
all: 2 series, 4 rows, the largest sum of absolute errors first
  series           rows  actual  forecast   error    WAPE  in p10 to p90
  store 2, item 7     1  100.00     50.00  -50.00  50.0 %          0.0 %
  store 1, item 7     2   30.00     30.00    0.00  13.3 %         50.0 %
  total               3  130.00     80.00  -50.00  41.5 %         33.3 %

store 2, item 7
  when        step  actual  forecast   error      p10 to p90
  2017-01-01     1       -      5.00       -    4.00 to 6.00
  2017-01-02     2  100.00     50.00  -50.00  40.00 to 60.00  outside
";
    assert_eq!(text, wanted);
}

#[test]
fn a_condition_chooses_by_id_or_time() {
    assert!(shown(&["store=1"]).unwrap().starts_with("store = 1: 1 series, 2 rows\n"));
    assert!(shown(&["date=2017-01-02"]).unwrap().contains("2 series, 2 rows"));
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    let column = shown(&["shop=1"]).unwrap_err().to_string();
    let value = shown(&["store=9"]).unwrap_err().to_string();

    assert!(
        column.contains("no column `shop`") && column.ends_with("store, item, date"),
        "{column}"
    );
    assert!(value.ends_with("no row has store = 9; `store` is one of 1, 2"), "{value}");
}

#[test]
fn a_condition_needs_a_column_and_a_value() {
    assert!("store".parse::<Condition>().is_err());
    assert!("=7".parse::<Condition>().is_err());
}
