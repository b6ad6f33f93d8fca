//! The lock file of a pipeline: what its jobs last read and wrote, by content.
//!
//! It is for people and version control. After each execution it says for every job step which
//! contents went in and came out, and in which execution; a step whose entry is unchanged need not
//! run again. The engine itself decides by what its store knows.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::{fs, path::Path};

use execution::Plan;
use machine::Home;
use serde::{Deserialize, Serialize};

use crate::record::{Execution, StepRecord, StepStatus};

/// The file as it is written, in JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lock {
    version: u32,
    pipeline: String,
    /// The execution that wrote it last.
    execution: String,
    steps: BTreeMap<String, Entry>,
}

/// A step's last success.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    /// The execution in which it ran.
    execution: String,
    key: Option<String>,
    /// Digests by S3 URI.
    inputs: BTreeMap<String, String>,
    /// Digests by S3 URI.
    outputs: BTreeMap<String, String>,
}

/// Why there is no new lock file.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written; make it and its folder writable", path.display())]
pub(crate) struct LockError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Writes the lock file of an execution's pipeline. Steps that did not run keep their entries.
pub(crate) fn write(
    home: &Home,
    plan: &Plan,
    execution: &Execution,
    records: &[StepRecord],
) -> Result<(), LockError> {
    let path = home.pipelines().join(format!("{}.lock", execution.pipeline.to_lowercase()));
    let mut lock = read(&path);
    lock.version = 1;
    lock.pipeline.clone_from(&execution.pipeline);
    lock.execution.clone_from(&execution.id);
    lock.steps.retain(|name, _| plan.step(name).is_some());
    for record in records.iter().filter(|record| record.status == StepStatus::Succeeded) {
        if let Some(trace) = &record.trace {
            let ran_in = record.cache_source.as_ref().and_then(|arn| arn.rsplit('/').next());
            let entry = Entry {
                execution: ran_in.unwrap_or(&execution.id).to_owned(),
                key: trace.key.clone(),
                inputs: trace.inputs.clone(),
                outputs: trace.outputs.clone(),
            };
            lock.steps.insert(record.name.clone(), entry);
        }
    }
    replace(&path, &lock).map_err(|source| LockError { path, source })
}

/// What was written before. A file that somebody spoiled is written anew.
fn read(path: &Path) -> Lock {
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Nobody ever sees half a file.
fn replace(path: &Path, lock: &Lock) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(lock)?;
    text.push('\n');
    let new = path.with_extension(format!("lock.{}", lock.execution));
    fs::write(&new, text)?;
    fs::rename(&new, path)
}
