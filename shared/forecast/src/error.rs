//! What can be wrong with what is asked?

use thiserror::Error;

/// Why there is no forecast.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A panel without any series.
    #[error("the panel has no series")]
    NoSeries,
    /// Nothing to forecast.
    #[error("the horizon is 0 points")]
    NoHorizon,
    /// Levels outside (0, 1) or not ascending.
    #[error("quantile levels {levels:?} are not strictly ascending between 0 and 1")]
    Levels {
        /// The levels as given.
        levels: Vec<f64>,
    },
    /// A stored plan that cannot be read.
    #[error("the stored plan cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
    /// Trees that could not be trained.
    #[error("the trees could not be trained: {0}")]
    Train(#[from] trees::TrainError),
    /// Columns that do not fit together.
    #[error("the table of features is not sound: {0}")]
    Table(#[from] trees::TableError),
    /// A table other than that of the training.
    #[error("the trees were trained on other columns: {0}")]
    Mismatch(#[from] trees::MismatchError),
    /// A stored tree model that cannot be read.
    #[error("the stored trees cannot be read: {0}")]
    File(#[from] trees::FileError),
    /// Rows without a target to learn from.
    #[error("none of the {rows} rows has a known target")]
    NoTarget {
        /// How many rows there are.
        rows: usize,
    },
    /// Nothing may compete.
    #[error("no learner of trees is allowed")]
    NoLearner,
    /// A column whose length is not the number of rows.
    #[error("column `{column}` has {found} rows, the target has {expected}")]
    Rows {
        /// The column.
        column: String,
        /// Its rows.
        found: usize,
        /// The rows of the target.
        expected: usize,
    },
    /// A forecast that the metrics refuse.
    #[error("the forecast cannot be evaluated: {0}")]
    Evaluation(#[from] metric::EvaluationError),
}
