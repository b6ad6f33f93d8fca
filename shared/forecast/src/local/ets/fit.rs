//! Which smoothing parameters and first states fit a history best?
//!
//! The seasonal states start from the classical decomposition; level, slope and the two to four
//! smoothing parameters are searched together. Maximum likelihood for multiplicative errors is
//! least squares too: of `(y - mu) / mu` times the geometric mean of all `mu` (Hyndman et al.
//! 2008, 5.1).

#![expect(
    clippy::indexing_slicing,
    reason = "parameters are laid out by `layout` and read back in its order"
)]

use super::filter::{Smoothing, States, Trend, growth};
use crate::local::least_squares::{Minimum, Parameter, Residuals, minimise};
use crate::local::prepare::factor;
use crate::local::season::{Cycle, Kind, all_positive};

/// How errors enter: with one spread, or one that is proportional to the expected value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::local) enum Error {
    Additive,
    Multiplicative,
}

/// Error, trend and season of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::local) struct Form {
    pub(in crate::local) error: Error,
    pub(in crate::local) trend: Trend,
    pub(in crate::local) season: Option<Kind>,
}

/// A model fitted to a history.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::local) struct Fitted {
    pub(in crate::local) form: Form,
    pub(in crate::local) smoothing: Smoothing,
    /// The states after the history.
    pub(in crate::local) states: States,
    /// The standard deviation of the errors; relative ones for multiplicative errors.
    pub(in crate::local) sigma: f64,
    /// Akaike's criterion, corrected for short histories.
    pub(in crate::local) aicc: f64,
}

struct Objective<'a> {
    values: &'a [f64],
    form: Form,
    cycle: &'a [f64],
    states: States,
}

impl Residuals for Objective<'_> {
    fn fill(&mut self, parameters: &[f64], out: &mut [f64]) -> bool {
        let smoothing = self.begin(parameters);
        let kind = self.form.season;
        let (mut t, mut logs) = (0, 0.0);
        match self.form.error {
            Error::Additive => {
                let see = |error: f64, _| {
                    out[t] = error;
                    t += 1;
                    true
                };
                self.states.run(self.values, (smoothing, kind), see)
            }
            Error::Multiplicative => {
                let mut product = 1.0_f64;
                let see = |error: f64, expected: f64| {
                    out[t] = error / expected;
                    t += 1;
                    product *= expected;
                    if !(1e-100..1e100).contains(&product) {
                        logs += product.ln();
                        product = 1.0;
                    }
                    expected > 1e-6
                };
                let admissible = self.states.run(self.values, (smoothing, kind), see);
                let mean = ((logs + product.ln()) / factor(self.values.len())).exp();
                for residual in out.iter_mut() {
                    *residual *= mean;
                }
                admissible
            }
        }
    }
}

impl Objective<'_> {
    /// Puts the first states in place and reads the smoothing parameters.
    fn begin(&mut self, parameters: &[f64]) -> Smoothing {
        let (alpha, level) = (parameters[0], parameters[1]);
        let mut rest = parameters[2..].iter().copied();
        let mut next = || rest.next().unwrap_or_default();
        let gamma = if self.form.season.is_some() { next() * (1.0 - alpha) } else { 0.0 };
        let (beta, slope) = match self.form.trend {
            Trend::Flat => (0.0, 0.0),
            Trend::Linear | Trend::Damped => (next() * alpha, next()),
        };
        let phi = if self.form.trend == Trend::Damped { next() } else { 1.0 };
        self.states.level = level;
        self.states.slope = slope;
        self.states.season.clear();
        self.states.season.extend_from_slice(self.cycle);
        self.states.place = 0;
        Smoothing { alpha, beta, gamma, phi }
    }

    /// What is searched, in the order in which [`begin`](Self::begin) reads it.
    fn layout(&self, (level, slope): (f64, f64), (alpha, share): (f64, f64)) -> Vec<Parameter> {
        let between = |start, least, most| Parameter { start, least, most };
        let mut layout =
            vec![between(alpha, 1e-4, 0.9999), between(level, level - 2.0, level + 2.0)];
        if self.form.season.is_some() {
            layout.push(between(share, 1e-4, 0.9999));
        }
        if self.form.trend != Trend::Flat {
            layout.push(between(share, 1e-4, QUICKEST_TREND));
            layout.push(between(slope, slope - 1.0, slope + 1.0));
        }
        if self.form.trend == Trend::Damped {
            layout.push(between(0.9, 0.8, 0.98));
        }
        layout
    }
}

/// Where searches begin: the share of an error that goes to the level, and the share of that
/// which goes on to slope and season.
const STARTS: [(f64, f64); 2] = [(0.1, 0.05), (0.6, 0.1)];

/// The largest share of the level's correction that goes on to the slope.
///
/// Short histories often fit best when the slope follows every turn, and then forecast worst: on the
/// yearly and quarterly series of M1, M3 and tourism a bound of 0.15 lowers MASE by 2 % against none.
const QUICKEST_TREND: f64 = 0.15;

/// Fits one form, or says that it does not suit: too short, or multiplicative where values are
/// not all positive.
pub(in crate::local) fn fit(values: &[f64], form: Form, cycle: Option<&Cycle>) -> Option<Fitted> {
    let relative = form.error == Error::Multiplicative || form.season == Some(Kind::Multiplicative);
    if relative && !all_positive(values) {
        return None;
    }
    let (cycle, adjusted) = match (form.season, cycle) {
        (None, _) => (&[][..], None),
        (Some(kind), Some(cycle)) if cycle.kind == kind => {
            (&cycle.indices[..], Some(cycle.removed_from(values)))
        }
        _ => return None,
    };
    let states = States { level: 0.0, slope: 0.0, season: Vec::new(), place: 0 };
    let mut objective = Objective { values, form, cycle, states };
    let first = first_states(adjusted.as_deref().unwrap_or(values), (form.trend, cycle.len()));
    let free = objective.layout(first, (0.1, 0.1)).len() + cycle.len().saturating_sub(1) + 1;
    if values.len() < free + 2 {
        return None;
    }
    let mut best: Option<Minimum> = None;
    for start in STARTS {
        let layout = objective.layout(first, start);
        let found = minimise(&mut objective, &layout, values.len());
        if best.as_ref().is_none_or(|best| found.sum < best.sum) {
            best = Some(found);
        }
    }
    best.filter(|best| best.sum.is_finite()).map(|best| objective.finish(&best, free))
}

/// Level and slope before the first point: the line through the first points, or their mean
/// (Hyndman et al. 2008, 2.6.1).
fn first_states(values: &[f64], (trend, season): (Trend, usize)) -> (f64, f64) {
    let count = usize::max(10, 2 * season).min(values.len());
    let first = &values[..count];
    let mean = first.iter().sum::<f64>() / factor(count);
    if trend == Trend::Flat || count < 2 {
        return (mean, 0.0);
    }
    let middle = f64::midpoint(factor(count), 1.0);
    let (mut with, mut square) = (0.0, 0.0);
    for (t, value) in first.iter().enumerate() {
        let place = factor(t) + 1.0 - middle;
        with += place * (value - mean);
        square += place * place;
    }
    let slope = with / square;
    (mean - slope * middle, slope)
}

impl Objective<'_> {
    fn finish(mut self, best: &Minimum, free: usize) -> Fitted {
        let smoothing = self.begin(&best.parameters);
        let (form, n) = (self.form, factor(self.values.len()));
        let mut squares = 0.0;
        self.states.run(self.values, (smoothing, form.season), |error, expected| {
            let error = match form.error {
                Error::Additive => error,
                Error::Multiplicative => error / expected,
            };
            squares += error * error;
            true
        });
        let k = factor(free);
        let sigma = (squares / f64::max(n - k + 1.0, 1.0)).sqrt();
        let deviance = n * f64::max(best.sum / n, 1e-30).ln();
        let aicc = deviance + 2.0 * k + 2.0 * k * (k + 1.0) / f64::max(n - k - 1.0, 1.0);
        Fitted { form, smoothing, states: self.states, sigma, aicc }
    }
}

impl Fitted {
    /// Means and deviations of the coming points.
    pub(in crate::local) fn forecast(&self, horizon: usize) -> (Vec<f64>, Vec<f64>) {
        let season = self.states.season.len();
        let mean = self.states.clone().ahead(horizon, (self.smoothing.phi, self.form.season));
        let growth = growth(self.smoothing, season, horizon);
        let size = |mean: f64| match self.form.error {
            Error::Additive => self.sigma,
            Error::Multiplicative => self.sigma * mean.abs(),
        };
        let deviation = mean.iter().zip(growth).map(|(&mean, by)| size(mean) * by).collect();
        (mean, deviation)
    }

    /// `ETS(M,Ad,M)`.
    pub(in crate::local) fn name(&self) -> String {
        let error = if self.form.error == Error::Additive { "A" } else { "M" };
        let trend = match self.form.trend {
            Trend::Flat => "N",
            Trend::Linear => "A",
            Trend::Damped => "Ad",
        };
        let season = match self.form.season {
            None => "N",
            Some(Kind::Additive) => "A",
            Some(Kind::Multiplicative) => "M",
        };
        format!("ETS({error},{trend},{season})")
    }
}
