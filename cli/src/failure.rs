//! What keeps a command from being carried out, and the exit code that says so.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cloud::CallError;
use cloud::objects::NotAnS3Uri;
use cloud::reports::ReadReportError;
use engine::EngineError;
use engine::config::ConfigError;
use pipeline::render::RenderError;
use pipeline::render::deployment::DeploymentError;
use scenario::error::ScenarioError;

/// The run failed.
pub(crate) const FAILED: u8 = 1;
/// The command was not meant like this.
pub(crate) const USAGE: u8 = 2;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("there is no scenario `{name}`; there are {known}, or name a .toml file")]
    NoSuchScenario { name: String, known: String },
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{}", path.display())]
    Deployment { path: PathBuf, source: DeploymentError },
    #[error("the sample deployment")]
    Sample(#[source] DeploymentError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("cannot write")]
    Output(#[from] io::Error),
    #[error("this program cannot begin its work")]
    Begin(#[source] io::Error),
    #[error(transparent)]
    Plan(#[from] execution::PlanError),
    #[error("there is nothing at {}", path.display())]
    NoData { path: PathBuf },
    #[error("`{scenario}` cuts its hold-out off the history itself; leave --holdout out")]
    NoOwnHoldout { scenario: String },
    #[error(transparent)]
    Job(#[from] jobs::Failure),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Uri(#[from] NotAnS3Uri),
    #[error(transparent)]
    Report(#[from] ReadReportError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the local engine")]
    Service(#[from] machine::Refusal),
    #[error("this program cannot be found, to be started as functions and jobs")]
    Program(#[source] io::Error),
    #[error("a folder for temporary files cannot be made")]
    Temporary(#[source] io::Error),
    #[error("the result cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error(
        "AutoML is a service of AWS that this machine does not have; \
         use --trainer almanac or xgboost"
    )]
    NoAutoml,
    #[error("the stack has no bucket of its own; leave the parameter ArtefactBucketName out")]
    NoBucket,
    #[error("the stack has no output PipelineRoleArn; name a role with --role")]
    NoRole,
    #[error(
        "no execution of {pipeline} has succeeded yet, from which the steps before could be taken; run it without --from"
    )]
    NothingBefore { pipeline: String },
    #[error("the definition has no step `{step}`; there are {known}")]
    NoSuchStep { step: String, known: String },
    #[error("pipeline {pipeline} has no parameter `{name}`{meant}{known}")]
    NoSuchParameter { pipeline: String, name: String, meant: String, known: String },
    #[error("--set {setting}: {why}")]
    BadValue { setting: String, why: String },
    #[error("nothing is approved in {group}; run the training pipeline first")]
    NoVersion { group: String },
    #[error("no version of {group} waits for a decision")]
    NothingPending { group: String },
    #[error(
        "endpoint {name} did not come to serve the approved version in five minutes; see the logs of deploy-approved"
    )]
    NoEndpoint { name: String },
    #[error("{group} has no version {number}; `almanac versions {group}` lists those there are")]
    NoSuchVersion { group: String, number: String },
    #[error("there is no version in {group}; {known}")]
    NoSuchGroup { group: String, known: String },
    #[error("pipeline {pipeline} was never started; `almanac start {pipeline}` does")]
    NeverStarted { pipeline: String },
    #[error("there is neither a pipeline nor an execution `{what}`; {known}")]
    NoSuchExecution { what: String, known: String },
    #[error(
        "AWS was not reached (it needs credentials and a region; \
         the engine of this machine is asked with --home .almanac)"
    )]
    NoAws { source: CallError },
    #[error("there is nothing below {prefix} to ask the endpoint with")]
    NoSample { prefix: String },
    #[error("{} does not say where an engine is; start one there with `almanac up --home`", path.display())]
    NoEngine { path: PathBuf },
    #[error("no engine runs in {}; start one with `almanac up --home {}`", path.display(), path.display())]
    NotUp { path: PathBuf },
    #[error("the data hold several retailers; name the one whose model it is with --retailer")]
    WhichRetailer,
    #[error("`{retailer}` is no name of a retailer here; use up to 20 letters, digits and hyphens")]
    BadRetailer { retailer: String },
    #[error(
        "{group} does not begin with `{prefix}`, the ModelGroupPrefix of this stack: its models \
         could be neither registered nor deployed; change one of the two"
    )]
    WrongGroup { group: String, prefix: String },
    #[error("the execution failed{why}")]
    Execution { why: String },
    #[error("stopped")]
    Stopped,
}

impl Failure {
    /// Says what happened, and why, and why that.
    pub(crate) fn tell(&self, err: &mut impl Write) -> io::Result<()> {
        if self.is_closed_pipe() {
            return Ok(());
        }
        write!(err, "almanac: {self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(err, ": {error}")?;
            cause = error.source();
        }
        writeln!(err)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            _ if self.is_closed_pipe() => ExitCode::SUCCESS,
            Self::Job(failure) => failure.exit_code(),
            Self::NoSuchScenario { .. }
            | Self::Read { .. }
            | Self::NoData { .. }
            | Self::NoOwnHoldout { .. }
            | Self::NoAutoml
            | Self::WhichRetailer
            | Self::BadRetailer { .. }
            | Self::WrongGroup { .. }
            | Self::NotUp { .. }
            | Self::NothingBefore { .. }
            | Self::NoSuchStep { .. }
            | Self::NoSuchParameter { .. }
            | Self::BadValue { .. }
            | Self::Uri(_)
            | Self::Config(_)
            | Self::NoEngine { .. }
            | Self::Render(RenderError::Unfit { .. }) => ExitCode::from(USAGE),
            _ => ExitCode::from(FAILED),
        }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// Whoever read the output, such as `head`, has enough.
    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
