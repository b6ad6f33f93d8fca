//! How do files become typed columns, whatever wrote them?
//!
//! A [`Source`] is a file, a folder, standard input or any other reader. A [`Reader`] turns its
//! bytes into batches of typed columns, in memory that does not grow with the rows: CSV (plain,
//! gzip or zstd) and Parquet, told apart by their first bytes and not by their names.
//!
//! What is forgiven, because its meaning is plain: a byte order mark; `\n`, `\r\n` and `\r` as line
//! ends; quotes; semicolons, tabs or bars between fields, if the header says so; blanks around
//! values; `13.0` as a whole number; TRUE, yes and 1 as flags; columns that the schema does not
//! name. What is not, because guessing would falsify: `1,234`, days before months, two ways of
//! writing dates in one file, rows with fields too many or too few. A [`Reader`] hands those out as
//! faults beside the values that it could read, each with file, line, column, value and remedy; who
//! builds panels stops at the first, who checks quality counts them.

mod batch;
mod block;
mod cell;
mod columns;
mod compressed;
mod date;
mod decode;
mod error;
mod header;
mod intern;
mod numbers;
mod parquet;
mod pieces;
mod reader;
mod separators;
mod source;
mod splitter;
mod time_form;

pub use crate::read::batch::{Batch, Lines, Values};
pub use crate::read::cell::{CellFault, Fault};
pub use crate::read::error::{Place, ReadError, Row};
pub use crate::read::intern::Texts;
pub use crate::read::reader::{Format, Reader};
pub use crate::read::source::{Source, Sources};
pub use crate::read::time_form::TimeForm;
