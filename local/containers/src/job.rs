//! What the API says of jobs and models, as far as a container needs it.
//!
//! A job is read when it is created, so that what this machine cannot do is refused then and not
//! passed over later.

pub(crate) mod model;
pub(crate) mod processing;
pub(crate) mod training;
pub(crate) mod transform;

use std::collections::BTreeSet;

use machine::Refusal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where the objects of an input are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) uri: String,
    pub(crate) kind: SourceKind,
    pub(crate) sharing: Sharing,
    pub(crate) gzip: Gzip,
}

/// How the URI of an input is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum SourceKind {
    /// All objects whose key begins so.
    #[default]
    S3Prefix,
    /// An object that names others.
    ManifestFile,
}

/// How several instances share an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Sharing {
    /// Each has all of it.
    #[default]
    FullyReplicated,
    /// Each object goes to one of them.
    ShardedByS3Key,
}

/// Whether objects are unpacked on their way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Gzip {
    /// They are taken as they are.
    #[default]
    None,
    /// They are unpacked.
    Gzip,
}

/// `StoppingCondition`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StoppingCondition {
    pub(crate) max_runtime_in_seconds: Option<u64>,
}

/// Reads a request; its words are those of a `ValidationException`.
fn read<T: DeserializeOwned>(request: &Value) -> Result<T, Refusal> {
    T::deserialize(request).map_err(|error| Refusal::invalid(format!("the request: {error}")))
}

/// Refuses names that cannot be those of folders.
fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.is_empty() && name.len() <= 63 && name.chars().all(fits) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "`{name}` is no name of a job: letters, digits and `-`, at most 63"
    )))
}

/// Refuses what only the service has.
fn without(request: &Value, members: &[&str]) -> Result<(), Refusal> {
    let asked = |member: &&&str| request.get(**member).is_some_and(|value| !value.is_null());
    match members.iter().find(asked) {
        Some(member) => {
            Err(Refusal::invalid(format!("{member} is not available in the local engine")))
        }
        None => Ok(()),
    }
}

/// Refuses two of something with one name.
fn check_distinct<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    let mut names = names;
    match names.find(|&name| !seen.insert(name)) {
        Some(name) => Err(Refusal::invalid(format!(
            "{what} `{name}` is given twice; give each a name of its own"
        ))),
        None => Ok(()),
    }
}

/// Refuses all ways of input but files.
fn check_mode(mode: Option<&str>, whose: &str) -> Result<(), Refusal> {
    match mode {
        None | Some("File") => Ok(()),
        Some(other) => Err(Refusal::invalid(format!(
            "{whose}: the input mode {other} is not available in the local engine; use File"
        ))),
    }
}
