//! Properties of a resource, resolved: read by name, with the place in every complaint.

use serde_json::{Map, Value};
use std::str::FromStr;

use crate::StackError;
use crate::parameters::scalar_text;
use crate::template::refuse_others;

/// An object of resolved properties.
pub(crate) struct Properties(pub(crate) Map<String, Value>);

impl Properties {
    /// The object that a value must be.
    pub(crate) fn of(value: Value) -> Result<Self, StackError> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(StackError::here(format!("must be an object, not {other}"))),
        }
    }

    /// Refuses properties besides these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), StackError> {
        refuse_others(&self.0, known)
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, StackError> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        let text = scalar_text(value);
        text.map(Some).ok_or_else(|| StackError::here("must be a text").inside(key))
    }

    pub(crate) fn required(&self, key: &str) -> Result<String, StackError> {
        self.text(key)?.ok_or_else(|| StackError::here(format!("{key} is missing")))
    }

    /// A number within bounds, or the default that AWS takes.
    pub(crate) fn number<T>(
        &self,
        key: &str,
        bounds: std::ops::RangeInclusive<T>,
        default: T,
    ) -> Result<T, StackError>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.text(key)? else { return Ok(default) };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            let reason = format!("{text} must be a whole number from {least} to {most}");
            StackError::here(reason).inside(key)
        })
    }

    /// One of these words, the first where none is given.
    pub(crate) fn word<'w>(&self, key: &str, words: &[&'w str]) -> Result<&'w str, StackError> {
        let text = self.text(key)?;
        let word = match &text {
            None => words.first(),
            Some(text) => words.iter().find(|word| *word == text),
        };
        word.copied().ok_or_else(|| {
            StackError::here(format!("must be one of {}", words.join(", "))).inside(key)
        })
    }

    /// An object within.
    pub(crate) fn part(&self, key: &str) -> Result<Option<Self>, StackError> {
        let value = self.0.get(key).cloned().map(Self::of).transpose();
        value.map_err(|error| error.inside(key))
    }

    pub(crate) fn list(&self, key: &str) -> Result<&[Value], StackError> {
        match self.0.get(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(StackError::here("must be a list").inside(key)),
        }
    }

    /// Reads each item of a list of objects.
    pub(crate) fn each<T>(
        &self,
        key: &str,
        read: impl Fn(&Self) -> Result<T, StackError>,
    ) -> Result<Vec<T>, StackError> {
        let read = |(index, item): (usize, &Value)| {
            let item = Self::of(item.clone()).and_then(|item| read(&item));
            item.map_err(|error| error.inside(&index.to_string()).inside(key))
        };
        self.list(key)?.iter().enumerate().map(read).collect()
    }
}
