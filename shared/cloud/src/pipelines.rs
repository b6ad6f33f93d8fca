//! Pipelines: their definitions, their executions, and how far those are.

use std::collections::BTreeMap;
use std::future::Future;

use serde::Serialize;

use crate::CallError;

/// A definition to be kept under a name.
#[derive(Debug, Clone)]
pub struct Definition<'a> {
    /// The pipeline.
    pub pipeline: &'a str,
    /// The JSON of version 2020-12-01.
    pub json: &'a str,
    /// The role that executions run under.
    pub role_arn: &'a str,
}

/// An execution to be started.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// The pipeline, by name or ARN.
    pub pipeline: &'a str,
    /// Values of its parameters.
    pub parameters: &'a BTreeMap<String, String>,
    /// The same token starts the same execution, 32 to 128 characters.
    pub token: Option<String>,
    /// The steps to run and the execution that the others are taken from; all, otherwise.
    pub selected: Option<Selected>,
}

/// A part of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The execution that ran the rest.
    pub source_arn: String,
    /// The steps to run.
    pub steps: Vec<String>,
}

/// How far an execution or step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Progress {
    /// Not yet begun, or under way.
    Executing,
    /// It was told to stop.
    Stopping,
    /// It was stopped.
    Stopped,
    /// It failed.
    Failed,
    /// It ended well.
    Succeeded,
    /// A state that this version does not know.
    Unknown,
}

impl Progress {
    /// Reads the API's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "Starting" | "Executing" => Self::Executing,
            "Stopping" => Self::Stopping,
            "Stopped" => Self::Stopped,
            "Failed" | "CompletedWithFailures" => Self::Failed,
            "Succeeded" => Self::Succeeded,
            _ => Self::Unknown,
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Succeeded)
    }

    /// A word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Executing => "executing",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::Unknown => "in an unknown state",
        }
    }
}

/// An execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Its ARN.
    pub arn: String,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it began, in seconds since 1970.
    pub started: f64,
    /// When it last changed.
    pub modified: f64,
}

/// A step of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub progress: Progress,
    /// When it began, in seconds since 1970.
    pub started: Option<f64>,
    /// When it ended.
    pub ended: Option<f64>,
    /// Why it failed.
    pub failure: Option<String>,
    /// The execution that it was taken from instead of being run.
    pub cached_from: Option<String>,
    /// What it left for others: outputs of a function, the outcome of a condition, the ARN of what
    /// it made under `arn`.
    pub outputs: BTreeMap<String, String>,
}

/// Keeps definitions and runs them.
pub trait RunPipelines {
    /// Makes the pipeline or gives it this definition; answers its ARN.
    fn upsert(
        &self,
        definition: &Definition<'_>,
    ) -> impl Future<Output = Result<String, CallError>> + Send;

    /// The names of the pipelines, the one that ran last first, over all pages.
    fn pipelines(&self) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;

    /// The JSON of a pipeline's definition; `pipeline` is a name or an ARN.
    fn definition(&self, pipeline: &str) -> impl Future<Output = Result<String, CallError>> + Send;

    /// Starts an execution; answers its ARN.
    fn start(&self, start: &Start<'_>) -> impl Future<Output = Result<String, CallError>> + Send;

    /// How far an execution is.
    fn execution(&self, arn: &str) -> impl Future<Output = Result<Execution, CallError>> + Send;

    /// The newest executions of a pipeline, newest first, up to 100.
    fn executions(
        &self,
        pipeline: &str,
    ) -> impl Future<Output = Result<Vec<Execution>, CallError>> + Send;

    /// The steps of an execution that have begun, in the order in which they did.
    fn steps(&self, arn: &str) -> impl Future<Output = Result<Vec<Step>, CallError>> + Send;

    /// Tells an execution to stop.
    fn stop(&self, arn: &str) -> impl Future<Output = Result<(), CallError>> + Send;
}
