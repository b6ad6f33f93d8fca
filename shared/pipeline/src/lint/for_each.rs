//! Can the loop run: what it iterates over, how many at once, and what stands in its body?
//!
//! ForEach is known from the Python SDK v3 only; these are the limits that it enforces.

use serde_json::Value;

use crate::lint::definition::{Definition, Side, Step, elements};
use crate::lint::reference;
use crate::lint::report::Report;
use crate::lint::strings::{self, Kind};

/// Reports loops that the SDK would refuse to build.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        if step.kind == "ForEach" {
            limits(step, report);
        }
        let parent = step.inside.filter(|inside| inside.side == Side::Body);
        if parent.is_some() && matches!(step.kind, "Condition" | "Fail" | "ForEach") {
            report.error(
                &step.at.key("Type"),
                "for-each-body",
                format!("a {} step cannot stand in the body of a loop", step.kind),
                "put it after the loop",
            );
        }
    }
}

fn limits(step: &Step<'_>, report: &mut Report) {
    if let Some((most, at)) = step.argument("MaxConcurrency")
        && !most.as_u64().is_some_and(|most| (1..=50).contains(&most))
    {
        report.error(
            &at,
            "out-of-range",
            format!("MaxConcurrency is {most}"),
            "an integer from 1 to 50",
        );
    }
    if let Some((items, at)) = step.argument("IterableItems") {
        let count = items.as_array().map(Vec::len);
        if (count.is_none() && !reference::is_meant_as_function(items))
            || count.is_some_and(|count| !(1..=100).contains(&count))
        {
            report.error(
                &at,
                "out-of-range",
                "IterableItems is neither a reference nor a list of 1 to 100 items",
                "pass longer lists by reference: text that holds a JSON list",
            );
        }
    }
    let items = step.argument("IterableItems");
    for (item, at) in items.map(|(items, at)| elements(items, &at)).unwrap_or_default() {
        strings::single(Kind::Unknown, ("element", item), &at, report);
    }
    if let Some((body, at)) = step.argument("ForEachBody")
        && body.as_array().is_some_and(Vec::is_empty)
    {
        report.error(&at, "out-of-range", "the body is empty", "add a step to it");
    }
    if let Some((selector, at)) = step.argument("Selector") {
        for key in ["Pick", "Field"].into_iter().filter(|key| selector.get(*key).is_none()) {
            report.error(
                &at,
                "missing-key",
                format!("the selector has no `{key}`"),
                "a selector needs Pick and Field",
            );
        }
    }
    let field = step.argument("Selector").and_then(|(selector, _)| selector.get("Field"));
    if let Some(field) = field.filter(|field| !reference::is_meant_as_function(field)) {
        let at = step.at.key("Arguments").key("Selector").key("Field");
        let message = format!("{field} names no output");
        report.error(&at, "wrong-kind", message, "write {\"Get\": \"IterationOutput.S.path\"}");
    }
    let picks = step.argument("Selector").and_then(|(selector, _)| selector.get("Pick"));
    if let Some(pick) = picks.filter(|pick| !matches!(pick.as_str(), Some("MaxBy" | "MinBy"))) {
        let at = step.at.key("Arguments").key("Selector").key("Pick");
        let pick: &Value = pick;
        report.error(&at, "unknown-value", format!("{pick} is no pick"), "known: MaxBy, MinBy");
    }
}
