//! Which values does a Parquet file hold?
//!
//! Whatever its types, they become what the schema wants: stores that are stored as numbers are
//! still categories, dates may be dates, timestamps or text.

mod cells;

use std::fs::File;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::errors::ParquetError;
use arrow_array::RecordBatch;
use scenario::data::ColumnKind;

use crate::read::batch::{Batch, Lines, Values};
use crate::read::cell::{CellFault, Fault, shown};
use crate::read::columns::{self, Columns, Reading};
use crate::read::date::Dates;
use crate::read::decode::days;
use crate::read::error::{ReadError, Row};
use crate::read::header::Header;
use crate::read::intern::Interner;
use crate::read::parquet::cells::{Cell, Cells};
use crate::read::splitter::{More, PADDING};
use crate::schema::Schema;

/// How many rows are read at a time.
const ROWS: usize = 8192;

/// The moments of the years 1 to 9999.
const CALENDAR: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A file that is being read.
pub(super) struct ParquetFile {
    name: String,
    batches: ParquetRecordBatchReader,
    /// The number of the next row, from 1.
    row: u64,
}

impl ParquetFile {
    pub(super) fn open(
        name: &str,
        file: File,
        schema: &Schema,
    ) -> Result<(Self, Header), ReadError> {
        let refused = |cause| ReadError::Parquet { file: name.to_owned(), cause };
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(refused)?;
        let fields = builder.schema().fields();
        let names = fields.iter().map(|field| field.name().trim().to_owned()).collect();
        let header = Header::of_names(name, names, schema)?;
        let wanted = header.fields.iter().flatten().copied();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let batches = builder.with_projection(mask).with_batch_size(ROWS).build();
        let batches = batches.map_err(refused)?;
        Ok((Self { name: name.to_owned(), batches, row: 1 }, header))
    }

    pub(super) fn read(
        &mut self,
        columns: &mut Columns,
        header: &Header,
        batch: &mut Batch,
    ) -> Result<More, ReadError> {
        let Some(rows) = self.batches.next() else { return Ok(More::End) };
        let rows = rows.map_err(|cause| ReadError::Parquet {
            file: self.name.clone(),
            cause: ParquetError::ArrowError(cause.to_string()),
        })?;
        batch.rows = rows.num_rows();
        batch.lines = Lines::from(Row::Number(self.row));
        self.row += rows.num_rows() as u64;
        let cells = self.cells(columns, header, &rows)?;
        decode(columns, &cells, batch);
        Ok(More::Block)
    }

    /// The cells of each column of the schema.
    fn cells<'r>(
        &self,
        columns: &Columns,
        header: &Header,
        rows: &'r RecordBatch,
    ) -> Result<Vec<Option<Cells<'r>>>, ReadError> {
        let mut found = Vec::new();
        for (field, place) in columns.schema.columns.iter().zip(&header.fields) {
            // Parquet names are compared as they stand; blanks around them were forgiven above.
            let name = place.and_then(|place| header.names.get(place));
            let array = name.and_then(|name| {
                let fields = rows.schema_ref().fields();
                let place = fields.iter().position(|field| field.name().trim() == name)?;
                rows.columns().get(place)
            });
            let Some(array) = array else {
                found.push(None);
                continue;
            };
            let cells = Cells::of(array.as_ref()).ok_or_else(|| ReadError::ColumnType {
                file: self.name.clone(),
                column: field.name.clone(),
                found: array.data_type().to_string(),
            })?;
            found.push(Some(cells));
        }
        Ok(found)
    }
}

fn decode(columns: &mut Columns, cells: &[Option<Cells<'_>>], batch: &mut Batch) {
    let mut decoding = Decoding { schema: &columns.schema, column: 0, batch };
    decoding.keys(&columns.keys, cells, &mut columns.series);
    for ((column, reading), cells) in columns.readings.iter_mut().enumerate().zip(cells) {
        decoding.column = column;
        let values =
            cells.as_ref().map_or(Values::Elsewhere, |cells| decoding.read(reading, cells));
        if let Some(place) = decoding.batch.columns.get_mut(column) {
            *place = values;
        }
    }
    batch.faults.sort_by_key(|fault| fault.place.row);
}

struct Decoding<'b> {
    schema: &'b Schema,
    column: usize,
    batch: &'b mut Batch,
}

impl Decoding<'_> {
    fn read(&mut self, reading: &mut Reading, cells: &Cells<'_>) -> Values {
        let rows = self.batch.rows;
        match reading {
            Reading::Key | Reading::None => Values::Elsewhere,
            Reading::Time(dates) => {
                self.batch.time = self.moments(dates, cells);
                Values::Elsewhere
            }
            Reading::Day(dates) => {
                Values::Number(self.moments(dates, cells).into_iter().map(days).collect())
            }
            Reading::Number(kind) => {
                let value = |row| self.number(*kind, row, cells);
                Values::Number((0..rows).map(value).collect::<Vec<_>>())
            }
            Reading::Category(interner) => {
                let number = |row| self.number_of_texts(interner, row, &[cells]);
                Values::Category((0..rows).map(number).collect())
            }
        }
    }
}

impl Decoding<'_> {
    fn bad(&mut self, row: usize, value: &[u8], what: CellFault) {
        let column = self.schema.columns.get(self.column);
        self.batch.faults.push(Fault {
            place: self.batch.place(row),
            column: column.map_or_else(String::new, |column| column.name.clone()),
            value: shown(value),
            what,
        });
    }

    fn keys(&mut self, keys: &[usize], cells: &[Option<Cells<'_>>], series: &mut Interner) {
        let columns = keys.iter().map(|&key| cells.get(key).and_then(Option::as_ref));
        let Some(columns) = columns.collect::<Option<Vec<_>>>() else {
            self.batch.series.resize(self.batch.rows, Batch::MISSING);
            return;
        };
        self.column = keys.first().copied().unwrap_or_default();
        for row in 0..self.batch.rows {
            let number =
                if columns.is_empty() { 0 } else { self.number_of_texts(series, row, &columns) };
            self.batch.series.push(number);
        }
    }

    /// The number of the texts that stand side by side.
    fn number_of_texts(
        &mut self,
        interner: &mut Interner,
        row: usize,
        cells: &[&Cells<'_>],
    ) -> u32 {
        let mut words = Vec::with_capacity(cells.len());
        let mut texts = Vec::with_capacity(cells.len());
        for cells in cells {
            let mut text = cells.at(row).text();
            let length = text.len();
            text.extend_from_slice(&[0; PADDING]);
            words.push(interner.word(&text, length));
            text.truncate(length);
            texts.push(text);
        }
        if let Some(number) = interner.find(&words) {
            return number;
        }
        let found = columns::texts(&self.schema.missing, texts.iter().map(Vec::as_slice));
        let found = found.unwrap_or_else(|what| {
            self.bad(row, &texts.concat(), what);
            None
        });
        interner.insert(&words, found)
    }

    fn number(&mut self, kind: ColumnKind, row: usize, cells: &Cells<'_>) -> f64 {
        let cell = cells.at(row);
        let read = match &cell {
            Cell::Missing => Ok(f64::NAN),
            Cell::Number(number) if number.is_infinite() => Err(CellFault::NotFinite),
            Cell::Number(number) => checked(kind, *number),
            Cell::Flag(flag) => Ok(f64::from(u8::from(*flag))),
            Cell::Whole(_) | Cell::Text(_) | Cell::Moment(_) => {
                columns::number(kind, &self.schema.missing, &cell.text())
            }
        };
        read.unwrap_or_else(|what| {
            self.bad(row, &cell.text(), what);
            f64::NAN
        })
    }

    fn moments(&mut self, dates: &mut Dates, cells: &Cells<'_>) -> Vec<i64> {
        let moments = (0..self.batch.rows).map(|row| {
            let cell = cells.at(row);
            let read = match &cell {
                Cell::Missing => Ok(None),
                Cell::Moment(moment) if !CALENDAR.contains(moment) => Err(CellFault::NoSuchDay),
                Cell::Moment(moment) => Ok(Some(*moment)),
                _ => columns::moment(dates, &self.schema.missing, &cell.text()),
            };
            read.unwrap_or_else(|what| {
                self.bad(row, &cell.text(), what);
                None
            })
        });
        moments.map(|moment| moment.unwrap_or(Batch::NO_TIME)).collect()
    }
}

/// A number that fits the kind.
fn checked(kind: ColumnKind, number: f64) -> Result<f64, CellFault> {
    match kind {
        ColumnKind::Integer => crate::read::numbers::whole(number),
        ColumnKind::Flag if number != 0.0 && (number - 1.0).abs() > 0.0 && !number.is_nan() => {
            Err(CellFault::NotAFlag)
        }
        _ => Ok(number),
    }
}
