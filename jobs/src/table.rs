//! Tables that jobs leave behind, as CSV for people and Parquet for Athena.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use series::grid::Moment;
use series::read::TimeForm;

use crate::failure::Failure;

/// A table, column by column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

/// The values of a column. A number that is `NaN` is written as a missing one.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Texts.
    Text(Vec<String>),
    /// Numbers.
    Number(Vec<f64>),
    /// Whole numbers.
    Integer(Vec<i64>),
    /// True or false.
    Flag(Vec<bool>),
    /// Texts of which there are few: the place of each among the levels.
    Category {
        /// The place of each row's text; one that is out of place is written as an empty text.
        codes: Vec<u32>,
        /// The texts.
        levels: Arc<[String]>,
    },
    /// Moments, all written alike.
    Moment {
        /// When.
        values: Vec<Moment>,
        /// How it is written.
        form: Form,
    },
}

/// How moments are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// `2017-12-31`.
    Day,
    /// `2017-12-31 23:00:00`.
    DayAndTime,
    /// As a history was written; Parquet has a type for times.
    As(TimeForm),
}

impl Table {
    /// A table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// The table with one more column, which must be as long as those before it: the shorter end
    /// is where all end.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Self {
        self.columns.push((name.into(), column));
        self
    }

    /// The table with one more column of texts.
    #[must_use]
    pub fn text<T: ToString>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.with(name, Column::Text(values.into_iter().map(|value| value.to_string()).collect()))
    }

    /// The table with one more column of numbers.
    #[must_use]
    pub fn number(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.with(name, Column::Number(values.into_iter().collect()))
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.iter().map(|(_, column)| column.len()).min().unwrap_or(0)
    }

    /// The table with numbers for moments.
    pub(crate) fn with_moments_as(self, number: impl Fn(Moment) -> i64) -> Self {
        let columns = self.columns.into_iter().map(|(name, column)| match column {
            Column::Moment { values, .. } => {
                (name, Column::Integer(values.into_iter().map(&number).collect()))
            }
            other => (name, other),
        });
        Self { columns: columns.collect() }
    }

    /// The table with its moments written as a history was, unless that would lose something of
    /// them.
    #[must_use]
    pub(crate) fn written_as(self, times: Option<&TimeForm>) -> Self {
        let Some(times) = times else { return self };
        let columns = self.columns.into_iter().map(|(name, column)| match column {
            Column::Moment { values, .. } if values.iter().all(|value| times.holds(*value)) => {
                (name, Column::Moment { values, form: Form::As(times.clone()) })
            }
            other => (name, other),
        });
        Self { columns: columns.collect() }
    }

    /// The bytes of a row as CSV, by the first rows.
    pub(crate) fn bytes_of_a_row(&self) -> usize {
        let sample = self.part(0..self.rows().min(1000));
        let mut text = Vec::new();
        // Memory takes every byte.
        let _ = sample.csv(&mut text);
        text.len() / sample.rows().max(1)
    }

    /// The column of this name.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(it, _)| it == name).map(|(_, column)| column)
    }

    /// The columns with their names.
    pub(crate) fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// The table without these columns, and without those that are this letter and a number.
    pub(crate) fn without(&self, names: &[&str], letter: &str) -> Self {
        let numbered =
            |name: &str| name.strip_prefix(letter).is_some_and(|rest| rest.parse::<f64>().is_ok());
        let left = self
            .columns
            .iter()
            .filter(|(name, _)| !names.contains(&name.as_str()) && !numbered(name));
        Self { columns: left.cloned().collect() }
    }

    /// Some of its rows.
    pub(crate) fn part(&self, rows: Range<usize>) -> Self {
        let columns = self.columns.iter();
        Self { columns: columns.map(|(name, it)| (name.clone(), it.part(&rows))).collect() }
    }

    /// Whether two rows have the same values in these columns.
    pub(crate) fn same(&self, columns: &[&str], one: usize, other: usize) -> bool {
        let compared = self.columns.iter().filter(|(name, _)| columns.contains(&name.as_str()));
        compared.into_iter().all(|(_, column)| column.text_of(one) == column.text_of(other))
    }

    /// Writes it as CSV with a header.
    pub fn write_csv(&self, path: &Path) -> Result<(), Failure> {
        write_whole(path, |file| self.csv(file))
    }

    /// Writes it as CSV without a header.
    pub(crate) fn write_bare_csv(&self, path: &Path) -> Result<(), Failure> {
        write_whole(path, |file| self.records(&mut csv::Writer::from_writer(file)))
    }

    /// Writes it as CSV with a header, to anything.
    pub fn csv(&self, to: &mut impl Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        self.records(&mut writer)
    }

    fn records(&self, writer: &mut csv::Writer<impl Write>) -> io::Result<()> {
        let mut record = csv::StringRecord::new();
        for row in 0..self.rows() {
            record.clear();
            for (_, column) in &self.columns {
                record.push_field(&column.text_of(row));
            }
            writer.write_record(&record)?;
        }
        writer.flush()
    }

    /// Writes it as Parquet.
    pub fn write_parquet(&self, path: &Path) -> Result<(), Failure> {
        write_whole(path, |file| self.parquet(file).map_err(io::Error::other))
    }

    fn parquet(&self, to: &mut (impl Write + Send)) -> Result<(), ParquetError> {
        let rows = self.rows();
        let arrays: Vec<ArrayRef> =
            self.columns.iter().map(|(_, column)| column.array().slice(0, rows)).collect();
        let fields = self.columns.iter().zip(&arrays).map(|((name, column), array)| {
            let may_miss = matches!(column, Column::Number(_));
            Field::new(name, array.data_type().clone(), may_miss)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays);
        let batch = batch.map_err(|error: ArrowError| ParquetError::General(error.to_string()))?;
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let mut writer = ArrowWriter::try_new(to, schema, Some(properties))?;
        writer.write(&batch)?;
        writer.close()?;
        Ok(())
    }
}

impl Column {
    /// Moments, written as days if each of them is one.
    pub fn moments(values: Vec<Moment>) -> Self {
        let form = if are_days(&values) { Form::Day } else { Form::DayAndTime };
        Self::Moment { values, form }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Category { codes, .. } => codes.len(),
            Self::Moment { values, .. } => values.len(),
        }
    }

    fn part(&self, rows: &Range<usize>) -> Self {
        fn of<T: Clone>(values: &[T], rows: &Range<usize>) -> Vec<T> {
            values.iter().take(rows.end).skip(rows.start).cloned().collect()
        }
        match self {
            Self::Text(values) => Self::Text(of(values, rows)),
            Self::Number(values) => Self::Number(of(values, rows)),
            Self::Integer(values) => Self::Integer(of(values, rows)),
            Self::Flag(values) => Self::Flag(of(values, rows)),
            Self::Category { codes, levels } => {
                Self::Category { codes: of(codes, rows), levels: Arc::clone(levels) }
            }
            Self::Moment { values, form } => {
                Self::Moment { values: of(values, rows), form: form.clone() }
            }
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(StringArray::from_iter_values(values)),
            Self::Number(values) => {
                let known = |value: &f64| value.is_finite().then_some(*value);
                Arc::new(values.iter().map(known).collect::<Float64Array>())
            }
            Self::Integer(values) => Arc::new(Int64Array::from_iter_values(values.iter().copied())),
            Self::Flag(values) => Arc::new(BooleanArray::from(values.clone())),
            Self::Category { codes, levels } => {
                let text = |code: &u32| levels.get(*code as usize).map_or("", String::as_str);
                Arc::new(codes.iter().map(text).collect::<DictionaryArray<Int32Type>>())
            }
            Self::Moment { values, .. } if are_days(values) => {
                let day = |value: &Moment| i32::try_from(value.day()).unwrap_or(i32::MAX);
                Arc::new(Date32Array::from_iter_values(values.iter().map(day)))
            }
            Self::Moment { values, .. } => {
                let milliseconds = values.iter().map(|value| value.0.saturating_mul(1000));
                Arc::new(TimestampMillisecondArray::from_iter_values(milliseconds))
            }
        }
    }

    /// A value as JSON; what is missing is null.
    pub(crate) fn json_of(&self, row: usize) -> serde_json::Value {
        match self {
            Self::Number(values) => {
                values.get(row).copied().filter(|value| value.is_finite()).into()
            }
            Self::Integer(values) => values.get(row).copied().into(),
            Self::Flag(values) => values.get(row).copied().into(),
            Self::Text(_) | Self::Category { .. } | Self::Moment { .. } => self.text_of(row).into(),
        }
    }

    pub(crate) fn text_of(&self, row: usize) -> String {
        match self {
            Self::Text(values) => values.get(row).cloned().unwrap_or_default(),
            Self::Number(values) => values
                .get(row)
                .filter(|value| value.is_finite())
                .map(f64::to_string)
                .unwrap_or_default(),
            Self::Integer(values) => values.get(row).map(i64::to_string).unwrap_or_default(),
            Self::Flag(values) => values.get(row).map(bool::to_string).unwrap_or_default(),
            Self::Category { codes, levels } => {
                let text = codes.get(row).and_then(|code| levels.get(*code as usize));
                text.cloned().unwrap_or_default()
            }
            Self::Moment { values, form } => match (values.get(row), form) {
                (Some(value), Form::Day) => value.civil().date().to_string(),
                (Some(value), Form::DayAndTime) => {
                    format!("{} {}", value.civil().date(), value.civil().time())
                }
                (Some(value), Form::As(times)) => times.text(*value),
                (None, _) => String::new(),
            },
        }
    }
}

fn are_days(values: &[Moment]) -> bool {
    values.iter().all(|value| value.0.rem_euclid(86_400) == 0)
}

/// Writes a file under another name first, so that it is there whole or not at all.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<fs::File>) -> io::Result<()>,
) -> Result<(), Failure> {
    let unfinished = path.with_added_extension("part");
    let outcome = fs::File::create(&unfinished).and_then(|file| {
        let mut file = io::BufWriter::new(file);
        write(&mut file)?;
        file.flush()?;
        fs::rename(&unfinished, path)
    });
    outcome.map_err(Failure::write(path))
}

/// Writes a value as JSON for people and programs.
pub(crate) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Failure> {
    write_whole(path, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn what_is_missing_is_empty_and_what_needs_quotes_has_them() {
        let table = Table::new().text("store", ["a, b", "c"]).number("sales", [f64::NAN, 0.1]);

        let mut text = Vec::new();
        table.csv(&mut text).unwrap();

        assert_eq!(String::from_utf8(text).unwrap(), "store,sales\n\"a, b\",\nc,0.1\n");
    }
}
