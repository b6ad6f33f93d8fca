//! What does the Theta method forecast?
//!
//! Assimakopoulos and Nikolopoulos (2000) forecast a history as the mean of its trend and of its
//! smoothed self with the local curvature doubled. Fiorucci, Pellegrini, Louzada, Petropoulos and
//! Koehler (2016) write it as a state space model,
//! `mu(t) = l(t-1) + w ((1-a)^(t-1) A + (1 - (1-a)^t) / a B)` with `l` smoothed by `a`, line
//! `A + B t` and `w = 1 - 1/theta`, optimise `theta`, and let the line grow with the history
//! ("dynamic"). The expected value is linear in `w` and in the first level, so for each `a` these
//! two follow from least squares and only `a` is searched.

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::Local;
use super::prepare::{Raw, factor};
use super::season::{Cycle, Kind, repeats};

/// Where the line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// From the whole history.
    Fixed,
    /// From what was known at each point.
    Dynamic,
}

/// How much the line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// `theta = 2`.
    Standard,
    /// The `theta >= 1` that fits best.
    Optimised,
}

/// A fitted Theta model of a history without season.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fitted {
    line: Line,
    alpha: f64,
    first: f64,
    share: f64,
    /// The sum of squared errors from the fourth point on.
    squares: f64,
}

/// The bound of the season's test, in standard errors: 90 % on both sides.
const REPEATS: f64 = 1.645;
/// The points whose errors do not count: the line needs some to stand on.
const SKIPPED: usize = 3;

/// Running mean and line of a history.
#[derive(Debug, Clone, Copy)]
struct Trace {
    line: Line,
    count: f64,
    mean: f64,
    intercept: f64,
    slope: f64,
}

impl Trace {
    fn of(values: &[f64], line: Line) -> Self {
        let mut trace = Self { line, count: 0.0, mean: 0.0, intercept: 0.0, slope: 0.0 };
        if line == Line::Fixed {
            let mut grown = Self { line: Line::Dynamic, ..trace };
            for &value in values {
                grown.learn(value);
            }
            trace.intercept = grown.intercept;
            trace.slope = grown.slope;
        }
        trace
    }

    /// `w`'s factor in the coming expected value, where `power` is `(1-a)^t`, `t` points known.
    fn factor(&self, alpha: f64, power: f64) -> f64 {
        power * self.intercept + (1.0 - power * (1.0 - alpha)) / alpha * self.slope
    }

    /// The line through the points so far, by its recursion.
    fn learn(&mut self, value: f64) {
        let t = self.count + 1.0;
        if self.line == Line::Dynamic {
            let before = self.mean;
            self.mean = (self.count * self.mean + value) / t;
            self.slope = ((t - 2.0) * self.slope + 6.0 * (value - before) / t) / (t + 1.0);
            if self.count < 1.0 {
                self.slope = 0.0;
            }
            self.intercept = self.mean - self.slope * (t + 1.0) / 2.0;
        }
        self.count = t;
    }
}

/// Fits by a search over `alpha` alone.
fn fit(values: &[f64], line: Line, weight: Weight) -> Option<Fitted> {
    if values.len() < SKIPPED + 2 {
        return None;
    }
    let at = |alpha: f64| given_alpha(values, (line, weight), alpha);
    let grid = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];
    let tried: Vec<Fitted> = grid.iter().map(|&alpha| at(alpha)).collect();
    let best = (0..tried.len()).min_by(|&a, &b| tried[a].squares.total_cmp(&tried[b].squares))?;
    let mut low = if best == 0 { 0.005 } else { grid[best - 1] };
    let mut high = if best + 1 == grid.len() { 0.995 } else { grid[best + 1] };
    let mut found = tried[best];
    for _ in 0..14 {
        let (left, right) = (low + 0.382 * (high - low), high - 0.382 * (high - low));
        let (one, other) = (at(left), at(right));
        let better = if one.squares < other.squares { one } else { other };
        if one.squares < other.squares {
            high = right;
        } else {
            low = left;
        }
        if better.squares < found.squares {
            found = better;
        }
    }
    Some(found)
}

/// The best first level and share of the line for one `alpha`.
fn given_alpha(values: &[f64], (line, weight): (Line, Weight), alpha: f64) -> Fitted {
    // error = base - first * power - share * line's factor
    let mut trace = Trace::of(values, line);
    let (mut smoothed, mut power) = (0.0, 1.0);
    let mut s = [0.0_f64; 6];
    for (t, &value) in values.iter().enumerate() {
        let lift = trace.factor(alpha, power);
        if t >= SKIPPED {
            let base = value - smoothed;
            s[0] += power * power;
            s[1] += power * lift;
            s[2] += lift * lift;
            s[3] += base * power;
            s[4] += base * lift;
            s[5] += base * base;
        }
        trace.learn(value);
        smoothed = alpha * value + (1.0 - alpha) * smoothed;
        power *= 1.0 - alpha;
    }
    let free = s[0] * s[2] - s[1] * s[1];
    let mut share = match weight {
        Weight::Optimised if free > 1e-12 * s[0] * s[2] => (s[4] * s[0] - s[3] * s[1]) / free,
        Weight::Optimised | Weight::Standard => 0.5,
    };
    share = share.clamp(0.0, 1.0);
    let first = if s[0] > 1e-12 { (s[3] - share * s[1]) / s[0] } else { values[0] };
    let squares = s[5] + first * first * s[0] + share * share * s[2]
        - 2.0 * first * s[3]
        - 2.0 * share * s[4]
        + 2.0 * first * share * s[1];
    Fitted { line, alpha, first, share, squares }
}

impl Fitted {
    /// Means of the coming points; beyond the history each expected value is taken as seen.
    fn forecast(&self, values: &[f64], horizon: usize) -> Vec<f64> {
        let mut trace = Trace::of(values, self.line);
        let (mut smoothed, mut power) = (self.first, 1.0);
        let mut mean = Vec::with_capacity(horizon);
        for t in 0..values.len() + horizon {
            let expected = smoothed + self.share * trace.factor(self.alpha, power);
            let value = values.get(t).copied().unwrap_or(expected);
            if t >= values.len() {
                mean.push(expected);
            }
            trace.learn(value);
            smoothed = self.alpha * value + (1.0 - self.alpha) * smoothed;
            power *= 1.0 - self.alpha;
        }
        mean
    }

    fn name(&self) -> &'static str {
        match self.line {
            Line::Fixed => "STM",
            Line::Dynamic => "DOTM",
        }
    }
}

/// The season to remove, if the history repeats: multiplied where all values are positive.
fn cycle(values: &[f64], season: Option<usize>) -> Option<Cycle> {
    let season = season.filter(|&season| repeats(values, season, REPEATS))?;
    Cycle::of(values, season, Kind::Multiplicative)
        .or_else(|| Cycle::of(values, season, Kind::Additive))
}

/// The dynamic optimised form, on a history whose season is taken out first.
pub(super) fn forecast(values: &[f64], season: Option<usize>, horizon: usize) -> Option<Raw> {
    forecast_as(values, (Line::Dynamic, Weight::Optimised), (season, horizon), Local::Theta)
}

/// The standard form, likewise.
pub(super) fn standard(values: &[f64], season: Option<usize>, horizon: usize) -> Option<Raw> {
    forecast_as(values, (Line::Fixed, Weight::Standard), (season, horizon), Local::StandardTheta)
}

fn forecast_as(
    values: &[f64],
    (line, weight): (Line, Weight),
    (season, horizon): (Option<usize>, usize),
    used: Local,
) -> Option<Raw> {
    let cycle = cycle(values, season);
    let adjusted = cycle.as_ref().map(|cycle| cycle.removed_from(values));
    let plain = adjusted.as_deref().unwrap_or(values);
    let fitted = fit(plain, line, weight)?;
    let mut mean = fitted.forecast(plain, horizon);
    let sigma = (fitted.squares.max(0.0) / factor(plain.len() - SKIPPED)).sqrt();
    let growth = |h: usize| (1.0 + factor(h) * fitted.alpha * fitted.alpha).sqrt();
    let mut deviation: Vec<f64> = (0..horizon).map(|h| sigma * growth(h)).collect();
    if let Some(cycle) = cycle {
        cycle.put_on(&mut mean, values.len());
        if cycle.kind == Kind::Multiplicative {
            cycle.put_on(&mut deviation, values.len());
        }
    }
    Some(Raw { mean, deviation, used, form: fitted.name().to_owned() })
}
