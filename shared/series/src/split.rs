//! Which rows train a model, which select it, and which judge it?
//!
//! Series are cut by time, the same moment for all of them, and never shuffled. A tail is counted
//! from the last moment at which any series has a target: were each series cut at its own end, a
//! model would learn from some what came after the end of others. Series that ended before have no
//! part in the hold-out.
//!
//! Rows that stand alone are drawn by a hash of their identifiers and a seed, so that a row is in
//! the same part whatever the order or number of files, and rows of one product stay together.

mod extent;
mod output;
mod write;

use jiff::civil::Date;
use scenario::data::Split;

use crate::assemble::lay_grid;
use crate::frequency::Frequency;
use crate::grid::{Grid, Moment};
pub use crate::split::extent::{extent, likely_extent};
pub use crate::split::write::{Written, write};

/// What rows are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Models learn from them.
    Train,
    /// They select the model.
    Validation,
    /// They judge it.
    Test,
}

impl Part {
    /// All of them, in the order of time.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Its name in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// How rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// By time.
    Time {
        /// The first moment of validation.
        validation_from: Moment,
        /// The first moment of the hold-out; none if it comes as data of its own.
        test_from: Option<Moment>,
    },
    /// By a hash of the identifiers.
    Fraction {
        /// The share that selects the model.
        validation: f64,
        /// The share of the hold-out.
        test: f64,
        /// Makes another draw.
        seed: u64,
    },
}

/// The last points before validation and before the hold-out: the origins of forecasts of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origins {
    /// The last point of training.
    pub validation: i64,
    /// The last point of validation; none if the hold-out comes as data of its own.
    pub test: Option<i64>,
}

/// A split that needs what is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// Points are counted, and nobody said how far apart they are.
    #[error("a split by steps needs a time and a frequency; name them, or split by dates")]
    NoFrequency,
    /// Nothing would be left to train on.
    #[error(
        "the split leaves nothing to train on: the history begins on {first}, validation on \
         {validation_from}; choose fewer steps, or later dates"
    )]
    NoTraining {
        /// The first moment of the history.
        first: Moment,
        /// The first moment of validation.
        validation_from: Moment,
    },
    /// A day that no calendar has.
    #[error("`{0}` is no date; write YYYY-MM-DD")]
    NoDate(String),
}

/// The cut of a history whose first and last target have these moments, see
/// [`crate::quality::Report::extent`] and [`crate::panel::Panel::extent`].
pub fn cut(
    split: &Split,
    frequency: Option<Frequency>,
    (first, last): (Moment, Moment),
) -> Result<Cut, SplitError> {
    let steps_before = |steps: u32| {
        let frequency = frequency.ok_or(SplitError::NoFrequency)?;
        let grid = lay_grid(&[last.0], frequency).ok_or(SplitError::NoFrequency)?;
        Ok(grid.moment(1 - i64::from(steps)))
    };
    let cut = match split {
        Split::Fraction { validation, test, seed } => {
            return Ok(Cut::Fraction { validation: *validation, test: *test, seed: *seed });
        }
        Split::Given { validation_steps } => {
            Cut::Time { validation_from: steps_before(*validation_steps)?, test_from: None }
        }
        Split::Tail { validation_steps, test_steps } => Cut::Time {
            validation_from: steps_before(validation_steps.saturating_add(*test_steps))?,
            test_from: Some(steps_before(*test_steps)?),
        },
        Split::Dates { validation_from, test_from } => Cut::Time {
            validation_from: moment(validation_from.as_str())?,
            test_from: Some(moment(test_from.as_str())?),
        },
    };
    match cut {
        Cut::Time { validation_from, .. } if validation_from <= first => {
            Err(SplitError::NoTraining { first, validation_from })
        }
        cut => Ok(cut),
    }
}

fn moment(date: &str) -> Result<Moment, SplitError> {
    let date: Date = date.parse().map_err(|_| SplitError::NoDate(date.to_owned()))?;
    Ok(Moment::of_date(date))
}

impl Cut {
    /// The part of a moment; of rows that stand alone, training.
    pub fn part(&self, moment: Moment) -> Part {
        match *self {
            Self::Time { test_from: Some(test_from), .. } if moment >= test_from => Part::Test,
            Self::Time { validation_from, .. } if moment >= validation_from => Part::Validation,
            Self::Time { .. } | Self::Fraction { .. } => Part::Train,
        }
    }

    /// The part of a row that is identified by these texts; of a cut by time, training.
    pub fn part_of_row<'t>(&self, identifiers: impl Iterator<Item = &'t [u8]>) -> Part {
        let Self::Fraction { validation, test, seed } = *self else { return Part::Train };
        let drawn = draw(seed, identifiers);
        if drawn < test {
            Part::Test
        } else if drawn < test + validation {
            Part::Validation
        } else {
            Part::Train
        }
    }

    /// The origins on the grid of a panel; none of a cut that is not by time.
    pub fn origins(&self, grid: &Grid) -> Option<Origins> {
        let Self::Time { validation_from, test_from } = *self else { return None };
        let before = |moment: Moment| grid.last_point(Moment(moment.0 - 1));
        Some(Origins { validation: before(validation_from), test: test_from.map(before) })
    }
}

/// A number from 0 to 1 that depends on nothing but the texts and the seed.
#[expect(clippy::cast_precision_loss, reason = "53 bits are kept, which a double holds")]
fn draw<'t>(seed: u64, texts: impl Iterator<Item = &'t [u8]>) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for text in texts {
        // 0xff is in no UTF-8 text, so `ab`, `c` and `a`, `bc` differ.
        for &byte in text.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    // The low bits of such a hash are poor; this spreads all of them.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}
