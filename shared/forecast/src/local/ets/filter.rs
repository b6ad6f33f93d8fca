//! How do the states of exponential smoothing move through a history?
//!
//! The recursions of Hyndman, Koehler, Ord and Snyder (2008), table 2.1. Written with the plain
//! error `y - mu` they are the same for additive and for multiplicative errors, so a form here is
//! trend and season alone; the kind of error only changes what is minimised.

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use crate::local::season::Kind;

/// How the level goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::local) enum Trend {
    Flat,
    Linear,
    Damped,
}

/// The smoothing parameters: `alpha` of the level, `beta` of the trend, `gamma` of the season,
/// `phi` the damping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::local) struct Smoothing {
    pub(in crate::local) alpha: f64,
    pub(in crate::local) beta: f64,
    pub(in crate::local) gamma: f64,
    pub(in crate::local) phi: f64,
}

/// The states between two points.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::local) struct States {
    pub(in crate::local) level: f64,
    pub(in crate::local) slope: f64,
    /// One cycle; the state of the coming point stands at `place`. Empty without a season.
    pub(in crate::local) season: Vec<f64>,
    pub(in crate::local) place: usize,
}

impl States {
    /// The expected value of the coming point, `mu`, and the level that goes into it.
    #[inline]
    fn expected(&self, phi: f64, kind: Option<Kind>) -> (f64, f64) {
        let level = self.level + phi * self.slope;
        match kind {
            None => (level, level),
            Some(Kind::Additive) => (level + self.season[self.place], level),
            Some(Kind::Multiplicative) => (level * self.season[self.place], level),
        }
    }

    fn turn(&mut self) {
        self.place += 1;
        if self.place >= self.season.len() {
            self.place = 0;
        }
    }

    /// Moves through a history and hands each error and expected value to `see`, which answers
    /// whether to go on.
    ///
    /// `l = l' + a r/d, b = phi b' + b r/d, s = s' + g r/c` with `l' = l + phi b` and the divisors
    /// 1, or for a multiplicative season `d = s'` and `c = l'`.
    #[inline]
    pub(in crate::local) fn run(
        &mut self,
        values: &[f64],
        (smoothing, kind): (Smoothing, Option<Kind>),
        mut see: impl FnMut(f64, f64) -> bool,
    ) -> bool {
        let Smoothing { alpha, beta, gamma, phi } = smoothing;
        for &value in values {
            let (expected, level) = self.expected(phi, kind);
            let error = value - expected;
            if !see(error, expected) {
                return false;
            }
            let share = match kind {
                None => error,
                Some(Kind::Additive) => {
                    self.season[self.place] += gamma * error;
                    error
                }
                Some(Kind::Multiplicative) => {
                    let index = self.season[self.place];
                    self.season[self.place] += gamma * error / level;
                    error / index
                }
            };
            self.slope = phi * self.slope + beta * share;
            self.level = level + alpha * share;
            if kind.is_some() {
                self.turn();
            }
        }
        true
    }

    /// The expected values of the coming points.
    pub(in crate::local) fn ahead(
        mut self,
        horizon: usize,
        (phi, kind): (f64, Option<Kind>),
    ) -> Vec<f64> {
        let mut mean = Vec::with_capacity(horizon);
        for _ in 0..horizon {
            let (expected, level) = self.expected(phi, kind);
            mean.push(expected);
            self.level = level;
            self.slope *= phi;
            if kind.is_some() {
                self.turn();
            }
        }
        mean
    }
}

/// `sqrt(1 + sum of c(j)^2 over j < h)` with `c(j) = alpha + beta (phi + .. + phi^j) + gamma [m
/// divides j]`: how the error grows with the horizon (Hyndman et al. 2008, table 6.1).
pub(in crate::local) fn growth(smoothing: Smoothing, season: usize, horizon: usize) -> Vec<f64> {
    let Smoothing { alpha, beta, gamma, phi } = smoothing;
    let (mut variance, mut power, mut damped) = (1.0_f64, 1.0, 0.0);
    let mut growth = Vec::with_capacity(horizon);
    for h in 1..=horizon {
        growth.push(variance.sqrt());
        power *= phi;
        damped += power;
        let seasonal = if season > 0 && h % season == 0 { gamma } else { 0.0 };
        let weight = alpha + beta * damped + seasonal;
        variance += weight * weight;
    }
    growth
}
