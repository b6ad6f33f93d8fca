//! Are numbers given as text where the job wants text, and as numbers where it wants numbers?
//!
//! Environment variables, container arguments and hyperparameters are text. A reference to an
//! Integer, Float or Boolean is refused there; `Std:Join` of the one value turns it into text.

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::pointer::Pointer;
use crate::lint::reference::{self, Segment, Target};
use crate::lint::report::Report;

const TEXT_MAPS: [&str; 4] =
    ["Environment", "HyperParameters", "StaticHyperParameters", "CustomerMetadataProperties"];
const TEXT_LISTS: [&str; 2] = ["ContainerArguments", "ContainerEntrypoint"];
const NUMBERS: &str = "InstanceCount VolumeSizeInGB MaxRuntimeInSeconds MaxWaitTimeInSeconds \
     MaxConcurrentTransforms MaxPayloadInMB InvocationsTimeoutInSeconds InvocationsMaxRetries \
     InitialInstanceCount MaxNumberOfTrainingJobs MaxParallelTrainingJobs";

/// What a value will be when the step runs, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    String,
    /// An integer or a fraction.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Not known before it runs.
    Unknown,
}

/// Reports numbers that should be text, and the reverse.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        let Some((arguments, at)) = step.arguments() else { continue };
        if matches!(step.kind, "Lambda" | "Callback" | "Condition" | "ForEach") {
            continue;
        }
        for (key, value) in arguments {
            walk(definition, key, value, &at.key(key), report);
        }
    }
}

fn walk(definition: &Definition<'_>, key: &str, value: &Value, at: &Pointer, report: &mut Report) {
    let number = NUMBERS.split(' ').any(|name| name == key);
    match value {
        _ if number => numeric(definition, key, value, at, report),
        Value::Object(members) if TEXT_MAPS.contains(&key) => {
            for (name, value) in members {
                textual(definition, value, &at.key(name), report);
            }
        }
        Value::Array(items) if TEXT_LISTS.contains(&key) => {
            for (index, item) in items.iter().enumerate() {
                textual(definition, item, &at.index(index), report);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                walk(definition, name, value, &at.key(name), report);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(definition, "", item, &at.index(index), report);
            }
        }
        _ => {}
    }
}

fn textual(definition: &Definition<'_>, value: &Value, at: &Pointer, report: &mut Report) {
    match (kind_of(definition, value), reference::get(value)) {
        (Kind::Number | Kind::Boolean, Some(text)) => report.error(
            at,
            "number-needs-join",
            format!("`{text}` is no text, and text is wanted here"),
            format!("write {{\"Std:Join\":{{\"On\":\"\",\"Values\":[{{\"Get\":\"{text}\"}}]}}}}"),
        ),
        (Kind::Number | Kind::Boolean, None) => report.error(
            at,
            "number-as-text",
            format!("{value} is no text, and text is wanted here"),
            format!("write \"{value}\""),
        ),
        _ => {}
    }
}

fn numeric(
    definition: &Definition<'_>,
    key: &str,
    value: &Value,
    at: &Pointer,
    report: &mut Report,
) {
    if value.is_string() {
        report.error(
            at,
            "text-as-number",
            format!("{value} is text, and `{key}` is a number"),
            "remove the quotes, or use an Integer parameter",
        );
    } else if kind_of(definition, value) == Kind::String {
        report.warning(
            at,
            "text-as-number",
            format!("`{key}` is a number, and this gives text"),
            "declare the parameter as Integer",
        );
    }
}

/// What `value` will be.
pub(crate) fn kind_of(definition: &Definition<'_>, value: &Value) -> Kind {
    match value {
        Value::String(_) => Kind::String,
        Value::Number(_) => Kind::Number,
        Value::Bool(_) => Kind::Boolean,
        _ if reference::single(value, "Std:Join").is_some() => Kind::String,
        _ => reference::get(value).map_or(Kind::Unknown, |text| referred(definition, text)),
    }
}

fn referred(definition: &Definition<'_>, text: &str) -> Kind {
    match reference::target(text) {
        Target::Parameter(name) => {
            definition.parameter(name).map_or(Kind::Unknown, |parameter| named(parameter.kind))
        }
        Target::Execution(_) | Target::Experiment(_) => Kind::String,
        Target::Step(name, path) => {
            definition.step(name).map_or(Kind::Unknown, |(_, step)| output(step, &path))
        }
        _ => Kind::Unknown,
    }
}

fn output(step: &Step<'_>, path: &[Segment<'_>]) -> Kind {
    let [Segment::Member("OutputParameters"), Segment::Key(name)] = path else {
        return Kind::Unknown;
    };
    let outputs = step.list("OutputParameters");
    let declared = outputs
        .iter()
        .find(|(output, _)| output.get("OutputName").and_then(Value::as_str) == Some(name))
        .and_then(|(output, _)| output.get("OutputType").and_then(Value::as_str));
    declared.map_or(Kind::Unknown, named)
}

fn named(kind: &str) -> Kind {
    match kind {
        "String" => Kind::String,
        "Integer" | "Float" => Kind::Number,
        "Boolean" => Kind::Boolean,
        _ => Kind::Unknown,
    }
}
