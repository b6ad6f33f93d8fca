//! What is written where in a file, whether JSON or UBJSON?
//!
//! A thin tree of values, and a way through it that knows its own name, so that an error says which
//! key is wrong.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::xgboost::FileError;

/// A value of either format; truth values are 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Document {
    Null,
    Number(f64),
    Text(String),
    /// A list of numbers only, also an empty one.
    Numbers(Vec<f64>),
    List(Vec<Document>),
    Object(BTreeMap<String, Document>),
}

impl Document {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Numbers(_) | Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    pub(crate) key: String,
    pub(crate) value: &'a Document,
}

impl<'a> At<'a> {
    /// The whole file.
    pub(crate) fn root(value: &'a Document) -> Self {
        Self { key: String::new(), value }
    }

    fn below(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }

    /// An error about this value.
    pub(crate) fn wrong(&self, message: impl Into<String>) -> FileError {
        let key = if self.key.is_empty() { "the model" } else { &self.key };
        FileError::Shape { key: key.to_owned(), message: message.into() }
    }

    /// An error about something that XGBoost may write.
    pub(crate) fn unsupported(&self, found: impl Into<String>, remedy: &'static str) -> FileError {
        FileError::Unsupported { key: self.key.clone(), found: found.into(), remedy }
    }

    fn not(&self, expected: &str) -> FileError {
        self.wrong(format!("is {}: it has to be {expected}", self.value.kind()))
    }

    /// The value of a key that may be missing.
    pub(crate) fn find(&self, key: &str) -> Result<Option<At<'a>>, FileError> {
        let Document::Object(members) = self.value else { return Err(self.not("an object")) };
        Ok(members.get(key).map(|value| At { key: self.below(key), value }))
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Result<At<'a>, FileError> {
        let missing = || FileError::Shape {
            key: self.below(key),
            message: "is missing: the file was cut, or XGBoost did not write it".to_owned(),
        };
        self.find(key)?.ok_or_else(missing)
    }

    /// A text.
    pub(crate) fn text(&self) -> Result<&'a str, FileError> {
        match self.value {
            Document::Text(text) => Ok(text),
            _ => Err(self.not("a text")),
        }
    }

    /// A text that spells a value, as XGBoost writes its parameters.
    pub(crate) fn spelled<T: FromStr>(&self, expected: &str) -> Result<T, FileError> {
        let text = self.text()?;
        let short: String = text.chars().take(40).collect();
        let wrong = |_| self.wrong(format!("is `{short}`: it has to be {expected}"));
        text.trim().parse().map_err(wrong)
    }

    /// A text that spells one finite number, or several in brackets.
    pub(crate) fn spelled_numbers(&self) -> Result<Vec<f32>, FileError> {
        let text = self.text()?.trim();
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let number = |part: &str| part.trim().parse::<f32>().ok().filter(|value| value.is_finite());
        let numbers: Option<Vec<f32>> = inner.split(',').map(number).collect();
        numbers.ok_or_else(|| {
            let short: String = text.chars().take(40).collect();
            self.wrong(format!("is `{short}`: it has to be a finite number or a list of them"))
        })
    }

    /// A list of numbers of this length.
    pub(crate) fn numbers(&self, length: Option<usize>) -> Result<&'a [f64], FileError> {
        let Document::Numbers(numbers) = self.value else {
            return Err(self.not("a list of numbers"));
        };
        match length.filter(|length| *length != numbers.len()) {
            Some(length) => {
                Err(self.wrong(format!("has {} values instead of {length}", numbers.len())))
            }
            None => Ok(numbers),
        }
    }

    /// A list of whole numbers from 0 on, of this length.
    pub(crate) fn counts(&self, length: Option<usize>) -> Result<Vec<usize>, FileError> {
        let numbers = self.numbers(length)?;
        let checked = |(at, number): (usize, &f64)| {
            as_count(*number)
                .ok_or_else(|| self.wrong_item(at, *number, "a whole number from 0 on"))
        };
        numbers.iter().enumerate().map(checked).collect()
    }

    /// An error about an item of this list.
    pub(crate) fn wrong_item(&self, at: usize, found: f64, expected: &str) -> FileError {
        let key = format!("{}[{at}]", self.key);
        FileError::Shape { key, message: format!("is {found}: it has to be {expected}") }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<At<'a>>, FileError> {
        let item = |(at, value)| At { key: format!("{}[{at}]", self.key), value };
        match self.value {
            Document::List(items) => Ok(items.iter().enumerate().map(item).collect()),
            Document::Numbers(numbers) if numbers.is_empty() => Ok(Vec::new()),
            _ => Err(self.not("a list")),
        }
    }
}

/// A whole number from 0 on that an `f64` holds exactly.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and in the range"
)]
pub(crate) fn as_count(number: f64) -> Option<usize> {
    let is_whole = number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number);
    is_whole.then_some(number as usize)
}
