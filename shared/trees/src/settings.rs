//! How are trees to be trained?

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::objective::Objective;
use crate::table::{Table, Target};

/// How a tree grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Growth {
    /// Level by level, every node that gains, as XGBoost does by default.
    Depthwise {
        /// Questions between the root and a leaf, at most, 1 to 24.
        depth: usize,
    },
    /// The node that gains most, one after the other, as LightGBM does.
    Leafwise {
        /// Leaves of a tree, at least 2; each open one holds 4 KB for every column in memory.
        leaves: usize,
    },
    /// The same question for a whole level, as CatBoost does: fewer ways to learn noise.
    Oblivious {
        /// Questions between the root and a leaf, at most, 1 to 12.
        depth: usize,
    },
}

/// Which way predictions may move when a column rises and nothing else changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Monotone {
    /// Never down.
    Rising,
    /// Never up.
    Falling,
}

/// How a model is trained; [`Settings::default`] is a fair start for sales.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What the error is; several quantiles give several outputs that share the preparation.
    pub objective: Objective,
    /// Rounds of boosting, each one tree for every output.
    pub rounds: usize,
    /// The share of a tree's answer that is added, in (0, 1].
    pub learning_rate: f64,
    /// How a tree grows.
    pub growth: Growth,
    /// Penalty on the square of a leaf (`lambda`), at least 0.
    pub l2: f64,
    /// The same for questions about categories, in addition: rare ones look good by chance.
    pub category_l2: f64,
    /// The least sum of second derivatives in a child; with squared error its weight in rows.
    pub min_child_weight: f64,
    /// The least gain of a split (`gamma`).
    pub min_gain: f64,
    /// The share of rows that a tree learns from, in (0, 1].
    pub row_share: f64,
    /// The share of columns that a tree asks about, in (0, 1].
    pub column_share: f64,
    /// Intervals that the values of a column are put into, 2 to 255.
    pub bins: usize,
    /// Categories of a column up to this many are asked about one at a time, more in groups.
    pub one_at_a_time: u32,
    /// Columns whose effect has a known direction, by name.
    pub monotone: BTreeMap<String, Monotone>,
    /// What chance is drawn from: the same seed gives the same model.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            objective: Objective::SquaredError,
            rounds: 200,
            learning_rate: 0.1,
            growth: Growth::Depthwise { depth: 6 },
            l2: 1.0,
            category_l2: 10.0,
            min_child_weight: 1.0,
            min_gain: 0.0,
            row_share: 1.0,
            column_share: 1.0,
            bins: 255,
            one_at_a_time: 4,
            monotone: BTreeMap::new(),
            seed: 0,
        }
    }
}

/// Rows kept aside, which say when to stop.
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    /// The rows, with the columns of the training table.
    pub table: &'a Table,
    /// Their values.
    pub target: &'a Target,
    /// Training ends after this many rounds without a better loss here, and keeps the best round.
    pub patience: NonZeroUsize,
}
