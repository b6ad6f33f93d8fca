//! How wrong is a margin, which way does it have to move, and how is a leaf's answer chosen?

use crate::objective::{Objective, sigmoid};

/// First and second derivative of the loss at a margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Derivatives {
    pub(crate) first: f32,
    pub(crate) second: f32,
}

/// How the answer of a grown leaf is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Refresh {
    /// One Newton step over its rows.
    Newton,
    /// The quantile of what its rows are off by: the loss has no curvature to step by.
    Quantile(f32),
}

/// Poisson steps are kept this small, as XGBoost's `max_delta_step` does for it.
const LARGEST_POISSON_STEP: f32 = 0.7;

/// XGBoost's least second derivative of the logistic loss.
const LEAST_CURVATURE: f32 = 1e-16;

impl Objective {
    /// How many outputs are trained, or `None` when this is only read.
    pub(crate) fn trained_outputs(&self) -> Option<usize> {
        match self {
            Self::SquaredLogError | Self::Probabilities { .. } | Self::Class { .. } => None,
            Self::Quantiles { levels } => Some(levels.len()),
            _ => Some(1),
        }
    }

    /// The quantile that an output is, when it is one.
    pub(crate) fn quantile(&self, output: usize) -> Option<f32> {
        match self {
            Self::AbsoluteError => Some(0.5),
            Self::Quantiles { levels } => levels.get(output).copied(),
            _ => None,
        }
    }

    /// How leaves of this output are answered.
    pub(crate) fn refresh(&self, output: usize) -> Refresh {
        self.quantile(output).map_or(Refresh::Newton, Refresh::Quantile)
    }

    /// The largest answer of a leaf before the learning rate, or 0 for any.
    pub(crate) fn largest_step(&self) -> f64 {
        if matches!(self, Self::Poisson) { f64::from(LARGEST_POISSON_STEP) } else { 0.0 }
    }

    /// What values can be learned from, in words, or `None` when this one can.
    pub(crate) fn refuses(&self, value: f32) -> Option<&'static str> {
        match self {
            _ if !value.is_finite() => Some("finite"),
            Self::Poisson | Self::Tweedie { .. } if value < 0.0 => Some("at least 0"),
            Self::Gamma if value <= 0.0 => Some("above 0"),
            Self::Logistic if !(0.0..=1.0).contains(&value) => Some("from 0 to 1"),
            _ => None,
        }
    }

    /// Derivatives of the loss of `output` by the margin, for one row of weight 1.
    pub(crate) fn derivatives(&self, output: usize, actual: f32, margin: f32) -> Derivatives {
        let (first, second) = match self {
            Self::Logistic => {
                let share = sigmoid(margin);
                (share - actual, (share * (1.0 - share)).max(LEAST_CURVATURE))
            }
            Self::Poisson => {
                let mean = margin.exp();
                (mean - actual, (margin + LARGEST_POISSON_STEP).exp())
            }
            Self::Gamma => {
                let ratio = actual * (-margin).exp();
                (1.0 - ratio, ratio)
            }
            Self::Tweedie { power } => {
                let low = actual * ((1.0 - power) * margin).exp();
                let high = ((2.0 - power) * margin).exp();
                (high - low, (2.0 - power) * high - (1.0 - power) * low)
            }
            Self::PseudoHuber { slope } => {
                let error = margin - actual;
                let root = (1.0 + (error / slope).powi(2)).sqrt();
                (error / root, 1.0 / (root * root * root))
            }
            Self::AbsoluteError | Self::Quantiles { .. } => {
                let level = self.quantile(output).unwrap_or(0.5);
                (if margin >= actual { 1.0 - level } else { -level }, 1.0)
            }
            _ => (margin - actual, 1.0),
        };
        Derivatives { first, second }
    }

    /// The loss of `output` for one row of weight 1, up to what no margin changes.
    pub(crate) fn loss(&self, output: usize, actual: f32, margin: f32) -> f64 {
        let (y, m) = (f64::from(actual), f64::from(margin));
        match self {
            Self::Logistic => m.max(0.0) + (-m.abs()).exp().ln_1p() - y * m,
            Self::Poisson => m.exp() - y * m,
            Self::Gamma => m + y * (-m).exp(),
            Self::Tweedie { power } => {
                let p = f64::from(*power);
                ((2.0 - p) * m).exp() / (2.0 - p) - y * ((1.0 - p) * m).exp() / (1.0 - p)
            }
            Self::PseudoHuber { slope } => {
                let slope = f64::from(*slope);
                slope * slope * ((1.0 + ((m - y) / slope).powi(2)).sqrt() - 1.0)
            }
            Self::AbsoluteError | Self::Quantiles { .. } => {
                let level = f64::from(self.quantile(output).unwrap_or(0.5));
                if m >= y { (1.0 - level) * (m - y) } else { level * (y - m) }
            }
            _ => (m - y) * (m - y),
        }
    }
}
