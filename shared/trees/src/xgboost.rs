//! Which bytes are a model of XGBoost?
//!
//! Nothing in a file is believed: every key is checked, and what is wrong is named.

mod binary;
mod document;
mod json;
mod read;
mod read_objective;
mod read_tree;
mod ubjson;
mod write;

use thiserror::Error;

use crate::model::Model;

/// Why bytes are not a model that can be answered with exactly.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The bytes begin like no format of XGBoost; a pickle, for example.
    #[error(
        "the model starts with `{start}` and is neither JSON nor UBJSON: load it with the XGBoost \
         that wrote it and save it under a name that ends with .json"
    )]
    NeitherFormat {
        /// Its first bytes.
        start: String,
    },
    /// The bytes follow their format no further, or end too early.
    #[error("the model is not {format} at byte {at}: {message}")]
    Syntax {
        /// The format.
        format: &'static str,
        /// The place, counted from 0.
        at: usize,
        /// What was met.
        message: String,
    },
    /// A key is missing or holds something else than it should.
    #[error("`{key}` {message}")]
    Shape {
        /// Where it stands, its parents before it.
        key: String,
        /// What was expected and what was found.
        message: String,
    },
    /// XGBoost wrote it, but this crate cannot answer as XGBoost would.
    #[error("`{key}` is {found}, which is not supported: {remedy}")]
    Unsupported {
        /// Where it stands.
        key: String,
        /// What it is.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// Reads any format: after its brace JSON has a quote or space, UBJSON the type of a length.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Model, FileError> {
    let first = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
    let rest = first.and_then(|first| bytes.get(first..)).unwrap_or_default();
    match rest {
        _ if bytes.starts_with(binary::MAGIC) => read::read(&binary::read(bytes)?),
        [b'{', b'i' | b'U' | b'I' | b'l' | b'L', ..] => from_ubjson(bytes),
        [b'{', ..] => from_json(bytes),
        _ => Err(FileError::NeitherFormat {
            start: bytes.iter().take(8).map(|byte: &u8| byte.escape_ascii().to_string()).collect(),
        }),
    }
}

/// Reads JSON.
pub(crate) fn from_json(bytes: &[u8]) -> Result<Model, FileError> {
    read::read(&json::read(bytes)?)
}

/// Reads UBJSON.
pub(crate) fn from_ubjson(bytes: &[u8]) -> Result<Model, FileError> {
    read::read(&ubjson::read(bytes)?)
}

/// Writes JSON.
pub(crate) fn to_json(model: &Model) -> Result<Vec<u8>, FileError> {
    write::write(model)
}
