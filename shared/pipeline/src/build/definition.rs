//! The finished definition.

use std::fmt;

use serde_json::Value;

use crate::build::error::BuildError;

/// The most characters the service takes.
const LIMIT: usize = 1_048_576;

/// A definition whose names are unique and whose size the service takes. Keys stand in the order
/// in which they were written, so that equal input gives equal bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition(Value);

impl Definition {
    pub(crate) fn checked(json: Value) -> Result<Self, BuildError> {
        if let Some(pointer) = null_at(&json) {
            return Err(BuildError::NotFinite(pointer));
        }
        let definition = Self(json);
        let size = definition.to_json().chars().count();
        if size > LIMIT { Err(BuildError::TooLarge(size)) } else { Ok(definition) }
    }

    /// The JSON, to look into.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// On one line, as it is uploaded.
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }
}

/// Indented, for people and for comparison by line.
impl fmt::Display for Definition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:#}", self.0)
    }
}

/// Where a null stands. It is a number that JSON cannot say: nothing else in the builder makes one.
fn null_at(json: &Value) -> Option<String> {
    match json {
        Value::Null => Some(String::new()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| null_at(item).map(|rest| format!("/{index}{rest}"))),
        Value::Object(members) => members
            .iter()
            .find_map(|(key, member)| null_at(member).map(|rest| format!("/{key}{rest}"))),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
