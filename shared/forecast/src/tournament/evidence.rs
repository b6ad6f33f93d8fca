//! What did the candidates forecast, and what happened?
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "numeric kernel: all rows have one place for each point"
)]

use std::num::NonZeroUsize;

use metric::HistoryScale;

use crate::candidate::Candidate;
use crate::error::Error;
use crate::task::{Objective, Task};
use crate::tournament::{Size, third};
use crate::view::View;

/// A point that was forecast from an earlier origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// The place of the series in the panel.
    pub(crate) series: usize,
    /// Which third of the horizon.
    pub(crate) third: usize,
    /// What happened.
    pub(crate) actual: f64,
    /// What the error weighs.
    pub(crate) weight: f64,
    /// The usual change of the series over a season, as known at the origin.
    pub(crate) change: f64,
}

/// All of them, and what each candidate said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) points: Vec<Point>,
    pub(crate) candidates: Vec<Candidate>,
    /// For each candidate its forecast of each point.
    pub(crate) forecasts: Vec<Vec<f64>>,
    /// What the chosen mixture said.
    pub(crate) mixture: Vec<f64>,
    pub(crate) size: Size,
}

impl Evidence {
    /// Lets the candidates forecast some series from each origin. A candidate that cannot forecast
    /// from one of them is left out, if others can.
    pub(crate) fn gather(
        task: &Task,
        rounds: &[View<'_>],
        candidates: &[Candidate],
        series: &[usize],
    ) -> Result<Self, Error> {
        let mut evidence = Self {
            candidates: candidates.to_vec(),
            forecasts: vec![Vec::new(); candidates.len()],
            size: Size {
                series: series.len(),
                origins: rounds.len(),
                steps: rounds.first().map_or(0, View::horizon),
            },
            ..Self::default()
        };
        for view in rounds {
            let kept = evidence.add_points(task, view, series);
            for (candidate, said) in candidates.iter().zip(&mut evidence.forecasts) {
                let means = candidate.forecast_some(view, task, series)?;
                said.extend(kept.iter().map(|&(row, step)| {
                    means.as_ref().map_or(f64::NAN, |means| means.row(row)[step])
                }));
            }
        }
        Ok(evidence)
    }

    /// Notes what happened; answers with row and step of each point.
    fn add_points(
        &mut self,
        task: &Task,
        view: &View<'_>,
        series: &[usize],
    ) -> Vec<(usize, usize)> {
        let holiday = task.holiday.as_ref();
        let column = holiday.and_then(|holiday| view.known_column(&holiday.column));
        let mut kept = Vec::new();
        for (row, &place) in series.iter().enumerate() {
            let change = usual_change(view, place, &task.seasons);
            let truth = &view.panel().series[place];
            let from = view.origin(place);
            for step in 0..view.horizon() {
                let point = from + crate::view::length(step);
                let at = usize::try_from(point - truth.start).ok();
                let actual = at.and_then(|at| truth.target.get(at)).copied();
                let Some(actual) = actual.filter(|actual| !actual.is_nan()) else { continue };
                let flag = column.map_or(0.0, |column| view.column_value(column, place, point));
                let weight = if flag > 0.0 { holiday.map_or(1.0, |h| h.weight) } else { 1.0 };
                let third = third(step, view.horizon());
                self.points.push(Point { series: place, third, actual, weight, change });
                kept.push((row, step));
            }
        }
        kept
    }

    /// The loss of each candidate.
    pub(crate) fn losses(&self, objective: Objective) -> Vec<f64> {
        self.forecasts.iter().map(|said| self.loss(said, objective)).collect()
    }

    /// The loss of forecasts of all points; infinite if one is missing.
    pub(crate) fn loss(&self, said: &[f64], objective: Objective) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (point, forecast) in self.points.iter().zip(said) {
            sum += terms(point, *forecast, objective);
            weights += if objective == Objective::Wmae { point.weight } else { 1.0 };
        }
        let mean = sum / weights;
        let loss = if objective == Objective::Rmse { mean.sqrt() } else { mean };
        if loss.is_finite() { loss } else { f64::INFINITY }
    }

    /// Forecasts of the mixture with these weights of each third.
    pub(crate) fn mix(&mut self, weights: &[[f64; 3]]) {
        let mut mixture = vec![0.0; self.points.len()];
        for (said, weights) in self.forecasts.iter().zip(weights) {
            if weights.iter().all(|&weight| weight <= 0.0) {
                continue;
            }
            for ((sum, point), value) in mixture.iter_mut().zip(&self.points).zip(said) {
                *sum += weights[point.third] * value;
            }
        }
        self.mixture = mixture;
    }
}

/// Errors beyond so many usual changes count as so many.
const MOST_CHANGES: f64 = 20.0;

/// What one point adds to the loss.
pub(crate) fn terms(point: &Point, forecast: f64, objective: Objective) -> f64 {
    let error = forecast - point.actual;
    match objective {
        Objective::Rmse => error * error,
        Objective::Wmae => point.weight * error.abs(),
        // A series that hardly ever changed must not decide for all others.
        Objective::Mase => (error.abs() / point.change).min(MOST_CHANGES),
    }
}

/// The mean absolute change of a series over its shortest season, never zero.
pub(crate) fn usual_change(view: &View<'_>, series: usize, seasons: &[usize]) -> f64 {
    let values = view.history(series).values;
    let shortest = seasons.iter().copied().min().unwrap_or(1);
    let season = if values.len() > 2 * shortest { shortest } else { 1 };
    let season = NonZeroUsize::new(season).unwrap_or(NonZeroUsize::MIN);
    let history = values.iter().map(|&value| Some(value));
    let scale = HistoryScale::of(history, season).absolute();
    let known = values.iter().filter(|value| !value.is_nan());
    let (sum, count) = known.fold((0.0, 0_usize), |(s, n), value| (s + value.abs(), n + 1));
    let least = 0.01 * sum / count.max(1) as f64;
    scale.unwrap_or(0.0).max(least).max(1e-9)
}
