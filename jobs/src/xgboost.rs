//! The model that SageMaker's built-in XGBoost trained, read and answered without its container.

use std::fs;
use std::path::{Path, PathBuf};

use trees::{Column, FileError, MismatchError, Model, Predictions, Rounds, Table, TableError};

use crate::failure::Failure;

/// What the built-in container calls its model.
pub(crate) const FILE: &str = "xgboost-model";

/// A model whose columns have an order but no names.
#[derive(Debug)]
pub(crate) struct Booster {
    model: Model,
}

/// Why a model of XGBoost cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XgboostError {
    /// The file is not a model that we can read.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
    /// The rows are not of the model's width.
    #[error(
        "row {row} has {found} values, the model takes {wanted}: the features in the order of training, without label and header"
    )]
    Width {
        /// The row, counted from 1.
        row: usize,
        /// What it has.
        found: usize,
        /// What the model takes.
        wanted: usize,
    },
    /// A value is not a number.
    #[error(
        "row {row}, value {column}: `{value}` is not a number; leave it empty if it is missing"
    )]
    NotANumber {
        /// The row, counted from 1.
        row: usize,
        /// The value, counted from 1.
        column: usize,
        /// What stands there.
        value: String,
    },
    /// The values do not form a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The table does not fit the model.
    #[error(transparent)]
    Mismatch(#[from] MismatchError),
}

impl Booster {
    /// Reads the model in a folder.
    pub(crate) fn load(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FILE);
        let bytes = fs::read(&path).map_err(Failure::read(&path))?;
        let model = Model::from_bytes(&bytes);
        let model = model.map_err(|source| XgboostError::File { path, source })?;
        Ok(Self { model: model.with_rounds(Rounds::SageMaker) })
    }

    /// How many values a row has.
    pub(crate) fn width(&self) -> usize {
        self.model.feature_names().count()
    }

    /// The model itself.
    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Answers rows that were read column by column, in the order of training.
    pub(crate) fn predict(&self, columns: Vec<Vec<f32>>) -> Result<Predictions, XgboostError> {
        Ok(self.model.predict(&self.table(columns)?)?)
    }

    /// The columns under the names that the model has for them.
    pub(crate) fn table(&self, columns: Vec<Vec<f32>>) -> Result<Table, XgboostError> {
        let columns_of_model: Vec<&str> = self.model.feature_names().collect();
        if columns.len() != columns_of_model.len() {
            return Err(XgboostError::Width {
                row: 1,
                found: columns.len(),
                wanted: columns_of_model.len(),
            });
        }
        let named = columns_of_model.into_iter().zip(columns);
        Ok(Table::new(named.map(|(name, values)| Column::numbers(name, values)).collect())?)
    }
}

/// Reads rows of numbers without header. The separator is the first of comma, semicolon, tab and
/// bar that the first line has, as the built-in container guesses it; an empty value is missing.
pub(crate) fn read_rows(body: &[u8], width: usize) -> Result<Vec<Vec<f32>>, XgboostError> {
    let first = body.split(|&byte| byte == b'\n' || byte == b'\r').next().unwrap_or_default();
    let separator = [b',', b';', b'\t', b'|'].into_iter().find(|it| first.contains(it));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.unwrap_or(b','))
        .from_reader(body);
    let mut columns = vec![Vec::new(); width];
    let mut record = csv::ByteRecord::new();
    let mut row = 0;
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        row += 1;
        if record.len() != width {
            return Err(XgboostError::Width { row, found: record.len(), wanted: width });
        }
        for (place, (column, text)) in columns.iter_mut().zip(&record).enumerate() {
            column.push(number(text).ok_or_else(|| XgboostError::NotANumber {
                row,
                column: place + 1,
                value: String::from_utf8_lossy(text).chars().take(40).collect(),
            })?);
        }
    }
    Ok(columns)
}

fn number(text: &[u8]) -> Option<f32> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.is_empty() {
        return Some(f32::NAN);
    }
    let value: f32 = text.parse().ok()?;
    (!value.is_infinite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::read_rows;

    #[test]
    fn an_empty_value_is_missing_and_the_separator_is_guessed() {
        let columns = read_rows(b"1;;3\r\n4;5;6\n", 3).unwrap();

        assert_eq!(columns[0], [1.0, 4.0]);
        assert!(columns[1][0].is_nan());
        assert_eq!(columns[2], [3.0, 6.0]);
    }

    #[test]
    fn a_row_of_another_width_and_a_text_are_named() {
        let width = read_rows(b"1,2\n1,2,3\n", 2).unwrap_err().to_string();
        let text = read_rows(b"1,2\n1,two\n", 2).unwrap_err().to_string();

        assert!(width.starts_with("row 2 has 3 values, the model takes 2"), "{width}");
        assert!(text.starts_with("row 2, value 2: `two` is not a number"), "{text}");
    }
}
