//! Are names well formed, and is each given once?

use std::collections::BTreeMap;

use crate::lint::definition::Definition;
use crate::lint::report::Report;

/// Letters, digits, hyphens and underscores; at most this many.
const LONGEST: usize = 64;

/// Reports malformed and repeated names of steps and parameters.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    let mut steps = BTreeMap::new();
    for step in definition.steps.iter().filter(|step| step.members.contains_key("Name")) {
        let at = step.at.key("Name");
        if !is_name(step.name) {
            malformed(&at, "step-name", step.name, report);
        } else if let Some(first) = steps.get(step.name) {
            let remedy = "give each step its own name, also across branches";
            report.error(
                &at,
                "duplicate-step-name",
                format!("step `{}` is already defined at {first}", step.name),
                remedy,
            );
        } else {
            steps.insert(step.name, step.at.as_str());
        }
    }

    let mut parameters = BTreeMap::new();
    for parameter in &definition.parameters {
        let at = parameter.at.key("Name");
        if !parameter.members.contains_key("Name") {
            report.error(
                &parameter.at,
                "missing-key",
                "a parameter has no `Name`",
                "give it a name, or remove it",
            );
        } else if !is_name(parameter.name) {
            malformed(&at, "parameter-name", parameter.name, report);
        } else if let Some(first) = parameters.get(parameter.name) {
            report.error(
                &at,
                "duplicate-parameter",
                format!("parameter `{}` is already declared at {first}", parameter.name),
                "declare each parameter once",
            );
        } else {
            parameters.insert(parameter.name, parameter.at.as_str());
        }
    }
}

fn malformed(
    at: &crate::lint::pointer::Pointer,
    rule: &'static str,
    name: &str,
    report: &mut Report,
) {
    report.error(
        at,
        rule,
        format!("`{name}` is no name"),
        "use 1 to 64 letters, digits, hyphens and underscores",
    );
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(allowed)
}
