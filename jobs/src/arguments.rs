//! What can be asked for on the command line: one job a step.

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use scenario::model::Trainer;
use scenario::text::QuantileName;
use series::frequency::Frequency;

use crate::inspect::Condition;
use crate::place::Named;

/// Forecasting jobs: what SageMaker runs in a container, here or there.
#[derive(Debug, Parser)]
#[command(name = "almanac-jobs", version)]
pub struct Arguments {
    /// The job.
    #[command(subcommand)]
    pub job: Job,
}

/// The jobs.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// Writes a synthetic history of a scenario.
    Generate(Generate),
    /// Cuts the last horizon off a history, for scenarios whose hold-out is data of its own: input
    /// `history`, outputs `training` and `given-holdout`.
    HoldOut(Subject),
    /// Says whether a history can be trusted: input `training`, for scenarios whose hold-out is a file
    /// of its own also `given-holdout`, output `quality`.
    CheckQuality(Subject),
    /// Cuts a history into parts, in the form that the trainer wants: input `training`, for
    /// scenarios whose hold-out is a file of its own also `given-holdout`, outputs `train`,
    /// `validation`, `test` and `holdout`.
    Prepare(Prepare),
    /// What any model must beat: inputs `train` and `validation`, output `baselines`.
    Baselines(Subject),
    /// Lets models compete: inputs `train` and `validation`, outputs `model` and `comparison`.
    Train(Train),
    /// Judges a model by the hold-out: inputs `model`, `train`, `test`, `holdout` and for AutoML
    /// `forecast`, output `evaluation`.
    Evaluate(Evaluate),
    /// What comes next: of any panel with --data, --time and --target, or by input `model`.
    Forecast(Forecast),
    /// The metrics of any forecast.
    Measure(Measure),
    /// What each forecast is made of: input `model`, for rows that stand alone also `rows`, output
    /// `explanation`.
    Explain(Explain),
    /// The features of the points to come, for a transform job of XGBoost: inputs `rows` and
    /// `trained-features`, output `features`.
    PrepareForecast(Subject),
    /// Shows what is in a history: inputs `train` and, where there is one, `holdout`, output
    /// `exploration`.
    Explore(Subject),
    /// Says how likely a forecast passes limits or empties stock, and when: input `forecast`,
    /// output `risk`.
    Risk(Risk),
    /// Prints predictions beside what happened: input `predictions`.
    Inspect(Inspect),
    /// Answers requests with a model: GET /ping, POST /invocations.
    Serve(Serve),
}

/// What every job of a scenario is told.
#[derive(Debug, Clone, Args)]
pub struct Subject {
    /// A scenario by name, its .toml file, or a folder that holds only that.
    #[arg(long)]
    pub scenario: String,
    /// Whose data these are; rows of others are passed over where a column names the retailer.
    #[arg(long, default_value = "default")]
    pub retailer: String,
    /// Where an input is: a folder, or a file.
    #[arg(long, value_name = "NAME=PATH")]
    pub input: Vec<Named>,
    /// The folder into which an output goes.
    #[arg(long, value_name = "NAME=PATH")]
    pub output: Vec<Named>,
}

/// `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// A scenario by name, its .toml file, or a folder that holds only that.
    pub scenario: String,
    /// How many rows the file with the target has.
    #[arg(long)]
    pub rows: Option<NonZeroU64>,
    /// Another seed gives another history of the same kind.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Which part of the history; otherwise all of it, with a hold-out of its own in another folder
    /// where the scenario asks for that.
    #[arg(long, value_enum)]
    pub part: Option<Part>,
    /// The folder into which the files go, or the file where the scenario has one; `-` is standard
    /// output.
    #[arg(short, long, default_value = "data/raw")]
    pub output: PathBuf,
}

/// `prepare`.
#[derive(Debug, Args)]
pub struct Prepare {
    /// What is prepared.
    #[command(flatten)]
    pub subject: Subject,
    /// What will train: automl, xgboost or almanac; the scenario's own otherwise.
    #[arg(long, value_parser = trainer)]
    pub trainer: Option<Trainer>,
    /// The feature group of the pipeline. This version writes files only, and says so.
    #[arg(long)]
    pub feature_group: Option<String>,
}

/// `evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// What is evaluated.
    #[command(flatten)]
    pub subject: Subject,
    /// What trained: automl, xgboost or almanac; the scenario's own otherwise.
    #[arg(long, value_parser = trainer)]
    pub trainer: Option<Trainer>,
    /// The pipeline execution, which the report remembers.
    #[arg(long)]
    pub execution_id: Option<String>,
}

/// `forecast`.
#[derive(Debug, Args)]
pub struct Forecast {
    /// The history: a CSV or Parquet file, plain or compressed, a folder, or `-` for standard input.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// The column that says when.
    #[arg(long)]
    pub time: Option<String>,
    /// The column that is forecast.
    #[arg(long)]
    pub target: Option<String>,
    /// The columns that together name a series, with commas between them.
    #[arg(long, value_delimiter = ',')]
    pub id: Vec<String>,
    /// How far apart points are, such as 1H, 1D, 1W, 1M, 1Q or 1Y; found out otherwise.
    #[arg(long)]
    pub freq: Option<Frequency>,
    /// How many points are forecast.
    #[arg(long)]
    pub horizon: Option<NonZeroU32>,
    /// The quantiles; p10,p50,p90 otherwise.
    #[arg(long, value_delimiter = ',')]
    pub quantiles: Option<Vec<QuantileName>>,
    /// Where the model is: `--input model=FOLDER`.
    #[arg(long, value_name = "NAME=PATH")]
    pub input: Vec<Named>,
    /// The file, .csv or .parquet, in a folder that exists; standard output otherwise.
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

impl Forecast {
    /// The levels of the quantiles, ascending.
    pub fn levels(&self) -> Vec<f64> {
        let Some(quantiles) = &self.quantiles else { return vec![0.1, 0.5, 0.9] };
        let mut percents: Vec<u8> = quantiles.iter().map(QuantileName::percent).collect();
        percents.sort_unstable();
        percents.dedup();
        percents.into_iter().map(|percent| f64::from(percent) / 100.0).collect()
    }
}

/// `measure`.
#[derive(Debug, Args)]
pub struct Measure {
    /// What was known when the forecast was made: the unit of MASE and RMSSE.
    #[arg(long)]
    pub history: PathBuf,
    /// What happened.
    #[arg(long)]
    pub actual: PathBuf,
    /// The forecast: id columns, time, `mean` and columns such as `p10`.
    #[arg(long)]
    pub forecast: PathBuf,
    /// The column that says when, in all three.
    #[arg(long)]
    pub time: String,
    /// The column that was forecast, in history and actual.
    #[arg(long)]
    pub target: String,
    /// The columns that together name a series, with commas between them.
    #[arg(long, value_delimiter = ',')]
    pub id: Vec<String>,
    /// How far apart points are; found out otherwise.
    #[arg(long)]
    pub freq: Option<Frequency>,
    /// The season of MASE and RMSSE; the shortest of the frequency otherwise.
    #[arg(long)]
    pub season: Option<NonZeroU32>,
    /// Where the whole report goes, as JSON.
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Only series with this value of a key column.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub whose: Vec<Named>,
    /// How many series at most; 20 otherwise.
    #[arg(long)]
    pub series: Option<NonZeroU32>,
    /// How many points ahead; the model's own horizon otherwise.
    #[arg(long)]
    pub horizon: Option<NonZeroU32>,
    /// Where an input is: a folder, or a file.
    #[arg(long, value_name = "NAME=PATH")]
    pub input: Vec<Named>,
    /// The folder into which an output goes.
    #[arg(long, value_name = "NAME=PATH")]
    pub output: Vec<Named>,
}

/// `train`.
#[derive(Debug, Args)]
pub struct Train {
    /// A scenario by name, its .toml file, or a folder that holds only that; in SageMaker the
    /// hyperparameter `scenario`, or the channel of that name, which goes before.
    #[arg(long)]
    pub scenario: Option<String>,
    /// Whose model it is; in SageMaker the hyperparameter `retailer`.
    #[arg(long)]
    pub retailer: Option<String>,
    /// Where an input is: a folder, or a file.
    #[arg(long, value_name = "NAME=PATH")]
    pub input: Vec<Named>,
    /// The folder into which an output goes.
    #[arg(long, value_name = "NAME=PATH")]
    pub output: Vec<Named>,
}

/// `risk`.
#[derive(Debug, Args)]
pub struct Risk {
    /// The scenario, and where the forecast is.
    #[command(flatten)]
    pub subject: Subject,
    /// A limit to watch; the scenario's own otherwise. May be given several times.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub limit: Vec<f64>,
    /// The probability from which on a series is at risk; the scenario's own otherwise, or 0.1.
    #[arg(long, value_name = "P")]
    pub probability: Option<f64>,
    /// What is in stock: a file with the id columns and a column `stock`.
    #[arg(long, value_name = "FILE")]
    pub stock: Option<PathBuf>,
    /// After how many steps an order arrives; without it there is no reorder point.
    #[arg(long, value_name = "N", requires = "stock")]
    pub lead_time: Option<NonZeroU32>,
    /// How often stock shall last until an order arrives.
    #[arg(long, value_name = "P", default_value_t = 0.95, requires = "stock")]
    pub service_level: f64,
}

/// `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// Where the predictions are: `--input predictions=FILE`, such as
    /// `reports/evaluation/predictions.parquet`.
    #[arg(long, value_name = "NAME=PATH")]
    pub input: Vec<Named>,
    /// Only rows with this value in this column. May be given several times.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub chosen: Vec<Condition>,
    /// So many series are shown row by row, those with the largest sum of absolute errors first.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub top: usize,
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the model is: `--input model=FOLDER`.
    #[arg(long, value_name = "NAME=PATH")]
    pub input: Vec<Named>,
    /// The address to listen on; all of this machine's otherwise, as SageMaker wants it.
    #[arg(long)]
    pub host: Option<IpAddr>,
    /// The port to listen on.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
}

/// Which part of a history is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// All of it.
    Whole,
    /// All but the last horizon.
    History,
    /// The last horizon.
    Holdout,
}

/// Reads a trainer by name.
pub(crate) fn trainer(name: &str) -> Result<Trainer, scenario::model::UnknownTrainer> {
    name.parse()
}
