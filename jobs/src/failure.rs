//! What keeps a job from ending well, how it is told, and the exit code that says so.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use scenario::error::ScenarioError;
use series::grid::Moment;
use series::quality::{Failed, Shared};
use series::read::{Place, ReadError};
use series::split::SplitError;
use synthetic::SyntheticError;

use crate::bundle::BundleError;
use crate::environment::{Container, Environment};
use crate::inspect::InspectError;
use crate::place::PlaceError;
use crate::risk::RiskError;
use crate::train::BuiltInError;
use crate::xgboost::XgboostError;

/// The job failed.
pub(crate) const FAILED: u8 = 1;
/// The command was not meant like this.
pub(crate) const USAGE: u8 = 2;

/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// There is no such scenario.
    #[error("there is no scenario `{name}`; there are {known}, or name a .toml file")]
    NoSuchScenario {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A scenario that cannot be used.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// An input or output that cannot be had.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A file that cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A history that could not be generated.
    #[error(transparent)]
    Synthetic(#[from] SyntheticError),
    /// Files of a history that cannot be read.
    #[error(transparent)]
    History(#[from] ReadError),
    /// A history that cannot be trusted.
    #[error(transparent)]
    Quality(#[from] Failed),
    /// A report that says no.
    #[error("{} says that the data did not pass; see its checks", path.display())]
    Untrusted {
        /// The report.
        path: PathBuf,
    },
    /// A file that is not the JSON it should be.
    #[error("{} is not what it should be", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A history without a single target.
    #[error("no row of {} has both a time and a target", path.display())]
    NoRows {
        /// Where the history is.
        path: PathBuf,
    },
    /// A hold-out whose rows are in the training.
    #[error(
        "{}: {} at {} is in the training as well, at {}, and so are {} rows in all: a model would be \
         judged by what it has learned; end the training before the hold-out begins",
        .first.holdout, .first.series, .first.moment, .first.training, .count
    )]
    Overlap {
        /// The first of them.
        first: Box<Shared>,
        /// How many there are.
        count: u64,
    },
    /// A history that cannot be cut.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// What needs series that are cut by time was asked of a scenario without.
    #[error(
        "the scenario has no series that are cut by time: give it a [series] table, and \
         [split.given], [split.tail] or [split.dates]"
    )]
    NotByTime,
    /// A row asks for a point that is not forecast.
    #[error("{place}: {series} at {moment} has no target and {why}")]
    OutOfReach {
        /// The row.
        place: Place,
        /// The series, as `store 1, item 7`.
        series: String,
        /// When.
        moment: Moment,
        /// Where the forecast begins or ends, and what to do.
        why: String,
    },
    /// No row of this retailer.
    #[error("no row is of retailer `{retailer}`; there are {known}")]
    NoSuchRetailer {
        /// Who was asked for.
        retailer: String,
        /// Who there is.
        known: String,
    },
    /// A forecast that cannot be made.
    #[error(transparent)]
    Forecast(#[from] forecast::Error),
    /// Nobody said which scenario.
    #[error("which scenario? give --scenario, or the hyperparameter `scenario`")]
    WhichScenario,
    /// Rows that stand alone need others that select.
    #[error("rows that stand alone need input `validation` to select a model")]
    NoValidation,
    /// A bundle that cannot be used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Columns that do not form a table for trees.
    #[error(transparent)]
    Trees(#[from] trees::TableError),
    /// A row of a series that is not in the history.
    #[error("{} has series `{series}`, which the hold-out lacks", path.display())]
    StrangeSeries {
        /// The file.
        path: PathBuf,
        /// The series.
        series: String,
    },
    /// A report that cannot be written.
    #[error("the evaluation cannot be written")]
    Report {
        /// Why.
        source: metric::ReportError,
    },
    /// Rows that stand alone have no baselines before there is a model.
    #[error(
        "baselines of rows that stand alone are the mean and the median, which evaluate measures"
    )]
    NoSeries,
    /// Arguments that do not go together.
    #[error("{0}")]
    Usage(&'static str),
    /// A column that is no part of the key.
    #[error("`{name}` is no part of a series' name; there are {known}")]
    NoSuchKey {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// No series has the values that were asked for.
    #[error("no series has {asked}; `{column}` may be {known}")]
    NoSuchSeries {
        /// What was asked for.
        asked: String,
        /// The first column of it.
        column: String,
        /// Its values.
        known: String,
    },
    /// A folder without a model.
    #[error("there is no model in {}", path.display())]
    NoModel {
        /// The folder.
        path: PathBuf,
    },
    /// A model of XGBoost that cannot be used.
    #[error(transparent)]
    Xgboost(#[from] XgboostError),
    /// The built-in algorithm cannot be trained.
    #[error(transparent)]
    BuiltIn(#[from] BuiltInError),
    /// The server cannot be started or ended.
    #[error("cannot serve; choose another --host or --port")]
    Serve(#[source] io::Error),
    /// Risk that cannot be told.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// Predictions that cannot be shown.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// Nobody listens.
    #[error("cannot write to standard output")]
    Tell(#[source] io::Error),
}

impl Failure {
    /// What happened and why, in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let words = error.to_string();
            if !text.ends_with(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = error.source();
        }
        text
    }

    /// Usage is the caller's to change, everything else may be the data's or the machine's.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::NoSuchScenario { .. }
            | Self::WhichScenario
            | Self::Usage(_)
            | Self::NoSuchKey { .. }
            | Self::NoSuchSeries { .. }
            | Self::Place(PlaceError::NoInput { .. }) => ExitCode::from(USAGE),
            _ => ExitCode::from(FAILED),
        }
    }

    /// Leaves the reason where SageMaker looks for it: it becomes the FailureReason of a training
    /// job or the ExitMessage of a processing job.
    pub(crate) fn leave_for_sagemaker(&self, environment: &Environment) {
        let (file, most) = match environment.container() {
            Container::Training => ("output/failure", 1024),
            Container::Processing => ("output/message", 1000),
            Container::Serving | Container::None => return,
        };
        let path = environment.below_base(file);
        let text = self.chain();
        let end = text.floor_char_boundary(most);
        let text = text.get(..end).unwrap_or_default();
        // The log has the reason too, so a message that cannot be left is no second failure.
        let _ =
            path.parent().map(fs::create_dir_all).transpose().and_then(|_| fs::write(&path, text));
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}
