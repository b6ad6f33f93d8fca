//! What can be wrong with a scenario file, where, and what to do about it.

use std::fmt;

use crate::position;

/// A scenario file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    file: String,
    line: usize,
    key: String,
    fault: Box<Fault>,
}

impl std::error::Error for ScenarioError {}

impl fmt::Display for ScenarioError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, key, fault } = self;
        write!(out, "{file}:{line}: ")?;
        if !key.is_empty() {
            write!(out, "`{key}`: ")?;
        }
        write!(out, "{fault}; {}", fault.remedy())
    }
}

impl ScenarioError {
    pub(crate) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let place = position::of_offset(text, error.span().map_or(0, |span| span.start));
        let fault = Fault::Unreadable(error.message().trim().replace('\n', " "));
        Self { file: file.to_owned(), line: place.line, key: place.key, fault: Box::new(fault) }
    }

    pub(crate) fn of_key(file: &str, text: &str, key: &str, fault: Fault) -> Self {
        let line = position::line_of_key(text, key);
        Self { file: file.to_owned(), line, key: key.to_owned(), fault: Box::new(fault) }
    }

    /// The file as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The key, with dots between the names of tables.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

/// What is wrong with a value that stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is no TOML, or a value is of the wrong kind.
    #[error("{0}")]
    Unreadable(String),
    /// A column is named that `data.columns` does not list.
    #[error("there is no column `{0}`")]
    NoSuchColumn(String),
    /// A column is listed twice.
    #[error("column `{0}` is listed more than once")]
    RepeatedColumn(String),
    /// A column must hold something else.
    #[error("column `{column}` must be {wanted}")]
    WrongKind {
        /// The column.
        column: String,
        /// What it must hold.
        wanted: &'static str,
    },
    /// A column is there without a purpose.
    #[error("column `{0}` has no role")]
    NoRole(String),
    /// The target, the time or a part of the key has a role beside.
    #[error("column `{0}` is target, time or key, and has a role beside")]
    RoleBeside(String),
    /// Something needs rows that form series.
    #[error("{0} needs a time series")]
    NeedsSeries(&'static str),
    /// Rows of a series would be shuffled.
    #[error("rows of a time series must not be shuffled")]
    Shuffled,
    /// The hold-out would begin before validation.
    #[error("validation must begin before the test")]
    DatesOutOfOrder,
    /// A list is empty that must not be.
    #[error("the list is empty")]
    Empty,
    /// A list has more than it may.
    #[error("there are {count} entries, at most {most} are possible")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// Values must ascend.
    #[error("the values must ascend")]
    NotAscending,
    /// A number lies outside its range.
    #[error("{value} is not between {least} and {most}")]
    OutOfRange {
        /// The number.
        value: String,
        /// The least.
        least: String,
        /// The most.
        most: String,
    },
}

impl Fault {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => {
                "compare with a scenario in scenarios/, each key is explained in shared/scenario"
            }
            Self::NoSuchColumn(_) => "name a column of data.columns, or add it there",
            Self::RepeatedColumn(_) => "remove one of the two",
            Self::WrongKind { .. } => "change its kind in data.columns, or name another column",
            Self::NoRole(_) => {
                "give it role = \"known\", \"past\", \"static\", \"identifier\" or \"ignored\""
            }
            Self::RoleBeside(_) => "remove its role",
            Self::NeedsSeries(_) => "add a [series] table, or choose something for single rows",
            Self::Shuffled => "use [split.given], [split.tail] or [split.dates]",
            Self::DatesOutOfOrder => "exchange validation_from and test_from",
            Self::Empty => "name at least one",
            Self::TooMany { .. } => "remove some",
            Self::NotAscending => "sort them, and name none twice",
            Self::OutOfRange { .. } => "choose a number between the two",
        }
    }
}
