//! Events: flat JSON objects, read so that a mistake is answered with the key that holds it.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::failure::{Kind, Kinded};

/// An event that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event cannot be used{place}: {message}", place = at(key.as_deref()))]
pub struct BadEvent {
    /// The key that is wrong; `None` if one is missing or the event is no object.
    pub key: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

fn at(key: Option<&str>) -> String {
    key.map_or_else(String::new, |key| format!(" at `{key}`"))
}

impl Kinded for BadEvent {
    fn kind(&self) -> Kind {
        Kind::Rejected
    }
}

/// Reads an event.
pub fn decode<Event: DeserializeOwned>(event: Value) -> Result<Event, BadEvent> {
    serde_path_to_error::deserialize(event).map_err(|error| {
        let path = error.path().to_string();
        let key = Some(path).filter(|path| path != "." && path != "?");
        BadEvent { key, message: error.into_inner().to_string() }
    })
}

/// A finite number, given as number or as text: pipeline parameters may arrive as either.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    optional_number(deserializer)?.ok_or_else(|| D::Error::custom("a number is needed, not null"))
}

/// Like [`number`]; null and an empty text count as absent.
pub fn optional_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<f64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = match &value {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    number
        .filter(|number| number.is_finite())
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("{value} is not a finite number")))
}

/// A text with something in it.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    optional_text(deserializer)?
        .ok_or_else(|| D::Error::custom("a text is needed, and it is empty"))
}

/// Like [`text`]; null and an empty text count as absent, numbers and booleans as their text.
pub fn optional_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        value @ (Value::Array(_) | Value::Object(_)) => {
            Err(D::Error::custom(format!("{value} is not a text; events are flat")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Event {
        #[serde(deserialize_with = "text")]
        metric: String,
        #[serde(default, deserialize_with = "optional_number")]
        max_value: Option<f64>,
    }

    #[test]
    fn a_number_may_be_given_as_text_or_left_empty() {
        for (given, expected) in
            [(json!(0.5), Some(0.5)), (json!("0.5"), Some(0.5)), (json!(""), None)]
        {
            let event: Event = decode(json!({"metric": "rmse", "max_value": given})).unwrap();

            assert_eq!(event.max_value, expected);
        }
    }

    #[test]
    fn a_mistake_is_answered_with_the_key_that_holds_it() {
        let nested = decode::<Event>(json!({"metric": {"name": "rmse"}})).unwrap_err();
        let missing = decode::<Event>(json!({})).unwrap_err();
        let unknown = decode::<Event>(json!({"metric": "rmse", "max_valeu": 1})).unwrap_err();
        let infinite = decode::<Event>(json!({"metric": "rmse", "max_value": "inf"})).unwrap_err();

        assert_eq!(nested.key.as_deref(), Some("metric"));
        assert!(missing.to_string().contains("missing field `metric`"), "{missing}");
        assert!(unknown.to_string().contains("unknown field `max_valeu`"), "{unknown}");
        assert_eq!(infinite.key.as_deref(), Some("max_value"));
    }
}
