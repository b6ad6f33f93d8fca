//! The names of steps and the words of the jobs' command line.
//!
//! `almanac job NAME` runs a job on this machine; in SageMaker the same words are the container's
//! arguments. A job finds its inputs at `/opt/ml/processing/input/NAME` and leaves its outputs at
//! `/opt/ml/processing/output/NAME`, by the names that the steps give them.

use scenario::Scenario;
use scenario::model::Trainer;
use scenario::text::StepName;

pub(super) const QUALITY: &str = "DataQuality";
pub(super) const QUALITY_GATE: &str = "QualityGate";
pub(super) const EXPLORE: &str = "Explore";
pub(super) const BASELINES: &str = "Baselines";
pub(super) const RECORD: &str = "RecordMetrics";
pub(super) const COMPARE: &str = "CompareModels";

/// The file that the quality gate reads.
pub(super) const QUALITY_FILE: &str = "quality.json";
/// The file that the promotion gate and the functions read.
pub(super) const EVALUATION_FILE: &str = "evaluation.json";
/// The same metrics in the form that the model registry shows.
pub(super) const REGISTRY_FILE: &str = "regression_metrics.json";

pub(super) fn input_path(name: &str) -> String {
    format!("/opt/ml/processing/input/{name}")
}

pub(super) fn output_path(name: &str) -> String {
    format!("/opt/ml/processing/output/{name}")
}

pub(super) fn prepare(scenario: &Scenario) -> &str {
    or(scenario.steps().prepare.as_ref(), "Prepare")
}

/// The scenario's own name tells of its own trainer, hence is not used with another one.
pub(super) fn train(scenario: &Scenario, trainer: Trainer) -> &str {
    let own = scenario.steps().train.as_ref();
    or(own.filter(|_| trainer == scenario.trainer()), "Train")
}

pub(super) fn evaluate(scenario: &Scenario) -> &str {
    or(scenario.steps().evaluate.as_ref(), "Evaluate")
}

pub(super) fn ingest(scenario: &Scenario) -> &str {
    or(scenario.steps().ingest.as_ref(), "IngestEvaluation")
}

pub(super) fn gate(scenario: &Scenario) -> &str {
    or(scenario.steps().gate.as_ref(), "PromoteGate")
}

pub(super) fn register(scenario: &Scenario) -> &str {
    or(scenario.steps().register.as_ref(), "Register")
}

fn or<'s>(name: Option<&'s StepName>, otherwise: &'s str) -> &'s str {
    name.map_or(otherwise, StepName::as_str)
}
