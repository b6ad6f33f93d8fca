//! From when until when does a history have targets?

use crate::assemble::first_schema;
use crate::grid::Moment;
use crate::read::{Batch, ReadError, Reader, Source};
use crate::schema::Schema;

/// The first and last moment that have a target; nothing if there is none. All rows are read, and
/// what is wrong with them is left to others.
pub fn extent(source: Source, schema: &Schema) -> Result<Option<(Moment, Moment)>, ReadError> {
    let mut reader = Reader::open(source, &first_schema(schema))?.keeping_lines();
    let mut batch = Batch::default();
    let mut extent = Extent::default();
    let target = schema.target_place().unwrap_or_default();
    while reader.read(&mut batch)? {
        extent.take(&batch, target);
    }
    Ok(extent.found())
}

/// What [`extent`] will probably say, after reading a few pieces of each file: mostly some series
/// goes on to the end. Nothing if even they cannot be read.
pub fn likely_extent(source: Source, schema: &Schema) -> Option<(Moment, Moment)> {
    extent(source.in_pieces(), schema).ok().flatten()
}

/// The moments that were seen.
pub(super) struct Extent {
    first: i64,
    last: i64,
}

impl Default for Extent {
    fn default() -> Self {
        Self { first: i64::MAX, last: i64::MIN }
    }
}

impl Extent {
    /// Takes in the rows with time and target.
    pub(super) fn take(&mut self, batch: &Batch, target: usize) {
        let rows = batch.time().iter().zip(batch.numbers(target));
        for (&time, _) in rows.filter(|(time, target)| **time != Batch::NO_TIME && !target.is_nan())
        {
            self.first = self.first.min(time);
            self.last = self.last.max(time);
        }
    }

    pub(super) fn found(&self) -> Option<(Moment, Moment)> {
        (self.first <= self.last).then_some((Moment(self.first), Moment(self.last)))
    }
}
