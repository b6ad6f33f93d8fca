//! What are the data like that a model was judged by: the contents of `data_profile.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::table::{Column, Table};

/// As many texts of a category are counted one by one.
const TOP: usize = 10;

/// The rows and each column.
#[derive(Debug, Serialize)]
pub(super) struct Profile {
    rows: usize,
    columns: BTreeMap<String, ColumnProfile>,
}

/// One column.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ColumnProfile {
    Number {
        missing: usize,
        zeros: usize,
        negative: usize,
        #[serde(flatten)]
        moments: Option<Moments>,
    },
    Category {
        missing: usize,
        distinct: usize,
        top: BTreeMap<String, usize>,
    },
    Time {
        first: String,
        last: String,
    },
}

#[derive(Debug, Serialize)]
struct Moments {
    mean: f64,
    deviation: f64,
    min: f64,
    p25: f64,
    median: f64,
    p75: f64,
    max: f64,
}

pub(super) fn profile(table: &Table) -> Profile {
    let columns = table.columns().iter().map(|(name, column)| (name.clone(), of_column(column)));
    Profile { rows: table.rows(), columns: columns.collect() }
}

fn of_column(column: &Column) -> ColumnProfile {
    match column {
        Column::Number(values) => of_numbers(values),
        Column::Integer(_) | Column::Flag(_) | Column::Text(_) | Column::Category { .. } => {
            of_texts((0..column.len()).map(|row| column.text_of(row)))
        }
        Column::Moment { values, .. } => ColumnProfile::Time {
            first: values.iter().min().map(ToString::to_string).unwrap_or_default(),
            last: values.iter().max().map(ToString::to_string).unwrap_or_default(),
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "a mean is not a count")]
fn of_numbers(values: &[f64]) -> ColumnProfile {
    let mut known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    known.sort_unstable_by(f64::total_cmp);
    let count = known.len() as f64;
    let mean = known.iter().sum::<f64>() / count;
    let variance = known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let at = |quarter: usize| known.get(quarter * known.len().saturating_sub(1) / 4).copied();
    let moments = || {
        Some(Moments {
            mean,
            deviation: variance.sqrt(),
            min: at(0)?,
            p25: at(1)?,
            median: at(2)?,
            p75: at(3)?,
            max: at(4)?,
        })
    };
    ColumnProfile::Number {
        missing: values.len() - known.len(),
        zeros: known.iter().filter(|value| value.abs() <= 0.0).count(),
        negative: known.iter().filter(|value| **value < 0.0).count(),
        moments: moments(),
    }
}

fn of_texts(texts: impl Iterator<Item = String>) -> ColumnProfile {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let missing = counts.remove("").unwrap_or(0);
    let distinct = counts.len();
    let mut sorted: Vec<(String, usize)> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ColumnProfile::Category { missing, distinct, top: sorted.into_iter().take(TOP).collect() }
}
