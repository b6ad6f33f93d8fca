//! Every sample event has an expectation, and every expectation an event.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::repository::{functions, names, text};

const OUTCOMES: [&str; 4] = ["ok", "Rejected", "Transient", "Defect"];

fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn cases(function: &str) -> BTreeSet<String> {
    let files = names(format!("events/{function}"));
    let stems = files.iter().filter_map(|name| name.strip_suffix(".json"));
    stems.filter(|stem| !["world", "expected"].contains(stem)).map(str::to_owned).collect()
}

fn expectations(function: &str) -> serde_json::Map<String, Value> {
    json(&format!("events/{function}/expected.json")).as_object().unwrap().clone()
}

#[test]
fn every_event_belongs_to_a_function_and_every_function_has_some() {
    assert_eq!(names("events"), functions());
    for function in functions() {
        assert!(!cases(&function).is_empty(), "{function} has no events");
    }
}

#[test]
fn every_event_has_an_expectation_and_every_expectation_an_event() {
    for function in functions() {
        let expected = expectations(&function);
        let expected: BTreeSet<String> =
            expected.keys().map(|case| case.trim_end_matches(".json").to_owned()).collect();

        assert_eq!(cases(&function), expected, "{function}");
    }
}

#[test]
fn every_expectation_names_one_of_four_outcomes() {
    for function in functions() {
        for (case, expectation) in expectations(&function) {
            let outcome = expectation.get("outcome").and_then(Value::as_str).unwrap_or_default();

            assert!(OUTCOMES.contains(&outcome), "{function}/{case}: `{outcome}`");
        }
    }
}

#[test]
fn every_function_shows_an_event_that_succeeds_and_one_that_is_refused() {
    for function in functions() {
        let expectations = expectations(&function);
        let has = |outcome| expectations.values().any(|it| it.get("outcome") == Some(&outcome));

        assert!(has(Value::from("ok")) && has(Value::from("Rejected")), "{function}");
    }
}

#[test]
fn every_event_and_world_is_json() {
    for function in functions() {
        for name in names(format!("events/{function}")) {
            json(&format!("events/{function}/{name}"));
        }
    }
}
