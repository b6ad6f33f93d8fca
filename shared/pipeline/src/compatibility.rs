//! What would the published schema of pipeline definitions refuse, although the service takes it?
//!
//! The published schema is older than what AWS's own SDK emits, so editors and checkers that use it
//! refuse most real definitions. This report says where and why, so that nobody hunts for a mistake
//! that is not there. It is a list of known differences, not the schema: what is broken anyway is
//! the affair of [`crate::lint`], and its findings about the frame are repeated here only because
//! the schema refuses those too.

mod arguments;
mod conditions;
mod steps;

use serde_json::Value;

use crate::lint::definition::Definition;
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;
use crate::lint::{Finding, Severity, lint};

/// One thing that the published schema refuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refusal {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What the schema does not take there.
    pub why: String,
}

/// The rules of the lint that the published schema enforces as well.
const SHARED: &str = "version unknown-key wrong-kind unknown-step-type step-name parameter-name \
     parameter-type parameter-default number-as-text text-as-number literal-target output-type \
     unknown-condition condition-not automl-v2 automl-mode unknown-argument missing-key \
     missing-steps unknown-value";

/// Collects refusals.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Vec<Refusal>);

impl Refusals {
    /// Adds one.
    pub(crate) fn add(&mut self, at: &Pointer, why: impl Into<String>) {
        self.0.push(Refusal { pointer: at.as_str().to_owned(), why: why.into() });
    }
}

/// What the published schema would refuse in `definition`, in the order of the pointers' text.
///
/// Empty means that it would be accepted. What lies deeper than [`lint`] goes is not examined.
pub fn published_schema_refusals(definition: &Value) -> Vec<Refusal> {
    let findings = lint(definition);
    let mut shared = Vec::new();
    for finding in findings.iter().filter(|finding| is_shared(finding)) {
        let why = finding.message.clone();
        shared.push(Refusal { pointer: finding.pointer.clone(), why });
    }
    let mut refusals = Refusals::default();
    let too_deep = findings.iter().any(|finding| finding.rule == "too-deep");
    // What cannot be read was reported just now.
    let read = if too_deep { None } else { Definition::read(definition, &mut Report::default()) };
    if let Some(definition) = read {
        frame(&definition, &mut refusals);
        steps::collect(&definition, &mut refusals);
    }
    let mut refusals = refusals.0;
    refusals.extend(shared);
    // A difference explains more than a finding at the same place, so it stays first.
    refusals.sort_by(|left, right| left.pointer.cmp(&right.pointer));
    refusals.dedup_by(|left, right| left.pointer == right.pointer);
    refusals
}

/// Whether the schema objects to what a finding says; it asks less of a few things.
fn is_shared(finding: &Finding) -> bool {
    let at = finding.pointer.as_str();
    let milder = match finding.rule {
        // A parameter without a type passes as text, and an output without one passes.
        "missing-key" => at.starts_with("/Parameters/") && !finding.message.contains("`Name`"),
        "output-type" => !at.ends_with("/OutputType"),
        // These objects may be anything, a function included.
        "wrong-kind" => {
            finding.message.ends_with("a reference")
                && (at == "/Metadata" || at.ends_with("/Arguments"))
        }
        // The list of steps may be empty.
        "missing-steps" => !at.is_empty(),
        _ => false,
    };
    let listed = SHARED.split(' ').any(|rule| rule == finding.rule);
    listed && finding.severity == Severity::Error && !milder
}

/// The top level and the parameters.
fn frame(definition: &Definition<'_>, refusals: &mut Refusals) {
    for key in ["PipelineExperimentConfig", "MlflowConfig"] {
        if definition.members.contains_key(key) {
            refusals.add(&Pointer::default().key(key), format!("{key} is unknown"));
        }
    }
    let metadata = Pointer::default().key("Metadata");
    let entries = definition.members.get("Metadata").and_then(Value::as_object);
    for (key, value) in entries.into_iter().flatten() {
        if value.as_str().is_none_or(|text| text.chars().count() > 1024) {
            refusals.add(&metadata.key(key), "metadata are texts of at most 1024 characters");
        }
    }
    for parameter in &definition.parameters {
        if parameter.members.contains_key("EnumValues") {
            refusals.add(&parameter.at.key("EnumValues"), "EnumValues is unknown");
        }
        let default = parameter.members.get("DefaultValue");
        let typed = parameter.members.contains_key("Type");
        if !typed && default.is_some_and(|default| !default.is_string()) {
            refusals.add(&parameter.at.key("DefaultValue"), "without a type, a default is text");
        }
        if default.is_some_and(Value::is_null) {
            refusals.add(&parameter.at.key("DefaultValue"), "a default is not null");
        }
        let text = default.and_then(Value::as_str).unwrap_or_default();
        if text.chars().count() > 4096 {
            refusals.add(&parameter.at.key("DefaultValue"), "longer than 4096 characters");
        }
    }
}
