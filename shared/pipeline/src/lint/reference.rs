//! What does a `{"Get": ...}` point at? The path syntax of references.

use serde_json::{Map, Value};

use crate::lint::pointer::Pointer;

/// One step of a property path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// `.name`
    Member(&'a str),
    /// `[3]`
    Index(&'a str),
    /// `['name']`
    Key(&'a str),
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
    /// `ForEach.CurrentItem`, with or without a path.
    CurrentItem,
    /// `IterationOutput.X.path`
    Iteration(&'a str),
    /// Nothing that the service knows.
    Unreadable,
}

/// A `{"Get": ...}` and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Reference<'a> {
    /// Where the object that holds `Get` stands.
    pub(crate) at: Pointer,
    /// The text behind `Get`.
    pub(crate) text: &'a str,
    /// What it names.
    pub(crate) target: Target<'a>,
    /// What it is used for.
    pub(crate) role: Role,
}

/// What a reference is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its value is put in its place.
    Value,
    /// It names the property file that `Std:JsonGet` reads.
    PropertyFile,
}

/// The text behind `Get`, if `value` is a reference.
pub(crate) fn get(value: &Value) -> Option<&str> {
    single(value, "Get").and_then(Value::as_str)
}

/// The argument of the function `name`, if `value` calls it.
pub(crate) fn single<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object().filter(|members| members.len() == 1).and_then(|members| members.get(name))
}

/// Whether `value` is computed at run time.
pub(crate) fn is_function(value: &Value) -> bool {
    get(value).is_some()
        || single(value, "Std:Join").is_some()
        || single(value, "Std:JsonGet").is_some()
}

/// Whether `value` was meant to be computed, well formed or not.
pub(crate) fn is_meant_as_function(value: &Value) -> bool {
    let mut keys = value.as_object().into_iter().flatten().map(|(key, _)| key);
    single(value, "Get").is_some() || keys.any(|key| key.starts_with("Std:"))
}

/// Every reference under `members`, except under a key that `skip` names.
pub(crate) fn collect<'a>(
    members: &'a Map<String, Value>,
    at: &Pointer,
    skip: &[&str],
) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    // What DependsOn holds are names; a reference there has a rule of its own.
    for (key, value) in members.iter().filter(|(key, _)| *key != "DependsOn") {
        if key == "Arguments" {
            for (name, argument) in value.as_object().into_iter().flatten() {
                if !skip.contains(&name.as_str()) {
                    visit(argument, &at.key(key).key(name), Role::Value, &mut found);
                }
            }
            if !value.is_object() {
                visit(value, &at.key(key), Role::Value, &mut found);
            }
        } else {
            visit(value, &at.key(key), Role::Value, &mut found);
        }
    }
    found
}

fn visit<'a>(value: &'a Value, at: &Pointer, role: Role, found: &mut Vec<Reference<'a>>) {
    if let Some(argument) = single(value, "Get") {
        // What is no text names nothing either.
        let text = argument.as_str().unwrap_or_default();
        found.push(Reference { at: at.clone(), text, target: target(text), role });
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &at.index(index), Role::Value, found);
            }
        }
        Value::Object(members) => {
            for (key, item) in members {
                let role = match key.as_str() {
                    "PropertyFile" => Role::PropertyFile,
                    _ => Role::Value,
                };
                visit(item, &at.key(key), role, found);
            }
        }
        _ => {}
    }
}

/// Reads the text behind `Get`.
pub(crate) fn target(text: &str) -> Target<'_> {
    let Some((space, rest)) = text.split_once('.') else { return Target::Unreadable };
    match space {
        "Parameters" => Target::Parameter(rest),
        "Execution" => Target::Execution(rest),
        "PipelineExperimentConfig" => Target::Experiment(rest),
        "Steps" => step(rest).unwrap_or(Target::Unreadable),
        "IterationOutput" => Target::Iteration(head(rest).0),
        "ForEach" if head(rest).0 == "CurrentItem" => Target::CurrentItem,
        _ => Target::Unreadable,
    }
}

fn step(text: &str) -> Option<Target<'_>> {
    let (name, rest) = head(text);
    let path = path(rest)?;
    if name.is_empty() || path.is_empty() { None } else { Some(Target::Step(name, path)) }
}

/// Cuts off the leading name.
fn head(text: &str) -> (&str, &str) {
    text.split_at(text.find(['.', '[']).unwrap_or(text.len()))
}

/// Reads `.a[0]['b']`; nothing if it is not well formed.
pub(crate) fn path(text: &str) -> Option<Vec<Segment<'_>>> {
    let mut segments = Vec::new();
    let mut rest = text;

    while !rest.is_empty() {
        let (segment, tail) = if let Some(after) = rest.strip_prefix('.') {
            let (name, tail) = head(after);
            let clean = !name.is_empty() && !name.contains([']', '\'', '"', ' ']);
            (clean.then_some(Segment::Member(name))?, tail)
        } else {
            bracket(rest)?
        };
        segments.push(segment);
        rest = tail;
    }
    Some(segments)
}

fn bracket(text: &str) -> Option<(Segment<'_>, &str)> {
    let inner = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let (key, tail) = quoted.split_once(quote)?;
            let tail = tail.strip_prefix(']')?;
            return (!key.is_empty()).then_some((Segment::Key(key), tail));
        }
    }
    let (digits, tail) = inner.split_once(']')?;
    let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    numeric.then_some((Segment::Index(digits), tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_with_members_indexes_and_keys() {
        let Target::Step(name, path) = target("Steps.Evaluate.A.Outputs['x y'][0].S3Uri") else {
            panic!("not a step");
        };

        assert_eq!(name, "Evaluate");
        assert_eq!(
            path,
            [
                Segment::Member("A"),
                Segment::Member("Outputs"),
                Segment::Key("x y"),
                Segment::Index("0"),
                Segment::Member("S3Uri"),
            ]
        );
    }

    #[test]
    fn a_step_without_a_property_or_with_a_torn_path_is_unreadable() {
        for text in ["Steps.Train", "Steps..A", "Steps.Train.", "Steps.T.A[", "Steps.T.A['x]", ""] {
            assert_eq!(target(text), Target::Unreadable, "{text}");
        }
    }
}
