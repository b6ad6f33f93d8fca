//! Conditions: which of two branches goes on.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::draft::{Envelope, Step};
use crate::build::value::{Expression, Scalar, Text};

/// One comparison.
#[derive(Debug, Clone)]
pub struct Test<'s> {
    json: Value,
    scope: PhantomData<&'s ()>,
}

impl<'s> Test<'s> {
    /// `left` is `right`.
    pub fn equals(left: impl Into<Scalar<'s>>, right: impl Into<Scalar<'s>>) -> Self {
        Self::compare("Equals", left.into(), right.into())
    }

    /// `left` is `right` or less.
    pub fn at_most(left: impl Into<Scalar<'s>>, right: impl Into<Scalar<'s>>) -> Self {
        Self::compare("LessThanOrEqualTo", left.into(), right.into())
    }

    /// `left` is `right` or more.
    pub fn at_least(left: impl Into<Scalar<'s>>, right: impl Into<Scalar<'s>>) -> Self {
        Self::compare("GreaterThanOrEqualTo", left.into(), right.into())
    }

    /// `value` is one of `values`.
    pub fn is_in(
        value: impl Into<Scalar<'s>>,
        values: impl IntoIterator<Item = Scalar<'s>>,
    ) -> Self {
        let values: Vec<Value> = values.into_iter().map(Scalar::into_json).collect();
        let value = value.into().into_json();
        Self::raw(json!({ "Type": "In", "QueryValue": value, "Values": values }))
    }

    /// One of `tests` holds.
    pub fn any(tests: impl IntoIterator<Item = Self>) -> Self {
        let tests: Vec<Value> = tests.into_iter().map(|test| test.json).collect();
        Self::raw(json!({ "Type": "Or", "Conditions": tests }))
    }

    /// `test` does not hold.
    #[expect(clippy::should_implement_trait, reason = "it reads as the service's own word")]
    pub fn not(test: Self) -> Self {
        let condition = test.json;
        Self::raw(json!({ "Type": "Not", "Condition": condition }))
    }

    fn compare(comparison: &str, left: Scalar<'s>, right: Scalar<'s>) -> Self {
        let (left, right) = (left.into_json(), right.into_json());
        Self::raw(json!({ "Type": comparison, "LeftValue": left, "RightValue": right }))
    }

    fn raw(json: Value) -> Self {
        Self { json, scope: PhantomData }
    }
}

/// Comparisons that must all hold, and what to wait for before looking.
#[derive(Debug)]
pub struct Rule<'s> {
    tests: Vec<Test<'s>>,
    after: Vec<String>,
}

impl<'s> Rule<'s> {
    /// All of `tests` must hold.
    pub fn all(tests: impl IntoIterator<Item = Test<'s>>) -> Self {
        Self { tests: tests.into_iter().collect(), after: Vec::new() }
    }

    /// Looks only when `step` is done, although no test refers to it.
    #[must_use]
    pub fn after(mut self, step: &impl Step<'s>) -> Self {
        self.after.push(step.name().to_owned());
        self
    }

    pub(crate) fn into_step(self, name: &str, then: Vec<Value>, otherwise: Vec<Value>) -> Value {
        let tests: Vec<Value> = self.tests.into_iter().map(|test| test.json).collect();
        let mut arguments = Map::new();
        arguments.insert("Conditions".into(), tests.into());
        arguments.insert("IfSteps".into(), then.into());
        arguments.insert("ElseSteps".into(), otherwise.into());
        let mut envelope = Envelope::new(name, "Condition");
        envelope.wait_for(self.after);
        envelope.into_json(None, arguments, Map::new())
    }
}

/// A condition of the scope `'s`.
#[derive(Debug, Clone)]
pub struct Condition<'s> {
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> Condition<'s> {
    pub(crate) fn added(name: &str) -> Self {
        Self { name: name.to_owned(), scope: PhantomData }
    }

    /// Which branch was taken, `True` or `False`.
    pub fn outcome(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "Outcome")
    }
}

impl<'s> Step<'s> for Condition<'s> {
    fn name(&self) -> &str {
        &self.name
    }
}
