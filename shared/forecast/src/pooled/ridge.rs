//! What is the best straight line through all rows, if large weights cost?
//!
//! `b = (X'WX + n lambda I)^-1 X'Wy` (Hoerl and Kennard 1970) over standardised columns. Parts of
//! the date and small categories become one column for each value; what is missing is the mean.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "numeric kernel: square arrays of a few hundred columns"
)]

use serde::{Deserialize, Serialize};
use trees::{Column, Kind, Table};

use crate::pooled::Strength;
use crate::pooled::rows::Rows;

/// Categories of more values than this are left out.
const MOST_LEVELS: u32 = 60;

/// Rows that the line is drawn through, at most.
const ROWS: usize = 30_000;

/// A fitted line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Linear {
    intercept: f64,
    terms: Vec<Term>,
}

/// One column of the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Term {
    feature: String,
    /// The value that it flags; none for the number itself.
    flags: Option<f32>,
    mean: f64,
    weight: f64,
}

impl Linear {
    pub(super) fn fit(rows: &Rows, weights: &[f32], strength: Strength) -> Option<Self> {
        let stride = rows.ratios.len().div_ceil(ROWS).max(1);
        let chosen: Vec<usize> = (0..rows.ratios.len()).step_by(stride).collect();
        let penalty = if strength == Strength::Plain { 0.001 } else { 0.05 };
        let columns = rows.table.columns();
        let mut terms: Vec<Term> = columns.iter().flat_map(|c| terms_of(c, &chosen)).collect();
        let total: f64 = chosen.iter().map(|&row| f64::from(weights[row])).sum();
        if total <= 0.0 {
            return None;
        }
        let design: Vec<Vec<f64>> = terms
            .iter()
            .map(|term| {
                let column = columns.iter().find(|column| column.name() == term.feature);
                chosen.iter().map(|&row| column.map_or(0.0, |c| term.value(c, row))).collect()
            })
            .collect();
        // A ratio far from one is an accident of a small level.
        let clipped = |row: usize| f64::from(rows.ratios[row]).clamp(-5.0, 10.0);
        let target: Vec<f64> = chosen.iter().map(|&row| clipped(row)).collect();
        let weight: Vec<f64> = chosen.iter().map(|&row| f64::from(weights[row]) / total).collect();
        let mean: f64 = target.iter().zip(&weight).map(|(y, w)| y * w).sum();
        let coefficients = solve(&design, &target, &weight, (mean, penalty));
        for (term, coefficient) in terms.iter_mut().zip(coefficients) {
            term.weight = coefficient;
        }
        Some(Self { intercept: mean, terms })
    }

    pub(super) fn predict(&self, table: &Table) -> Vec<f64> {
        let mut predicted = vec![self.intercept; table.rows()];
        for term in &self.terms {
            let column = table.columns().iter().find(|column| column.name() == term.feature);
            let Some(column) = column else { continue };
            for (row, sum) in predicted.iter_mut().enumerate() {
                *sum += term.weight * term.value(column, row);
            }
        }
        predicted
    }

    /// The names of the features, and for each row what they add, the intercept last.
    pub(super) fn contributions(&self, table: &Table) -> (Vec<String>, Vec<Vec<f64>>) {
        let names: Vec<String> = table.columns().iter().map(|c| c.name().to_owned()).collect();
        let mut rows = vec![vec![0.0; names.len() + 1]; table.rows()];
        for term in &self.terms {
            let Some(place) = names.iter().position(|name| *name == term.feature) else { continue };
            for (row, values) in rows.iter_mut().enumerate() {
                values[place] += term.weight * term.value(&table.columns()[place], row);
            }
        }
        for row in &mut rows {
            row[names.len()] = self.intercept;
        }
        (names, rows)
    }
}

impl Term {
    /// The centred value of a row; missing ones are the mean.
    fn value(&self, column: &Column, row: usize) -> f64 {
        let value = column.values()[row];
        if value.is_nan() {
            return 0.0;
        }
        match self.flags {
            Some(flagged) => f64::from(value.total_cmp(&flagged).is_eq()) - self.mean,
            None => f64::from(value) - self.mean,
        }
    }
}

fn terms_of(column: &Column, rows: &[usize]) -> Vec<Term> {
    let term = |flags: Option<f32>| {
        let plain = Term { feature: column.name().to_owned(), flags, mean: 0.0, weight: 0.0 };
        let sum: f64 = rows.iter().map(|&row| plain.value(column, row)).sum();
        Term { mean: sum / rows.len().max(1) as f64, ..plain }
    };
    let parts = ["hour", "day_of_week", "month", "quarter", "week_of_year"];
    match column.kind() {
        Kind::Category { levels } if levels > MOST_LEVELS => Vec::new(),
        Kind::Category { levels } => (0..levels).map(|level| term(Some(level as f32))).collect(),
        Kind::Number if parts.contains(&column.name()) => {
            (0..54_u8).map(|value| term(Some(f32::from(value)))).filter(|t| t.mean > 0.0).collect()
        }
        Kind::Number => vec![term(None)],
    }
}

/// The coefficients, of columns that are centred but not scaled.
fn solve(
    design: &[Vec<f64>],
    target: &[f64],
    weight: &[f64],
    (mean, penalty): (f64, f64),
) -> Vec<f64> {
    use rayon::prelude::*;
    let dot = |a: &[f64], b: &[f64], shift: f64| -> f64 {
        a.iter().zip(b).zip(weight).map(|((a, b), w)| w * a * (b - shift)).sum()
    };
    let row = |(place, column): (usize, &Vec<f64>)| {
        let mut row: Vec<f64> = design.iter().map(|other| dot(column, other, 0.0)).collect();
        // Standardising the columns and penalising alike is penalising each by its variance.
        row[place] += penalty * row[place] + 1e-9;
        row.push(dot(column, target, mean));
        row
    };
    crate::solve::gauss(design.par_iter().enumerate().map(row).collect())
}
