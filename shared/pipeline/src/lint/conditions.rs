//! Can the conditions be parsed and decided, and do they mean something?

use serde_json::Value;

use crate::lint::definition::{Definition, elements};
use crate::lint::kinds;
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;
use crate::lint::strings::{self, Kind};
use crate::lint::suggest;

const COMPARISONS: [&str; 5] =
    ["Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"];

/// Reports conditions that the service refuses or that cannot do what they say.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for (index, step) in definition.steps.iter().enumerate() {
        if step.kind != "Condition" {
            continue;
        }
        if let Some((conditions, at)) = step.argument("Conditions") {
            for (condition, at) in elements(conditions, &at) {
                one(definition, condition, &at, report);
            }
            if conditions.as_array().is_some_and(Vec::is_empty) {
                empty(&at, report);
            }
        }
        let parents = definition.ancestors(index);
        let nested = parents.iter().filter_map(|inside| definition.steps.get(inside.parent));
        if nested.into_iter().any(|parent| parent.kind == "Condition") {
            report.warning(
                &step.at,
                "nested-condition",
                format!("condition `{}` stands in a branch of another", step.name),
                "the guide says conditions do not nest; let a later one decide at top level",
            );
        }
    }
}

fn empty(at: &Pointer, report: &mut Report) {
    report.warning(
        at,
        "empty-condition",
        "there is nothing to decide",
        "add a condition, or put the steps of the branch at top level",
    );
}

fn one(definition: &Definition<'_>, condition: &Value, at: &Pointer, report: &mut Report) {
    let kind = condition.get("Type").and_then(Value::as_str).unwrap_or_default();
    let members: &[&str] = match kind {
        "In" => &["Type", "QueryValue", "Values"],
        "Or" => &["Type", "Conditions"],
        "Not" => {
            negation(definition, condition, at, report);
            return;
        }
        _ if COMPARISONS.contains(&kind) => &["Type", "LeftValue", "RightValue"],
        _ => {
            unknown(kind, condition, at, report);
            return;
        }
    };
    if !shape(condition, members, at, report) {
        return;
    }
    match kind {
        "Or" => {
            let inner = condition.get("Conditions").unwrap_or(&Value::Null);
            let at = at.key("Conditions");
            for (condition, at) in elements(inner, &at) {
                one(definition, condition, &at, report);
            }
            match inner.as_array() {
                Some(list) if list.is_empty() => empty(&at, report),
                Some(_) => {}
                None => report.error(
                    &at,
                    "wrong-kind",
                    format!("`Conditions` is a JSON array, not {}", kinds::name(inner)),
                    "list the conditions of which one is enough",
                ),
            }
        }
        "In" => {
            literal(condition, "QueryValue", at, report);
            values(condition, at, report);
        }
        _ => {
            operand(condition, "RightValue", at, report);
            literal(condition, "LeftValue", at, report);
            operands(definition, (kind, condition), at, report);
        }
    }
}

fn unknown(kind: &str, condition: &Value, at: &Pointer, report: &mut Report) {
    let at = if condition.get("Type").is_some() { at.key("Type") } else { at.clone() };
    let known = COMPARISONS.iter().copied().chain(["In", "Or", "Not"]);

    if matches!(kind, "NotEquals" | "NotIn") {
        report.warning(
            &at,
            "undocumented",
            format!("condition type {kind} is known from the published schema only"),
            "swap IfSteps and ElseSteps, and use Equals or In",
        );
    } else {
        report.error(
            &at,
            "unknown-condition",
            format!("there is no condition type `{kind}`"),
            suggest::remedy(kind, known),
        );
    }
}

/// Older SDKs wrote `Expression`, which the service refuses; `Condition` is what it takes.
fn negation(definition: &Definition<'_>, condition: &Value, at: &Pointer, report: &mut Report) {
    if condition.get("Expression").is_some() {
        report.error(
            at,
            "condition-not",
            "the service knows no `Expression` in a Not",
            "swap IfSteps and ElseSteps, or write `Condition` for `Expression`",
        );
    } else if shape(condition, &["Type", "Condition"], at, report) {
        let inner = condition.get("Condition").unwrap_or(&Value::Null);
        one(definition, inner, &at.key("Condition"), report);
    }
}

/// Whether the condition has exactly these members.
fn shape(condition: &Value, wanted: &[&str], at: &Pointer, report: &mut Report) -> bool {
    let mut complete = true;
    for key in wanted.iter().filter(|key| condition.get(**key).is_none()) {
        complete = false;
        report.error(
            at,
            "missing-key",
            format!("the condition has no `{key}`"),
            format!("it needs {}", wanted.join(", ")),
        );
    }
    for key in condition.as_object().into_iter().flatten().map(|(key, _)| key) {
        if !wanted.contains(&key.as_str()) {
            report.error(
                &at.key(key),
                "unknown-key",
                format!("the condition knows no `{key}`"),
                suggest::remedy(key, wanted.iter().copied()),
            );
        }
    }
    complete
}

/// The list of an In.
fn values(condition: &Value, at: &Pointer, report: &mut Report) {
    let list = condition.get("Values").unwrap_or(&Value::Null);
    let at = at.key("Values");
    if !list.is_array() {
        report.error(
            &at,
            "wrong-kind",
            format!("`Values` is a JSON array, not {}", kinds::name(list)),
            "list the values; each may be a reference",
        );
    }
    for (value, at) in elements(list, &at) {
        strings::single(Kind::Unknown, ("element", value), &at, report);
    }
}

fn operand(condition: &Value, key: &str, at: &Pointer, report: &mut Report) {
    if let Some(value) = condition.get(key) {
        strings::single(Kind::Unknown, (key, value), &at.key(key), report);
    }
}

fn literal(condition: &Value, key: &str, at: &Pointer, report: &mut Report) {
    let Some(value) = condition.get(key) else { return };
    operand(condition, key, at, report);
    if !value.is_object() && !value.is_array() {
        report.warning(
            &at.key(key),
            "literal-on-the-left",
            format!("the left side is the literal {value}"),
            "put the reference left and the literal right; older SDKs refuse the reverse",
        );
    }
}

fn operands(
    definition: &Definition<'_>,
    (kind, condition): (&str, &Value),
    at: &Pointer,
    report: &mut Report,
) {
    let side = |key: &str| {
        condition.get(key).map_or(Kind::Unknown, |value| strings::kind_of(definition, value))
    };
    let (left, right) = (side("LeftValue"), side("RightValue"));

    if left != right && left != Kind::Unknown && right != Kind::Unknown {
        report.warning(
            at,
            "condition-types",
            format!("{kind} compares {} with {}", left.name(), right.name()),
            "compare values of one type: text with text, numbers with numbers",
        );
    } else if kind != "Equals" && (left == Kind::Boolean || right == Kind::Boolean) {
        report.warning(
            at,
            "condition-types",
            format!("{kind} orders booleans"),
            "use Equals for booleans",
        );
    }
}
