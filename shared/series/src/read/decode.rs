//! Which values do the fields of a block write?
//!
//! Columns are decoded one after the other, each in a loop of its own with a quick way for what
//! most files hold: keys of a few letters, ISO days, small whole numbers.

use scenario::data::ColumnKind;

use crate::read::batch::{Batch, Values};
use crate::read::block::{Block, Bound};
use crate::read::cell::{CellFault, Fault, shown};
use crate::read::columns::{self, Columns, Reading};
use crate::read::date::Dates;
use crate::read::error::{Place, Row};
use crate::read::header::Header;
use crate::read::intern::Interner;
use crate::read::numbers;

/// Whether keys and categories are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextColumns {
    /// They get numbers.
    Read,
    /// Nobody asks for them, and they are known to be valid.
    Skipped,
}

/// Decodes a block into a batch, whose file is set.
pub(super) fn decode(
    columns: &mut Columns,
    (header, texts): (&Header, TextColumns),
    block: &Block,
    batch: &mut Batch,
) {
    batch.rows = block.rows;
    batch.lines = block.lines.clone();
    let missing = &columns.schema.missing;
    let mut decoding = Decoding { block, missing, column: 0, field: 0, faults: Vec::new() };
    if texts == TextColumns::Read {
        decoding.keys(columns.keys.as_slice(), &header.fields, &mut columns.series, batch);
    }
    let fields = header.fields.iter().copied();
    for ((column, reading), field) in columns.readings.iter_mut().enumerate().zip(fields) {
        let is_skipped = texts == TextColumns::Skipped && matches!(reading, Reading::Category(_));
        let Some(field) = field.filter(|_| !is_skipped) else {
            if let Some(values) = batch.columns.get_mut(column) {
                *values = Values::Elsewhere;
            }
            continue;
        };
        decoding.column = column;
        decoding.field = field;
        decoding.read(reading, batch);
    }
    let bad = decoding.faults;
    if !bad.is_empty() || !block.ragged.is_empty() {
        report(columns, block, batch, bad);
    }
}

/// A value that could not be read.
struct Bad {
    row: usize,
    column: usize,
    field: usize,
    what: CellFault,
}

struct Decoding<'b> {
    block: &'b Block,
    missing: &'b [String],
    column: usize,
    field: usize,
    faults: Vec<Bad>,
}

impl Decoding<'_> {
    fn read(&mut self, reading: &mut Reading, batch: &mut Batch) {
        let Some(values) = batch.columns.get_mut(self.column) else { return };
        *values = match reading {
            Reading::Key | Reading::None => Values::Elsewhere,
            Reading::Time(dates) => {
                self.moments(dates, &mut batch.time);
                Values::Elsewhere
            }
            Reading::Number(kind) => {
                let mut numbers = values.take_numbers();
                self.numbers(*kind, &mut numbers);
                Values::Number(numbers)
            }
            Reading::Day(dates) => {
                let mut moments = Vec::new();
                self.moments(dates, &mut moments);
                Values::Number(moments.into_iter().map(days).collect())
            }
            Reading::Category(interner) => {
                let mut numbers = values.take_categories();
                self.categories(interner, &mut numbers);
                Values::Category(numbers)
            }
        };
    }

    fn bad(&mut self, row: usize, what: CellFault) {
        self.faults.push(Bad { row, column: self.column, field: self.field, what });
    }

    fn keys(
        &mut self,
        keys: &[usize],
        fields: &[Option<usize>],
        series: &mut Interner,
        batch: &mut Batch,
    ) {
        let fields: Vec<usize> =
            keys.iter().filter_map(|&key| fields.get(key).copied().flatten()).collect();
        if fields.len() < keys.len() {
            batch.series.resize(self.block.rows, Batch::MISSING);
            return;
        }
        self.column = keys.first().copied().unwrap_or_default();
        self.field = fields.first().copied().unwrap_or_default();
        let mut words = vec![0; fields.len()];
        if words.is_empty() {
            batch.series.resize(self.block.rows, 0);
            return;
        }
        // Keys side by side mostly repeat: then they are not even told apart.
        let span = fields.first().zip(fields.last());
        let span = span.filter(|_| fields.is_sorted_by(|one, next| one + 1 == *next));
        let mut last = (None, Batch::MISSING);
        for (row, bounds) in self.block.records().enumerate() {
            let text = span.and_then(|(&first, &end)| self.block.span(bounds, first, end));
            if text.is_some() && text == last.0 {
                batch.series.push(last.1);
                continue;
            }
            for (word, &field) in words.iter_mut().zip(&fields) {
                let (rest, length) = self.block.from(bound(bounds, field));
                *word = series.word(rest, length);
            }
            let number = series.find(&words).unwrap_or_else(|| {
                let texts = fields.iter().map(|&field| self.block.text(bound(bounds, field)));
                let texts = columns::texts(self.missing, texts);
                let texts = texts.unwrap_or_else(|what| {
                    self.bad(row, what);
                    None
                });
                series.insert(&words, texts)
            });
            last = (text, number);
            batch.series.push(number);
        }
    }

    fn categories(&mut self, interner: &mut Interner, values: &mut Vec<u32>) {
        for (row, bounds) in self.block.records().enumerate() {
            let (rest, length) = self.block.from(bound(bounds, self.field));
            let word = [interner.word(rest, length)];
            let number = interner.find(&word).unwrap_or_else(|| {
                let text = self.block.text(bound(bounds, self.field));
                let texts = columns::texts(self.missing, std::iter::once(text));
                let texts = texts.unwrap_or_else(|what| {
                    self.bad(row, what);
                    None
                });
                interner.insert(&word, texts)
            });
            values.push(number);
        }
    }

    fn moments(&mut self, dates: &mut Dates, values: &mut Vec<i64>) {
        for (row, bounds) in self.block.records().enumerate() {
            let text = self.block.text(bound(bounds, self.field));
            let moment = match dates.moment(text) {
                Ok(moment) => moment,
                Err(_) => match columns::moment(dates, self.missing, text) {
                    Ok(moment) => moment.unwrap_or(Batch::NO_TIME),
                    Err(what) => {
                        self.bad(row, what);
                        Batch::NO_TIME
                    }
                },
            };
            values.push(moment);
        }
    }

    fn numbers(&mut self, kind: ColumnKind, values: &mut Vec<f64>) {
        for (row, bounds) in self.block.records().enumerate() {
            let (rest, length) = self.block.from(bound(bounds, self.field));
            let eight = rest.first_chunk().filter(|_| kind != ColumnKind::Flag);
            let quick = eight.and_then(|eight| numbers::digits(u64::from_le_bytes(*eight), length));
            if let Some(value) = quick {
                values.push(f64::from(value));
                continue;
            }
            let text = rest.get(..length).unwrap_or_default();
            values.push(columns::number(kind, self.missing, text).unwrap_or_else(|what| {
                self.bad(row, what);
                f64::NAN
            }));
        }
    }
}

fn bound(bounds: &[Bound], field: usize) -> Bound {
    bounds.get(field).copied().unwrap_or(Bound { start: 0, end: 0 })
}

/// A moment as days since 1970.
#[expect(clippy::cast_precision_loss, reason = "seconds of ten thousand years are exact")]
pub(super) fn days(moment: i64) -> f64 {
    if moment == Batch::NO_TIME { f64::NAN } else { moment as f64 / 86_400.0 }
}

/// The faults of a batch in the order of the rows, those of whole rows among them.
fn report(columns: &Columns, block: &Block, batch: &mut Batch, bad: Vec<Bad>) {
    let file = batch.file.clone().unwrap_or_default();
    for ragged in &block.ragged {
        let place = Place { file: file.clone(), row: Row::Line(ragged.line) };
        let record = block.bytes.get(ragged.range.clone()).unwrap_or_default();
        let value = match ragged.what {
            CellFault::FieldCount { .. } => ragged.found.to_string(),
            _ => shown(record),
        };
        batch.faults.push(Fault { place, column: String::new(), value, what: ragged.what });
    }
    for bad in bad {
        let place = Place { file: file.clone(), row: block.lines.row(bad.row) };
        let bound = block.bounds.get(bad.row * block.fields + bad.field);
        let value = bound.map_or_else(String::new, |&bound| shown(block.text(bound)));
        let column = columns.schema.columns.get(bad.column);
        let column = column.map_or_else(String::new, |column| column.name.clone());
        batch.faults.push(Fault { place, column, value, what: bad.what });
    }
    batch.faults.sort_by_key(|fault| fault.place.row);
}
