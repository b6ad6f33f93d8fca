//! What is kept of pipelines, executions and steps.

use std::collections::BTreeMap;

use machine::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A pipeline as it was last updated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) definition: String,
    pub(crate) role: String,
    pub(crate) parallel: Option<u64>,
    pub(crate) version: u64,
    /// The token of the request that made it.
    pub(crate) token: String,
    pub(crate) created: Stamp,
    pub(crate) modified: Stamp,
    pub(crate) last_run: Option<Time>,
}

/// When something was done, and who did it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) at: Time,
    pub(crate) by: String,
}

/// How an execution stands, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Executing,
    Stopping,
    Stopped,
    Failed,
    Succeeded,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Executing => "Executing",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
        }
    }

    pub(crate) fn is_over(self) -> bool {
        !matches!(self, Self::Executing | Self::Stopping)
    }
}

/// An execution. Its definition is kept beside it: an update of the pipeline does not change it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Execution {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) pipeline: String,
    pub(crate) pipeline_arn: String,
    pub(crate) version: u64,
    pub(crate) role: String,
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Status,
    pub(crate) failure: Option<String>,
    pub(crate) created: Stamp,
    pub(crate) modified: Stamp,
    /// The parameters as they were given.
    pub(crate) given: Vec<(String, String)>,
    pub(crate) parallel: Option<u64>,
    /// ExperimentName and TrialName, if there are any.
    pub(crate) experiment: BTreeMap<String, Value>,
    /// SelectiveExecutionConfig as it was given.
    pub(crate) selective: Option<Value>,
    /// Steps that a selective execution leaves out.
    pub(crate) skipped: Vec<String>,
}

impl Execution {
    /// Its key in the store.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.pipeline.to_lowercase(), self.id)
    }
}

/// How a step stands, in the words of the API. A step that is to run once more is Starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StepStatus {
    Starting,
    Executing,
    Stopping,
    Stopped,
    Failed,
    Succeeded,
}

impl StepStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Starting => "Starting",
            Self::Executing => "Executing",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
        }
    }

    pub(crate) fn is_running(self) -> bool {
        matches!(self, Self::Executing | Self::Stopping)
    }
}

/// A step that was started, or whose result was taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: StepStatus,
    pub(crate) started: Time,
    pub(crate) ended: Option<Time>,
    pub(crate) attempts: u32,
    pub(crate) failure: Option<String>,
    /// Whether it failed because a function took longer than a step may.
    pub(crate) timed_out: bool,
    pub(crate) properties: Option<Value>,
    /// Metadata as the API shows it.
    pub(crate) metadata: Map<String, Value>,
    /// The execution whose result the cache had.
    pub(crate) cache_source: Option<String>,
    /// The execution that a selective one took the result from.
    pub(crate) selective_source: Option<String>,
    /// What went in and came out, by content.
    pub(crate) trace: Option<Trace>,
}

/// What a job read and wrote, by content: what the cache and the lock file know of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trace {
    /// What its result is filed under; none if an input could not be read.
    pub(crate) key: Option<String>,
    /// Digests by S3 URI.
    pub(crate) inputs: BTreeMap<String, String>,
    /// Digests by S3 URI.
    pub(crate) outputs: BTreeMap<String, String>,
}

/// A result that the same step of a later execution may take over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cached {
    pub(crate) execution: String,
    pub(crate) at: Time,
    pub(crate) properties: Value,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) trace: Trace,
}

/// A Callback step that waits, by its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// The execution's key.
    pub(crate) execution: String,
    pub(crate) execution_arn: String,
    pub(crate) step: String,
    /// What the queue was told last.
    pub(crate) told: Option<StepStatus>,
    pub(crate) outcome: Option<CallbackOutcome>,
}

/// What was sent back for a Callback step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum CallbackOutcome {
    /// The outputs, by name.
    Success(Map<String, Value>),
    /// The reason.
    Failure(String),
}
