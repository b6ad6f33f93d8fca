//! When may a step be taken from an earlier execution of its pipeline?
//!
//! The service compares arguments only, so that changed data under the same URI still hits. Here
//! the contents of the inputs and the version of what runs count, too: a hit is always right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::step::{Kind, Step};

/// How a step is cached; a step whose cache is not enabled has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheConfig {
    /// `ExpireAfter`: how old a result may be; without it, of any age.
    pub expire_after: Option<Duration>,
}

impl CacheConfig {
    /// Reads a `CacheConfig` that the lint has nothing against.
    pub(crate) fn read(config: Option<&Value>) -> Result<Option<Self>, String> {
        let Some(config) =
            config.filter(|config| config.get("Enabled") == Some(&Value::Bool(true)))
        else {
            return Ok(None);
        };
        let expire_after = match config.get("ExpireAfter").and_then(Value::as_str) {
            None => None,
            Some(text) => Some(duration(text).ok_or_else(|| {
                format!("ExpireAfter is {text}, which is no duration; write P30D or PT1H")
            })?),
        };
        Ok(Some(Self { expire_after }))
    }
}

/// Reads an ISO 8601 duration; a year has 365 days and a month 30.
fn duration(text: &str) -> Option<Duration> {
    const DATE: [(char, f64); 4] =
        [('Y', 31_536_000.0), ('M', 2_592_000.0), ('W', 604_800.0), ('D', 86_400.0)];
    const TIME: [(char, f64); 3] = [('H', 3600.0), ('M', 60.0), ('S', 1.0)];
    let text = text.to_ascii_uppercase();
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));

    let seconds = seconds(date, &DATE)? + seconds(time, &TIME)?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn seconds(text: &str, units: &[(char, f64)]) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    while let Some(end) = rest.find(|letter: char| letter.is_ascii_alphabetic()) {
        let (number, tail) = rest.split_at(end);
        let unit = tail.chars().next()?;
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        total += number.parse::<f64>().ok()? * factor;
        rest = tail.get(unit.len_utf8()..)?;
    }
    rest.is_empty().then_some(total)
}

/// The arguments that count; outputs, roles, resources and limits do not change the result.
fn counted(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Processing => &["AppSpecification", "Environment", "ProcessingInputs"],
        Kind::Training => &[
            "AlgorithmSpecification",
            "CheckpointConfig",
            "Environment",
            "HyperParameters",
            "InputDataConfig",
        ],
        Kind::Transform => &["DataProcessing", "Environment", "ModelName", "TransformInput"],
        _ => &[],
    }
}

impl Step {
    /// The S3 URIs in the resolved arguments that count: [`Step::cache_key`] wants their contents.
    ///
    /// None if the step is never taken from the cache.
    pub fn cache_inputs(&self, arguments: &Value) -> BTreeSet<String> {
        let mut inputs = BTreeSet::new();
        if self.cache.is_some() {
            for value in counted(self.kind).iter().filter_map(|key| arguments.get(*key)) {
                collect_uris(value, &mut inputs);
            }
        }
        inputs
    }

    /// What a result of this step is filed under, within its pipeline.
    ///
    /// `arguments` are resolved; `contents` has a digest of what stands under each of
    /// [`Step::cache_inputs`]; `tool` is the version of what runs. Nothing if the step is not
    /// cached, or the contents of an input are not known.
    pub fn cache_key(
        &self,
        arguments: &Value,
        contents: &BTreeMap<String, String>,
        tool: &str,
    ) -> Option<String> {
        let members = counted(self.kind);
        if self.cache.is_none() || members.is_empty() {
            return None;
        }
        let mut hash = Sha256::new();
        for text in [self.kind.name(), self.name.as_str(), tool] {
            add_text('t', text, &mut hash);
        }
        for key in members {
            add_text('k', key, &mut hash);
            add(arguments.get(*key).unwrap_or(&Value::Null), &mut hash);
        }
        for uri in self.cache_inputs(arguments) {
            add_text('u', &uri, &mut hash);
            add_text('d', contents.get(&uri)?, &mut hash);
        }
        let mut hex = String::new();
        for byte in hash.finalize() {
            write!(hex, "{byte:02x}").ok()?;
        }
        Some(hex)
    }
}

fn collect_uris(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with("s3://") => {
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect_uris(item, into)),
        Value::Object(members) => members.values().for_each(|item| collect_uris(item, into)),
        _ => {}
    }
}

/// Adds a value so that the order of members does not matter, and no two values look alike.
fn add(value: &Value, hash: &mut Sha256) {
    match value {
        Value::Array(items) => {
            add_text('a', &items.len().to_string(), hash);
            for item in items {
                add(item, hash);
            }
        }
        Value::Object(members) => {
            add_text('o', &members.len().to_string(), hash);
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            for (key, item) in sorted {
                add_text('k', key, hash);
                add(item, hash);
            }
        }
        single => add_text('v', &single.to_string(), hash),
    }
}

fn add_text(tag: char, text: &str, hash: &mut Sha256) {
    hash.update(format!("{tag}{}:{text}", text.len()));
}
