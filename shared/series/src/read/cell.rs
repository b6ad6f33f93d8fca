//! What is wrong with a value, and what should be written instead?

use std::fmt;

use crate::read::Place;

/// The longest piece of a value that is shown.
const SHOWN: usize = 40;

/// A value or row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row.
    pub place: Place,
    /// The column; empty if it is the row as a whole.
    pub column: String,
    /// The value, at most 40 characters of it.
    pub value: String,
    /// What is wrong.
    pub what: CellFault,
}

/// What is wrong with a value or row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CellFault {
    /// Not a number at all.
    #[error("is no number; correct it, or name it under `missing` if it stands for no value")]
    NotANumber,
    /// A number that does not end, or too large for a double.
    #[error("is not a finite number; leave the field empty where there is no value")]
    NotFinite,
    /// A comma within a number.
    #[error("has a comma; write numbers without separators of thousands and with a decimal point")]
    Comma,
    /// A number with a fraction.
    #[error("is no whole number; round it, or declare the column as number")]
    NotWhole,
    /// Neither true nor false.
    #[error("is neither true nor false; write TRUE or FALSE, 1 or 0, yes or no")]
    NotAFlag,
    /// Not a date at all.
    #[error("is no date; write YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS for a moment")]
    NotADate,
    /// A day that no month has.
    #[error("is not in the calendar; correct it")]
    NoSuchDay,
    /// The year does not come first.
    #[error("may be day or month first, which cannot be known; write YYYY-MM-DD")]
    YearLast,
    /// A month or a year where points are closer together.
    #[error(
        "is a month or a year, and the points are closer together or nobody said that they are \
         years; write YYYY-MM-DD, or choose the frequency 1M or 1Y"
    )]
    TooCoarse,
    /// Dates are written in two ways.
    #[error("is written otherwise than the dates before it; write all of them alike")]
    MixedDates,
    /// A moment where days are expected.
    #[error("has a time of day; declare the column as timestamp, or write the day only")]
    TimeOfDay,
    /// Moments of two time zones.
    #[error("is of another time zone than the rows before; write all moments in one")]
    MixedZones,
    /// Not UTF-8.
    #[error("is not UTF-8; save the file as UTF-8")]
    NotUtf8,
    /// Fields too many or too few.
    #[error("fields, {expected} are in the header; quote fields that hold the delimiter")]
    FieldCount {
        /// How many the header has.
        expected: usize,
    },
    /// A quote that is not closed.
    #[error("opens a quote that is never closed; close it, or double it inside quotes")]
    OpenQuote,
}

impl CellFault {
    /// A word for reports.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::NotFinite => "not_finite",
            Self::Comma => "comma",
            Self::NotWhole => "not_whole",
            Self::NotAFlag => "not_a_flag",
            Self::NotADate => "not_a_date",
            Self::NoSuchDay => "no_such_day",
            Self::YearLast => "year_last",
            Self::TooCoarse => "too_coarse",
            Self::MixedDates => "mixed_dates",
            Self::TimeOfDay => "time_of_day",
            Self::MixedZones => "mixed_zones",
            Self::NotUtf8 => "not_utf8",
            Self::FieldCount { .. } => "field_count",
            Self::OpenQuote => "open_quote",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, column, value, what } = self;
        if let CellFault::FieldCount { .. } = what {
            return write!(out, "{place}: the row has {value} {what}");
        }
        if column.is_empty() {
            return write!(out, "{place}: `{value}` {what}");
        }
        write!(out, "{place}: column `{column}`: `{value}` {what}")
    }
}

/// As much of a value as is shown.
pub(crate) fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value.get(..4 * SHOWN).unwrap_or(value));
    let mut shown: String = text.chars().take(SHOWN).map(printable).collect();
    if text.chars().nth(SHOWN).is_some() || value.len() > 4 * SHOWN {
        shown.push('…');
    }
    shown
}

fn printable(character: char) -> char {
    if character.is_control() { '\u{fffd}' } else { character }
}
