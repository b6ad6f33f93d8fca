//! `inspect`: what was forecast for this store, and what happened?
//!
//! Input `predictions` is what `evaluate` writes, as CSV or Parquet: id columns, the time, `step`,
//! `actual`, `mean`, and quantiles. Without a condition those series are shown that were missed by
//! most.

mod predictions;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::str::FromStr;

use series::read::ReadError;

use crate::arguments::Inspect;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::inspect::predictions::{Predictions, Row};
use crate::place::Places;

/// `COLUMN=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// Its value.
    pub value: String,
}

/// Why predictions cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// A text that is not `COLUMN=VALUE`.
    #[error("`{0}` is not COLUMN=VALUE, such as store=7")]
    NotACondition(String),
    /// Predictions that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A condition on a column that is not there.
    #[error("{file}: there is no column `{column}` to choose by; there are {known}")]
    NoColumn {
        /// The file.
        file: String,
        /// What was asked for.
        column: String,
        /// What there is.
        known: String,
    },
    /// No row is as asked for.
    #[error("{file}: no row has {wanted}; {remedy}")]
    NothingFound {
        /// The file.
        file: String,
        /// What was asked for.
        wanted: String,
        /// What there is instead.
        remedy: String,
    },
}

impl FromStr for Condition {
    type Err = InspectError;

    fn from_str(text: &str) -> Result<Self, InspectError> {
        match text.split_once('=') {
            Some((column, value)) if !column.is_empty() => {
                Ok(Self { column: column.to_owned(), value: value.to_owned() })
            }
            _ => Err(InspectError::NotACondition(text.to_owned())),
        }
    }
}

pub(crate) fn run(
    arguments: &Inspect,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let places = Places::new(environment, &arguments.input, &[]);
    let predictions = Predictions::read(&places.input("predictions")?)?;
    let chosen = predictions.chosen(&arguments.chosen)?;
    show(&predictions, &chosen, arguments, out).map_err(Failure::Tell)
}

/// Sums over some rows whose actual value is known.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    rows: f64,
    actual: f64,
    mean: f64,
    absolute: f64,
    inside: f64,
}

impl Sums {
    fn of<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Self {
        let mut sums = Self::default();
        for row in rows {
            if row.actual.is_finite() && row.mean.is_finite() {
                sums.rows += 1.0;
                sums.actual += row.actual;
                sums.mean += row.mean;
                sums.absolute += (row.mean - row.actual).abs();
                let inside =
                    row.interval().is_some_and(|(low, high)| (low..=high).contains(&row.actual));
                sums.inside += f64::from(u8::from(inside));
            }
        }
        sums
    }
}

fn show(
    predictions: &Predictions,
    chosen: &[&Row],
    arguments: &Inspect,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut series: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
    for row in chosen {
        series.entry(row.series).or_default().push(row);
    }
    let mut order: Vec<(u32, Sums)> =
        series.iter().map(|(series, rows)| (*series, Sums::of(rows.iter().copied()))).collect();
    order.sort_by(|a, b| b.1.absolute.total_cmp(&a.1.absolute));
    let all = Sums::of(chosen.iter().copied());
    let words: Vec<String> =
        arguments.chosen.iter().map(|it| format!("{} = {}", it.column, it.value)).collect();
    let words = if words.is_empty() { "all".to_owned() } else { words.join(", ") };
    let order_by = if order.len() > 1 { ", the largest sum of absolute errors first" } else { "" };
    writeln!(out, "{words}: {} series, {} rows{order_by}", order.len(), chosen.len())?;
    totals(predictions, &order, &all, out)?;
    for (number, _) in order.iter().take(arguments.top) {
        let rows = series.get(number).map_or(&[][..], Vec::as_slice);
        writeln!(out, "\n{}", predictions.name(*number))?;
        details(predictions, rows, out)?;
    }
    Ok(())
}

const LISTED: usize = 20;

fn totals(
    predictions: &Predictions,
    order: &[(u32, Sums)],
    all: &Sums,
    out: &mut impl Write,
) -> io::Result<()> {
    let interval = predictions.interval_name();
    let inside = interval.map_or_else(|| "inside".to_owned(), |name| format!("in {name}"));
    let mut lines = vec![
        ["series", "rows", "actual", "forecast", "error", "WAPE", inside.as_str()]
            .map(str::to_owned)
            .to_vec(),
    ];
    let line = |name: String, sums: &Sums| {
        let share = |part: f64, whole: f64| match whole {
            0.0 => "n/a".to_owned(),
            whole => format!("{:.1} %", part / whole * 100.0),
        };
        let has_interval = predictions.levels() > 1;
        vec![
            name,
            sums.rows.to_string(),
            number(sums.actual),
            number(sums.mean),
            signed(sums.mean - sums.actual),
            share(sums.absolute, sums.actual.abs()),
            if has_interval { share(sums.inside, sums.rows) } else { "-".to_owned() },
        ]
    };
    let listed = order.iter().take(LISTED);
    lines.extend(listed.map(|(series, sums)| line(predictions.name(*series), sums)));
    if order.len() > LISTED {
        let mut more = vec![format!("and {} more", order.len() - LISTED)];
        more.resize(7, String::new());
        lines.push(more);
    }
    lines.push(line("total".to_owned(), all));
    aligned(&lines, out)
}

fn details(predictions: &Predictions, rows: &[&Row], out: &mut impl Write) -> io::Result<()> {
    let interval = predictions.interval_name();
    let mut head = vec!["when", "step", "actual", "forecast", "error"];
    head.extend(interval.as_deref());
    let has_hours =
        rows.iter().any(|row| row.moment.is_some_and(|it| it.to_string().contains(':')));
    let mut lines = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| (row.moment, row.step));
    lines.extend(rows.iter().map(|row| {
        let mut cells = vec![
            row.moment
                .map_or_else(|| "-".to_owned(), |moment| time(&moment.to_string(), has_hours)),
            row.step.map_or_else(|| "-".to_owned(), |step| step.to_string()),
            number(row.actual),
            number(row.mean),
            signed(row.mean - row.actual),
        ];
        if let Some((low, high)) = row.interval() {
            let is_outside = row.actual.is_finite() && !(low..=high).contains(&row.actual);
            cells.push(format!("{} to {}", number(low), number(high)));
            cells.push(if is_outside { "outside" } else { "" }.to_owned());
        }
        cells
    }));
    aligned(&lines, out)
}

/// A time as the others are written: with hours and minutes where any has them.
fn time(text: &str, has_hours: bool) -> String {
    match text.strip_suffix(":00") {
        Some(shorter) if shorter.contains(':') => shorter.to_owned(),
        None if has_hours && !text.contains(':') => format!("{text} 00:00"),
        _ => text.to_owned(),
    }
}

/// Two decimals, or none where they tell nothing.
fn number(value: f64) -> String {
    match value {
        value if !value.is_finite() => "-".to_owned(),
        value if value.abs() >= 100_000.0 => format!("{value:.0}"),
        value => format!("{value:.2}"),
    }
}

fn signed(value: f64) -> String {
    let text = number(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// Columns below each other: the first to the left, the others to the right.
fn aligned(lines: &[Vec<String>], out: &mut impl Write) -> io::Result<()> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
