//! What can be wrong with a file, where, and what to do about it.

use std::fmt;
use std::sync::Arc;

use crate::frequency::Frequency;
use crate::grid::{Moment, OffGrid};
use crate::read::Fault;

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named.
    pub file: Arc<str>,
    /// The row.
    pub row: Row,
}

/// A row of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// The line on which it begins in a text, from 1, which is the header.
    Line(u64),
    /// Its number in a Parquet file, from 1.
    Number(u64),
}

impl Row {
    /// The line or the number.
    pub fn get(self) -> u64 {
        match self {
            Self::Line(row) | Self::Number(row) => row,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Row::Line(line) => write!(out, "{}:{line}", self.file),
            Row::Number(row) => write!(out, "{}, row {row}", self.file),
        }
    }
}

/// Data that cannot be read, or rows that are no panel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not there, or must not be read.
    #[error("{file}: cannot be opened: {cause}; name a file or folder that exists")]
    Open {
        /// The file as it was named.
        file: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A folder has nothing to read.
    #[error(
        "{folder}: the folder holds no data file; names that begin with `.` or `_`, manifests, and \
         .json, .md, .html and other documents do not count"
    )]
    NoFiles {
        /// The folder as it was named.
        folder: String,
    },
    /// A file of several is not there.
    #[error("{folder}: there is no `{name}`, which the scenario names; the folder holds {found}")]
    NoSuchFile {
        /// The folder as it was named.
        folder: String,
        /// The file that is missing.
        name: String,
        /// What is there.
        found: String,
    },
    /// Several files are needed, and one was given.
    #[error(
        "{file}: the scenario joins {names}; give the folder that holds them instead of one file"
    )]
    NeedsFolder {
        /// The file as it was named.
        file: String,
        /// The files that are needed.
        names: String,
    },
    /// Reading broke off.
    #[error("{place}: reading broke off after this row: {cause}; copy the file again")]
    Broken {
        /// The last complete row before.
        place: Place,
        /// What the system or the decompressor says.
        cause: std::io::Error,
    },
    /// A file without a byte.
    #[error("{file}: the file is empty; it needs a header line with the names of the columns")]
    Empty {
        /// The file as it was named.
        file: String,
    },
    /// A column is not there.
    #[error("{file}: there is no column `{column}`; {remedy}")]
    NoColumn {
        /// The file as it was named.
        file: String,
        /// The column that is missing.
        column: String,
        /// The nearest name, or the names that are there.
        remedy: String,
    },
    /// A name stands twice in the header.
    #[error("{file}:1: column `{column}` stands twice in the header; rename one of the two")]
    RepeatedColumn {
        /// The file as it was named.
        file: String,
        /// The column.
        column: String,
    },
    /// A record that does not end.
    #[error(
        "{place}: the record that begins here does not end within {limit} bytes; \
         close its quote, or check that this is a CSV file"
    )]
    EndlessRecord {
        /// Where it begins.
        place: Place,
        /// The longest a record may be.
        limit: usize,
    },
    /// A value or row that cannot be read.
    #[error("{0}")]
    Fault(Fault),
    /// The parts of a folder are not alike.
    #[error(
        "{file}: its header differs from that of {first}; \
         give all parts the same columns in the same order, with the same delimiter"
    )]
    OtherHeader {
        /// The file as it was named.
        file: String,
        /// The first file of the folder.
        first: String,
    },
    /// A Parquet file that cannot be read.
    #[error("{file}: not a readable Parquet file: {cause}; write it again")]
    Parquet {
        /// The file as it was named.
        file: String,
        /// What is wrong with it.
        cause: ::parquet::errors::ParquetError,
    },
    /// Parquet has its index at the end and so needs a file.
    #[error(
        "{file}: this is Parquet, which cannot be read from a stream; save it as a file and name that"
    )]
    ParquetStream {
        /// The stream as it was named.
        file: String,
    },
    /// A Parquet column of a type that is no table of values.
    #[error(
        "{file}: column `{column}` is of the type {found}; store it as text, number, date or timestamp"
    )]
    ColumnType {
        /// The file as it was named.
        file: String,
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// A moment between two points.
    #[error("{place}: column `{column}`: {cause}; correct it, or choose another frequency")]
    OffGrid {
        /// The row.
        place: Place,
        /// The time column.
        column: String,
        /// Where it lies.
        cause: OffGrid,
    },
    /// Two rows of one series and point.
    #[error(
        "{second}: {series} at {moment} stands at {first} already; \
         remove one of the two, or choose to sum them or to take the last"
    )]
    Duplicate {
        /// The series, as `store 1, item 7`.
        series: String,
        /// When.
        moment: Moment,
        /// The first of the rows.
        first: Place,
        /// The second.
        second: Place,
    },
    /// Two rows of a joined file for one row of the first file.
    #[error("{second}: {key} stands at {first} already; remove one of the two")]
    RepeatedKey {
        /// The values of the columns by which it is joined.
        key: String,
        /// The first of the rows.
        first: Place,
        /// The second.
        second: Place,
    },
    /// A file is joined by what does not name series or time.
    #[error(
        "{file}: joined by `{column}`, which is neither part of the key nor the time; \
         join by those, or merge the files before"
    )]
    JoinColumn {
        /// The file as the schema names it.
        file: String,
        /// The column.
        column: String,
    },
    /// Points far beyond what a series may have.
    #[error(
        "{series}: from {first} to {last} are more than {limit} points of {frequency}; \
         correct the dates, or choose a longer frequency"
    )]
    TooLong {
        /// The series.
        series: String,
        /// Its first moment.
        first: Moment,
        /// Its last moment.
        last: Moment,
        /// The frequency.
        frequency: Frequency,
        /// The most points.
        limit: u32,
    },
    /// No frequency was given and none can be seen.
    #[error(
        "{file}: no frequency can be seen, because no series has two rows a minute or more apart; \
         name it, such as 1D"
    )]
    NoFrequency {
        /// The file as it was named.
        file: String,
    },
    /// No row has a target.
    #[error("{file}: no row has a key, a time and a target; {rows} rows were read")]
    NoRows {
        /// The file as it was named.
        file: String,
        /// How many rows there are.
        rows: u64,
    },
    /// A schema that is not one of series, where series are wanted.
    #[error("the schema has no time column, so its rows form no series; read them as a table")]
    NoTime,
    /// A result could not be written.
    #[error("{file}: cannot be written: {cause}; check the folder and the space on it")]
    Write {
        /// The file as it was named.
        file: String,
        /// What the system says.
        cause: std::io::Error,
    },
}
