//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jobs::arguments as job;
use pipeline::render::Kind;
use scenario::model::Trainer;

/// From sales history to an approved, served forecast.
///
/// Without a command it renders and examines every scenario that comes with it.
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
    /// Examine pipeline definitions: what the service would refuse, or never be able to run.
    ///
    /// Exits with 1 when there are errors, with 2 when a file cannot be read.
    Lint(Lint),
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
    /// Where to write to; standard output, otherwise.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
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
