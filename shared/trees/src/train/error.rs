//! Why was nothing trained?

use thiserror::Error;

use crate::predict::MismatchError;
#[cfg(doc)]
use crate::settings::Settings;

/// Why nothing was trained.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A setting has no meaning.
    #[error("setting `{setting}` is {value}: it has to be {expected}")]
    Setting {
        /// The field of [`Settings`].
        setting: &'static str,
        /// Its value.
        value: String,
        /// What makes sense.
        expected: &'static str,
    },
    /// The objective can be read from a file, not trained.
    #[error("objective `{objective}` is read from files of XGBoost, not trained here")]
    Objective {
        /// Its name.
        objective: &'static str,
    },
    /// There is nothing to learn from.
    #[error(
        "the {table} table has {rows} rows and {columns} columns: at least one of each is needed"
    )]
    Empty {
        /// `training` or `validation`.
        table: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Values or weights are not one for each row.
    #[error("the {table} table has {rows} rows and its target {found} {what}")]
    Length {
        /// `training` or `validation`.
        table: &'static str,
        /// Its rows.
        rows: usize,
        /// `values` or `weights`.
        what: &'static str,
        /// How many of them there are.
        found: usize,
    },
    /// A value cannot be learned from.
    #[error("value {value} of row {row} of the {table} target: `{objective}` needs it {expected}")]
    Value {
        /// `training` or `validation`.
        table: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The value.
        value: f32,
        /// The name of the objective.
        objective: &'static str,
        /// What values it learns from.
        expected: &'static str,
    },
    /// A weight is negative or no number, or all are zero.
    #[error(
        "weight {weight} of row {row} of the {table} target: weights are at least 0, some more"
    )]
    Weight {
        /// `training` or `validation`.
        table: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The weight.
        weight: f32,
    },
    /// A direction is asked for a column that has none.
    #[error("setting `monotone` names `{column}`, which is {problem}")]
    Monotone {
        /// The column.
        column: String,
        /// Why it cannot have a direction.
        problem: &'static str,
    },
    /// The validation table does not have the columns of the training table.
    #[error("the validation table does not fit the training table")]
    Validation(#[source] MismatchError),
}
