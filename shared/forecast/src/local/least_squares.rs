//! Which parameters within bounds make the squares of some residuals least?
//!
//! Levenberg and Marquardt's method with differences for derivatives and a parameter held while
//! the descent would push it over its bound (Nocedal and Wright 2006, 10.3 and 16.7). Smoothing
//! models have two to seven parameters and smooth residuals: this needs some fifty runs over the
//! history, where the simplex method of Nelder and Mead needs several hundred.

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

/// Residuals of a model as a function of its parameters.
pub(super) trait Residuals {
    /// Fills `out` and says whether the parameters are admissible.
    fn fill(&mut self, parameters: &[f64], out: &mut [f64]) -> bool;
}

/// Where a parameter starts and between which bounds it stays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub(super) start: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

/// The best parameters and the sum of squares there; infinite if none was admissible.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Minimum {
    pub(super) parameters: Vec<f64>,
    pub(super) sum: f64,
}

/// How long to search.
const ROUNDS: usize = 25;
/// Which relative gain of one round is no more worth the next.
const GAIN: f64 = 1e-4;

/// Searches from the start downhill; `count` is the number of residuals.
pub(super) fn minimise(model: &mut impl Residuals, place: &[Parameter], count: usize) -> Minimum {
    let mut now: Vec<f64> = place.iter().map(|p| p.start.clamp(p.least, p.most)).collect();
    let mut residuals = vec![0.0; count];
    let mut sum = evaluate(model, &now, &mut residuals);
    let mut slope = Slope::new(place.len(), count);
    let mut damping = 1e-2;
    let mut trial = now.clone();
    for _ in 0..ROUNDS {
        if !sum.is_finite() || sum <= 0.0 {
            break;
        }
        slope.measure(model, place, (&now, &residuals));
        let before = sum;
        for _ in 0..6 {
            slope.step(place, &now, (damping, &mut trial));
            let reached = evaluate(model, &trial, &mut slope.scratch);
            if reached < sum {
                sum = reached;
                now.copy_from_slice(&trial);
                residuals.copy_from_slice(&slope.scratch);
                damping = f64::max(damping * 0.2, 1e-9);
                break;
            }
            damping *= 6.0;
        }
        if before - sum <= GAIN * before {
            break;
        }
    }
    Minimum { parameters: now, sum }
}

fn evaluate(model: &mut impl Residuals, parameters: &[f64], out: &mut [f64]) -> f64 {
    if !model.fill(parameters, out) {
        return f64::INFINITY;
    }
    let sum = out.iter().map(|r| r * r).sum::<f64>();
    if sum.is_finite() { sum } else { f64::INFINITY }
}

/// The derivatives of the residuals at a point, and what the normal equations make of them.
#[derive(Debug)]
struct Slope {
    columns: Vec<Vec<f64>>,
    square: Vec<Vec<f64>>,
    gradient: Vec<f64>,
    scratch: Vec<f64>,
}

impl Slope {
    fn new(parameters: usize, count: usize) -> Self {
        Self {
            columns: vec![vec![0.0; count]; parameters],
            square: vec![vec![0.0; parameters]; parameters],
            gradient: vec![0.0; parameters],
            scratch: vec![0.0; count],
        }
    }

    /// One run of the model for each parameter.
    fn measure(
        &mut self,
        model: &mut impl Residuals,
        place: &[Parameter],
        (now, residuals): (&[f64], &[f64]),
    ) {
        let mut moved = now.to_vec();
        for (i, parameter) in place.iter().enumerate() {
            let width = 1e-5 * (parameter.most - parameter.least).clamp(1e-3, 1.0);
            let step = if now[i] + width > parameter.most { -width } else { width };
            moved[i] = now[i] + step;
            let column = &mut self.columns[i];
            if model.fill(&moved, column) {
                column.iter_mut().zip(residuals).for_each(|(c, r)| *c = (*c - r) / step);
            } else {
                column.fill(0.0);
            }
            moved[i] = now[i];
        }
        for i in 0..place.len() {
            self.gradient[i] = dot(&self.columns[i], residuals);
            for j in 0..=i {
                let product = dot(&self.columns[i], &self.columns[j]);
                self.square[i][j] = product;
                self.square[j][i] = product;
            }
        }
    }

    /// The damped step from `now`, cut at the bounds.
    fn step(&self, place: &[Parameter], now: &[f64], (damping, trial): (f64, &mut [f64])) {
        let free: Vec<usize> = (0..place.len()).filter(|&i| self.is_free(place, now, i)).collect();
        let mut square: Vec<Vec<f64>> =
            free.iter().map(|&i| free.iter().map(|&j| self.square[i][j]).collect()).collect();
        for (k, row) in square.iter_mut().enumerate() {
            row[k] += damping * row[k] + 1e-12;
        }
        let mut right: Vec<f64> = free.iter().map(|&i| -self.gradient[i]).collect();
        solve(&mut square, &mut right);
        trial.copy_from_slice(now);
        for (k, &i) in free.iter().enumerate() {
            trial[i] = (now[i] + right[k]).clamp(place[i].least, place[i].most);
        }
    }

    fn is_free(&self, place: &[Parameter], now: &[f64], i: usize) -> bool {
        let stuck_low = now[i] <= place[i].least && self.gradient[i] > 0.0;
        let stuck_high = now[i] >= place[i].most && self.gradient[i] < 0.0;
        self.square[i][i] > 0.0 && !stuck_low && !stuck_high
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a symmetric positive definite system in place by Gauss's elimination; directions in
/// which the system says nothing are left alone.
pub(super) fn solve(square: &mut [Vec<f64>], right: &mut [f64]) {
    let n = right.len();
    for i in 0..n {
        let pivot = square[i][i];
        if pivot.abs() <= 1e-300 || pivot.is_nan() {
            right[i] = 0.0;
            continue;
        }
        let (above, below) = square.split_at_mut(i + 1);
        for (k, row) in below.iter_mut().enumerate() {
            let share = row[i] / pivot;
            row.iter_mut().zip(&above[i]).skip(i).for_each(|(r, a)| *r -= share * a);
            right[i + 1 + k] -= share * right[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| square[i][j] * right[j]).sum();
        let pivot = square[i][i];
        right[i] = if pivot.abs() > 1e-300 { (right[i] - known) / pivot } else { 0.0 };
    }
}
