//! Values: a literal, a reference, a join of texts, or a number out of a step's JSON file.

use std::marker::PhantomData;

use serde_json::{Value, json};

mod sealed {
    pub trait Sealed {}
}

/// What a value is, for the compiler.
pub trait Kind: sealed::Sealed {
    /// The service's word for it.
    const NAME: &'static str;
    /// The Rust type of a literal.
    type Literal: Into<Value>;
}

/// Declares the four kinds.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $literal:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $kind {}

        impl sealed::Sealed for $kind {}

        impl Kind for $kind {
            const NAME: &'static str = $name;
            type Literal = $literal;
        }
    )*};
}

kinds! {
    /// A text.
    Text = "String", String;
    /// A whole number.
    Integer = "Integer", i64;
    /// A number.
    Float = "Float", f64;
    /// True or false.
    Boolean = "Boolean", bool;
}

/// A value of kind `K` that may be used inside the scope `'s`.
#[derive(Debug, Clone)]
pub struct Expression<'s, K> {
    json: Value,
    scope: PhantomData<(&'s (), K)>,
}

impl<K> Expression<'_, K> {
    pub(crate) fn raw(json: Value) -> Self {
        Self { json, scope: PhantomData }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::raw(json!({ "Get": path }))
    }

    pub(crate) fn property(step: &str, path: &str) -> Self {
        Self::get(&format!("Steps.{step}.{path}"))
    }

    pub(crate) fn into_json(self) -> Value {
        self.json
    }
}

impl<'s> Expression<'s, Text> {
    /// Joins texts with `on` between them, when the execution runs.
    pub fn join(on: &str, values: impl IntoIterator<Item = Expression<'s, Text>>) -> Self {
        let values: Vec<Value> = values.into_iter().map(|value| unwrapped(value.json)).collect();
        Self::raw(json!({ "Std:Join": { "On": on, "Values": values } }))
    }

    /// The object or prefix `name` below this S3 prefix.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        Self::join("/", [self.clone(), name.into()])
    }
}

/// A number joined alone, taken out again: a join of joins says the same with more words.
fn unwrapped(json: Value) -> Value {
    let alone =
        json.pointer("/Std:Join/Values").and_then(Value::as_array).and_then(|values| match values
            .as_slice()
        {
            [value] => Some(value.clone()),
            _ => None,
        });
    alone.unwrap_or(json)
}

/// A value of any kind, where the service takes them all: an argument of a function, one side of
/// a comparison.
#[derive(Debug, Clone)]
pub struct Scalar<'s> {
    json: Value,
    scope: PhantomData<&'s ()>,
}

impl Scalar<'_> {
    pub(crate) fn into_json(self) -> Value {
        self.json
    }
}

impl<'s, K> From<Expression<'s, K>> for Scalar<'s> {
    fn from(expression: Expression<'s, K>) -> Self {
        Self { json: expression.json, scope: PhantomData }
    }
}

impl<'s, K> From<&Expression<'s, K>> for Scalar<'s> {
    fn from(expression: &Expression<'s, K>) -> Self {
        Self { json: expression.json.clone(), scope: PhantomData }
    }
}

impl<'s, K> From<&Expression<'s, K>> for Expression<'s, K> {
    fn from(expression: &Expression<'s, K>) -> Self {
        Self::raw(expression.json.clone())
    }
}

/// Lets a Rust literal be a value.
macro_rules! literals {
    ($($from:ty => $kind:ty;)*) => {$(
        impl From<$from> for Expression<'_, $kind> {
            fn from(literal: $from) -> Self {
                Self::raw(json!(literal))
            }
        }

        impl From<$from> for Scalar<'_> {
            fn from(literal: $from) -> Self {
                Expression::<$kind>::from(literal).into()
            }
        }
    )*};
}

literals! {
    &str => Text;
    String => Text;
    &String => Text;
    i64 => Integer;
    u32 => Integer;
    f64 => Float;
    bool => Boolean;
}

/// Joins a value that is no text into one, since the service refuses it bare in a text's place.
macro_rules! joined_into_text {
    ($($kind:ty),*) => {$(
        impl<'s> From<Expression<'s, $kind>> for Expression<'s, Text> {
            fn from(value: Expression<'s, $kind>) -> Self {
                Self::raw(json!({ "Std:Join": { "On": "", "Values": [value.json] } }))
            }
        }
    )*};
}

joined_into_text!(Integer, Float, Boolean);

/// Facts about the execution that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// When it started.
    StartDateTime,
    /// The time at which the step is reached.
    CurrentDateTime,
    /// The name of the pipeline.
    PipelineName,
    /// The ARN of the pipeline.
    PipelineArn,
    /// Twelve lower-case letters and digits.
    PipelineExecutionId,
    /// The ARN of the execution.
    PipelineExecutionArn,
}

impl From<Execution> for Expression<'_, Text> {
    fn from(variable: Execution) -> Self {
        Self::get(match variable {
            Execution::StartDateTime => "Execution.StartDateTime",
            Execution::CurrentDateTime => "Execution.CurrentDateTime",
            Execution::PipelineName => "Execution.PipelineName",
            Execution::PipelineArn => "Execution.PipelineArn",
            Execution::PipelineExecutionId => "Execution.PipelineExecutionId",
            Execution::PipelineExecutionArn => "Execution.PipelineExecutionArn",
        })
    }
}

impl From<Execution> for Scalar<'_> {
    fn from(variable: Execution) -> Self {
        Expression::<Text>::from(variable).into()
    }
}
