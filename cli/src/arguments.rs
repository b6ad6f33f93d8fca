//! What can be said on the command line.

mod examples;

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
#[command(name = "almanac", bin_name = "almanac", version, max_term_width = 100)]
#[command(after_help = examples::ALL)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole loop on this machine: data, training, judgement, approval, endpoint, forecast.
    #[command(after_help = examples::RUN)]
    Run(Run),
    /// Run this machine's AWS until it is stopped, for any client of AWS.
    Up(Up),
    /// How far an execution is, step by step; without a name, the latest ones of all pipelines.
    #[command(after_help = examples::STATUS)]
    Status(Status),
    /// The versions of models: which are approved, how good they are, which one serves where.
    #[command(after_help = examples::VERSIONS)]
    Versions(Versions),
    /// Approve a version of a model: the newest approved version of a group serves.
    #[command(after_help = examples::APPROVE)]
    Approve(Decide),
    /// Reject a version of a model: it will not serve, or no longer.
    #[command(after_help = examples::REJECT)]
    Reject(Decide),
    /// Give a pipeline the definition of a scenario; make it if there is none.
    #[command(after_help = examples::UPSERT)]
    Upsert(Upsert),
    /// Start an execution of a pipeline.
    #[command(after_help = examples::START)]
    Start(Start),
    /// Forecast any series, without a scenario: name the columns, the rest is found out.
    #[command(after_help = examples::FORECAST)]
    Forecast(job::Forecast),
    /// Measure any forecast against what happened.
    #[command(after_help = examples::EVALUATE)]
    Evaluate(job::Measure),
    /// Write a synthetic history of a scenario, for whoever has no data yet.
    Generate(job::Generate),
    /// Write the SageMaker pipeline definition of a scenario.
    Render(Render),
    /// Examine pipeline definitions: what the service would refuse, or never be able to run.
    ///
    /// Exits with 1 when there are errors, with 2 when a file cannot be read.
    Lint(Lint),
    /// List the scenarios that come with Almanac, with their definitions rendered and examined.
    Overview,
    /// Run a job as SageMaker's containers run it.
    Job {
        /// The job.
        #[command(subcommand)]
        job: job::Job,
    },
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
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Pipeline::Train)]
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
    /// How many rows the synthetic history has; as many as suit the scenario, otherwise.
    #[arg(long, value_name = "N", conflicts_with = "data")]
    pub(crate) rows: Option<NonZeroU64>,
    /// Another seed gives another synthetic history of the same kind.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "data")]
    pub(crate) seed: u64,
    /// A parameter of the pipeline, such as MinImprovement=0.02; a name that is none is answered
    /// with all there are. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<Setting>,
    /// Whose model it is: part of the names of model group and endpoint. A retailer of the
    /// synthetic history, or `default`, otherwise.
    #[arg(long, value_name = "NAME")]
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
    /// Train, or forecast in a batch from the newest approved version.
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Pipeline::Train)]
    pub(crate) pipeline: Pipeline,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// The machine it runs on.
    #[command(flatten)]
    pub(crate) machine: LocalMachine,
}

/// What a person would do with the mail.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub(crate) struct Decision {
    /// Approve the version that the run registers; this is what happens otherwise.
    #[arg(long)]
    pub(crate) approve: bool,
    /// Reject it.
    #[arg(long)]
    pub(crate) reject: bool,
    /// Leave it to you: `almanac approve` or `almanac reject`, while `almanac up` runs.
    #[arg(long)]
    pub(crate) no_approve: bool,
}

/// Where the local engine keeps things, and what it runs.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The local engine")]
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
#[command(next_help_heading = "Where")]
pub(crate) struct Place {
    /// The engine that `almanac up` runs in this folder, such as .almanac; AWS, otherwise.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["endpoint_url", "profile"])]
    pub(crate) home: Option<PathBuf>,
    /// A profile of the AWS configuration; what AWS_PROFILE names, otherwise.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The region; what the profile or AWS_REGION names, otherwise.
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// Another address than AWS's own; what AWS_ENDPOINT_URL names, otherwise.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

/// `upsert`.
#[derive(Debug, Args)]
pub(crate) struct Upsert {
    /// What is rendered.
    #[command(flatten)]
    pub(crate) render: Rendered,
    /// The pipeline's name; the scenario's, otherwise, with `-forecast` for that pipeline.
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
    /// A pipeline, whose latest execution is meant, or an execution by id or ARN.
    #[arg(value_name = "PIPELINE|EXECUTION")]
    pub(crate) what: Option<String>,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `versions`.
#[derive(Debug, Args)]
pub(crate) struct Versions {
    /// A model package group; otherwise the newest versions of each.
    pub(crate) group: Option<String>,
    /// Write one JSON array.
    #[arg(long)]
    pub(crate) json: bool,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `approve` and `reject`.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// A version by ARN or as GROUP/NUMBER, or a group, whose newest version that waits is meant.
    pub(crate) version: String,
    /// Why, for those who ask later.
    #[arg(long, value_name = "TEXT", default_value = "decided with almanac")]
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
