//! Which point of an earlier year answers for a point to come?
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "numeric kernel over one rectangular array"
)]

use series::grid::Grid;

use crate::analogue::Feasts;
use crate::calendar;
use crate::view::{View, length};

/// The targets of all series over the same points.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    known: usize,
    values: Vec<f64>,
}

impl Matrix {
    pub(super) fn of(view: &View<'_>, first: i64, known: usize) -> Self {
        let mut values = vec![f64::NAN; view.count() * known];
        for series in 0..view.count() {
            let history = view.history(series);
            let offset = usize::try_from(history.start - first).unwrap_or(0);
            let from = series * known + offset.min(known);
            values[from..from + history.values.len()].copy_from_slice(history.values);
        }
        Self { known, values }
    }

    pub(super) fn count(&self) -> usize {
        self.values.len().checked_div(self.known).unwrap_or(0)
    }

    pub(super) fn row(&self, series: usize) -> &[f64] {
        &self.values[series * self.known..(series + 1) * self.known]
    }

    /// A row with zero where nothing was sold.
    pub(super) fn filled(&self, series: usize) -> Vec<f64> {
        self.row(series).iter().map(|&value| if value.is_nan() { 0.0 } else { value }).collect()
    }

    /// Other rows with the same gaps.
    pub(super) fn with(&self, rows: impl Iterator<Item = (usize, Vec<f64>)>) -> Self {
        let mut changed = self.clone();
        for (series, row) in rows {
            let from = series * self.known;
            for (value, new) in changed.values[from..].iter_mut().zip(row) {
                if !value.is_nan() {
                    *value = new;
                }
            }
        }
        changed
    }

    /// The mean of the last few known values of each series, `NaN` where there is none.
    pub(super) fn last_levels(&self, count: usize) -> Vec<f64> {
        let level = |series: usize| {
            let known = self.row(series).iter().rev().filter(|value| !value.is_nan());
            let last: Vec<f64> = known.take(count.max(1)).copied().collect();
            if last.is_empty() { f64::NAN } else { last.iter().sum::<f64>() / last.len() as f64 }
        };
        (0..self.count()).map(level).collect()
    }
}

/// Where to look.
pub(super) struct Lookup {
    pub(super) grid: Grid,
    pub(super) first: i64,
    pub(super) known: usize,
    pub(super) lag: usize,
    pub(super) feasts: Feasts,
}

impl Lookup {
    /// The value that answers for a step, so many years ago, or that of the nearest neighbour.
    pub(super) fn value(
        &self,
        smooth: &Matrix,
        series: usize,
        step: usize,
        years: usize,
    ) -> Option<f64> {
        let target = self.first + length(self.known) + length(step);
        let mut place = self.analogue(target, years) - self.first;
        while place >= length(self.known) {
            place -= length(self.lag);
        }
        let row = smooth.row(series);
        let reach: &[i64] = if self.lag >= 26 { &[0, 1, -1, 2, -2] } else { &[0] };
        let known = reach.iter().filter_map(|offset| {
            let place = usize::try_from(place + offset).ok()?;
            row.get(place).copied().filter(|value| !value.is_nan())
        });
        known.into_iter().next()
    }

    /// The point so many years before, with the weeks between the two Easters moved by one.
    fn analogue(&self, target: i64, years: usize) -> i64 {
        let back = length(years * self.lag);
        let plain = target - back;
        if self.feasts == Feasts::Ignored || self.lag != 52 {
            return plain;
        }
        let (Some(now), Some(then)) =
            (calendar::easter_week(&self.grid, target), calendar::easter_week(&self.grid, plain))
        else {
            return plain;
        };
        // Where this year's Easter would lie in the earlier year if it did not move.
        let unmoved = now - back;
        if plain == unmoved {
            return then;
        }
        if unmoved < then && plain > unmoved && plain <= then {
            return plain - 1;
        }
        if then < unmoved && plain >= then && plain < unmoved {
            return plain + 1;
        }
        plain
    }
}
