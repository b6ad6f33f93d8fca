//! What would the published schema of pipeline definitions refuse, although the service takes it?
//!
//! The published schema is older than what AWS's own SDK emits, so editors and checkers that use it
//! refuse most real definitions. This report says where and why, so that nobody goes hunting for a
//! mistake that is not there. It is a list of known differences, found by comparing the two; a
//! definition that is broken anyway is [`crate::lint`]'s affair, whose findings about the frame are
//! repeated here because the schema refuses those too.

mod differences;
mod shapes;

use serde_json::Value;

use crate::lint::definition::Definition;
use crate::lint::lint;

/// One thing that the published schema refuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refusal {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What the schema does not know.
    pub why: String,
}

/// The rules of the lint that the published schema enforces as well.
const SHARED: [&str; 21] = [
    "version",
    "missing-key",
    "unknown-key",
    "wrong-kind",
    "unknown-step-type",
    "step-name",
    "parameter-name",
    "parameter-type",
    "parameter-default",
    "number-as-text",
    "text-as-number",
    "literal-target",
    "output-type",
    "unknown-condition",
    "condition-not",
    "automl-v2",
    "automl-mode",
    "malformed-function",
    "retry-exception",
    "property-file-misplaced",
    "unknown-argument",
];

/// What the published schema would refuse in `definition`, in the order of their pointers.
///
/// Empty means that it would be accepted. Nesting beyond what [`lint`] examines is not examined.
pub fn published_schema_refusals(definition: &Value) -> Vec<Refusal> {
    let findings = lint(definition);
    let mut refusals: Vec<Refusal> = findings
        .iter()
        .filter(|finding| SHARED.contains(&finding.rule) && shared(definition, &finding.pointer))
        .map(|finding| Refusal {
            pointer: finding.pointer.clone(),
            why: finding.message.clone(),
        })
        .collect();

    if !findings.iter().any(|finding| finding.rule == "too-deep") {
        if let Some(definition) = Definition::flatten(definition) {
            differences::collect(&definition, &mut refusals);
        }
    }
    refusals.sort();
    refusals.dedup();
    refusals
}

/// Whether the schema says anything about the node: it leaves some to the author.
fn shared(definition: &Value, pointer: &str) -> bool {
    shapes::is_closed(definition, pointer)
}
