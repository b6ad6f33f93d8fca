//! What can be said on the command line.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jobs::arguments as job;
use pipeline::render::Kind;
use scenario::model::Trainer;

/// From sales history to an approved, served forecast.
///
/// Without a command it runs the whole loop on this machine with synthetic store-item data.
#[derive(Debug, Parser)]
#[command(name = "almanac", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the SageMaker pipeline definition of a scenario.
    Render(Render),
    /// Render and examine every scenario that comes with Almanac.
    Overview,
    /// Examine pipeline definitions: what the service would refuse, or never be able to run.
    ///
    /// Exits with 1 when there are errors, with 2 when a file cannot be read.
    Lint(Lint),
    /// Run the whole loop on this machine: data, training, judgement, approval, endpoint, forecast.
    Run(Run),
    /// Run this machine's AWS until it is stopped, for any client of AWS.
    Up(Up),
    /// Give a pipeline the definition of a scenario; make it if there is none.
    Upsert(Upsert),
    /// Start an execution of a pipeline.
    Start(Start),
    /// How far an execution is, or the newest ones of a pipeline.
    Status(Status),
    /// Approve a version of a model: it will serve.
    Approve(Decide),
    /// Reject a version of a model: it will not serve, or no longer.
    Reject(Decide),
    /// Run a Lambda function, as the local engine does: it asks AWS_LAMBDA_RUNTIME_API for events.
    Function {
        /// Its name, such as record-metrics.
        name: String,
    },
    /// Start a command in a folder that stands for /opt/ml; the local engine does.
    #[command(hide = true, disable_help_flag = true)]
    Contain {
        /// What the engine says.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<std::ffi::OsString>,
    },
    /// Write a synthetic history of a scenario, for whoever has no data yet.
    Generate(job::Generate),
    /// Forecast any panel: name its columns, the rest is found out.
    Forecast(job::Forecast),
    /// The metrics of any forecast.
    Evaluate(job::Measure),
    /// Run a job as SageMaker's containers run it.
    Job {
        /// The job.
        #[command(subcommand)]
        job: job::Job,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// What is rendered.
    #[command(flatten)]
    pub(crate) rendered: Rendered,
    /// Where to write to; standard output, otherwise.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What of a scenario is rendered, for what.
#[derive(Debug, Clone, Args)]
pub(crate) struct Rendered {
    /// A scenario that comes with Almanac, or the path of a .toml file.
    pub(crate) scenario: String,
    /// From data to a registered version, or from a registered version to forecasts.
    #[arg(long, value_enum, default_value_t = Pipeline::Train)]
    pub(crate) pipeline: Pipeline,
    /// What trains the model; the scenario says, otherwise.
    #[arg(long, value_name = "automl|xgboost|almanac")]
    pub(crate) trainer: Option<Trainer>,
    /// What `sam list stack-outputs --output json` wrote; sample names, otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) deployment: Option<PathBuf>,
}

/// `run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// A scenario that comes with Almanac, or the path of a .toml file.
    #[arg(default_value = "store-item")]
    pub(crate) scenario: String,
    /// The history: a file or folder; a synthetic one is made, otherwise.
    #[arg(long, value_name = "PATH")]
    pub(crate) data: Option<PathBuf>,
    /// The hold-out, where the scenario has one of its own; the last horizon of --data, otherwise.
    #[arg(long, value_name = "PATH", requires = "data")]
    pub(crate) holdout: Option<PathBuf>,
    /// How many rows the synthetic history has.
    #[arg(long, conflicts_with = "data")]
    pub(crate) rows: Option<NonZeroU64>,
    /// Another seed gives another synthetic history of the same kind.
    #[arg(long, default_value_t = 1, conflicts_with = "data")]
    pub(crate) seed: u64,
    /// A parameter of the pipeline, such as MinImprovement=0.02. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<Setting>,
    /// Whose model it is; a retailer that is in the synthetic history, or `default`, otherwise.
    #[arg(long)]
    pub(crate) retailer: Option<String>,
    /// What trains the model: xgboost or almanac; the scenario says, otherwise, and almanac stands
    /// in for AutoML, which this machine does not have.
    #[arg(long, value_name = "xgboost|almanac")]
    pub(crate) trainer: Option<Trainer>,
    /// What to do with a version that was registered.
    #[command(flatten)]
    pub(crate) decision: Decision,
    /// Run only this step, named as a run shows it, and those after it; the others are taken from
    /// the execution before.
    #[arg(long, value_name = "STEP", conflicts_with_all = ["data", "rows"])]
    pub(crate) from: Option<String>,
    /// Forecast in a batch from the newest approved version, instead of training.
    #[arg(long, value_enum, default_value_t = Pipeline::Train)]
    pub(crate) pipeline: Pipeline,
    /// The machine it runs on.
    #[command(flatten)]
    pub(crate) machine: LocalMachine,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a person would do with the mail.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub(crate) struct Decision {
    /// Approve a version that was registered; this is what happens otherwise.
    #[arg(long)]
    pub(crate) approve: bool,
    /// Reject it.
    #[arg(long)]
    pub(crate) reject: bool,
    /// Leave it pending.
    #[arg(long)]
    pub(crate) no_approve: bool,
}

/// Where the local engine keeps things, and what it runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct LocalMachine {
    /// The folder that the local engine keeps everything in.
    #[arg(long, value_name = "DIR", default_value = ".almanac")]
    pub(crate) home: PathBuf,
    /// The functions as `cargo lambda build` leaves them (target/lambda); our own, otherwise.
    #[arg(long, value_name = "DIR")]
    pub(crate) functions: Option<PathBuf>,
    /// Which command stands for which image, and the parameters of the stack; almanac.toml, if
    /// there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `up`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Up {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 4600)]
    pub(crate) port: u16,
    /// The machine.
    #[command(flatten)]
    pub(crate) machine: LocalMachine,
}

/// Which AWS is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Another address than AWS's own.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The engine that `almanac up` runs in this folder.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["endpoint_url", "profile"])]
    pub(crate) home: Option<PathBuf>,
    /// A profile of the AWS configuration.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// The region.
    #[arg(long)]
    pub(crate) region: Option<String>,
}

/// `upsert`.
#[derive(Debug, Args)]
pub(crate) struct Upsert {
    /// What is rendered.
    #[command(flatten)]
    pub(crate) render: Rendered,
    /// The pipeline's name; the scenario's, otherwise.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The role that executions run under; the stack's PipelineRoleArn, otherwise.
    #[arg(long, value_name = "ARN")]
    pub(crate) role: Option<String>,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `start`.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// The pipeline, by name or ARN.
    pub(crate) pipeline: String,
    /// A parameter, such as Retailer=acme. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<Setting>,
    /// The same token starts the same execution once: 32 to 128 letters, digits and hyphens.
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// Stay until it is over; exit 1 if it fails.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// An execution's ARN, or a pipeline's name.
    pub(crate) what: String,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `approve` and `reject`.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// A version's ARN, or a group, whose newest version that waits is meant.
    pub(crate) version: String,
    /// Why, for those who ask later.
    #[arg(long, default_value = "decided with almanac")]
    pub(crate) note: String,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `KEY=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// A text that is not `KEY=VALUE`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not KEY=VALUE, such as Retailer=acme")]
pub(crate) struct NotASetting(String);

impl FromStr for Setting {
    type Err = NotASetting;

    fn from_str(text: &str) -> Result<Self, NotASetting> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err(NotASetting(text.to_owned())),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pipeline {
    Train,
    Forecast,
}

impl From<Pipeline> for Kind {
    fn from(pipeline: Pipeline) -> Self {
        match pipeline {
            Pipeline::Train => Self::Train,
            Pipeline::Forecast => Self::Forecast,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Definitions; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Also tell what the published JSON schema would refuse although the service takes it.
    #[arg(long)]
    pub(crate) published: bool,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is done without a command.
pub(crate) fn whole_loop() -> Command {
    Arguments::parse_from(["almanac", "run"]).command.unwrap_or(Command::Overview)
}
