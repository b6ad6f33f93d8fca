//! How a job ended, as the control plane tells it.

use std::path::PathBuf;

use machine::Time;

use crate::Shared;
use crate::error::ContainerError;
use crate::folder::Folder;

/// The longest `FailureReason`.
const LONGEST_REASON: usize = 1024;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// It did what it was asked to.
    Completed,
    /// It did not.
    Failed,
    /// It was stopped, or took longer than it may.
    Stopped,
}

/// The last value of a metric that a training job printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Such as `validation:rmse`.
    pub name: String,
    /// The value.
    pub value: f64,
    /// When it was printed.
    pub time: Time,
}

/// The end of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobEnd {
    /// How it ended.
    pub status: JobStatus,
    /// Whether it took longer than `MaxRuntimeInSeconds`: SageMaker's `MaxRuntimeExceeded`.
    pub timed_out: bool,
    /// Why it failed, in at most 1024 characters.
    pub failure_reason: Option<String>,
    /// What a processing job wrote into `output/message`.
    pub exit_message: Option<String>,
    /// What its process ended with, if one was started.
    pub exit_code: Option<i32>,
    /// When it was started.
    pub started: Time,
    /// When it ended.
    pub ended: Time,
    /// The URI of a training job's model.
    pub model_artifacts: Option<String>,
    /// What a training job printed of its metrics.
    pub metrics: Vec<Metric>,
    /// Where its output is.
    pub log: PathBuf,
}

/// What a job did before its end is written down.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) exit_code: Option<i32>,
    pub(crate) exit_message: Option<String>,
    pub(crate) model_artifacts: Option<String>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) cut: Option<Cut>,
}

/// Why a job did not come to its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Somebody stopped it.
    Stopped,
    /// It took too long.
    TimedOut,
}

/// A job from its beginning to its end.
pub(crate) struct Attempt<'a> {
    shared: &'a Shared,
    name: &'a str,
    started: Time,
    folder: Option<Folder>,
    /// What it did so far.
    pub(crate) outcome: Outcome,
}

impl<'a> Attempt<'a> {
    pub(crate) fn begin(shared: &'a Shared, name: &'a str) -> Self {
        let started = shared.machine.clock.now();
        Self { shared, name, started, folder: None, outcome: Outcome::default() }
    }

    /// Makes the folder of the job, which is kept for a while if the job fails.
    pub(crate) fn folder(&mut self) -> Result<PathBuf, ContainerError> {
        let folder = Folder::make(&self.shared.machine.home.work(), self.name)?;
        Ok(self.folder.insert(folder).path().to_owned())
    }

    /// Its end, once there is nothing left to do.
    pub(crate) fn end(self, done: &Result<(), ContainerError>) -> JobEnd {
        if let Some(folder) = &self.folder {
            folder.end(done);
        }
        let machine = &self.shared.machine;
        let log = machine.home.logs().join(format!("{}.log", self.name));
        let times = (self.started, machine.clock.now());
        JobEnd::of(times, log, self.outcome, done.as_ref().err())
    }
}

impl JobEnd {
    fn of(
        times: (Time, Time),
        log: PathBuf,
        outcome: Outcome,
        error: Option<&ContainerError>,
    ) -> Self {
        let status = match (error, outcome.cut) {
            (Some(_), _) => JobStatus::Failed,
            (None, Some(_)) => JobStatus::Stopped,
            (None, None) => JobStatus::Completed,
        };
        Self {
            status,
            timed_out: error.is_none() && outcome.cut == Some(Cut::TimedOut),
            failure_reason: error
                .map(|error| error.reason().chars().take(LONGEST_REASON).collect()),
            exit_message: outcome.exit_message,
            exit_code: outcome.exit_code,
            started: times.0,
            ended: times.1,
            model_artifacts: outcome.model_artifacts,
            metrics: outcome.metrics,
            log,
        }
    }
}
