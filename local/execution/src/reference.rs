//! What is computed in a definition, and what does a `{"Get": ...}` point at?

use std::collections::BTreeSet;

use serde_json::Value;

use crate::path::{self, Segment};

/// A computed value: an object with one member that names the function.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Function<'a> {
    /// `{"Get": ...}`
    Get(&'a Value),
    /// `{"Std:Join": ...}`
    Join(&'a Value),
    /// `{"Std:JsonGet": ...}`
    JsonGet(&'a Value),
    /// `{"Std:...": ...}` that nobody knows.
    Unknown(&'a str),
}

/// The function that `value` calls, if it is computed at all.
pub(crate) fn function(value: &Value) -> Option<Function<'_>> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.iter().next()?;
    match name.as_str() {
        "Get" => Some(Function::Get(argument)),
        "Std:Join" => Some(Function::Join(argument)),
        "Std:JsonGet" => Some(Function::JsonGet(argument)),
        name if name.starts_with("Std:") => Some(Function::Unknown(name)),
        _ => None,
    }
}

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// `Parameters.X`
    Parameter(&'a str),
    /// `Execution.X`
    Execution(&'a str),
    /// `PipelineExperimentConfig.X`
    Experiment(&'a str),
    /// `Steps.X.path`
    Step(&'a str, Vec<Segment<'a>>),
}

/// Reads the text behind `Get`; nothing if it names nothing.
pub(crate) fn target(text: &str) -> Option<Target<'_>> {
    let (space, rest) = text.split_once('.')?;
    match space {
        "Parameters" => Some(Target::Parameter(rest)),
        "Execution" => Some(Target::Execution(rest)),
        "PipelineExperimentConfig" => Some(Target::Experiment(rest)),
        "Steps" => {
            let (name, rest) = path::head(rest);
            let path = path::parse(rest)?;
            (!name.is_empty() && !path.is_empty()).then_some(Target::Step(name, path))
        }
        _ => None,
    }
}

/// Adds the steps that `value` refers to, at any depth.
pub(crate) fn collect_steps(value: &Value, into: &mut BTreeSet<String>) {
    if let Some(Function::Get(argument)) = function(value) {
        if let Some(Target::Step(name, _)) = argument.as_str().and_then(target) {
            into.insert(name.to_owned());
        }
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_steps(item, into)),
        Value::Object(members) => members.values().for_each(|item| collect_steps(item, into)),
        _ => {}
    }
}
