//! Which side a Condition takes.

use execution::{Facts, Side};
use expect_test::expect;
use serde_json::{Value, json};

use crate::driver::plan;

fn evaluate(conditions: &Value) -> Result<bool, String> {
    let step = json!({
        "Name": "Gate",
        "Type": "Condition",
        "Arguments": {"Conditions": conditions, "IfSteps": [], "ElseSteps": []},
    });
    let plan = plan(&json!([step]));
    let side = plan.evaluate(plan.step("Gate").unwrap(), &Facts::default());
    side.map(|side| side == Side::If).map_err(|error| error.to_string())
}

fn compare(kind: &str, left: &Value, right: &Value) -> Result<bool, String> {
    evaluate(&json!([{"Type": kind, "LeftValue": left, "RightValue": right}]))
}

#[test]
fn each_comparison_decides_below_equal_and_above() {
    for (kind, below, equal, above) in [
        ("Equals", false, true, false),
        ("NotEquals", true, false, true),
        ("GreaterThan", false, false, true),
        ("GreaterThanOrEqualTo", false, true, true),
        ("LessThan", true, false, false),
        ("LessThanOrEqualTo", true, true, false),
    ] {
        for (left, expected) in [(json!(1), below), (json!(2), equal), (json!(2.5), above)] {
            assert_eq!(compare(kind, &left, &json!(2)), Ok(expected), "{left} {kind} 2");
        }
        for (left, expected) in [("a", below), ("b", equal), ("c", above)] {
            assert_eq!(compare(kind, &json!(left), &json!("b")), Ok(expected), "{left} {kind} b");
        }
    }
}

#[test]
fn numbers_are_compared_exactly_and_across_their_forms() {
    assert_eq!(compare("Equals", &json!(1), &json!(1.0)), Ok(true));
    assert_eq!(compare("Equals", &json!("0.30"), &json!(0.3)), Ok(true));
    assert_eq!(compare("LessThan", &json!(9), &json!("10")), Ok(true));
    assert_eq!(compare("Equals", &json!(u64::MAX), &json!(u64::MAX - 1)), Ok(false));
    assert_eq!(compare("GreaterThan", &json!(i64::MAX), &json!(i64::MAX - 1)), Ok(true));
}

#[test]
fn values_of_two_types_are_an_error_that_shows_both() {
    for (left, right) in [
        (json!("true"), json!(true)),
        (json!("x"), json!(1)),
        (json!(1), json!(true)),
        (json!(1), json!("NaN")),
    ] {
        let error = compare("Equals", &left, &right).unwrap_err();
        assert!(error.contains(&format!("LeftValue {left} and RightValue {right}")), "{error}");
    }
    assert!(compare("LessThan", &json!(false), &json!(true)).is_err(), "booleans have no order");
    assert_eq!(compare("Equals", &json!(false), &json!(false)), Ok(true));
}

#[test]
fn all_conditions_must_hold_and_all_must_be_decidable() {
    let holds = json!({"Type": "Equals", "LeftValue": 1, "RightValue": 1});
    let fails = json!({"Type": "Equals", "LeftValue": 1, "RightValue": 2});
    let clash = json!({"Type": "Equals", "LeftValue": 1, "RightValue": "x"});

    assert_eq!(evaluate(&json!([holds, holds])), Ok(true));
    assert_eq!(evaluate(&json!([holds, fails])), Ok(false));
    assert!(evaluate(&json!([fails, clash])).is_err());
    assert!(evaluate(&json!([{"Type": "Or", "Conditions": [holds, clash]}])).is_err());
}

#[test]
fn in_not_and_or_nest() {
    let among = |query: &str| json!({"Type": "In", "QueryValue": query, "Values": ["a", "b"]});
    let not = |condition: Value| json!({"Type": "Not", "Condition": condition});

    assert_eq!(evaluate(&json!([among("b")])), Ok(true));
    assert_eq!(evaluate(&json!([among("c")])), Ok(false));
    assert_eq!(evaluate(&json!([not(among("c"))])), Ok(true));
    assert_eq!(evaluate(&json!([{"Type": "NotIn", "QueryValue": "c", "Values": ["a"]}])), Ok(true));
    let or = json!({"Type": "Or", "Conditions": [among("c"), not(not(among("a")))]});
    assert_eq!(evaluate(&json!([or])), Ok(true));
    let or = json!({"Type": "Or", "Conditions": [among("c"), not(among("a"))]});
    assert_eq!(evaluate(&json!([or])), Ok(false));
}

#[test]
fn a_side_without_a_value_is_an_error_that_names_it() {
    let steps = json!([
        crate::driver::lambda("A", &[]),
        crate::driver::condition(
            "Gate",
            (json!({"Get": "Steps.A.OutputParameters['text']"}), json!("x")),
            [json!([]), json!([])],
        ),
    ]);
    let plan = plan(&steps);
    let error = plan.evaluate(plan.step("Gate").unwrap(), &Facts::default()).unwrap_err();

    let message = error.to_string().replace(": ", ":\n");
    expect![[r#"
        Steps.A.OutputParameters['text'] is undefined:
        step `A` has no properties because it did not succeed"#]]
    .assert_eq(&message);
}

#[test]
fn the_sdk_decides_alike_but_for_booleans_and_forms_of_numbers() {
    let rows = include_str!("sdk_conditions.txt").lines();
    let rows: Vec<[Value; 4]> = rows.map(|row| serde_json::from_str(row).unwrap()).collect();
    assert!(rows.len() > 900, "{}", rows.len());

    for [kind, left, right, answer] in rows {
        let ours = match kind.as_str().unwrap() {
            "In" => evaluate(&json!([{"Type": "In", "QueryValue": left, "Values": right}])),
            kind => compare(kind, &left, &right),
        };
        // Python orders booleans, and takes them for numbers.
        let boolean = left.is_boolean() || right.is_boolean();
        // We compare 2 with 2.0, and a number with text that is one. An In of another type is
        // a mistake that we show.
        let mixed = left.is_f64() != right.is_f64() || left.is_string() != right.is_string();
        match (ours, answer.as_bool()) {
            (Ok(ours), Some(theirs)) => assert_eq!(ours, theirs, "{kind} {left} {right}"),
            (Ok(_), None) => assert!(mixed, "{kind} {left} {right}"),
            (Err(_), Some(_)) => assert!(boolean || right.is_array(), "{kind} {left} {right}"),
            (Err(_), None) => {}
        }
    }
}
