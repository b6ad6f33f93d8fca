//! Are property files declared where they work: on Processing, over an output of the step?

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::properties;
use crate::lint::report::Report;
use crate::lint::suggest;

const MEMBERS: [&str; 3] = ["PropertyFileName", "OutputName", "FilePath"];

/// Reports declarations that no `Std:JsonGet` could read.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        if let Some((_, at)) = step.member("PropertyFiles").filter(|_| step.kind != "Processing") {
            report.error(
                &at,
                "property-file-misplaced",
                format!("a {} step has no property files", step.kind),
                "declare them on the Processing step that writes the file",
            );
        } else {
            declarations(step, report);
        }
    }
}

fn declarations(step: &Step<'_>, report: &mut Report) {
    let outputs = properties::outputs(step);
    let mut seen = BTreeSet::new();

    for (file, at) in step.list("PropertyFiles") {
        if !file.is_object() {
            continue;
        }
        for member in MEMBERS {
            if file.get(member).and_then(Value::as_str).is_none_or(str::is_empty) {
                report.error(
                    &at,
                    "missing-key",
                    format!("a property file of `{}` has no `{member}`", step.name),
                    format!("a property file needs {}", MEMBERS.join(", ")),
                );
            }
        }
        for key in file.as_object().into_iter().flatten().map(|(key, _)| key) {
            if !MEMBERS.contains(&key.as_str()) {
                report.error(
                    &at.key(key),
                    "unknown-key",
                    format!("a property file knows no `{key}`"),
                    suggest::remedy(key, MEMBERS),
                );
            }
        }
        let output = file.get("OutputName").and_then(Value::as_str).unwrap_or_default();
        if !output.is_empty() && !outputs.contains(&output) {
            report.error(
                &at.key("OutputName"),
                "property-file-output",
                format!("step `{}` has no output `{output}`", step.name),
                suggest::remedy(output, outputs.iter().copied()),
            );
        }
        let name = file.get("PropertyFileName").and_then(Value::as_str).unwrap_or_default();
        if !name.is_empty() && !seen.insert(name) {
            report.error(
                &at.key("PropertyFileName"),
                "property-file-twice",
                format!("step `{}` declares `{name}` twice", step.name),
                "give each property file its own name",
            );
        }
    }
}
