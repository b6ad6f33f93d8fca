//! What is the error of a forecast, and what does the sum of the leaves mean?
//!
//! The names are XGBoost's, so that a file says the same to both.

mod loss;

pub(crate) use loss::{Derivatives, Refresh};

/// What a model was trained for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Objective {
    /// `reg:squarederror`: the mean.
    SquaredError,
    /// `reg:squaredlogerror`: the mean of logarithms; read, not trained.
    SquaredLogError,
    /// `reg:absoluteerror`: the median.
    AbsoluteError,
    /// `reg:pseudohubererror`: between mean and median.
    PseudoHuber {
        /// The error at which square turns into straight.
        slope: f32,
    },
    /// `binary:logistic` and `reg:logistic`: a probability.
    Logistic,
    /// `count:poisson`: the mean of counts.
    Poisson,
    /// `reg:gamma`: the mean of positive amounts.
    Gamma,
    /// `reg:tweedie`: the mean of amounts that are often zero.
    Tweedie {
        /// The variance grows with this power of the mean, in (1, 2).
        power: f32,
    },
    /// `reg:quantileerror`: one output for each level.
    Quantiles {
        /// The levels, each in (0, 1).
        levels: Vec<f32>,
    },
    /// `multi:softprob`: a probability for each class; read, not trained.
    Probabilities {
        /// How many classes.
        classes: usize,
    },
    /// `multi:softmax`: the number of the likeliest class; read, not trained.
    Class {
        /// How many classes.
        classes: usize,
    },
}

impl Objective {
    /// The name in a file of XGBoost.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SquaredError => "reg:squarederror",
            Self::SquaredLogError => "reg:squaredlogerror",
            Self::AbsoluteError => "reg:absoluteerror",
            Self::PseudoHuber { .. } => "reg:pseudohubererror",
            Self::Logistic => "binary:logistic",
            Self::Poisson => "count:poisson",
            Self::Gamma => "reg:gamma",
            Self::Tweedie { .. } => "reg:tweedie",
            Self::Quantiles { .. } => "reg:quantileerror",
            Self::Probabilities { .. } => "multi:softprob",
            Self::Class { .. } => "multi:softmax",
        }
    }

    /// The margin whose prediction is `score`: the inverse of [`Objective::respond`].
    pub(crate) fn margin_of(&self, score: f32) -> f32 {
        match self {
            Self::Logistic => -(1.0 / score - 1.0).ln(),
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => score.ln(),
            _ => score,
        }
    }

    /// Whether a base score has a margin.
    pub(crate) fn accepts_base(&self, score: f32) -> bool {
        match self {
            Self::Logistic => score > 0.0 && score < 1.0,
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => score > 0.0 && score.is_finite(),
            _ => score.is_finite(),
        }
    }

    /// Turns the margins of a row, one for each output, into its predictions.
    pub(crate) fn respond(&self, margins: &[f32], into: &mut Vec<f64>) {
        match self {
            Self::Logistic => into.extend(margins.iter().map(|margin| f64::from(sigmoid(*margin)))),
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => {
                into.extend(margins.iter().map(|margin| f64::from(margin.exp())));
            }
            Self::Probabilities { .. } => into.extend(softmax(margins)),
            Self::Class { .. } => into.push(likeliest(margins)),
            _ => into.extend(margins.iter().map(|margin| f64::from(*margin))),
        }
    }

    /// How many predictions a row of this many margins has.
    pub(crate) fn responses(&self, outputs: usize) -> usize {
        if matches!(self, Self::Class { .. }) { 1 } else { outputs }
    }
}

/// XGBoost's, which keeps `exp` from overflowing.
pub(crate) fn sigmoid(margin: f32) -> f32 {
    1.0 / ((-margin).min(88.7).exp() + 1.0 + 1e-16)
}

fn softmax(margins: &[f32]) -> impl Iterator<Item = f64> {
    let largest = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = margins.iter().map(|margin| (margin - largest).exp()).collect();
    let sum: f64 = powers.iter().map(|power| f64::from(*power)).sum();
    powers.into_iter().map(move |power| f64::from(power) / sum)
}

fn likeliest(margins: &[f32]) -> f64 {
    let mut best = (0.0, f32::NEG_INFINITY);
    for (class, margin) in (0_u32..).zip(margins) {
        if *margin > best.1 {
            best = (f64::from(class), *margin);
        }
    }
    best.0
}
