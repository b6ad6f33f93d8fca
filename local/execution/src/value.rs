//! The four types of parameters and outputs, and how single values are written as text.

use std::fmt;

use serde_json::Value;

/// The type of a parameter, or of an output of a Lambda or Callback step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// True or false.
    Boolean,
}

impl Type {
    /// The type that a definition calls `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::String, Self::Integer, Self::Float, Self::Boolean]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// What a definition calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Integer => "Integer",
            Self::Float => "Float",
            Self::Boolean => "Boolean",
        }
    }

    /// The value that `text` stands for; nothing if it is not of this type.
    ///
    /// A Float that is written as a whole number stays one, so that joined into text it reads as
    /// it was given. Python clients send booleans as `True` and `False`.
    pub(crate) fn read(self, text: &str) -> Option<Value> {
        let whole = || text.parse::<i64>().ok().map(Value::from);
        match self {
            Self::String => Some(Value::from(text)),
            Self::Integer => whole(),
            Self::Float => whole().or_else(|| {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
                Some(Value::from(number))
            }),
            Self::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::from(true)),
            Self::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::from(false)),
            Self::Boolean => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A single value as text, the way `Std:Join` writes it; nothing for null, lists and objects.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
