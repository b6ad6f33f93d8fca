//! What a new model must achieve, and what is reported of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::text::ColumnName;

/// A metric by which models can be judged: one that has a better side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Root mean squared error.
    Rmse,
    /// Mean absolute error.
    Mae,
    /// Absolute error scaled by that of the seasonal naive forecast.
    Mase,
    /// Squared error scaled likewise, rooted.
    Rmsse,
    /// Symmetric mean absolute percentage error.
    Smape,
    /// Absolute error over volume.
    Wape,
    /// Absolute error weighted by holiday.
    Wmae,
    /// Mean weighted quantile loss.
    MeanWql,
    /// Share of the variance explained.
    R2,
}

impl Metric {
    /// Its key in `evaluation.json`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::Mase => "mase",
            Self::Rmsse => "rmsse",
            Self::Smape => "smape",
            Self::Wape => "wape",
            Self::Wmae => "wmae",
            Self::MeanWql => "mean_wql",
            Self::R2 => "r2",
        }
    }

    /// Which side is the better one.
    pub fn better(self) -> Better {
        match self {
            Self::R2 => Better::Higher,
            Self::Rmse
            | Self::Mae
            | Self::Mase
            | Self::Rmsse
            | Self::Smape
            | Self::Wape
            | Self::Wmae
            | Self::MeanWql => Better::Lower,
        }
    }

    /// Whether it is defined only where rows form series.
    pub fn needs_series(self) -> bool {
        matches!(self, Self::Mase | Self::Rmsse | Self::Wmae | Self::MeanWql)
    }

    /// Its name in names of parameters, such as `RMSEThreshold`.
    pub fn parameter_name(self) -> String {
        format!("{}Threshold", self.key().replace('_', "").to_uppercase())
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.key())
    }
}

/// Which side of a metric is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

/// What a new model must achieve to be registered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The metric by which the new model is compared with the best before it.
    pub metric: Metric,
    /// By which share of the best before it the new model must be better, 0 to less than 1.
    pub min_improvement: f64,
    /// What each metric must reach at least; defaults of parameters of the pipeline.
    #[serde(default)]
    pub thresholds: BTreeMap<Metric, f64>,
    /// The metrics on which the new model must beat the best baseline.
    #[serde(default)]
    pub beat_baseline_on: Vec<Metric>,
    /// What becomes of a comparison with a model that was measured on other data; the default of
    /// a parameter of the pipeline.
    #[serde(default)]
    pub different_holdout: DifferentHoldout,
}

/// What becomes of a comparison with a model that was measured on other data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferentHoldout {
    /// The new model is not promoted: two numbers from two data sets say nothing.
    #[default]
    Refuse,
    /// The numbers are compared all the same.
    Compare,
}

impl DifferentHoldout {
    /// Its word in configuration and parameters.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Compare => "compare",
        }
    }
}

impl Gate {
    /// All metrics that the gate looks at, each once, in the order of the gate.
    pub fn metrics(&self) -> Vec<Metric> {
        let mut metrics = vec![self.metric];
        for &metric in self.thresholds.keys().chain(&self.beat_baseline_on) {
            if !metrics.contains(&metric) {
                metrics.push(metric);
            }
        }
        metrics
    }
}

/// What the report breaks down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The columns by which metrics are given for each value.
    pub groups: Vec<ColumnName>,
    /// How many of the most important features are explained.
    #[serde(default)]
    pub explained_features: u32,
    /// The columns for whose values the bias of the predictions is compared.
    #[serde(default)]
    pub bias: Vec<ColumnName>,
}
