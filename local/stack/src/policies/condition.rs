//! Conditions of statements: operators over keys of the request.

use std::collections::BTreeMap;

use super::document::texts;
use crate::StackError;
use crate::glob::Glob;
use crate::properties::Properties;

/// One operator over one key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    /// In lower case.
    key: String,
    test: Test,
    when_missing: WhenMissing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WhenMissing {
    Fails,
    Holds,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// Any of the values fits.
    Any(Vec<Wanted>),
    /// None of them does.
    None(Vec<Wanted>),
    /// The key must be missing, or must not.
    Missing(bool),
}

#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Text(String),
    /// In lower case.
    TextOfAnyCase(String),
    Like(Glob),
    /// One for each of the six parts of an ARN.
    Arn(Vec<Glob>),
    Number(Comparison, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Reads the whole `Condition` of a statement; all that it gives must hold.
    pub(super) fn read(conditions: &Properties) -> Result<Vec<Self>, StackError> {
        let mut all = Vec::new();
        for operator in conditions.0.keys() {
            let keys = conditions.part(operator)?.unwrap_or(Properties(serde_json::Map::new()));
            for key in keys.0.keys() {
                let values = texts(&keys, key).map_err(|error| error.inside(operator))?;
                let condition = Self::one(operator, key, &values);
                let wrong = |reason| StackError::here(reason).inside(key).inside(operator);
                all.push(condition.map_err(wrong)?);
            }
        }
        Ok(all)
    }

    fn one(operator: &str, key: &str, values: &[String]) -> Result<Self, String> {
        if values.is_empty() {
            return Err("needs a value".into());
        }
        let key = key.to_lowercase();
        if operator == "Null" {
            let [value] = values else { return Err("takes true or false".into()) };
            let test = Test::Missing(truth(value)? == "true");
            return Ok(Self { key, test, when_missing: WhenMissing::Holds });
        }
        let (name, if_exists) = match operator.strip_suffix("IfExists") {
            Some(name) => (name, WhenMissing::Holds),
            None => (operator, WhenMissing::Fails),
        };
        let read = |positive: &str| {
            let wanted = values.iter().map(|value| Wanted::read(positive, value));
            wanted.collect::<Result<Vec<_>, _>>()
        };
        let negated = ["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike"]
            .into_iter()
            .chain(["ArnNotEquals", "ArnNotLike", "NumericNotEquals"])
            .any(|negative| negative == name);
        if negated {
            // What is not there does not equal anything.
            let test = Test::None(read(&name.replacen("Not", "", 1))?);
            return Ok(Self { key, test, when_missing: WhenMissing::Holds });
        }
        Ok(Self { key, test: Test::Any(read(name)?), when_missing: if_exists })
    }

    /// Whether it holds for a request, whose keys are in lower case.
    pub(super) fn holds(&self, context: &BTreeMap<String, &str>) -> bool {
        let value = context.get(&self.key);
        match (&self.test, value) {
            (Test::Missing(wanted), value) => value.is_none() == *wanted,
            (_, None) => self.when_missing == WhenMissing::Holds,
            (Test::Any(wanted), Some(value)) => wanted.iter().any(|it| it.fits(value)),
            (Test::None(wanted), Some(value)) => !wanted.iter().any(|it| it.fits(value)),
        }
    }
}

impl Wanted {
    fn read(operator: &str, value: &str) -> Result<Self, String> {
        let comparison = match operator {
            "StringEquals" => return Ok(Self::Text(value.to_owned())),
            "StringEqualsIgnoreCase" => return Ok(Self::TextOfAnyCase(value.to_lowercase())),
            "StringLike" => return Ok(Self::Like(Glob::of_policy(value))),
            "Bool" => return truth(value).map(|value| Self::TextOfAnyCase(value.to_owned())),
            "ArnEquals" | "ArnLike" => {
                let parts: Vec<Glob> = value.splitn(6, ':').map(Glob::of_policy).collect();
                let whole = parts.len() == 6;
                return whole.then_some(Self::Arn(parts)).ok_or(format!("{value} is no ARN"));
            }
            "NumericEquals" => Comparison::Equal,
            "NumericLessThan" => Comparison::Less,
            "NumericLessThanEquals" => Comparison::LessOrEqual,
            "NumericGreaterThan" => Comparison::Greater,
            "NumericGreaterThanEquals" => Comparison::GreaterOrEqual,
            _ => return Err("this operator is not known to the local engine".into()),
        };
        let number = value.parse().map_err(|_| format!("{value} is no number"))?;
        Ok(Self::Number(comparison, number))
    }

    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Text(wanted) => wanted == value,
            Self::TextOfAnyCase(wanted) => *wanted == value.to_lowercase(),
            Self::Like(glob) => glob.matches(value),
            Self::Arn(wanted) => {
                let parts: Vec<&str> = value.splitn(6, ':').collect();
                parts.len() == wanted.len()
                    && wanted.iter().zip(parts).all(|(glob, part)| glob.matches(part))
            }
            Self::Number(comparison, wanted) => {
                let compared = value.parse().ok().and_then(|value: f64| value.partial_cmp(wanted));
                compared.is_some_and(|ordering| match comparison {
                    Comparison::Equal => ordering.is_eq(),
                    Comparison::Less => ordering.is_lt(),
                    Comparison::LessOrEqual => ordering.is_le(),
                    Comparison::Greater => ordering.is_gt(),
                    Comparison::GreaterOrEqual => ordering.is_ge(),
                })
            }
        }
    }
}

fn truth(value: &str) -> Result<&str, String> {
    match value {
        "true" | "false" => Ok(value),
        _ => Err(format!("{value} must be true or false")),
    }
}
