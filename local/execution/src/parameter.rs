//! Parameters of a definition, and the values that an execution gives them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::Plan;
use crate::value::Type;

/// The longest value that `StartPipelineExecution` takes, in characters.
const LONGEST: usize = 1024;

/// A declared parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// `Name`
    pub name: String,
    /// `Type`
    pub kind: Type,
    /// `DefaultValue`; without one the parameter must be given.
    pub default: Option<Value>,
    /// `EnumValues`; empty if every value of the type is allowed.
    pub allowed: Vec<Value>,
    /// `Description`
    pub description: Option<String>,
}

impl Parameter {
    /// Reads a declaration; nothing if it has no name or no type that there is.
    pub fn read(declaration: &Value) -> Option<Self> {
        let text = |key: &str| declaration.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        let allowed = declaration.get("EnumValues").and_then(Value::as_array);
        Some(Self {
            name: text("Name")?,
            kind: Type::named(&text("Type")?)?,
            default: declaration.get("DefaultValue").filter(|value| !value.is_null()).cloned(),
            allowed: allowed.cloned().unwrap_or_default(),
            description: text("Description"),
        })
    }

    /// The value that `text` stands for.
    pub fn bind(&self, text: &str) -> Result<Value, BindError> {
        let name = || self.name.clone();
        if text.is_empty() {
            return Err(BindError::TooShort { name: name() });
        }
        if text.chars().count() > LONGEST {
            return Err(BindError::TooLong { name: name() });
        }
        let value = self.kind.read(text).ok_or_else(|| BindError::WrongType {
            name: name(),
            expected: self.kind,
            value: text.to_owned(),
        })?;
        // 1 and 1.0 are the same Float.
        let same = |allowed: &&Value| match (allowed.as_f64(), value.as_f64()) {
            (Some(left), Some(right)) if self.kind == Type::Float => left.total_cmp(&right).is_eq(),
            _ => **allowed == value,
        };
        if self.allowed.is_empty() || self.allowed.iter().any(|allowed| same(&allowed)) {
            return Ok(value);
        }
        let allowed = self.allowed.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        Err(BindError::NotAllowed { name: name(), value: text.to_owned(), allowed })
    }
}

/// Why an execution cannot start with these values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// Nobody declared it.
    #[error("Unknown parameter '{name}'")]
    Unknown {
        /// The parameter.
        name: String,
    },
    /// Two values for one parameter.
    #[error("Parameter '{name}' is given twice.")]
    Repeated {
        /// The parameter.
        name: String,
    },
    /// No value and no default.
    #[error("Parameter '{name}' is undefined.")]
    Undefined {
        /// The parameter.
        name: String,
    },
    /// Empty text.
    #[error("Parameter {name} value \"\" is too short (length: 0, required minimum: 1).")]
    TooShort {
        /// The parameter.
        name: String,
    },
    /// Text beyond what the API takes.
    #[error("Parameter {name} value is too long (required maximum: {LONGEST}).")]
    TooLong {
        /// The parameter.
        name: String,
    },
    /// Text that is no value of the declared type.
    #[error("Unexpected type for parameter '{name}'. Expected {expected} but found \"{value}\".")]
    WrongType {
        /// The parameter.
        name: String,
        /// Its declared type.
        expected: Type,
        /// What was given.
        value: String,
    },
    /// A value that is not among `EnumValues`.
    #[error("Parameter '{name}' value \"{value}\" is not allowed. Allowed values: [{allowed}].")]
    NotAllowed {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: String,
    },
}

impl Plan {
    /// The value of every parameter, typed: what is given as text, else the default.
    ///
    /// The answer is what [`crate::Facts::parameters`] must hold.
    pub fn bind(&self, given: &[(String, String)]) -> Result<BTreeMap<String, Value>, BindError> {
        let mut bound = BTreeMap::new();
        for (name, text) in given {
            let declared = self.parameters().iter().find(|parameter| parameter.name == *name);
            let parameter = declared.ok_or_else(|| BindError::Unknown { name: name.clone() })?;
            if bound.insert(name.clone(), parameter.bind(text)?).is_some() {
                return Err(BindError::Repeated { name: name.clone() });
            }
        }
        for parameter in self.parameters() {
            if !bound.contains_key(&parameter.name) {
                let name = || parameter.name.clone();
                let default = parameter.default.clone();
                bound.insert(name(), default.ok_or_else(|| BindError::Undefined { name: name() })?);
            }
        }
        Ok(bound)
    }
}
