//! How are files cut that do not fit into memory?
//!
//! Rows are read once and written as they stood to `train.csv`, `validation.csv` and `test.csv`,
//! each with the header. A cut by steps needs the last moment before, see [`super::extent`].

use std::ops::Range;
use std::path::Path;

use crate::grid::Moment;
use crate::read::{Batch, ReadError, Reader, Source, Values};
use crate::schema::Purpose;
use crate::schema::Schema;
use crate::split::extent::Extent;
use crate::split::output::{Output, unwritten};
use crate::split::{Cut, Part};

/// How many rows went where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows of `train.csv`.
    pub train: u64,
    /// Rows of `validation.csv`.
    pub validation: u64,
    /// Rows of `test.csv`.
    pub test: u64,
    /// Rows without time, which are in none of them.
    pub left_out: u64,
    /// The first and last moment that have a target; none if no row has both.
    pub extent: Option<(Moment, Moment)>,
}

/// Cuts a file or folder into three files. The first fault is an error.
pub fn write(
    source: Source,
    schema: &Schema,
    cut: &Cut,
    folder: &Path,
) -> Result<Written, ReadError> {
    let reader = Reader::open(source, schema)?;
    let mut reader = match cut {
        Cut::Time { .. } => reader.keeping_lines(),
        Cut::Fraction { .. } => reader.keeping_records(),
    };
    let mut parts = Parts::create(folder)?;
    let mut batch = Batch::default();
    let mut extent = Extent::default();
    let target = schema.target_place().unwrap_or_default();
    parts.header(&reader)?;
    while reader.read(&mut batch)? {
        if let Some(fault) = batch.faults().first() {
            return Err(ReadError::Fault(fault.clone()));
        }
        alike(&reader)?;
        extent.take(&batch, target);
        parts.rows(&reader, &batch, cut)?;
    }
    let written = parts.finish()?;
    Ok(Written { extent: extent.found(), ..written })
}

/// Checks that the file that is being read has the header of the first.
fn alike(reader: &Reader) -> Result<(), ReadError> {
    let Some((first, last)) = reader.formats().first().zip(reader.formats().last()) else {
        return Ok(());
    };
    if first.names == last.names && first.delimiter == last.delimiter {
        return Ok(());
    }
    Err(ReadError::OtherHeader { file: last.file.to_string(), first: first.file.to_string() })
}

struct Parts {
    files: [Output; 3],
    written: Written,
    delimiter: char,
}

impl Parts {
    fn create(folder: &Path) -> Result<Self, ReadError> {
        std::fs::create_dir_all(folder).map_err(|cause| unwritten(folder, cause))?;
        let create = |part: Part| Output::create(folder.join(format!("{}.csv", part.name())));
        let [train, validation, test] = Part::ALL.map(create);
        let files = [train?, validation?, test?];
        Ok(Self { files, written: Written::default(), delimiter: ',' })
    }

    fn header(&mut self, reader: &Reader) -> Result<(), ReadError> {
        let format = reader.formats().first();
        let text = format.and_then(|format| Some((format, format.delimiter?)));
        let names: Vec<&str> = match text {
            Some((format, delimiter)) => {
                self.delimiter = delimiter;
                format.names.iter().map(String::as_str).collect()
            }
            None => reader.schema().columns.iter().map(|field| field.name.as_str()).collect(),
        };
        let mut line = String::new();
        for name in names {
            push(&mut line, name, self.delimiter);
        }
        line.pop();
        for part in Part::ALL {
            self.line(part, line.as_bytes())?;
        }
        Ok(())
    }

    /// Writes the rows of a batch: neighbours of one part that stand side by side at once.
    fn rows(&mut self, reader: &Reader, batch: &Batch, cut: &Cut) -> Result<(), ReadError> {
        let mut run: Option<(Part, Range<usize>)> = None;
        for row in 0..batch.rows() {
            let Some(part) = part_of(reader, batch, row, cut) else {
                self.written.left_out += 1;
                continue;
            };
            match part {
                Part::Train => self.written.train += 1,
                Part::Validation => self.written.validation += 1,
                Part::Test => self.written.test += 1,
            }
            let Some(record) = batch.record(row) else {
                self.line(part, composed(reader, batch, row).as_bytes())?;
                continue;
            };
            match &mut run {
                Some((of, run)) if *of == part && is_next(batch, run, &record) => {
                    run.end = record.end;
                }
                run => {
                    if let Some((part, lines)) = run.replace((part, record)) {
                        self.line(part, batch.bytes().get(lines).unwrap_or_default())?;
                    }
                }
            }
        }
        match run {
            Some((part, lines)) => self.line(part, batch.bytes().get(lines).unwrap_or_default()),
            None => Ok(()),
        }
    }

    fn line(&mut self, part: Part, line: &[u8]) -> Result<(), ReadError> {
        let [train, validation, test] = &mut self.files;
        let file = match part {
            Part::Train => train,
            Part::Validation => validation,
            Part::Test => test,
        };
        file.line(line)
    }

    fn finish(self) -> Result<Written, ReadError> {
        for file in self.files {
            file.finish()?;
        }
        Ok(self.written)
    }
}

/// The part of a row; none of one without time where time decides.
#[inline]
fn part_of(reader: &Reader, batch: &Batch, row: usize, cut: &Cut) -> Option<Part> {
    match cut {
        Cut::Time { .. } => {
            let time = batch.time().get(row).filter(|time| **time != Batch::NO_TIME)?;
            Some(cut.part(Moment(*time)))
        }
        Cut::Fraction { .. } => Some(drawn(reader, batch, row, cut)),
    }
}

/// Whether a record follows others with nothing but a line feed between.
#[inline]
fn is_next(batch: &Batch, lines: &Range<usize>, record: &Range<usize>) -> bool {
    record.start == lines.end + 1 && batch.bytes().get(lines.end) == Some(&b'\n')
}

/// The part of a row that stands alone: by its identifiers, or by all of it if it has none.
fn drawn(reader: &Reader, batch: &Batch, row: usize, cut: &Cut) -> Part {
    let fields = reader.schema().columns.iter().enumerate();
    let ids = fields.filter(|(_, field)| field.purpose == Purpose::Identifier);
    let texts = ids.filter_map(|(place, _)| {
        let number = *batch.categories(place).get(row)?;
        Some(reader.texts(place)?.get(number).first()?.as_bytes())
    });
    let texts: Vec<&[u8]> = texts.collect();
    if !texts.is_empty() {
        return cut.part_of_row(texts.into_iter());
    }
    match batch.record(row).and_then(|record| batch.bytes().get(record)) {
        Some(record) => cut.part_of_row(std::iter::once(record)),
        None => cut.part_of_row(std::iter::once(composed(reader, batch, row).as_bytes())),
    }
}

/// A row of a Parquet file as text, in the order of the schema.
fn composed(reader: &Reader, batch: &Batch, row: usize) -> String {
    let schema = reader.schema();
    let number = batch.series().get(row).copied().unwrap_or(Batch::MISSING);
    let id = reader.series().get(number);
    let mut line = String::new();
    for (place, field) in schema.columns.iter().enumerate() {
        let text = match (field.purpose, batch.values(place)) {
            (Purpose::Key, _) => {
                let part = schema.keys.iter().position(|key| *key == field.name);
                part.and_then(|part| id.get(part)).map(ToString::to_string)
            }
            (Purpose::Time, _) => {
                let time = batch.time().get(row).copied();
                time.filter(|&time| time != Batch::NO_TIME).map(|time| Moment(time).to_string())
            }
            (_, Values::Number(numbers)) => {
                numbers.get(row).filter(|number| !number.is_nan()).map(ToString::to_string)
            }
            (_, Values::Category(numbers)) => {
                let texts = numbers.get(row).and_then(|&it| Some(reader.texts(place)?.get(it)));
                texts.and_then(|texts| texts.first()).map(ToString::to_string)
            }
            (_, Values::Elsewhere) => None,
        };
        push(&mut line, text.as_deref().unwrap_or_default(), ',');
    }
    line.pop();
    line
}

/// Adds a field and a delimiter.
fn push(line: &mut String, text: &str, delimiter: char) {
    if text.contains([delimiter, '"', '\n', '\r']) {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
    line.push(delimiter);
}
