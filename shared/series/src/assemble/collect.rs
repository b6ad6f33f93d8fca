//! Which rows does a file hold, as columns of numbers?

use std::sync::Arc;

use crate::panel::Known;
use crate::read::{Batch, Format, Place, ReadError, Reader, Row, Source, Texts, Values};
use crate::schema::{Purpose, Schema};

/// All rows of a file that have key and time.
#[derive(Debug, Clone)]
pub(crate) struct Collected {
    pub(crate) series: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) target: Vec<f64>,
    /// In the order of the schema.
    pub(crate) columns: Vec<Kept>,
    pub(crate) ids: Texts,
    /// For each column of the schema the texts of its categories.
    pub(crate) levels: Vec<Option<Texts>>,
    pub(crate) rows: u64,
    pub(crate) nameless: u64,
    pub(crate) formats: Vec<Format>,
    pub(super) trail: Vec<(usize, Arc<str>, Row)>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    /// One for each row.
    Rows(Vec<f64>),
    /// One for each series, the first that was seen.
    Series(Vec<f64>),
    /// None.
    Nothing,
}

/// Reads all rows; the first fault is an error.
pub(crate) fn collect(source: Source, schema: &Schema) -> Result<Collected, ReadError> {
    let mut reader = Reader::open(source, schema)?;
    let mut rows = Collected::of(schema);
    let mut batch = Batch::default();
    while reader.read(&mut batch)? {
        if let Some(fault) = batch.faults().first() {
            return Err(ReadError::Fault(fault.clone()));
        }
        rows.take(schema, &batch);
    }
    rows.ids = reader.series().clone();
    rows.levels = (0..schema.columns.len()).map(|place| reader.texts(place).cloned()).collect();
    rows.formats = reader.formats().to_vec();
    Ok(rows)
}

impl Collected {
    fn of(schema: &Schema) -> Self {
        let columns = schema.columns.iter().map(|field| match field.purpose {
            Purpose::Feature(Known::Always) if schema.time.is_some() => Kept::Series(Vec::new()),
            Purpose::Feature(_) => Kept::Rows(Vec::new()),
            Purpose::Identifier if schema.time.is_none() => Kept::Rows(Vec::new()),
            Purpose::Key | Purpose::Time | Purpose::Target | Purpose::Identifier => Kept::Nothing,
        });
        Self {
            series: Vec::new(),
            time: Vec::new(),
            target: Vec::new(),
            columns: columns.collect(),
            ids: Texts::default(),
            levels: Vec::new(),
            rows: 0,
            nameless: 0,
            formats: Vec::new(),
            trail: Vec::new(),
        }
    }

    fn take(&mut self, schema: &Schema, batch: &Batch) {
        let begin = self.series.len();
        let timeless = vec![0; if schema.time.is_none() { batch.rows() } else { 0 }];
        let times = if schema.time.is_none() { &timeless } else { batch.time() };
        let is_named =
            |&(&series, &time): &(&u32, &i64)| series != Batch::MISSING && time != Batch::NO_TIME;
        let keyed: Vec<bool> =
            batch.series().iter().zip(times).map(|pair| is_named(&pair)).collect();
        self.rows += batch.rows() as u64;
        self.series.extend(filtered(batch.series(), &keyed));
        self.time.extend(filtered(times, &keyed));
        self.nameless += (batch.rows() - (self.series.len() - begin)) as u64;
        self.follow(batch, &keyed, begin);
        if let Some(target) = schema.target_place() {
            extend(&mut self.target, batch.values(target), &keyed);
        }
        for (place, kept) in self.columns.iter_mut().enumerate() {
            match kept {
                Kept::Rows(values) => extend(values, batch.values(place), &keyed),
                Kept::Series(values) => first(values, batch, place),
                Kept::Nothing => {}
            }
        }
    }

    /// Remembers where the rows stand.
    fn follow(&mut self, batch: &Batch, keyed: &[bool], begin: usize) {
        let mut expected = None;
        let rows = keyed.iter().enumerate().filter(|(_, is_keyed)| **is_keyed);
        for (place, (row, _)) in (begin..).zip(rows) {
            let at = batch.lines().row(row);
            if expected != Some(at.get()) {
                self.trail.push((place, batch.place(row).file, at));
            }
            expected = Some(at.get() + 1);
        }
    }

    /// Where a row stands.
    pub(crate) fn place(&self, row: usize) -> Place {
        let after = self.trail.partition_point(|&(from, ..)| from <= row);
        let before = after.checked_sub(1).and_then(|last| self.trail.get(last));
        match before {
            None => Place { file: "".into(), row: Row::Number(row as u64) },
            Some((from, file, Row::Line(line))) => {
                Place { file: file.clone(), row: Row::Line(line + (row - from) as u64) }
            }
            Some((from, file, Row::Number(number))) => {
                Place { file: file.clone(), row: Row::Number(number + (row - from) as u64) }
            }
        }
    }

    /// The name of a series as messages have it.
    pub(crate) fn name(&self, keys: &[String], series: u32) -> String {
        let parts = keys.iter().zip(self.ids.get(series));
        let parts: Vec<String> = parts.map(|(key, text)| format!("{key} {text}")).collect();
        if parts.is_empty() { "the series".to_owned() } else { parts.join(", ") }
    }
}

fn filtered<'v, T: Copy>(values: &'v [T], keyed: &'v [bool]) -> impl Iterator<Item = T> {
    values.iter().zip(keyed).filter(|(_, is_keyed)| **is_keyed).map(|(value, _)| *value)
}

fn extend(kept: &mut Vec<f64>, values: &Values, keyed: &[bool]) {
    match values {
        Values::Number(numbers) => kept.extend(filtered(numbers, keyed)),
        Values::Category(numbers) => kept.extend(filtered(numbers, keyed).map(code)),
        Values::Elsewhere => {
            kept.extend(keyed.iter().filter(|is_keyed| **is_keyed).map(|_| f64::NAN));
        }
    }
}

fn code(number: u32) -> f64 {
    if number == Batch::MISSING { f64::NAN } else { f64::from(number) }
}

/// Keeps the first value of each series.
fn first(kept: &mut Vec<f64>, batch: &Batch, place: usize) {
    let values: Vec<f64> = match batch.values(place) {
        Values::Number(numbers) => numbers.clone(),
        Values::Category(numbers) => numbers.iter().copied().map(code).collect(),
        Values::Elsewhere => return,
    };
    for (&series, value) in batch.series().iter().zip(values) {
        let series = series as usize;
        if series == Batch::MISSING as usize || value.is_nan() {
            continue;
        }
        if kept.len() <= series {
            kept.resize(series + 1, f64::NAN);
        }
        if let Some(kept) = kept.get_mut(series).filter(|kept| kept.is_nan()) {
            *kept = value;
        }
    }
}
