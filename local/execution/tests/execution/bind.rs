//! The values that an execution gives parameters.

use execution::Plan;
use serde_json::{Value, json};

use crate::driver::{definition, lambda};

fn plan() -> Plan {
    let parameters = json!([
        {"Name": "Data", "Type": "String"},
        {"Name": "Rows", "Type": "Integer", "DefaultValue": 10},
        {"Name": "Least", "Type": "Float", "DefaultValue": 0.5, "EnumValues": [0.5, 1]},
        {"Name": "Force", "Type": "Boolean", "DefaultValue": false},
        {"Name": "Mode", "Type": "String", "DefaultValue": "day", "EnumValues": ["day", "week"]},
    ]);
    Plan::read(&definition(&json!([lambda("A", &[])]), &parameters)).unwrap()
}

fn bind(given: &[(&str, &str)]) -> Result<Value, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let given: Vec<(String, String)> = given.iter().map(own).collect();
    plan().bind(&given).map(|bound| json!(bound)).map_err(|error| error.to_string())
}

#[test]
fn text_becomes_a_value_of_the_declared_type_and_the_rest_is_default() {
    assert_eq!(
        bind(&[("Data", "s3://b/d"), ("Rows", "20"), ("Force", "True")]).unwrap(),
        json!({"Data": "s3://b/d", "Rows": 20, "Least": 0.5, "Force": true, "Mode": "day"})
    );
}

#[test]
fn a_float_stays_as_it_was_written() {
    assert_eq!(bind(&[("Data", "d"), ("Least", "1")]).unwrap()["Least"], json!(1));
    assert_eq!(bind(&[("Data", "d"), ("Least", "1.0")]).unwrap()["Least"], json!(1.0));
}

#[test]
fn what_does_not_fit_is_an_error_that_names_the_parameter() {
    let data = ("Data", "d");
    for (given, expected) in [
        (vec![], "Parameter 'Data' is undefined."),
        (vec![data, ("Dta", "x")], "Unknown parameter 'Dta'"),
        (vec![data, data], "Parameter 'Data' is given twice."),
        (
            vec![("Data", "")],
            "Parameter Data value \"\" is too short (length: 0, required minimum: 1).",
        ),
        (
            vec![data, ("Rows", "2.5")],
            "Unexpected type for parameter 'Rows'. Expected Integer but found \"2.5\".",
        ),
        (
            vec![data, ("Least", "NaN")],
            "Unexpected type for parameter 'Least'. Expected Float but found \"NaN\".",
        ),
        (
            vec![data, ("Force", "yes")],
            "Unexpected type for parameter 'Force'. Expected Boolean but found \"yes\".",
        ),
        (
            vec![data, ("Mode", "month")],
            "Parameter 'Mode' value \"month\" is not allowed. Allowed values: [\"day\", \"week\"].",
        ),
    ] {
        assert_eq!(bind(&given).unwrap_err(), expected);
    }
    let long = "x".repeat(1025);
    assert!(bind(&[("Data", &long)]).unwrap_err().contains("too long"));
}
