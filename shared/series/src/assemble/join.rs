//! What do the other files of a history say about a point?

use std::collections::HashMap;

use crate::assemble::collect::{Collected, Kept, collect};
use crate::assemble::levels::translated;
use crate::grid::{Grid, Moment};
use crate::panel::{Column, Known, Series};
use crate::read::{Format, ReadError, Source};
use crate::schema::{JoinedFile, Presence, Purpose, Schema};

/// A file that is joined to the first one, held whole.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) name: String,
    pub(crate) rows: Collected,
    /// The places in a series' id of the columns by which it is joined.
    parts: Vec<usize>,
    /// The number of these parts of an id.
    numbers: HashMap<Vec<Box<str>>, u32>,
    /// The row of a number and a moment; of moment 0 if it is not joined by time.
    places: HashMap<(u32, i64), u32>,
    by: By,
}

/// Whether a file is joined by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Time,
    KeyAlone,
}

/// The schema of the first file of several: its features may stand in the others.
pub fn first_schema(schema: &Schema) -> Schema {
    let mut first = schema.clone();
    if schema.files.len() > 1 {
        for field in &mut first.columns {
            if matches!(field.purpose, Purpose::Feature(_) | Purpose::Identifier) {
                field.presence = Presence::Optional;
            }
        }
    }
    first
}

/// Checks that each column is in one of the files.
pub(crate) fn all_there(schema: &Schema, formats: &[Format]) -> Result<(), ReadError> {
    for field in schema.columns.iter().filter(|field| field.presence == Presence::Required) {
        let is_there = formats.iter().any(|format| format.names.contains(&field.name));
        if !is_there && schema.files.len() > 1 {
            let files: Vec<&str> = schema.files.iter().map(|file| file.name.as_str()).collect();
            return Err(ReadError::NoColumn {
                file: files.join(", "),
                column: field.name.clone(),
                remedy: "it must stand in one of these files".to_owned(),
            });
        }
    }
    Ok(())
}

impl Joined {
    pub(crate) fn read(
        source: Source,
        file: &JoinedFile,
        schema: &Schema,
    ) -> Result<Self, ReadError> {
        let is_time = |name: &&String| schema.time.as_ref() == Some(*name);
        let keys: Vec<String> = file.join.iter().filter(|name| !is_time(name)).cloned().collect();
        let by = if file.join.iter().any(|name| is_time(&name)) { By::Time } else { By::KeyAlone };
        let mut parts = Vec::new();
        for key in &keys {
            let part = schema.keys.iter().position(|name| name == key);
            parts.push(part.ok_or_else(|| ReadError::JoinColumn {
                file: file.name.clone(),
                column: key.clone(),
            })?);
        }
        let rows = collect(source, &joined_schema(schema, keys, by))?;
        let ids = (0..).take(rows.ids.len());
        let numbers = ids.map(|number| (rows.ids.get(number).to_vec(), number)).collect();
        let places = HashMap::new();
        let mut joined = Self { name: file.name.clone(), rows, parts, numbers, places, by };
        joined.find_places(&file.join)?;
        Ok(joined)
    }

    fn find_places(&mut self, join: &[String]) -> Result<(), ReadError> {
        let rows = self.rows.series.iter().zip(&self.rows.time);
        for (row, (&number, &time)) in (0..).zip(rows) {
            if let Some(first) = self.places.insert((number, time), row) {
                let key = self.rows.name(join, number);
                let key = match self.by {
                    By::Time => format!("{key} at {}", Moment(time)),
                    By::KeyAlone => key,
                };
                let first = self.rows.place(first as usize);
                let second = self.rows.place(row as usize);
                return Err(ReadError::RepeatedKey { key, first, second });
            }
        }
        Ok(())
    }

    /// The number of the part by which the file is joined of a series' id.
    pub(crate) fn number<T: AsRef<str>>(&self, id: &[T]) -> Option<u32> {
        let parts = self.parts.iter().map(|&part| id.get(part).map(|text| text.as_ref().into()));
        let parts: Option<Vec<Box<str>>> = parts.collect();
        if self.parts.is_empty() { Some(0) } else { self.numbers.get(&parts?).copied() }
    }

    /// Whether the file has a row of this number and moment.
    pub(crate) fn has(&self, number: u32, time: i64) -> bool {
        let time = if self.by == By::Time { time } else { 0 };
        self.places.contains_key(&(number, time))
    }

    fn row(&self, number: u32, grid: &Grid, point: i64) -> Option<usize> {
        let time = if self.by == By::Time { grid.moment(point).0 } else { 0 };
        self.places.get(&(number, time)).map(|&row| row as usize)
    }

    /// Fills what the series do not know of a column: its place in the schema and in the series.
    pub(super) fn fill(
        &self,
        series: &mut [Series],
        (place, column): (usize, usize),
        known: Known,
        (grid, codes): (&Grid, Option<&[f64]>),
    ) {
        let Some(Kept::Rows(kept)) = self.rows.columns.get(place) else { return };
        if kept.iter().all(|value| value.is_nan()) {
            return;
        }
        for series in series {
            let Some(number) = self.number(&series.id) else { continue };
            let start = series.start;
            let Some(values) = series.values.get_mut(column) else { continue };
            for (point, value) in (start..).zip(values).filter(|(_, value)| value.is_nan()) {
                let point = if known == Known::Always { start } else { point };
                let found = self.row(number, grid, point).and_then(|row| kept.get(row)).copied();
                let found = found.unwrap_or(f64::NAN);
                *value = codes.map_or(found, |codes| translated(codes, found));
            }
        }
    }

    /// How many points of the series it has no row for.
    pub(super) fn unmatched(&self, series: &[Series], grid: &Grid) -> u64 {
        let of_series = |series: &Series| {
            let points = series.start..series.end();
            let Some(number) = self.number(&series.id) else { return series.target.len() };
            points.filter(|&point| self.row(number, grid, point).is_none()).count()
        };
        series.iter().map(|series| of_series(series) as u64).sum()
    }
}

/// The schema of a joined file: what it is joined by is there, all else may be.
fn joined_schema(schema: &Schema, keys: Vec<String>, by: By) -> Schema {
    let mut joined = schema.clone();
    for field in &mut joined.columns {
        let is_key = keys.contains(&field.name);
        let is_time = schema.time.as_ref() == Some(&field.name) && by == By::Time;
        field.presence = if is_key || is_time { Presence::Required } else { Presence::Optional };
        if !is_key && !is_time && !matches!(field.purpose, Purpose::Feature(_)) {
            field.purpose = Purpose::Identifier;
        }
        // Held for each row, whatever it is: the rows of this file are no series.
        if field.purpose == Purpose::Feature(Known::Always) {
            field.purpose = Purpose::Feature(Known::Ahead);
        }
    }
    joined.keys = keys;
    joined.time = joined.time.filter(|_| by == By::Time);
    joined
}

/// Drops what lies behind the last value that is known ahead.
pub(super) fn trim(series: &mut [Series], columns: &[Column]) {
    for series in series {
        let least = series.target.len();
        for (column, values) in columns.iter().zip(&mut series.values) {
            if column.known == Known::Ahead {
                let known = values.iter().rposition(|value| !value.is_nan());
                values.truncate(known.map_or(0, |last| last + 1).max(least));
            }
        }
    }
}
