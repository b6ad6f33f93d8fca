//! What do some rows look like once they are read?

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::read::block::Block;
use crate::read::{Fault, Place, Row};

/// Some neighbouring rows of one file as typed columns.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) file: Option<Arc<str>>,
    pub(super) lines: Lines,
    pub(super) series: Vec<u32>,
    pub(super) time: Vec<i64>,
    pub(super) columns: Vec<Values>,
    pub(super) faults: Vec<Fault>,
    /// The records as they stood, if the reader keeps them; empty for Parquet.
    pub(super) records: Block,
    pub(super) rows: usize,
}

/// The values of one column of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers, and flags as 0 and 1; `NaN` where there is no value.
    Number(Vec<f64>),
    /// Categories, as numbers of [`crate::read::Texts`]; [`Batch::MISSING`] where there is none.
    Category(Vec<u32>),
    /// Not in the file, or in other fields of the batch: keys and time.
    Elsewhere,
}

impl Values {
    /// Empty numbers, with the room that these had.
    pub(super) fn take_numbers(&mut self) -> Vec<f64> {
        match self {
            Self::Number(numbers) => {
                numbers.clear();
                std::mem::take(numbers)
            }
            Self::Category(_) | Self::Elsewhere => Vec::new(),
        }
    }

    /// Empty categories, with the room that these had.
    pub(super) fn take_categories(&mut self) -> Vec<u32> {
        match self {
            Self::Category(numbers) => {
                numbers.clear();
                std::mem::take(numbers)
            }
            Self::Number(_) | Self::Elsewhere => Vec::new(),
        }
    }
}

impl Batch {
    /// Stands for a series or category where a row names none, and is never a number of one.
    pub const MISSING: u32 = u32::MAX;
    /// Stands for a time where a row has none.
    pub const NO_TIME: i64 = i64::MIN;

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// For each row the number of its series, see [`crate::read::Reader::series`]. A schema without
    /// keys has series 0 only.
    pub fn series(&self) -> &[u32] {
        &self.series
    }

    /// For each row its moment, in seconds since 1970.
    pub fn time(&self) -> &[i64] {
        &self.time
    }

    /// The values of a column of the schema.
    pub fn values(&self, column: usize) -> &Values {
        self.columns.get(column).unwrap_or(&Values::Elsewhere)
    }

    /// The numbers of a column of the schema; nothing if it holds none.
    pub fn numbers(&self, column: usize) -> &[f64] {
        match self.values(column) {
            Values::Number(numbers) => numbers,
            Values::Category(_) | Values::Elsewhere => &[],
        }
    }

    /// What could not be read; the values are missing.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Where a row stands.
    pub fn place(&self, row: usize) -> Place {
        Place { file: self.file.clone().unwrap_or_default(), row: self.lines.row(row) }
    }

    /// Where the rows stand.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Where in [`Batch::bytes`] a row stands, without its line end; nothing if the reader does not
    /// keep records.
    #[inline]
    pub(crate) fn record(&self, row: usize) -> Option<Range<usize>> {
        self.records.record(row)
    }

    /// What the records are in.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.records.bytes
    }

    /// Leaves out some rows and what is wrong with them.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        fn left<T: Copy>(values: &mut Vec<T>, keep: &[bool]) {
            let mut keep = keep.iter();
            values.retain(|_| keep.next().is_none_or(|keep| *keep));
        }
        let rows: Vec<usize> = (0..self.rows).filter(|&row| keep.get(row) == Some(&true)).collect();
        let gone = (0..self.rows).filter(|&row| keep.get(row) != Some(&true));
        let gone: HashSet<Row> = gone.map(|row| self.lines.row(row)).collect();
        self.faults.retain(|fault| !gone.contains(&fault.place.row));
        let mut lines = Lines::from(self.lines.row(rows.first().copied().unwrap_or_default()));
        for (place, &row) in rows.iter().enumerate() {
            lines.set(place, self.lines.row(row).get());
        }
        self.lines = lines;
        self.rows = rows.len();
        left(&mut self.series, keep);
        left(&mut self.time, keep);
        for values in &mut self.columns {
            match values {
                Values::Number(numbers) => left(numbers, keep),
                Values::Category(numbers) => left(numbers, keep),
                Values::Elsewhere => {}
            }
        }
    }

    pub(super) fn clear(&mut self, columns: usize) {
        self.rows = 0;
        self.series.clear();
        self.time.clear();
        self.faults.clear();
        self.records.clear(0, 1);
        self.columns.resize(columns, Values::Elsewhere);
    }
}

/// On which lines of a file the rows of a batch begin.
///
/// Most rows begin one line after the one before, so only the others are remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    first: Row,
    jumps: Vec<(usize, u64)>,
}

impl Default for Lines {
    fn default() -> Self {
        Self::from(Row::Line(1))
    }
}

impl Lines {
    /// Rows of which the first begins here.
    pub(super) fn from(first: Row) -> Self {
        Self { first, jumps: Vec::new() }
    }

    /// Says where a row begins; rows must come in order.
    pub(super) fn set(&mut self, row: usize, line: u64) {
        if self.row(row).get() != line {
            self.jumps.push((row, line));
        }
    }

    /// Where a row begins.
    pub fn row(&self, row: usize) -> Row {
        let jumps = self.jumps.partition_point(|&(from, _)| from <= row);
        let (from, line) = jumps
            .checked_sub(1)
            .and_then(|last| self.jumps.get(last).copied())
            .unwrap_or((0, self.first.get()));
        let line = line.saturating_add((row - from) as u64);
        match self.first {
            Row::Line(_) => Row::Line(line),
            Row::Number(_) => Row::Number(line),
        }
    }
}
