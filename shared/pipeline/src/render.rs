//! From a scenario to a pipeline definition.
//!
//! Training goes: check the data, prepare, train, evaluate on the hold-out, record, ingest,
//! compare, and register where the gate says yes. Forecasting applies a registered version to
//! files. The trainer decides how a model comes about; everything around it is the same.
//!
//! Three decisions that the shape of a definition forces:
//!
//! * The quality job exits 0 whatever it finds, since the outputs of a failed job are not
//!   uploaded; its report therefore survives. A condition reads the flag, and a Fail step ends the
//!   execution. A condition with a failed branch does not hold up what depends on it (it has
//!   itself succeeded), so `prepare` receives the report too and refuses refused data.
//! * When the gate says no, nothing follows: the execution succeeds, and the evaluation has been
//!   recorded and ingested all the same.
//! * AutoML V2 is no step type. A function starts the job, a Callback step waits for it, and a
//!   function registers the candidate, because its environment does not fit into step outputs.

pub mod deployment;
mod evaluate;
mod forecast;
mod gate;
mod names;
mod plan;
mod prepare;
#[cfg(test)]
mod tests;
mod train;

use crate::build::define;
use crate::build::definition::Definition;
use crate::build::error::BuildError;
use crate::render::deployment::Deployment;
use crate::render::plan::Plan;
use scenario::Scenario;
use scenario::judgement::Metric;
use scenario::model::Trainer;

/// Which of a scenario's two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From data to a registered version.
    Train,
    /// From a registered version to forecasts.
    Forecast,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Train, Self::Forecast];

    /// Its name in commands and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Forecast => "forecast",
        }
    }
}

/// Why a scenario has no such pipeline.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The trainer cannot train such a scenario.
    #[error("{trainer} cannot train `{scenario}`: {why}")]
    Unfit {
        /// The trainer.
        trainer: Trainer,
        /// The scenario.
        scenario: String,
        /// What stands against it.
        why: &'static str,
    },
    /// The deployed stack lacks what this definition names.
    #[error(
        "the stack has no output `{key}`, which this definition needs; \
         deploy the current template.yaml, or add the output to the file"
    )]
    MissingOutput {
        /// The output.
        key: &'static str,
    },
    /// The definition broke a rule of the service.
    #[error("the definition of `{scenario}` breaks a rule of the service")]
    Build {
        /// The scenario.
        scenario: String,
        /// The rule.
        #[source]
        source: BuildError,
    },
}

/// The trainers that can train the scenario.
pub fn trainers(scenario: &Scenario) -> impl Iterator<Item = Trainer> {
    Trainer::ALL.into_iter().filter(|&trainer| obstacle(scenario, trainer).is_none())
}

/// Renders one of a scenario's pipelines.
pub fn render(
    scenario: &Scenario,
    kind: Kind,
    trainer: Trainer,
    deployment: &Deployment,
) -> Result<Definition, RenderError> {
    let name = || scenario.name().to_string();
    if let Some(why) = obstacle(scenario, trainer) {
        return Err(RenderError::Unfit { trainer, scenario: name(), why });
    }
    let written = match kind {
        Kind::Train => define(|pipeline| {
            let plan = Plan::declare(pipeline, scenario, trainer, deployment);
            let prepared = prepare::write(pipeline, &plan);
            let model = train::write(pipeline, &plan, &prepared);
            let evaluated = evaluate::write(pipeline, &plan, &prepared, &model);
            gate::write(pipeline, &plan, &model, &evaluated);
        }),
        Kind::Forecast => define(|pipeline| {
            forecast::write(pipeline, scenario, trainer, deployment);
        }),
    };
    let definition = written.map_err(|source| RenderError::Build { scenario: name(), source })?;
    let text = definition.to_json();
    let mut missing = deployment.missing.iter();
    match missing.find(|(_, stand_in)| text.contains(stand_in)) {
        Some((key, _)) => Err(RenderError::MissingOutput { key }),
        None => Ok(definition),
    }
}

fn obstacle(scenario: &Scenario, trainer: Trainer) -> Option<&'static str> {
    let quantiles_judged = scenario.gate().metrics().contains(&Metric::MeanWql);
    match trainer {
        Trainer::Automl if scenario.series().is_none() => {
            Some("AutoML here means time series, and its rows form none")
        }
        Trainer::Xgboost if scenario.risk().is_some() || quantiles_judged => {
            Some("its risk or its gate needs quantiles, and the built-in XGBoost gives none")
        }
        Trainer::Automl | Trainer::Xgboost | Trainer::Almanac => None,
    }
}
