//! Can the function or the queue be called as declared: what goes in, and what comes out?

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::reference;
use crate::lint::report::Report;
use crate::lint::suggest;

const TYPES: [&str; 4] = ["String", "Integer", "Boolean", "Float"];

/// Outputs that a step may declare.
const MOST_OUTPUTS: usize = 50;

/// Reports arguments and outputs that Lambda and Callback steps cannot have.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        match step.kind {
            "Lambda" => {
                literal(step, "FunctionArn", report);
                arguments(step, report);
            }
            "Callback" => literal(step, "SqsQueueUrl", report),
            _ => continue,
        }
        outputs(step, report);
    }
}

fn literal(step: &Step<'_>, key: &str, report: &mut Report) {
    let Some((value, at)) = step.member(key) else { return };
    if value.as_str().is_none_or(str::is_empty) {
        report.error(
            &at,
            "literal-target",
            format!("`{key}` of step `{}` is not literal text", step.name),
            "write it out when the definition is made: references are not resolved here",
        );
    }
}

fn arguments(step: &Step<'_>, report: &mut Report) {
    let Some((arguments, at)) = step.arguments() else { return };
    for (key, value) in arguments {
        let flat = match value {
            Value::Null | Value::Array(_) => false,
            Value::Object(_) => reference::is_meant_as_function(value),
            _ => true,
        };
        if !flat {
            report.error(
                &at.key(key),
                "lambda-argument",
                format!("argument `{key}` of Lambda step `{}` is not a single value", step.name),
                "pass flat keys with text, numbers or booleans; put structures in S3",
            );
        }
    }
}

fn outputs(step: &Step<'_>, report: &mut Report) {
    let outputs = step.list("OutputParameters");
    let mut seen = BTreeSet::new();

    if outputs.len() > MOST_OUTPUTS {
        report.error(
            &step.at.key("OutputParameters"),
            "too-many-outputs",
            format!("step `{}` declares {} outputs", step.name, outputs.len()),
            format!("at most {MOST_OUTPUTS}; put more in a file"),
        );
    }
    for (output, at) in outputs.into_iter().filter(|(output, _)| output.is_object()) {
        for key in output.as_object().into_iter().flatten().map(|(key, _)| key) {
            if !["OutputName", "OutputType"].contains(&key.as_str()) {
                report.error(
                    &at.key(key),
                    "unknown-key",
                    format!("an output parameter knows no `{key}`"),
                    suggest::remedy(key, ["OutputName", "OutputType"]),
                );
            }
        }
        let name = output.get("OutputName").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() || name.chars().count() > 256 {
            report.error(
                &at,
                "output-name",
                format!("an output of step `{}` has no usable `OutputName`", step.name),
                "name it with 1 to 256 characters",
            );
        } else if !seen.insert(name) {
            report.error(
                &at.key("OutputName"),
                "output-name",
                format!("step `{}` declares output `{name}` twice", step.name),
                "declare each output once",
            );
        }
        let kind = output.get("OutputType").and_then(Value::as_str).unwrap_or_default();
        if !TYPES.contains(&kind) {
            let at = if output.get("OutputType").is_some() { at.key("OutputType") } else { at };
            report.error(
                &at,
                "output-type",
                format!("`{kind}` is no type of an output"),
                suggest::remedy(kind, TYPES),
            );
        }
    }
}
