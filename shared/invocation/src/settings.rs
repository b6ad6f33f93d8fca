//! A function's settings: read once, from the environment, before the first event.

use std::fmt;
use std::str::FromStr;

use crate::failure::{Kind, Kinded};

/// Looks names up; tests pass a closure, so nobody has to change the environment.
pub struct Settings {
    look_up: Box<LookUp>,
}

type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settings")
    }
}

/// A setting that is missing or cannot be used; the function then ends before its first event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// It has to be there.
    #[error("the environment variable {name} is not set: {purpose}")]
    Missing {
        /// The variable.
        name: String,
        /// What it is for.
        purpose: &'static str,
    },
    /// It is there but cannot be used.
    #[error("the environment variable {name} is `{value}`: {why}")]
    Unusable {
        /// The variable.
        name: String,
        /// What it holds.
        value: String,
        /// What would be right.
        why: String,
    },
}

impl Kinded for SettingError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing { .. } | Self::Unusable { .. } => Kind::Rejected,
        }
    }
}

impl Settings {
    /// Those of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// Those that `look_up` knows.
    pub fn of(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { look_up: Box::new(look_up) }
    }

    /// A text that need not be there; an empty one counts as absent.
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.look_up)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A text that has to be there.
    pub fn required(&self, name: &str, purpose: &'static str) -> Result<String, SettingError> {
        self.optional(name).ok_or_else(|| SettingError::Missing { name: name.to_owned(), purpose })
    }

    /// A value of a type that can be read from text, or `default`.
    pub fn parsed<T: FromStr>(&self, name: &str, default: T) -> Result<T, SettingError>
    where
        T::Err: fmt::Display,
    {
        let Some(value) = self.optional(name) else { return Ok(default) };
        value.parse().map_err(|error: T::Err| SettingError::Unusable {
            name: name.to_owned(),
            value,
            why: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::of(|name| match name {
            "MEMORY_MB" => Some("much".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn a_missing_setting_is_named_with_its_purpose() {
        let error = settings().required("EMPTY", "where mail goes").unwrap_err();

        assert_eq!(error.to_string(), "the environment variable EMPTY is not set: where mail goes");
    }

    #[test]
    fn an_unusable_setting_is_named_with_its_value() {
        let error = settings().parsed("MEMORY_MB", 1024_u16).unwrap_err();

        assert!(error.to_string().starts_with("the environment variable MEMORY_MB is `much`"));
    }
}
