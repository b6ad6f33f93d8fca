//! Is the AutoML step asked for the one thing it does: tabular ensembling, through the first API?

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::report::Report;

/// How a time-series job gets into a pipeline.
const INSTEAD: &str =
    "start the job in a Lambda step (CreateAutoMLJobV2) and wait for it in a Callback step";

/// Reports AutoML jobs that only the second API has, and settings the step refuses.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        match step.kind {
            "AutoML" => job(step, report),
            "AutoMLV2" => report.error(
                &step.at.key("Type"),
                "automl-v2",
                "there is no step type for AutoML V2, so none for time series",
                INSTEAD,
            ),
            _ => {}
        }
    }
}

fn job(step: &Step<'_>, report: &mut Report) {
    for key in ["AutoMLProblemTypeConfig", "AutoMLJobInputDataConfig"] {
        if let Some((_, at)) = step.argument(key) {
            report.error(
                &at,
                "automl-v2",
                format!("`{key}` belongs to CreateAutoMLJobV2; this step makes V1 jobs"),
                INSTEAD,
            );
        }
    }
    for key in ["ModelDeployConfig", "GenerateCandidateDefinitionsOnly"] {
        if let Some((_, at)) = step.argument(key) {
            report.error(
                &at,
                "unknown-argument",
                format!("the step takes no `{key}`, although the API does"),
                "remove it; deploy in a later step",
            );
        }
    }
    if let Some((config, at)) = step.argument("AutoMLJobConfig")
        && let Some(mode) = config.get("Mode").filter(|mode| *mode != "ENSEMBLING")
    {
        report.error(
            &at.key("Mode"),
            "automl-mode",
            format!("the step runs in ENSEMBLING mode only, not {mode}"),
            "write \"ENSEMBLING\"",
        );
    }
    if let Some((problem, at)) = step.argument("ProblemType") {
        problem_type(problem, &at, report);
    }
}

fn problem_type(problem: &Value, at: &crate::lint::pointer::Pointer, report: &mut Report) {
    match problem.as_str() {
        Some("BinaryClassification" | "MulticlassClassification" | "Regression") => {
            report.warning(
                at,
                "automl-problem-type",
                "the pipeline parser has refused a literal ProblemType",
                "leave it out, or make it a parameter, if CreatePipeline refuses it",
            );
        }
        Some(other) => report.error(
            at,
            "unknown-value",
            format!("`{other}` is no problem type of this step"),
            "known: BinaryClassification, MulticlassClassification, Regression",
        ),
        None => {}
    }
}
