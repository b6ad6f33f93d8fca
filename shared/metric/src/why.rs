//! Why has a metric no value?
//!
//! Each rule of the table in the crate's documentation has a variant here, so that every formula
//! must choose between a number and a stated reason.

use thiserror::Error;

/// The reason that a metric is undefined, worded as `undefined[].why` of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Error)]
#[non_exhaustive]
pub enum Why {
    /// Nothing was scored.
    #[error("no actual value in the holdout")]
    NoActuals,
    /// A share of a volume of zero.
    #[error("zero volume")]
    ZeroVolume,
    /// R2 of actuals without variance.
    #[error("constant actuals")]
    ConstantActuals,
    /// The seasonal naive forecast has no error on the history, so nothing can be scaled by it.
    #[error("constant history")]
    ConstantHistory,
    /// No history was given for the series.
    #[error("no history was given")]
    NoHistory,
    /// The history has no two values that lie one season apart.
    #[error("history shorter than one season and a step")]
    ShortHistory,
    /// Every weight is zero.
    #[error("all weights are zero")]
    ZeroWeight,
    /// No series of the panel has a value that could be averaged.
    #[error("no series has a value")]
    NoSeries,
    /// The sums leave the range of a double.
    #[error("the values are too large to be summed")]
    Overflow,
}

/// A number, unless it left the range of a double on the way.
pub(crate) fn finite(value: f64) -> Result<f64, Why> {
    if value.is_finite() { Ok(value) } else { Err(Why::Overflow) }
}
