//! Which fields do some neighbouring records have?

use std::ops::Range;

use crate::read::batch::Lines;
use crate::read::cell::CellFault;
use crate::read::error::Row;

/// Neighbouring records, split but not decoded.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// What the bounds are in; eight bytes more than there are may be read.
    pub(super) bytes: Vec<u8>,
    /// The fields of all records, those of a record side by side.
    pub(super) bounds: Vec<Bound>,
    /// Where the last record ends; what stands behind it belongs to the next block.
    pub(super) end: usize,
    /// How many fields each record has.
    pub(super) fields: usize,
    /// How many records there are.
    pub(super) rows: usize,
    /// Where they begin.
    pub(super) lines: Lines,
    /// The records with quotes, which their bounds do not enclose.
    pub(super) quoted: Vec<(usize, Range<usize>)>,
    /// The records between them that have other numbers of fields.
    pub(super) ragged: Vec<Ragged>,
}

/// Where a field begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A record that has not as many fields as the header, or cannot be split.
#[derive(Debug)]
pub(super) struct Ragged {
    pub(super) line: u64,
    pub(super) found: usize,
    pub(super) what: CellFault,
    pub(super) range: Range<usize>,
}

impl Block {
    pub(super) fn clear(&mut self, fields: usize, line: u64) {
        self.bounds.clear();
        self.ragged.clear();
        self.quoted.clear();
        self.fields = fields;
        self.end = 0;
        self.rows = 0;
        self.lines = Lines::from(Row::Line(line));
    }

    /// The bounds of the fields of each record.
    pub(super) fn records(&self) -> std::slice::ChunksExact<'_, Bound> {
        self.bounds.chunks_exact(self.fields.max(1))
    }

    /// Where a record stands, without its line end.
    #[inline]
    pub(super) fn record(&self, row: usize) -> Option<Range<usize>> {
        if let Ok(place) = self.quoted.binary_search_by_key(&row, |(row, _)| *row) {
            return self.quoted.get(place).map(|(_, range)| range.clone());
        }
        let first = row * self.fields;
        let bounds = self.bounds.get(first..first + self.fields)?;
        Some(bounds.first()?.start as usize..bounds.last()?.end as usize)
    }

    /// Whether all texts are valid, so that those that nobody asks for need not be looked at.
    pub(super) fn is_utf8(&self) -> bool {
        self.bytes.get(..self.end).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok())
    }

    /// Up to fifteen bytes from the first field to the last as one word that no other bytes have;
    /// none if they are more, or not side by side as they are in quotes.
    #[inline]
    pub(super) fn span(&self, bounds: &[Bound], first: usize, last: usize) -> Option<u128> {
        let fields = bounds.get(first..=last)?;
        let is_whole = fields.is_sorted_by(|one, next| one.end + 1 == next.start);
        let (start, end) = (fields.first()?.start, fields.last()?.end);
        let length = end.checked_sub(start).filter(|&length| length < 16 && is_whole)?;
        let sixteen = self.bytes.get(start as usize..)?.first_chunk()?;
        let kept = u128::from_le_bytes(*sixteen) & ((1 << (8 * length)) - 1);
        Some(kept | u128::from(length) << 120)
    }

    /// What begins with a field, and how long the field is.
    pub(super) fn from(&self, bound: Bound) -> (&[u8], usize) {
        let rest = self.bytes.get(bound.start as usize..).unwrap_or_default();
        (rest, (bound.end - bound.start) as usize)
    }

    /// The text of a field.
    pub(super) fn text(&self, bound: Bound) -> &[u8] {
        self.bytes.get(bound.start as usize..bound.end as usize).unwrap_or_default()
    }
}
