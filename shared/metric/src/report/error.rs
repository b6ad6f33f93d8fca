//! What can be wrong with the bytes of a report?

use thiserror::Error;

use crate::report::SchemaVersion;

/// Why bytes are not a report, or a report cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The text is not JSON at all.
    #[error("the report is not JSON at line {line}, column {column}: {message}")]
    NotJson {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1 in bytes.
        column: usize,
        /// What the parser met.
        message: String,
    },
    /// Its `schema_version` is one that this crate does not know.
    #[error(
        "schema_version {found} is not supported, this reads version {}",
        SchemaVersion::NUMBER
    )]
    UnsupportedVersion {
        /// The version that the file claims.
        found: u64,
    },
    /// A number is `NaN`, infinite or too large, which JSON has no way to say.
    ///
    /// Python's `json` module writes such literals unless `allow_nan=False` is given.
    #[error(
        "`{pointer}` is {literal}, which JSON cannot say: leave the value out and list \
         `{metric}` with its reason under `undefined`"
    )]
    NonFinite {
        /// Where it stands, as a JSON pointer.
        pointer: String,
        /// The literal as written.
        literal: String,
        /// The metric it belongs to, as [`crate::Report::numbers`] names it.
        metric: String,
    },
    /// It is JSON, but a field is missing or of another kind.
    #[error("`{pointer}` {message}")]
    Shape {
        /// The field, as a JSON pointer.
        pointer: String,
        /// What was expected and what was found.
        message: String,
    },
}

impl ReportError {
    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
        Self::NotJson { line: error.line(), column: error.column(), message }
    }
}
