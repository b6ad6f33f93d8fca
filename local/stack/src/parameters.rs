//! Parameters: what the template lets one choose, and whether the choice is allowed.

use regex_lite::Regex;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use crate::{Settings, StackError};

/// The value of every parameter: a text, or a list of texts where its type is a list.
pub(crate) fn settle(
    declared: &Map<String, Value>,
    settings: &Settings,
) -> Result<BTreeMap<String, Value>, StackError> {
    if let Some(name) = settings.parameters.keys().find(|name| !declared.contains_key(*name)) {
        let known: Vec<&str> = declared.keys().map(String::as_str).collect();
        let reason = format!("the template has no such parameter, but {}", known.join(", "));
        return Err(StackError::Parameter { name: name.clone(), reason });
    }
    let settle = |(name, declaration): (&String, &Value)| {
        let value = Declaration(declaration)
            .value(settings.parameters.get(name))
            .map_err(|reason| StackError::Parameter { name: name.clone(), reason })?;
        Ok((name.clone(), value))
    };
    declared.iter().map(settle).collect()
}

struct Declaration<'a>(&'a Value);

impl Declaration<'_> {
    fn value(&self, given: Option<&String>) -> Result<Value, String> {
        self.is_understood()?;
        let text = match given {
            Some(text) => text.clone(),
            None => self.text("Default")?.ok_or("it has no default, so a value must be given")?,
        };
        let kind = self.text("Type")?.unwrap_or_default();
        let list = matches!(kind.as_str(), "CommaDelimitedList" | "List<Number>");
        let items: Vec<&str> = match kind.as_str() {
            "String" | "Number" => vec![&text],
            _ if list => text.split(',').map(str::trim).collect(),
            other => return Err(format!("type {other} is not known to the local engine")),
        };
        for item in &items {
            if kind.contains("Number") {
                self.check_number(item)?;
            }
            self.check_text(item)?;
        }
        Ok(if list { items.into() } else { text.into() })
    }

    fn is_understood(&self) -> Result<(), String> {
        const KNOWN: [&str; 11] = [
            "Type",
            "Default",
            "Description",
            "AllowedPattern",
            "AllowedValues",
            "ConstraintDescription",
            "MinValue",
            "MaxValue",
            "MinLength",
            "MaxLength",
            "NoEcho",
        ];
        let fields = self.0.as_object().ok_or("its declaration must be an object")?;
        match fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(format!("{key} is not known to the local engine")),
        }
    }
}

/// What values are allowed.
impl Declaration<'_> {
    fn check_number(&self, value: &str) -> Result<(), String> {
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| format!("{value:?} must be a number"))?;
        match self.number("MinValue")? {
            Some(least) if number < least => return Err(format!("{value} is less than {least}")),
            _ => {}
        }
        match self.number("MaxValue")? {
            Some(most) if number > most => Err(format!("{value} is more than {most}")),
            _ => Ok(()),
        }
    }

    fn check_text(&self, value: &str) -> Result<(), String> {
        if let Some(pattern) = self.text("AllowedPattern")? {
            // The whole value must fit; alternatives need the group around them.
            let whole = Regex::new(&format!("^(?:{pattern})$"))
                .map_err(|error| format!("AllowedPattern {pattern} cannot be read: {error}"))?;
            if !whole.is_match(value) {
                let wanted = self.text("ConstraintDescription")?;
                let wanted = wanted.unwrap_or_else(|| format!("a text that fits {pattern}"));
                return Err(format!("{value:?} must be {wanted}"));
            }
        }
        self.length(value)?;
        if let Some(allowed) = self.0.get("AllowedValues") {
            let allowed = allowed.as_array().ok_or("AllowedValues must be a list")?;
            let allowed: Vec<String> = allowed.iter().filter_map(scalar_text).collect();
            if !allowed.iter().any(|one| one == value) {
                return Err(format!("{value:?} must be one of {}", allowed.join(", ")));
            }
        }
        Ok(())
    }

    fn length(&self, value: &str) -> Result<(), String> {
        let length = u32::try_from(value.chars().count()).map_err(|_| "it is too long")?;
        let least = self.number("MinLength")?.unwrap_or(0.0);
        let most = self.number("MaxLength")?.unwrap_or(f64::INFINITY);
        if (least..=most).contains(&f64::from(length)) {
            Ok(())
        } else {
            Err(format!("{value:?} must have from {least} to {most} characters"))
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        scalar_text(value).map(Some).ok_or_else(|| format!("{key} must be a text or a number"))
    }

    fn number(&self, key: &str) -> Result<Option<f64>, String> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{key} must be a number"))
    }
}

/// A text, number or truth value as CloudFormation hands it on.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
