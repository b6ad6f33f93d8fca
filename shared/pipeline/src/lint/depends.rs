//! Does every entry of `DependsOn` name a step that can be waited for?

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::pointer::Pointer;
use crate::lint::reference;
use crate::lint::references::{Sight, sight};
use crate::lint::report::Report;
use crate::lint::suggest;

const TRIGGERS: [&str; 4] = ["Completed", "Failed", "Stopped", "Any"];

/// Reports entries that name nothing, a Fail step, or a step in a branch.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for (index, step) in definition.steps.iter().enumerate() {
        for (entry, at) in step.list("DependsOn") {
            trigger(entry, &at, report);
            match name(entry) {
                Some(name) => target(definition, (index, step), (name, &at), report),
                // Said already: an object without Step.
                None if entry.is_object()
                    && entry.get("Step").is_none()
                    && !reference::is_function(entry) => {}
                None => report.error(
                    &at,
                    "wrong-kind",
                    "an entry of DependsOn is a step name",
                    "write the literal name of a step; a reference waits by itself",
                ),
            }
        }
    }
}

/// The step that an entry names, in either form.
pub(crate) fn name(entry: &Value) -> Option<&str> {
    entry.as_str().or_else(|| entry.get("Step").and_then(Value::as_str))
}

fn trigger(entry: &Value, at: &Pointer, report: &mut Report) {
    let Some(members) = entry.as_object().filter(|_| !reference::is_function(entry)) else {
        return;
    };
    for key in ["Step", "Trigger"].into_iter().filter(|key| !members.contains_key(*key)) {
        report.error(
            at,
            "missing-key",
            format!("the dependency has no `{key}`"),
            "write {\"Step\": ..., \"Trigger\": ...}, or the plain name",
        );
    }
    for (key, value) in members {
        match (key.as_str(), value.as_str()) {
            ("Step", _) => {}
            ("Trigger", Some(trigger)) if TRIGGERS.contains(&trigger) => report.warning(
                at,
                "undocumented",
                "run conditions in DependsOn are known from the SDK only",
                "keep it if the service takes it; a plain name waits for success",
            ),
            ("Trigger", _) => report.error(
                &at.key(key),
                "unknown-value",
                format!("{value} is no trigger"),
                format!("known: {}", TRIGGERS.join(", ")),
            ),
            _ => report.error(
                &at.key(key),
                "unknown-key",
                format!("DependsOn knows no `{key}`"),
                "write {\"Step\": ..., \"Trigger\": ...}",
            ),
        }
    }
}

fn target(
    definition: &Definition<'_>,
    (from, step): (usize, &Step<'_>),
    (name, at): (&str, &Pointer),
    report: &mut Report,
) {
    let Some((to, target)) = definition.step(name) else {
        report.error(
            at,
            "depends-on-unknown",
            format!("there is no step `{name}`"),
            suggest::remedy(name, definition.steps.iter().map(|step| step.name)),
        );
        return;
    };
    if from == to {
        report.error(
            at,
            "self-reference",
            format!("step `{}` waits for itself", step.name),
            "remove the entry",
        );
    } else if target.kind == "Fail" {
        report.error(
            at,
            "depends-on-fail",
            format!("`{name}` is a Fail step: it ends the execution, nothing can follow"),
            "depend on the step before it",
        );
    } else if sight(definition, from, to) != Sight::Clear {
        report.error(
            at,
            "depends-on-branch",
            format!("`{name}` stands in a branch that may not be taken"),
            "depend on the condition, or move this step into the branch",
        );
    }
}
