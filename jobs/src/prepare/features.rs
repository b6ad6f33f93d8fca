//! Features as the built-in XGBoost wants them, and as people do.

use std::io::{self, Write};
use std::path::Path;

use series::features::FeatureTable;

use crate::failure::Failure;
use crate::table::{Column, Table, write_whole};

/// Writes the rows of these numbers, label first, without header; what is missing is empty.
pub(crate) fn write_bare(
    path: &Path,
    table: &FeatureTable,
    rows: &[usize],
    target: &[f64],
) -> Result<(), Failure> {
    write_whole(path, |file| {
        for &row in rows {
            write_number(file, target.get(row).copied().unwrap_or(f64::NAN))?;
            for column in &table.columns {
                file.write_all(b",")?;
                write_number(file, f64::from(column.get(row).copied().unwrap_or(f32::NAN)))?;
            }
            file.write_all(b"\n")?;
        }
        Ok(())
    })
}

/// Single precision is what trees calculate with, and its shortest form reads back as the same.
#[expect(clippy::cast_possible_truncation, reason = "features are single precision already")]
fn write_number(to: &mut impl Write, value: f64) -> io::Result<()> {
    if value.is_nan() { Ok(()) } else { write!(to, "{}", value as f32) }
}

/// The rows of these numbers with header, texts for categories and a label of high demand.
pub(crate) fn readable(
    table: &FeatureTable,
    rows: &[usize],
    (target, name): (&[f64], &str),
    high_demand: Option<f64>,
) -> Table {
    let of = |values: &[f64]| -> Vec<f64> {
        rows.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect()
    };
    let mut readable = Table::new();
    for (feature, column) in table.features.iter().zip(&table.columns) {
        let values: Vec<f64> = column.iter().copied().map(f64::from).collect();
        let values = of(&values);
        let column = match &feature.levels {
            Some(levels) => Column::Category {
                codes: values.into_iter().map(crate::history::code).collect(),
                levels: levels.as_slice().into(),
            },
            None => Column::Number(values),
        };
        readable = readable.with(&feature.name, column);
    }
    let target = of(target);
    let labels = high_demand
        .map(|threshold| Column::Flag(target.iter().map(|&target| target >= threshold).collect()));
    readable = readable.with(name, Column::Number(target));
    match labels {
        Some(labels) => readable.with("high_demand", labels),
        None => readable,
    }
}
