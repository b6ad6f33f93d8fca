//! Which models compete, what trains them, and on what machines.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::text::{InstanceType, PrefixName, StepName};

/// What trains the model in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trainer {
    /// An AutoML V2 time-series job, started and awaited by functions.
    Automl,
    /// The built-in XGBoost container.
    Xgboost,
    /// Our own container.
    Almanac,
}

impl Trainer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Automl, Self::Xgboost, Self::Almanac];

    /// Its name in commands and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Automl => "automl",
            Self::Xgboost => "xgboost",
            Self::Almanac => "almanac",
        }
    }
}

impl fmt::Display for Trainer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A trainer nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no trainer; there are automl, xgboost and almanac")]
pub struct UnknownTrainer(String);

impl FromStr for Trainer {
    type Err = UnknownTrainer;

    fn from_str(name: &str) -> Result<Self, UnknownTrainer> {
        let found = Self::ALL.into_iter().find(|trainer| trainer.name() == name);
        found.ok_or_else(|| UnknownTrainer(name.to_owned()))
    }
}

/// A stage that not every scenario has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Tables and figures of the prepared data.
    Explore,
    /// The baselines as a step of their own, before training; part of the evaluation otherwise.
    Baselines,
}

/// Which models compete when our own container trains.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// The models allowed.
    pub allowed: Vec<Model>,
    /// The forecasts that any model is measured against.
    #[serde(default)]
    pub baselines: Vec<Baseline>,
    /// Whether a weighted mean of the models competes too.
    #[serde(default)]
    pub ensemble: Ensemble,
    /// What the winner is fitted on in the end.
    #[serde(default)]
    pub refit: Refit,
}

/// A model that can be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Exponential smoothing.
    Ets,
    /// Theta.
    Theta,
    /// Level times calendar factors.
    Multiplicative,
    /// Linear regression with a penalty.
    Ridge,
    /// Boosted trees grown by level, as XGBoost grows them.
    BoostedTrees,
    /// Boosted trees grown by leaf, as LightGBM grows them.
    LeafwiseTrees,
    /// Boosted trees with one question a level, as CatBoost grows them.
    ObliviousTrees,
}

/// A forecast that takes no training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// The last value.
    Naive,
    /// The value one season ago.
    SeasonalNaive,
    /// The mean of the last values.
    MovingAverage,
    /// The mean of the same place in earlier seasons.
    SeasonalAverage,
    /// Half seasonal naive, half moving average.
    Hybrid,
    /// The mean of the training rows.
    Mean,
    /// The median of the training rows.
    Median,
}

/// Whether a weighted mean of the models competes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ensemble {
    /// Only single models.
    #[default]
    None,
    /// A mean with weights fitted on validation.
    Weighted,
}

/// What the winner is fitted on in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refit {
    /// On what it was selected with.
    #[default]
    Never,
    /// On training and validation together.
    TrainAndValidation,
}

/// The limits whose breach is forecast, and by when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// The limits of the target, ascending.
    pub limits: Vec<f64>,
    /// The probability from which on a breach is reported with its date.
    pub probability: f64,
}

/// The settings of AutoML jobs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AutoMl {
    /// What the job optimises.
    pub objective: AutoMlObjective,
    /// How long the whole job may take.
    pub max_job_seconds: u32,
    /// How long the training of one candidate may take.
    pub max_training_seconds: u32,
}

impl Default for AutoMl {
    fn default() -> Self {
        Self {
            objective: AutoMlObjective::AverageWeightedQuantileLoss,
            max_job_seconds: 14_400,
            max_training_seconds: 3600,
        }
    }
}

/// What an AutoML time-series job can optimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum AutoMlObjective {
    /// Root mean squared error.
    #[serde(rename = "RMSE")]
    Rmse,
    /// Mean absolute scaled error.
    #[serde(rename = "MASE")]
    Mase,
    /// Mean absolute percentage error.
    #[serde(rename = "MAPE")]
    Mape,
    /// Absolute error over volume.
    #[serde(rename = "WAPE")]
    Wape,
    /// Quantile loss.
    AverageWeightedQuantileLoss,
}

impl AutoMlObjective {
    /// The service's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rmse => "RMSE",
            Self::Mase => "MASE",
            Self::Mape => "MAPE",
            Self::Wape => "WAPE",
            Self::AverageWeightedQuantileLoss => "AverageWeightedQuantileLoss",
        }
    }
}

/// The instances of the jobs, and where they put what they prepare.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compute {
    /// Of the processing jobs, apart from the quality check.
    pub processing: InstanceType,
    /// Of the training job.
    pub training: InstanceType,
    /// Of transform jobs.
    pub transform: InstanceType,
    /// The disk of each instance.
    pub volume_gib: u32,
    /// How long one job may take.
    pub max_job_seconds: u32,
    /// The prefix of what `prepare` writes.
    pub prepared_prefix: PrefixName,
    /// For how many days the result of an equal job is taken again; never without it.
    pub cache_days: Option<u16>,
}

/// What the steps of the rendered pipeline are called, where a name is given from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepNames {
    /// `Prepare` otherwise.
    pub prepare: Option<StepName>,
    /// `Train` otherwise, and with any other trainer than the scenario's own.
    pub train: Option<StepName>,
    /// `Evaluate` otherwise.
    pub evaluate: Option<StepName>,
    /// `IngestEvaluation` otherwise.
    pub ingest: Option<StepName>,
    /// `PromoteGate` otherwise.
    pub gate: Option<StepName>,
    /// `Register` otherwise.
    pub register: Option<StepName>,
}

impl Default for Compute {
    fn default() -> Self {
        Self {
            processing: InstanceType::known("ml.m5.large"),
            training: InstanceType::known("ml.m5.xlarge"),
            transform: InstanceType::known("ml.m5.xlarge"),
            volume_gib: 30,
            max_job_seconds: 7200,
            prepared_prefix: PrefixName::known("processed"),
            cache_days: None,
        }
    }
}
