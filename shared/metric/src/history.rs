//! By how much does a series change from season to season, the unit of MASE and RMSSE?
//!
//! The scale belongs to the training history, not to the holdout, so it is computed once a series
//! and handed to the evaluation. A history must be read in order and whole: unlike the other sums
//! it cannot be cut across shards, because each value meets the one a season before.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::sum::{Sum, factor};
use crate::why::{Why, finite};

/// The in-sample error of the seasonal naive forecast `y[t] ~ y[t - season]`.
///
/// Pairs of which one value is missing are left out, as utilsforecast does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HistoryScale {
    pairs: u64,
    absolute: Exact,
    squared: Exact,
}

impl HistoryScale {
    /// Reads a history in order of time; `None` is a missing value. Keeps one season in memory.
    pub fn of(history: impl IntoIterator<Item = Option<f64>>, season: NonZeroUsize) -> Self {
        let (mut absolute, mut squared, mut pairs) = (Sum::default(), Sum::default(), 0);
        let mut last_season = VecDeque::new();
        for value in history {
            let value = value.filter(|value| !value.is_nan());
            let before = if last_season.len() < season.get() {
                None
            } else {
                last_season.pop_front().flatten()
            };
            last_season.push_back(value);
            if let (Some(value), Some(before)) = (value, before) {
                let change: f64 = value - before;
                absolute.add(change.abs());
                squared.add_square(change);
                pairs += 1;
            }
        }
        let count = factor(pairs.max(1));
        let mean = |sum: Sum| Exact(sum.value() / count);
        Self { pairs, absolute: mean(absolute), squared: mean(squared) }
    }

    /// Mean absolute change over one season, the divisor of MASE (Hyndman and Koehler 2006).
    pub fn absolute(&self) -> Result<f64, Why> {
        self.usable(self.absolute.0)
    }

    /// Mean squared change over one season, the divisor inside RMSSE (Makridakis et al. 2022, M5).
    pub fn squared(&self) -> Result<f64, Why> {
        self.usable(self.squared.0)
    }

    fn usable(&self, scale: f64) -> Result<f64, Why> {
        match scale {
            _ if self.pairs == 0 => Err(Why::ShortHistory),
            0.0 => Err(Why::ConstantHistory),
            scale => finite(scale),
        }
    }
}
