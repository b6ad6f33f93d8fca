//! Scenarios: what a forecasting system is, as configuration.
//!
//! A scenario names the columns of its history and what each is for, how the history is cut, what
//! must hold of the data, which models may compete, and what a new model must achieve. Possession
//! of a [`Scenario`] proves that all of it fits together: columns exist, the target is a number, a
//! trainer that needs a time series has one, thresholds are on metrics that have a better side.
//! Errors say file, line, key and remedy.
//!
//! Left out: where the data is and where results go. Those are parameters of an execution.

pub mod data;
pub mod error;
pub mod judgement;
pub mod literal;
pub mod model;
mod position;
#[cfg(test)]
mod tests;
pub mod text;
mod verify;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::data::{Data, Features, Quality, Series, Split};
use crate::error::ScenarioError;
use crate::judgement::{Gate, Report};
use crate::model::{AutoMl, Compute, Models, Risk, Stage, StepNames, Trainer};
use crate::text::{GroupName, ScenarioName};

/// The scenarios that come with Almanac: name and text.
pub const BUILT_IN: [(&str, &str); 5] = [
    ("store-item", include_str!("../../../scenarios/store-item.toml")),
    ("walmart", include_str!("../../../scenarios/walmart.toml")),
    ("turnover", include_str!("../../../scenarios/turnover.toml")),
    ("retail-demand", include_str!("../../../scenarios/retail-demand.toml")),
    ("capacity", include_str!("../../../scenarios/capacity.toml")),
];

/// Whether the containers know the scenario, or must be given its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// It comes with Almanac, so every container has it.
    BuiltIn,
    /// It is a file of the user's.
    #[default]
    File,
}

/// A scenario whose parts fit together.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    name: ScenarioName,
    title: String,
    model_package_group: GroupName,
    trainer: Trainer,
    data: Data,
    series: Option<Series>,
    split: Split,
    #[serde(default)]
    stages: Vec<Stage>,
    #[serde(default)]
    features: Features,
    quality: Quality,
    models: Models,
    gate: Gate,
    report: Report,
    risk: Option<Risk>,
    automl: Option<AutoMl>,
    #[serde(default)]
    xgboost: BTreeMap<String, Hyperparameter>,
    #[serde(default)]
    compute: Compute,
    #[serde(default)]
    steps: StepNames,
    #[serde(skip)]
    origin: Origin,
}

/// A setting of a training algorithm. The service passes all of them on as text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Hyperparameter {
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for Hyperparameter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(out),
            Self::Float(value) => value.fmt(out),
            Self::Text(value) => value.fmt(out),
        }
    }
}

impl Scenario {
    /// Reads a scenario from the text of `file`, which is named in errors only.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self =
            toml::from_str(text).map_err(|error| ScenarioError::syntax(file, text, &error))?;
        match verify::first_fault(&scenario) {
            Some((key, fault)) => Err(ScenarioError::of_key(file, text, &key, fault)),
            None => Ok(scenario),
        }
    }

    /// The scenario of this name that comes with Almanac, if there is one.
    pub fn built_in(name: &str) -> Option<Result<Self, ScenarioError>> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        let scenario = Self::parse(&format!("scenarios/{name}.toml"), text);
        Some(scenario.map(|scenario| Self { origin: Origin::BuiltIn, ..scenario }))
    }

    /// What it is called in commands, steps and reports.
    pub fn name(&self) -> &ScenarioName {
        &self.name
    }

    /// What it is about, for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The group in the model registry; a parameter of the pipeline can say otherwise.
    pub fn model_package_group(&self) -> &GroupName {
        &self.model_package_group
    }

    /// What trains the model in AWS unless told otherwise.
    pub fn trainer(&self) -> Trainer {
        self.trainer
    }

    /// The columns and the target.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// How the rows form series; none where rows stand alone.
    pub fn series(&self) -> Option<&Series> {
        self.series.as_ref()
    }

    /// How the history is cut into training, validation and test.
    pub fn split(&self) -> &Split {
        &self.split
    }

    /// Whether the scenario has this stage.
    pub fn has_stage(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }

    /// What is derived from the columns.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// What must hold of the data.
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// Which models compete.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// What a new model must achieve.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What the report breaks down.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The limits whose breach is forecast.
    pub fn risk(&self) -> Option<&Risk> {
        self.risk.as_ref()
    }

    /// The settings of AutoML jobs.
    pub fn automl(&self) -> AutoMl {
        self.automl.clone().unwrap_or_default()
    }

    /// The settings of the built-in XGBoost.
    pub fn xgboost(&self) -> &BTreeMap<String, Hyperparameter> {
        &self.xgboost
    }

    /// The instances of the jobs.
    pub fn compute(&self) -> &Compute {
        &self.compute
    }

    /// What the steps of the rendered pipeline are called.
    pub fn steps(&self) -> &StepNames {
        &self.steps
    }

    /// Whether the containers know the scenario.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}
