//! Does the referenced step have the referenced property?

use serde_json::Value;

use crate::lint::definition::Step;
use crate::lint::property_tables::{self, Properties};
use crate::lint::reference::{Reference, Segment};
use crate::lint::report::Report;
use crate::lint::suggest;

/// Reports a path that a finished `step` does not have.
pub(crate) fn check(
    reference: &Reference<'_>,
    step: &Step<'_>,
    path: &[Segment<'_>],
    report: &mut Report,
) {
    let root = match path.first() {
        Some(Segment::Member(root)) => *root,
        _ => "",
    };
    match property_tables::of(step.kind) {
        Properties::Open => {}
        Properties::None => report.error(
            &reference.at,
            "unknown-property",
            format!("`{}`: a {} step has no properties", reference.text, step.kind),
            "refer to a step that produces something",
        ),
        Properties::Declared => declared(reference, step, path, report),
        Properties::Roots(roots) if roots.split(' ').any(|known| known == root) => {
            within(reference, step, path, report);
        }
        Properties::Roots(roots) => report.error(
            &reference.at,
            "unknown-property",
            format!("`{}`: a {} step has no property `{root}`", reference.text, step.kind),
            suggest::remedy(root, roots.split(' ')),
        ),
    }
}

/// Lambda and Callback steps have what they declare, and nothing beneath it.
fn declared(reference: &Reference<'_>, step: &Step<'_>, path: &[Segment<'_>], report: &mut Report) {
    let [Segment::Member("OutputParameters"), Segment::Key(output)] = path else {
        report.error(
            &reference.at,
            "unknown-property",
            format!("`{}`: a {} step has only its output parameters", reference.text, step.kind),
            format!("write Steps.{}.OutputParameters['name']", step.name),
        );
        return;
    };
    let outputs = names(step, "OutputParameters", "OutputName");
    if !outputs.contains(output) {
        report.error(
            &reference.at,
            "undeclared-output",
            format!("{} step `{}` declares no output `{output}`", step.kind, step.name),
            suggest::remedy(output, outputs),
        );
    }
}

fn names<'a>(step: &Step<'a>, list: &str, key: &str) -> Vec<&'a str> {
    let items = step.list(list).into_iter();
    items.filter_map(|(item, _)| item.get(key).and_then(Value::as_str)).collect()
}

/// Looks at the levels below the first, as far as they are known.
fn within(reference: &Reference<'_>, step: &Step<'_>, path: &[Segment<'_>], report: &mut Report) {
    for pair in path.windows(2) {
        let [Segment::Member(structure), Segment::Member(member)] = pair else { continue };
        let Some(members) = property_tables::members_of(structure) else { continue };
        if !members.contains(member) {
            report.error(
                &reference.at,
                "unknown-property",
                format!("`{}`: {structure} has no member `{member}`", reference.text),
                suggest::remedy(member, members.iter().copied()),
            );
        }
    }
    if step.kind != "Processing" {
        return;
    }
    match path {
        [
            Segment::Member("ProcessingOutputConfig"),
            Segment::Member("Outputs"),
            Segment::Key(name),
            ..,
        ] => {
            named(reference, step, (name, "output"), &outputs(step), report);
        }
        [Segment::Member("ProcessingInputs"), Segment::Key(name), ..] => {
            named(reference, step, (name, "input"), &inputs(step), report);
        }
        _ => {}
    }
}

fn named(
    reference: &Reference<'_>,
    step: &Step<'_>,
    (name, what): (&str, &str),
    known: &[&str],
    report: &mut Report,
) {
    if !known.contains(&name) {
        report.error(
            &reference.at,
            "unknown-channel",
            format!("Processing step `{}` has no {what} `{name}`", step.name),
            suggest::remedy(name, known.iter().copied()),
        );
    }
}

/// The names of a Processing step's outputs.
pub(crate) fn outputs<'a>(step: &Step<'a>) -> Vec<&'a str> {
    let outputs =
        step.argument("ProcessingOutputConfig").and_then(|(value, _)| value.get("Outputs"));
    list_of_names(outputs, "OutputName")
}

fn inputs<'a>(step: &Step<'a>) -> Vec<&'a str> {
    list_of_names(step.argument("ProcessingInputs").map(|(value, _)| value), "InputName")
}

fn list_of_names<'a>(list: Option<&'a Value>, key: &str) -> Vec<&'a str> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.get(key).and_then(Value::as_str)).collect()
}
