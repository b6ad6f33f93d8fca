//! Decides Condition steps.
//!
//! Text compares with text, letter by letter; numbers compare with numbers, and with text that is
//! a number, because outputs and JSON files often hold numbers as text; booleans can be equal and
//! have no order. Anything else is an error that shows both values. All conditions of a step are
//! decided, also when the first does not hold: one that cannot be decided never stays hidden.

use std::cmp::Ordering;

use serde_json::Value;

use crate::plan::Plan;
use crate::resolve::{Facts, ResolveError};
use crate::step::{Side, Step};

/// Why a Condition cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// A side has no value.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Two values that do not compare.
    #[error(
        "LeftValue {left} and RightValue {right} are not of the same type, or have no order; \
         compare text with text and numbers with numbers"
    )]
    Clash {
        /// The left value, as JSON.
        left: String,
        /// The right value, as JSON.
        right: String,
    },
    /// A condition that is written wrongly.
    #[error("the condition {condition} is malformed: {problem}")]
    Malformed {
        /// The condition, as JSON.
        condition: String,
        /// What is wrong.
        problem: String,
    },
}

impl Plan {
    /// The side that the Condition `step` takes: `If` when all of its conditions hold.
    pub fn evaluate(&self, step: &Step, facts: &Facts) -> Result<Side, ConditionError> {
        let conditions = step.arguments.get("Conditions").unwrap_or(&Value::Null);
        let conditions = self.resolve(conditions, facts)?;
        let list = conditions.as_array();
        let list = list.ok_or_else(|| malformed(&step.arguments, "`Conditions` is a list"))?;
        let outcomes = each(list)?;
        Ok(if outcomes.contains(&false) { Side::Else } else { Side::If })
    }
}

fn each(conditions: &[Value]) -> Result<Vec<bool>, ConditionError> {
    conditions.iter().map(holds).collect()
}

fn holds(condition: &Value) -> Result<bool, ConditionError> {
    let part = |key: &str| {
        let missing = || malformed(condition, &format!("it has no `{key}`"));
        condition.get(key).ok_or_else(missing)
    };
    let list = |key: &str| {
        let items = part(key)?.as_array().map(Vec::as_slice);
        items.ok_or_else(|| malformed(condition, &format!("`{key}` is a list")))
    };
    let equal = || compare(part("LeftValue")?, part("RightValue")?).map(Ordering::is_eq);
    let order = || {
        let (left, right) = (part("LeftValue")?, part("RightValue")?);
        if left.is_boolean() { Err(clash(left, right)) } else { compare(left, right) }
    };
    let among = || {
        let query = part("QueryValue")?;
        let found: Result<Vec<bool>, _> = list("Values")?
            .iter()
            .map(|value| compare(query, value).map(Ordering::is_eq))
            .collect();
        found.map(|found| found.contains(&true))
    };
    match condition.get("Type").and_then(Value::as_str).unwrap_or_default() {
        "Equals" => equal(),
        "NotEquals" => equal().map(|equal| !equal),
        "GreaterThan" => order().map(Ordering::is_gt),
        "GreaterThanOrEqualTo" => order().map(Ordering::is_ge),
        "LessThan" => order().map(Ordering::is_lt),
        "LessThanOrEqualTo" => order().map(Ordering::is_le),
        "In" => among(),
        "NotIn" => among().map(|among| !among),
        "Not" => holds(part("Condition")?).map(|holds| !holds),
        "Or" => each(list("Conditions")?).map(|outcomes| outcomes.contains(&true)),
        _ => Err(malformed(condition, "there is no such `Type`")),
    }
}

fn compare(left: &Value, right: &Value) -> Result<Ordering, ConditionError> {
    let compared = match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(_), Value::Number(_) | Value::String(_))
        | (Value::String(_), Value::Number(_)) => numbers(left, right),
        _ => None,
    };
    compared.ok_or_else(|| clash(left, right))
}

/// Compares whole numbers exactly, and others as floating-point numbers.
fn numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => float(left)?.partial_cmp(&float(right)?),
    }
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)),
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        number => number.as_f64(),
    }
}

fn clash(left: &Value, right: &Value) -> ConditionError {
    ConditionError::Clash { left: left.to_string(), right: right.to_string() }
}

fn malformed(condition: &Value, problem: &str) -> ConditionError {
    ConditionError::Malformed { condition: condition.to_string(), problem: problem.to_owned() }
}
