//! What does a reader remember of the columns from batch to batch?

use scenario::data::ColumnKind;

use crate::read::cell::CellFault;
use crate::read::date::Dates;
use crate::read::intern::Interner;
use crate::read::numbers;
use crate::read::time_form::TimeForm;
use crate::schema::{Purpose, Schema};

/// The columns of a schema with the texts that were seen in them.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) schema: Schema,
    /// The places of the key columns, in the order of the key.
    pub(super) keys: Vec<usize>,
    pub(super) series: Interner,
    /// How each column is read, in the order of the schema.
    pub(super) readings: Vec<Reading>,
}

/// How the values of a column are read.
#[derive(Debug)]
pub(super) enum Reading {
    /// As part of the key.
    Key,
    /// As moments.
    Time(Dates),
    /// As numbers.
    Number(ColumnKind),
    /// As days since 1970.
    Day(Dates),
    /// As numbers of texts.
    Category(Interner),
    /// Not at all.
    None,
}

impl Columns {
    pub(super) fn of(schema: &Schema) -> Self {
        let keys: Vec<usize> = schema.keys.iter().filter_map(|key| schema.place(key)).collect();
        let time = schema.time.as_deref().and_then(|time| schema.place(time));
        let readings = schema.columns.iter().map(|field| {
            match (field.purpose, field.kind) {
                (Purpose::Key, _) => Reading::Key,
                (Purpose::Time, kind) => Reading::Time(Dates::of_points(kind, schema.frequency)),
                // Ids are read where rows stand alone: there they are all that tells rows apart.
                (Purpose::Identifier, _) if time.is_some() => Reading::None,
                (Purpose::Identifier, _) | (_, ColumnKind::Category | ColumnKind::Text) => {
                    Reading::Category(Interner::of(1))
                }
                (_, kind @ (ColumnKind::Date | ColumnKind::Timestamp)) => {
                    Reading::Day(Dates::of(kind))
                }
                (_, kind) => Reading::Number(kind),
            }
        });
        let readings = readings.collect();
        Self { series: Interner::of(keys.len()), keys, readings, schema: schema.clone() }
    }

    /// How the times of the current file are written, as far as it was read.
    pub(super) fn written(&self) -> Option<TimeForm> {
        let written = |reading: &Reading| match reading {
            Reading::Time(dates) => dates.written(),
            _ => None,
        };
        self.readings.iter().find_map(written)
    }

    /// Forgets what may differ between files.
    pub(super) fn begin_file(&mut self) {
        for reading in &mut self.readings {
            if let Reading::Time(dates) | Reading::Day(dates) = reading {
                dates.forget();
            }
        }
    }
}

/// Whether a text without blanks around it stands for no value.
pub(super) fn is_missing(missing: &[String], text: &[u8]) -> bool {
    text.is_empty() || missing.iter().any(|missing| missing.as_bytes() == text)
}

/// The number that a text writes in a column of this kind, `NaN` for no value.
pub(super) fn number(kind: ColumnKind, missing: &[String], text: &[u8]) -> Result<f64, CellFault> {
    let text = text.trim_ascii();
    if is_missing(missing, text) {
        return Ok(f64::NAN);
    }
    match kind {
        ColumnKind::Flag => numbers::flag(text),
        ColumnKind::Integer => numbers::number(text).and_then(numbers::whole),
        _ => numbers::number(text),
    }
}

/// The moment that a text writes; nothing for no value.
pub(super) fn moment(
    dates: &mut Dates,
    missing: &[String],
    text: &[u8],
) -> Result<Option<i64>, CellFault> {
    let text = text.trim_ascii();
    if is_missing(missing, text) { Ok(None) } else { dates.moment(text).map(Some) }
}

/// The texts of a key or category; nothing if one of them is missing.
pub(super) fn texts<'t>(
    missing: &[String],
    texts: impl Iterator<Item = &'t [u8]>,
) -> Result<Option<Vec<Box<str>>>, CellFault> {
    let mut found = Vec::new();
    for text in texts {
        let text = text.trim_ascii();
        if is_missing(missing, text) {
            return Ok(None);
        }
        found.push(std::str::from_utf8(text).map_err(|_| CellFault::NotUtf8)?.into());
    }
    Ok(Some(found))
}
