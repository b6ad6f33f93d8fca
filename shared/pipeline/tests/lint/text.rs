//! Text that is no definition, and definitions that no file should hold.

use pipeline::lint::{Finding, MAX_CHARACTERS, Place, Severity, lint, lint_text};
use serde_json::{Value, json};

fn only(findings: Vec<Finding>) -> Finding {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.into_iter().next().unwrap()
}

fn minimal() -> Value {
    json!({
        "Version": "2020-12-01",
        "Steps": [{"Name": "No", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}]
    })
}

#[test]
fn text_that_is_no_json_is_found_at_its_line_and_column() {
    let finding = only(lint_text("{\n  \"Version\": \"2020-12-01\",\n  \"Steps\": [ü]\n}"));

    assert_eq!(finding.rule, "not-json");
    assert_eq!(finding.place, Some(Place { line: 3, column: 13 }));
}

#[test]
fn empty_text_is_no_json() {
    for text in ["", " \n", "\u{feff}"] {
        assert_eq!(only(lint_text(text)).rule, "not-json");
    }
}

#[test]
fn a_byte_order_mark_is_forgiven() {
    assert_eq!(lint_text(&format!("\u{feff}{}", minimal())), []);
}

#[test]
fn findings_in_text_have_the_line_and_column_of_their_node() {
    let text = "{\"Version\": \"2020-12-01\",\n \"Steps\": [\n  {\"Name\": \"a b\", \"Type\": \"Fail\",\
                \n   \"Arguments\": {\"ErrorMessage\": \"\"}}]}";

    let finding = only(lint_text(text));

    assert_eq!((finding.rule, finding.pointer.as_str()), ("step-name", "/Steps/0/Name"));
    assert_eq!(finding.place, Some(Place { line: 3, column: 4 }));
}

#[test]
fn a_definition_of_more_than_a_mebibyte_is_found_too_large() {
    let mut definition = minimal();
    definition["Steps"][0]["Arguments"]["ErrorMessage"] = json!("x".repeat(MAX_CHARACTERS));

    let from_value = only(lint(&definition));
    let from_text = only(lint_text(&definition.to_string()));

    assert_eq!(from_value.rule, "definition-too-large");
    assert_eq!(from_text.rule, "definition-too-large");
    assert_eq!(from_text.place, Some(Place { line: 1, column: MAX_CHARACTERS + 1 }));
}

#[test]
fn characters_are_counted_and_not_bytes() {
    let mut definition = minimal();
    definition["Steps"][0]["Arguments"]["ErrorMessage"] = json!("ü".repeat(MAX_CHARACTERS / 2));

    assert_eq!(lint(&definition), []);
    assert_eq!(lint_text(&definition.to_string()), []);
}

#[test]
fn text_nested_without_end_is_refused() {
    let finding = only(lint_text(&"[".repeat(1_000_000)));

    assert_eq!(finding.rule, "too-deep");
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn a_value_nested_beyond_what_text_allows_is_refused() {
    let nested = (0..1_000).fold(json!("end"), |value, _| Value::Array(vec![value]));

    let finding = only(lint(&nested));

    assert_eq!(finding.rule, "too-deep");
    assert_eq!(finding.pointer, "");
}

#[test]
fn a_value_at_the_limit_of_nesting_is_examined() {
    let nested = (0..40).fold(json!([]), |steps, index| {
        json!([{"Name": format!("c{index}"), "Type": "Condition",
                "Arguments": {"Conditions": [], "IfSteps": steps}}])
    });

    let findings = lint(&json!({"Version": "2020-12-01", "Steps": nested}));

    assert!(findings.iter().any(|finding| finding.rule == "nested-condition"), "{findings:#?}");
}

#[test]
fn what_is_no_object_is_no_definition() {
    for value in [json!(null), json!([]), json!("x"), json!(1), json!(true)] {
        assert_eq!(only(lint(&value)).rule, "wrong-kind");
    }
}

#[test]
fn a_long_chain_of_steps_is_no_cycle_and_takes_no_stack() {
    let step = |index: usize| {
        let before = if index == 0 { vec![] } else { vec![format!("s{}", index - 1)] };
        json!({"Name": format!("s{index}"), "Type": "Callback", "SqsQueueUrl": "q",
               "DependsOn": before})
    };
    let steps: Vec<Value> = (0..5_000).rev().map(step).collect();

    assert_eq!(lint(&json!({"Steps": steps})), []);
}

#[test]
fn every_circle_is_found_once() {
    let step = |name: &str, before: &str| json!({"Name": name, "Type": "Callback", "SqsQueueUrl": "q", "DependsOn": [before]});
    let steps = [step("a", "b"), step("b", "a"), step("c", "d"), step("d", "e"), step("e", "c")];

    let findings = lint(&json!({"Steps": steps}));

    let circles: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        circles,
        ["steps wait for each other: a -> b -> a", "steps wait for each other: c -> d -> e -> c"]
    );
}

#[test]
fn findings_read_as_one_line() {
    let finding = only(lint(&json!({"Version": "2021", "Steps": minimal()["Steps"]})));

    assert_eq!(
        finding.to_string(),
        "error[version] /Version: \"2021\" is no version of the definition language \
         (write \"2020-12-01\")"
    );
}
