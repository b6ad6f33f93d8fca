//! Differences in conditions.

use serde_json::Value;

use crate::compatibility::{Refusals, arguments};
use crate::lint::definition::{Step, elements};
use crate::lint::pointer::Pointer;

/// Adds what the schema refuses about the conditions of a step.
pub(crate) fn collect(step: &Step<'_>, refusals: &mut Refusals) {
    match step.argument("Conditions") {
        Some((conditions, at)) => {
            for (condition, at) in elements(conditions, &at) {
                one(condition, &at, refusals);
            }
        }
        None => refusals.add(&step.at, "a condition step has Conditions"),
    }
}

fn one(condition: &Value, at: &Pointer, refusals: &mut Refusals) {
    match condition.get("Type").and_then(Value::as_str).unwrap_or_default() {
        "In" | "NotIn" => refusals.add(at, "In is spelt with Value and In"),
        "Not" => refusals.add(at, "Not is unknown"),
        "Or" => {
            let inner = condition.get("Conditions").unwrap_or(&Value::Null);
            for (condition, at) in elements(inner, &at.key("Conditions")) {
                if condition.get("Type").and_then(Value::as_str) == Some("Or") {
                    refusals.add(&at, "an Or in an Or");
                }
                one(condition, &at, refusals);
            }
        }
        _ => {
            for key in ["LeftValue", "RightValue"] {
                if let Some(value) = condition.get(key) {
                    arguments::functions(value, &at.key(key), refusals);
                }
            }
        }
    }
}
