//! EventBridge patterns: does a rule want this event?

mod matcher;
mod read;

use serde_json::Value;

use matcher::Matcher;

/// A pattern that was read and found sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Fields);

/// A pattern that EventBridge would refuse, or that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct PatternError {
    /// Keys that lead to the place, joined by dots; `$` is the pattern itself.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

/// What an object must be like: all fields, and one alternative of each `$or`.
#[derive(Debug, Clone, PartialEq, Default)]
struct Fields {
    fields: Vec<(String, Field)>,
    alternatives: Vec<Vec<Fields>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Field {
    Within(Fields),
    Any(Vec<Matcher>),
}

impl Pattern {
    /// Reads a pattern as rules hold it.
    pub fn read(pattern: &Value) -> Result<Self, PatternError> {
        read::fields(pattern, "$").map(Self)
    }

    /// Whether the event, an object, is one that the rule wants.
    pub fn matches(&self, event: &Value) -> bool {
        self.0.match_within(Some(event))
    }
}

impl Fields {
    /// Whether the value, or for a list one and the same of its items, is as wanted.
    fn match_within(&self, value: Option<&Value>) -> bool {
        match value {
            Some(Value::Array(items)) if !items.is_empty() => {
                items.iter().any(|item| self.match_within(Some(item)))
            }
            // What is no object has no fields, which `exists: false` may ask for.
            value => {
                self.fields
                    .iter()
                    .all(|(key, field)| field.matches(value.and_then(|it| it.get(key))))
                    && self
                        .alternatives
                        .iter()
                        .all(|any| any.iter().any(|it| it.match_within(value)))
            }
        }
    }
}

impl Field {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Within(fields) => fields.match_within(value),
            Self::Any(matchers) => {
                let mut leaves = Vec::new();
                collect_leaves(value, &mut leaves);
                matchers.iter().any(|matcher| matcher.matches(&leaves))
            }
        }
    }
}

/// The values to compare: those of nested lists too, and none for an object, whose fields are
/// compared one by one and never as a whole.
fn collect_leaves<'v>(value: Option<&'v Value>, leaves: &mut Vec<&'v Value>) {
    match value {
        None | Some(Value::Object(_)) => {}
        Some(Value::Array(items)) => {
            for item in items {
                collect_leaves(Some(item), leaves);
            }
        }
        Some(leaf) => leaves.push(leaf),
    }
}
