//! What do rows hold that stand alone?
//!
//! Products with their features and an outcome are no series: there is no time, and each row is
//! learnt from for itself.

use scenario::data::NegativeTarget;

use crate::assemble::collect::{Kept, collect};
use crate::assemble::levels;
use crate::clean::instead;
use crate::features::{Feature, FeatureTable, Row};
use crate::read::{Format, Place, ReadError, Source};
use crate::schema::{Purpose, Schema};

/// Rows that stand alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Identifiers and features, in the order of the schema.
    pub columns: Vec<TableColumn>,
    /// The target of each row, `NaN` where it is missing.
    pub target: Vec<f64>,
    /// Where each row stands.
    pub places: Vec<Place>,
    /// What the files turned out to be.
    pub formats: Vec<Format>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// Its name in the header.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Its values; of a category the place among the levels.
    pub values: Vec<f64>,
    /// The texts of a category, in order; none for a number.
    pub levels: Option<Vec<String>>,
}

/// Reads a table of rows that stand alone. The first fault is an error.
pub fn table(source: Source, schema: &Schema) -> Result<Table, ReadError> {
    let mut rows = collect(source, schema)?;
    let mut columns = Vec::new();
    for (place, field) in schema.columns.iter().enumerate() {
        let levels = levels::of_column(place, std::iter::once(&rows));
        let Some(Kept::Rows(values)) = rows.columns.get_mut(place) else { continue };
        let mut values = std::mem::take(values);
        if let Some(levels) = &levels {
            for value in &mut values {
                *value = levels::translated(levels.of_file(0), *value);
            }
        }
        columns.push(TableColumn {
            name: field.name.clone(),
            purpose: field.purpose,
            values,
            levels: levels.map(levels::Levels::into_texts),
        });
    }
    let places = (0..rows.series.len()).map(|row| rows.place(row)).collect();
    Ok(Table { columns, target: rows.target, places, formats: rows.formats })
}

impl Table {
    /// Some of its rows, in this order; those that it does not have are left out.
    #[must_use]
    pub fn part(&self, rows: &[usize]) -> Self {
        let of = |values: &[f64]| rows.iter().filter_map(|&row| values.get(row).copied()).collect();
        let column = |column: &TableColumn| TableColumn {
            name: column.name.clone(),
            purpose: column.purpose,
            values: of(&column.values),
            levels: column.levels.clone(),
        };
        Self {
            columns: self.columns.iter().map(column).collect(),
            target: of(&self.target),
            places: rows.iter().filter_map(|&row| self.places.get(row).cloned()).collect(),
            formats: self.formats.clone(),
        }
    }

    /// What tree models learn from: the features as they are, a row for each row of the table, whose
    /// number stands in the place of the series.
    ///
    /// Rows without target are kept: they are those to be predicted. Targets below zero become what
    /// the scenario says.
    pub fn features(&self, negative: NegativeTarget) -> FeatureTable {
        let features = || {
            let is_feature = |column: &&TableColumn| matches!(column.purpose, Purpose::Feature(_));
            self.columns.iter().filter(is_feature)
        };
        let feature = |column: &TableColumn| Feature {
            name: column.name.clone(),
            levels: column.levels.clone(),
        };
        let cleaned = |&target: &f64| if target < 0.0 { instead(negative, target) } else { target };
        FeatureTable {
            features: features().map(feature).collect(),
            columns: features().map(|column| single(&column.values)).collect(),
            rows: (0..).take(self.target.len()).map(|series| Row { series, point: 0 }).collect(),
            target: self.target.iter().map(cleaned).collect(),
        }
    }
}

/// Tree models calculate in single precision.
#[expect(clippy::cast_possible_truncation, reason = "what trees split by is no more precise")]
fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}
