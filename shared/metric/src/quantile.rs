//! Which quantiles are forecast, what are they called, and which intervals do they span?

use serde::{Deserialize, Serialize};

use crate::evaluation::EvaluationError;
use crate::exact::Exact;

/// The levels of the quantile forecasts, ascending, each in (0, 1).
///
/// Holding one proves this, so no formula checks again. It may be empty: a model without
/// quantiles is scored on its point forecast alone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Exact>", into = "Vec<Exact>")]
pub struct QuantileLevels {
    levels: Vec<f64>,
    intervals: Vec<Interval>,
}

/// A central interval: two levels with the same probability outside on either side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Interval {
    /// Position of its lower level.
    pub(crate) lower: usize,
    /// Position of its upper level.
    pub(crate) upper: usize,
    /// `coverage_80` for p10 and p90.
    pub(crate) metric: String,
}

impl QuantileLevels {
    /// Checks the levels.
    ///
    /// # Errors
    /// [`EvaluationError::Levels`] when they are not strictly ascending inside (0, 1).
    pub fn new(levels: Vec<f64>) -> Result<Self, EvaluationError> {
        let inside = levels.iter().all(|level| *level > 0.0 && *level < 1.0);
        let ascending = levels.windows(2).all(|pair| pair.first() < pair.last());
        if !inside || !ascending {
            return Err(EvaluationError::Levels { levels });
        }
        let intervals = central_intervals(&levels);
        Ok(Self { levels, intervals })
    }

    /// The levels.
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// `p10` for 0.1 and `p2.5` for 0.025: the columns of a forecast and the report's names.
    pub fn name(level: f64) -> String {
        format!("p{}", percent(level))
    }

    /// Every central interval of these levels, the narrowest last.
    pub(crate) fn intervals(&self) -> &[Interval] {
        &self.intervals
    }
}

impl TryFrom<Vec<Exact>> for QuantileLevels {
    type Error = EvaluationError;

    fn try_from(levels: Vec<Exact>) -> Result<Self, EvaluationError> {
        Self::new(levels.into_iter().map(|level| level.0).collect())
    }
}

impl From<QuantileLevels> for Vec<Exact> {
    fn from(quantiles: QuantileLevels) -> Self {
        quantiles.levels.into_iter().map(Exact).collect()
    }
}

fn central_intervals(levels: &[f64]) -> Vec<Interval> {
    let mut intervals = Vec::new();
    for (lower, low) in levels.iter().enumerate().filter(|(_, low)| **low < 0.5) {
        let opposite = |level: &f64| (level + low - 1.0).abs() < 1e-9;
        if let Some(upper) = levels.iter().position(opposite) {
            let metric = format!("coverage_{}", percent(1.0 - 2.0 * low));
            intervals.push(Interval { lower, upper, metric });
        }
    }
    intervals
}

/// A share in percent without the dust of binary fractions: 0.29 is 29, not 28.999999999999996.
fn percent(share: f64) -> f64 {
    (share * 1e10).round() / 1e8
}
