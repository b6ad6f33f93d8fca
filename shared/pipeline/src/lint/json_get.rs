//! Are the functions well formed: `Std:Join`, and `Std:JsonGet` with what it reads?

use serde_json::{Map, Value};

use crate::lint::definition::{Definition, Step, nesting};
use crate::lint::pointer::Pointer;
use crate::lint::reference::{self, Role, Segment, Target};
use crate::lint::report::Report;
use crate::lint::suggest;

/// Reports malformed functions, and property files that nobody declared.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        let skip = nesting(step.kind);
        if let Some((arguments, at)) = step.arguments() {
            for (key, value) in arguments {
                if !skip.iter().any(|(name, _)| name == key) {
                    walk(value, &at.key(key), report);
                }
            }
        }
        property_files(definition, step, report);
    }
    if let Some(config) = definition.members.get("PipelineExperimentConfig") {
        walk(config, &Pointer::default().key("PipelineExperimentConfig"), report);
    }
}

fn walk(value: &Value, at: &Pointer, report: &mut Report) {
    match value {
        Value::Object(members) => {
            function(members, at, report);
            for (key, value) in members {
                walk(value, &at.key(key), report);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &at.index(index), report);
            }
        }
        _ => {}
    }
}

fn function(members: &Map<String, Value>, at: &Pointer, report: &mut Report) {
    let Some((name, argument)) = members.iter().find(|(key, _)| key.starts_with("Std:")) else {
        return;
    };
    let at_argument = at.key(name);
    if members.len() > 1 {
        report.error(
            at,
            "malformed-function",
            format!("`{name}` stands in an object with other members"),
            "a function is an object with one member",
        );
    }
    match name.as_str() {
        "Std:Join" => join(argument, &at_argument, report),
        "Std:JsonGet" => json_get(argument, &at_argument, report),
        _ => report.error(
            &at_argument,
            "malformed-function",
            format!("there is no function `{name}`"),
            suggest::remedy(name, ["Std:Join", "Std:JsonGet"]),
        ),
    }
}

fn join(argument: &Value, at: &Pointer, report: &mut Report) {
    let separator = argument.get("On").is_none_or(Value::is_string);
    let values = argument.get("Values").and_then(Value::as_array);

    let plain = |value: &Value| match value {
        Value::Null | Value::Array(_) => false,
        Value::Object(_) => reference::is_function(value),
        _ => true,
    };
    if !separator || !values.is_some_and(|values| values.iter().all(plain)) {
        report.error(
            at,
            "malformed-function",
            "Std:Join takes text in `On` and a list of literals and functions in `Values`",
            "write {\"On\": \"/\", \"Values\": [...]}",
        );
    }
}

fn json_get(argument: &Value, at: &Pointer, report: &mut Report) {
    match argument.get("Path") {
        Some(Value::String(path)) if is_path(path) => {}
        Some(Value::String(path)) => report.error(
            &at.key("Path"),
            "json-get-path",
            format!("`{path}` is no path"),
            "write dotted keys with [n] for lists, such as metrics.wape.value",
        ),
        Some(other) => report.error(
            &at.key("Path"),
            "json-get-path",
            format!("the path is {other}, and only literal text is possible"),
            "write the path out; to choose it at start, let a Lambda step read the file",
        ),
        None => report.error(
            at,
            "json-get-path",
            "Std:JsonGet has no `Path`",
            "add the path of the value, such as metrics.wape.value",
        ),
    }
    source(argument, at, report);
}

fn source(argument: &Value, at: &Pointer, report: &mut Report) {
    let remedy = "write \"PropertyFile\": {\"Get\": \"Steps.S.PropertyFiles.N\"}, or \"S3Uri\"";

    match (argument.get("PropertyFile"), argument.get("S3Uri")) {
        (Some(file), None) => {
            if !reference::get(file).is_some_and(is_property_file) {
                let at = at.key("PropertyFile");
                let message = format!("{file} does not name a property file");
                report.error(&at, "json-get-source", message, remedy);
            }
        }
        (None, Some(uri)) => {
            if !uri.is_string() && !reference::is_function(uri) {
                let at = at.key("S3Uri");
                report.error(&at, "json-get-source", format!("{uri} is no S3 URI"), remedy);
            }
        }
        (None, None) => {
            report.error(at, "json-get-source", "Std:JsonGet has nothing to read", remedy);
        }
        (Some(_), Some(_)) => {
            report.error(at, "json-get-source", "Std:JsonGet has two sources", remedy);
        }
    }
}

fn is_property_file(text: &str) -> bool {
    match reference::target(text) {
        Target::Step(_, path) => property_file(&path).is_some(),
        _ => false,
    }
}

/// The name in `PropertyFiles.N` or `PropertyFiles['N']`.
fn property_file<'a>(path: &[Segment<'a>]) -> Option<&'a str> {
    match path {
        [Segment::Member("PropertyFiles"), Segment::Member(name) | Segment::Key(name)] => {
            Some(name)
        }
        _ => None,
    }
}

/// Whether `text` is dotted keys with `[n]` or `['key']`, as `Std:JsonGet` reads them.
fn is_path(text: &str) -> bool {
    let text = text.strip_prefix("$.").unwrap_or(text);
    let rooted = if text.starts_with('[') { text.to_owned() } else { format!(".{text}") };
    reference::path(&rooted).is_some_and(|path| !path.is_empty())
}

/// Whether each property file that `step` reads is declared where it says.
fn property_files(definition: &Definition<'_>, step: &Step<'_>, report: &mut Report) {
    for found in &step.references {
        let Target::Step(name, path) = &found.target else { continue };
        let Some(file) = property_file(path) else { continue };
        if found.role == Role::Value {
            continue;
        }
        let Some((_, owner)) = definition.step(name) else { continue };
        let files = owner.list("PropertyFiles").into_iter();
        let declared: Vec<&str> = files
            .filter_map(|(item, _)| item.get("PropertyFileName").and_then(Value::as_str))
            .collect();
        if owner.kind != "Processing" {
            report.error(
                &found.at,
                "property-file-unknown",
                format!(
                    "`{name}` is a {} step, and only Processing has property files",
                    owner.kind
                ),
                "read the file through S3Uri, or declare an output of the step",
            );
        } else if !declared.contains(&file) {
            report.error(
                &found.at,
                "property-file-unknown",
                format!("Processing step `{name}` declares no property file `{file}`"),
                suggest::remedy(file, declared),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_and_bracketed_paths_are_paths() {
        for path in ["a", "metrics.wape.value", "a[0].b", "[2].x", "a['b c']", "$.a.b"] {
            assert!(is_path(path), "{path}");
        }
    }

    #[test]
    fn torn_paths_are_not() {
        for path in ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a]", "a['b]", "$.", "a b"] {
            assert!(!is_path(path), "{path}");
        }
    }
}
