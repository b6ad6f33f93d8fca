//! Which coefficients of given orders fit best?
//!
//! Conditional least squares. Coefficients are searched as partial autocorrelations between -1 and
//! 1, so that every trial is stationary and invertible (Barndorff-Nielsen and Schou 1973).

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::order::{Differences, Orders};
use crate::local::least_squares::{Parameter, Residuals, minimise};
use crate::local::prepare::factor;

/// Lags and their coefficients.
type Terms = Vec<(usize, f64)>;

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    pub(super) orders: Orders,
    pub(super) aicc: f64,
    model: Model,
    sigma: f64,
    errors: Vec<f64>,
}

struct Objective<'a> {
    values: &'a [f64],
    orders: Orders,
    season: usize,
    model: Model,
}

/// Both sides of a model and its mean.
#[derive(Debug, Clone, PartialEq, Default)]
struct Model {
    ar: Terms,
    ma: Terms,
    mean: f64,
}

impl Objective<'_> {
    fn read(&mut self, parameters: &[f64]) {
        let Orders { ar, ma, seasonal_ar, seasonal_ma, constant } = self.orders;
        let (plain_ar, rest) = parameters.split_at(ar);
        let (plain_ma, rest) = rest.split_at(ma);
        let (season_ar, rest) = rest.split_at(seasonal_ar);
        let (season_ma, rest) = rest.split_at(seasonal_ma);
        self.model.mean = if constant { rest[0] } else { 0.0 };
        write_terms(&mut self.model.ar, (plain_ar, season_ar), self.season);
        write_terms(&mut self.model.ma, (plain_ma, season_ma), self.season);
    }
}

impl Residuals for Objective<'_> {
    fn fill(&mut self, parameters: &[f64], out: &mut [f64]) -> bool {
        self.read(parameters);
        self.model.errors(self.values, out);
        true
    }
}

impl Model {
    /// `e(t) = w(t) - sum ar w(t-k) + sum ma e(t-k)`, `w` without the mean, nothing before the
    /// start.
    fn errors(&self, values: &[f64], out: &mut [f64]) {
        let furthest = self.ar.iter().chain(&self.ma).map(|&(lag, _)| lag).max().unwrap_or(0);
        let begin = furthest.min(values.len());
        for t in 0..begin {
            let mut error = values[t] - self.mean;
            for &(lag, coefficient) in self.ar.iter().filter(|&&(lag, _)| lag <= t) {
                error -= coefficient * (values[t - lag] - self.mean);
            }
            for &(lag, coefficient) in self.ma.iter().filter(|&&(lag, _)| lag <= t) {
                error += coefficient * out[t - lag];
            }
            out[t] = error;
        }
        let level = self.mean * (1.0 - self.ar.iter().map(|&(_, c)| c).sum::<f64>());
        for t in begin..values.len() {
            let mut error = values[t] - level;
            for &(lag, coefficient) in &self.ar {
                error -= coefficient * values[t - lag];
            }
            for &(lag, coefficient) in &self.ma {
                error += coefficient * out[t - lag];
            }
            out[t] = error;
        }
    }
}

/// The terms of `1 - (1 - sum p(k) B^k)(1 - P B^m)`.
fn write_terms(terms: &mut Terms, (plain, seasonal): (&[f64], &[f64]), season: usize) {
    terms.clear();
    for (k, &last) in plain.iter().enumerate() {
        reflect(terms, last);
        terms.push((k + 1, last));
    }
    if let Some(&seasonal) = seasonal.first() {
        for k in 0..plain.len() {
            let (lag, coefficient) = terms[k];
            terms.push((season + lag, -coefficient * seasonal));
        }
        terms.push((season, seasonal));
    }
}

/// One step of Durbin's recursion from partial autocorrelations to coefficients.
fn reflect(terms: &mut Terms, last: f64) {
    let count = terms.len();
    for k in 0..count.div_ceil(2) {
        let (one, other) = (terms[k].1, terms[count - 1 - k].1);
        terms[k].1 = one - last * other;
        if k != count - 1 - k {
            terms[count - 1 - k].1 = other - last * one;
        }
    }
}

/// Fits one model.
pub(super) fn fit(values: &[f64], orders: Orders, season: usize) -> Option<Fitted> {
    let Orders { ar, ma, seasonal_ar, seasonal_ma, constant } = orders;
    let coefficients = ar + ma + seasonal_ar + seasonal_ma;
    let free = coefficients + usize::from(constant) + 1;
    if values.len() < free + 3 {
        return None;
    }
    let mut objective = Objective { values, orders, season, model: Model::default() };
    let mut layout: Vec<Parameter> = (0..coefficients)
        .map(|k| Parameter { start: if k < ar { 0.2 } else { 0.1 }, least: -0.97, most: 0.97 })
        .collect();
    if constant {
        let mean = values.iter().sum::<f64>() / factor(values.len());
        layout.push(Parameter { start: mean, least: mean - 1.0, most: mean + 1.0 });
    }
    let best = minimise(&mut objective, &layout, values.len());
    if !best.sum.is_finite() {
        return None;
    }
    let mut errors = vec![0.0; values.len()];
    objective.fill(&best.parameters, &mut errors);
    let (n, k) = (factor(values.len()), factor(free));
    let aicc = n * f64::max(best.sum / n, 1e-30).ln()
        + 2.0 * k
        + 2.0 * k * (k + 1.0) / f64::max(n - k - 1.0, 1.0);
    let sigma = (best.sum / f64::max(n - k + 1.0, 1.0)).sqrt();
    Some(Fitted { orders, aicc, model: objective.model, sigma, errors })
}

impl Fitted {
    /// Means of the coming differences.
    pub(super) fn ahead(&self, values: &[f64], horizon: usize) -> Vec<f64> {
        let known = values.len();
        let mut path: Vec<f64> = values.iter().map(|value| value - self.model.mean).collect();
        for t in known..known + horizon {
            let past = |terms: &Terms, series: &[f64]| -> f64 {
                let value = |lag: usize| if lag <= t { series.get(t - lag).copied() } else { None };
                terms.iter().filter_map(|&(lag, c)| value(lag).map(|v| c * v)).sum()
            };
            let next = past(&self.model.ar, &path) - past(&self.model.ma, &self.errors);
            path.push(next);
        }
        path.split_off(known).into_iter().map(|value| value + self.model.mean).collect()
    }

    /// Deviations of the coming values: `sigma sqrt(sum psi^2)` with the weights of the model
    /// including its differences (Box and Jenkins 1976, 5.2).
    pub(super) fn deviations(&self, differences: Differences, horizon: usize) -> Vec<f64> {
        let none = vec![0.0; differences.season * differences.seasonal + differences.plain];
        let mut weights = Vec::with_capacity(horizon);
        for j in 0..horizon {
            let earlier = |lag: usize| if lag <= j { weights[j - lag] } else { 0.0 };
            let own: f64 = self.model.ar.iter().map(|&(lag, c)| c * earlier(lag)).sum();
            let moved: f64 =
                self.model.ma.iter().filter(|(lag, _)| *lag == j).map(|(_, c)| c).sum();
            weights.push(if j == 0 { 1.0 } else { own - moved });
        }
        let undone = differences.undone(&none, weights);
        let mut variance = 0.0;
        let grown = undone.iter().map(|weight| {
            variance += weight * weight;
            self.sigma * f64::sqrt(variance)
        });
        grown.collect()
    }

    /// `ARIMA(1,1,1)(0,1,1)[12]`.
    pub(super) fn name(&self, differences: Differences) -> String {
        let Differences { plain, seasonal, season } = differences;
        let Orders { ar, ma, seasonal_ar, seasonal_ma, constant } = self.orders;
        let drift = if constant { "+c" } else { "" };
        if season > 1 {
            format!(
                "ARIMA({ar},{plain},{ma})({seasonal_ar},{seasonal},{seasonal_ma})[{season}]{drift}"
            )
        } else {
            format!("ARIMA({ar},{plain},{ma}){drift}")
        }
    }
}
