//! Lambda and Callback steps: flat arguments in, flat outputs out.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::draft::{Draft, Envelope, Step};
use crate::build::error::BuildError;
use crate::build::value::{Expression, Kind, Scalar, Text};

/// The most outputs a Lambda or Callback step can have.
const MOST_OUTPUTS: u64 = 50;

/// An output that a Lambda or Callback step declared. The service keeps at most 1,024 characters.
#[derive(Debug, Clone)]
pub struct StepOutput<'s, K> {
    step: String,
    name: String,
    scope: PhantomData<(&'s (), K)>,
}

impl<'s, K> StepOutput<'s, K> {
    /// What the function answered.
    pub fn value(&self) -> Expression<'s, K> {
        Expression::property(&self.step, &format!("OutputParameters['{}']", self.name))
    }
}

impl<'s, K> From<&StepOutput<'s, K>> for Expression<'s, K> {
    fn from(output: &StepOutput<'s, K>) -> Self {
        output.value()
    }
}

impl<'s, K> From<&StepOutput<'s, K>> for Scalar<'s> {
    fn from(output: &StepOutput<'s, K>) -> Self {
        output.value().into()
    }
}

/// What both kinds of call have.
#[derive(Debug)]
struct Call<'s> {
    envelope: Envelope<'s>,
    arguments: Map<String, Value>,
    outputs: Vec<Value>,
}

impl<'s> Call<'s> {
    fn new(name: &str, kind: &'static str) -> Self {
        let envelope = Envelope::new(name, kind);
        Self { envelope, arguments: Map::new(), outputs: Vec::new() }
    }

    fn argument(&mut self, key: &str, value: Scalar<'s>) {
        self.envelope.declare("argument", key);
        self.arguments.insert(key.to_owned(), value.into_json());
    }

    fn output<K: Kind>(&mut self, name: &str) -> StepOutput<'s, K> {
        self.envelope.declare("output", name);
        self.outputs.push(json!({ "OutputName": name, "OutputType": K::NAME }));
        let step = self.envelope.name.clone();
        StepOutput { step, name: name.to_owned(), scope: PhantomData }
    }

    fn into_step(mut self, target: (&str, &str)) -> (Value, Vec<BuildError>) {
        let count = u64::try_from(self.outputs.len()).unwrap_or(u64::MAX);
        self.envelope.within("number of outputs", count, 0, MOST_OUTPUTS);
        let faults = std::mem::take(&mut self.envelope.faults);
        let mut rest = Map::new();
        if !self.outputs.is_empty() {
            rest.insert("OutputParameters".into(), self.outputs.into());
        }
        (self.envelope.into_json(Some(target), self.arguments, rest), faults)
    }
}

/// A Lambda step that is being written.
#[derive(Debug)]
pub struct LambdaDraft<'s>(Call<'s>);

impl<'s> LambdaDraft<'s> {
    pub(crate) fn new(name: &str) -> Self {
        Self(Call::new(name, "Lambda"))
    }

    /// One key of the event; the function receives these keys and nothing else.
    pub fn argument(&mut self, key: &str, value: impl Into<Scalar<'s>>) {
        self.0.argument(key, value.into());
    }

    /// One key of the answer.
    pub fn output<K: Kind>(&mut self, name: &str) -> StepOutput<'s, K> {
        self.0.output(name)
    }

    pub(crate) fn into_step(self, target: (&str, &str)) -> (Value, Vec<BuildError>) {
        self.0.into_step(target)
    }
}

impl<'s> Draft<'s> for LambdaDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.0.envelope
    }
}

/// A Callback step that is being written.
#[derive(Debug)]
pub struct CallbackDraft<'s>(Call<'s>);

impl<'s> CallbackDraft<'s> {
    pub(crate) fn new(name: &str) -> Self {
        Self(Call::new(name, "Callback"))
    }

    /// One key of the message's `arguments`.
    pub fn argument(&mut self, key: &str, value: impl Into<Expression<'s, Text>>) {
        self.0.argument(key, value.into().into());
    }

    /// One key of what the token's holder sends back.
    pub fn output<K: Kind>(&mut self, name: &str) -> StepOutput<'s, K> {
        self.0.output(name)
    }

    pub(crate) fn into_step(self, target: (&str, &str)) -> (Value, Vec<BuildError>) {
        self.0.into_step(target)
    }
}

impl<'s> Draft<'s> for CallbackDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.0.envelope
    }
}

/// Declares the handle of a step with outputs of its own.
macro_rules! handle_with_outputs {
    ($(#[$doc:meta])* $handle:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $handle<'s, O> {
            name: String,
            /// What the step declared while it was written.
            pub outputs: O,
            scope: PhantomData<&'s ()>,
        }

        impl<O> $handle<'_, O> {
            pub(crate) fn added(name: &str, outputs: O) -> Self {
                Self { name: name.to_owned(), outputs, scope: PhantomData }
            }
        }

        impl<'s, O> Step<'s> for $handle<'s, O> {
            fn name(&self) -> &str {
                &self.name
            }
        }
    };
}
pub(crate) use handle_with_outputs;

handle_with_outputs!(
    /// A Lambda step of the scope `'s`.
    Lambda
);
handle_with_outputs!(
    /// A Callback step of the scope `'s`.
    Callback
);
