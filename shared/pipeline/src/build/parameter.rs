//! Parameters: what the starter of an execution may choose.

use std::marker::PhantomData;

use serde_json::{Map, Value};

use crate::build::value::{Boolean, Expression, Float, Integer, Kind, Scalar, Text};

/// A parameter before the pipeline knows it.
#[derive(Debug, Clone)]
pub struct Declaration<K> {
    name: String,
    default: Option<Value>,
    choices: Vec<Value>,
    description: Option<String>,
    kind: PhantomData<K>,
}

impl Declaration<Text> {
    /// A text.
    pub fn text(name: &str) -> Self {
        Self::new(name)
    }
}

impl Declaration<Integer> {
    /// A whole number.
    pub fn integer(name: &str) -> Self {
        Self::new(name)
    }
}

impl Declaration<Float> {
    /// A number.
    pub fn float(name: &str) -> Self {
        Self::new(name)
    }
}

impl Declaration<Boolean> {
    /// True or false.
    pub fn boolean(name: &str) -> Self {
        Self::new(name)
    }
}

impl<K: Kind> Declaration<K> {
    fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, default: None, choices: Vec::new(), description: None, kind: PhantomData }
    }

    /// What holds when the starter says nothing. Without it the starter must say something.
    #[must_use]
    pub fn default(mut self, value: impl Into<K::Literal>) -> Self {
        self.default = Some(value.into().into());
        self
    }

    /// The only values accepted.
    #[must_use]
    pub fn one_of<L: Into<K::Literal>>(mut self, values: impl IntoIterator<Item = L>) -> Self {
        self.choices = values.into_iter().map(|value| value.into().into()).collect();
        self
    }

    /// What Studio shows beside the parameter.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        self.description = Some(description.to_owned());
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn into_json(self) -> Value {
        let mut json = Map::new();
        json.insert("Name".into(), self.name.into());
        json.insert("Type".into(), K::NAME.into());
        if let Some(default) = self.default {
            json.insert("DefaultValue".into(), default);
        }
        if !self.choices.is_empty() {
            json.insert("EnumValues".into(), self.choices.into());
        }
        if let Some(description) = self.description {
            json.insert("Description".into(), description.into());
        }
        Value::Object(json)
    }
}

/// A parameter of the pipeline `'s`.
#[derive(Debug, Clone)]
pub struct Parameter<'s, K> {
    name: String,
    scope: PhantomData<(&'s (), K)>,
}

impl<'s, K> Parameter<'s, K> {
    pub(crate) fn declared(name: &str) -> Self {
        Self { name: name.to_owned(), scope: PhantomData }
    }

    /// Its value in the execution.
    pub fn value(&self) -> Expression<'s, K> {
        Expression::get(&format!("Parameters.{}", self.name))
    }
}

impl<'s, K> From<&Parameter<'s, K>> for Expression<'s, K> {
    fn from(parameter: &Parameter<'s, K>) -> Self {
        parameter.value()
    }
}

impl<'s, K> From<&Parameter<'s, K>> for Scalar<'s> {
    fn from(parameter: &Parameter<'s, K>) -> Self {
        parameter.value().into()
    }
}

/// A parameter that is no text, in a text's place, is joined into one.
macro_rules! joined_into_text {
    ($($kind:ty),*) => {$(
        impl<'s> From<&Parameter<'s, $kind>> for Expression<'s, Text> {
            fn from(parameter: &Parameter<'s, $kind>) -> Self {
                parameter.value().into()
            }
        }
    )*};
}

joined_into_text!(Integer, Float, Boolean);
