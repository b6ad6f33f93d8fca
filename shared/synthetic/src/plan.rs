//! What is to be generated, and what can go wrong?

use std::io;
use std::num::NonZeroU64;

use crate::defect::Defect;
use crate::random::Random;

/// An order for the history of one scenario. `Plan::default()` is the demonstration: small enough
/// that the whole loop runs in seconds, large enough that every quality rule holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Another seed gives another history of the same kind.
    pub seed: u64,
    /// How many rows the file with the target has, exactly; as many as the demonstration without.
    /// More rows are more series first; what does not make a whole series makes the first ones
    /// longer. Defects, parts and future rows come off or on top.
    pub rows: Option<NonZeroU64>,
    /// How much of the target can be foreseen.
    pub clarity: Clarity,
    /// Which part of the history is written.
    pub part: Part,
    /// Whether the days to come are written as well.
    pub future: Future,
    /// What is spoilt on purpose.
    pub defects: Vec<Defect>,
}

/// How much of the target can be foreseen: the same history with less or more noise, so that a
/// better or worse model can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clarity {
    /// Half of the usual noise.
    Clear,
    /// As in the scenario's data.
    #[default]
    Usual,
    /// Twice the usual noise, and more.
    Murky,
}

impl Clarity {
    /// A count around this mean: Poisson usually.
    pub(crate) fn count(self, random: &mut Random, mean: f64) -> f64 {
        match self {
            Self::Clear => (mean + self.noise() * (random.poisson(mean) - mean)).round().max(0.0),
            Self::Usual => random.poisson(mean),
            Self::Murky => random.dispersed(mean, self.noise() * self.noise()),
        }
    }

    /// What the deviation of the noise is multiplied with.
    pub(crate) fn noise(self) -> f64 {
        match self {
            Self::Clear => 0.5,
            Self::Usual => 1.0,
            Self::Murky => 2.5,
        }
    }
}

/// Which part of the history is written. The parts of one plan fit together: the hold-out continues
/// the history by the scenario's horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// All but the last horizon of each series.
    History,
    /// The last horizon of each series.
    Holdout,
}

/// Whether rows beyond the last target are written: one horizon of each series, with what is known
/// ahead, and with neither target nor what is known only afterwards. Scenarios without columns that
/// are known ahead have no such rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Future {
    /// The history ends with its last target.
    #[default]
    Unknown,
    /// One horizon more.
    Known,
}

/// Why a history could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum SyntheticError {
    /// Nothing says which columns are in which file.
    #[error(
        "no generator writes the files of scenario `{0}`: it has several, and columns that differ \
         from those of every built-in scenario"
    )]
    UnknownFiles(String),
    /// A defect asks for a column that no file has.
    #[error("column `{column}`, which is to be missing, is in no file of scenario `{scenario}`")]
    NoSuchColumn {
        /// The column.
        column: String,
        /// Where it was looked for.
        scenario: String,
    },
    /// A file could not be opened or written.
    #[error("`{file}` could not be written")]
    Write {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
}
