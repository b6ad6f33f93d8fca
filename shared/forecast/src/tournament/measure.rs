//! By which number are candidates shown to people?
//!
//! A tournament minimises its objective, which every point forecast has. A scenario's gate may ask
//! for another number; candidates are then listed by that.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: thirds are three, values are there")]

use serde::{Deserialize, Serialize};

use crate::task::{Objective, Task};
use crate::tournament::evidence::{Evidence, Point};

/// A number by which candidates are listed, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// What the tournament minimises.
    #[default]
    Loss,
    /// The mean absolute error.
    Mae,
    /// The sum of absolute errors over that of what happened.
    Wape,
    /// The mean weighted quantile loss, with quantiles of a candidate's own errors around its
    /// forecasts: for each third of the horizon, in usual changes of the series.
    MeanWql,
}

impl Measure {
    /// The number of forecasts of all points; infinite if one is missing.
    pub(crate) fn of(self, evidence: &Evidence, said: &[f64], task: &Task) -> f64 {
        let points = &evidence.points;
        let sizes: f64 = points.iter().map(|point| point.actual.abs()).sum();
        let errors = || points.iter().zip(said).map(|(point, said)| (said - point.actual).abs());
        let value = match self {
            Self::Loss => evidence.loss(said, task.objective),
            Self::Mae => errors().sum::<f64>() / points.iter().map(|_| 1.0).sum::<f64>(),
            Self::Wape => errors().sum::<f64>() / sizes,
            Self::MeanWql => {
                let errors = sorted_errors(points, said);
                let loss = |&level: &f64| quantile_loss((points, said), &errors, level);
                let losses: f64 = task.quantiles.iter().map(loss).sum();
                let count: f64 = task.quantiles.iter().map(|_| 1.0).sum();
                2.0 * losses / sizes / count
            }
        };
        if value.is_finite() { value } else { f64::INFINITY }
    }

    /// The key of the metric that it is in an evaluation.
    pub fn key(self, objective: Objective) -> &'static str {
        match (self, objective) {
            (Self::Loss, Objective::Rmse) => "rmse",
            (Self::Loss, Objective::Wmae) => "wmae",
            (Self::Loss, Objective::Mase) => "mase",
            (Self::Mae, _) => "mae",
            (Self::Wape, _) => "wape",
            (Self::MeanWql, _) => "mean_wql",
        }
    }
}

/// The errors of each third, in usual changes, in order.
fn sorted_errors(points: &[Point], said: &[f64]) -> [Vec<f64>; 3] {
    let mut errors: [Vec<f64>; 3] = Default::default();
    for (point, said) in points.iter().zip(said) {
        errors[point.third].push((point.actual - said) / point.change);
    }
    for errors in &mut errors {
        errors.sort_by(f64::total_cmp);
    }
    errors
}

/// The sum of pinball losses of one quantile.
fn quantile_loss((points, said): (&[Point], &[f64]), errors: &[Vec<f64>; 3], level: f64) -> f64 {
    let above = errors.each_ref().map(|errors| quantile(errors, level));
    let loss = |(point, said): (&Point, &f64)| {
        let error = point.actual - (said + above[point.third] * point.change);
        if error >= 0.0 { level * error } else { (level - 1.0) * error }
    };
    points.iter().zip(said).map(loss).sum()
}

/// A quantile of values in order, between the two next to it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among values that fit into memory"
)]
fn quantile(values: &[f64], level: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let place = level * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    values[below] + (place - place.floor()) * (values[above] - values[below])
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Measure, Point, Task};
    use series::grid::{Grid, Moment};
    use series::panel::Panel;

    /// Two candidates: the first errs little but for one point, the second always by one.
    fn evidence() -> (Evidence, [Vec<f64>; 2], Task) {
        let point = Point { series: 0, third: 0, actual: 10.0, weight: 1.0, change: 1.0 };
        let evidence = Evidence { points: vec![point; 10], ..Evidence::default() };
        let mut first = vec![10.0; 10];
        first[0] = 30.0;
        let panel = Panel {
            grid: Grid::through(Moment(0), "1D".parse().unwrap()),
            keys: Vec::new(),
            columns: Vec::new(),
            series: Vec::new(),
        };
        let task = Task { quantiles: vec![0.1, 0.5, 0.9], ..Task::guess(&panel, 1) };
        (evidence, [first, vec![11.0; 10]], task)
    }

    #[test]
    fn candidates_are_told_apart_by_the_number_that_is_asked_for() {
        let (evidence, said, task) = evidence();
        let both = |measure: Measure| said.each_ref().map(|it| measure.of(&evidence, it, &task));

        let [first, second] = both(Measure::Mae);
        assert!((first - 2.0).abs() < 1e-12 && (second - 1.0).abs() < 1e-12);
        let [first, second] = both(Measure::Wape);
        assert!((first - 0.2).abs() < 1e-12 && (second - 0.1).abs() < 1e-12);
        // Who errs by the same everywhere has quantiles that meet what happens.
        let [first, second] = both(Measure::MeanWql);
        assert!(first > 0.05 && second.abs() < 1e-12, "{first} {second}");
        assert!(Measure::MeanWql.of(&evidence, &[f64::NAN; 10], &task).is_infinite());
    }
}
