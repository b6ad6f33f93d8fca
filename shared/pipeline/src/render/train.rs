//! How a model comes about: three trainers, one result.

use crate::build::call::StepOutput;
use crate::build::draft::{CacheWindow, Draft, JobDraft};
use crate::build::processing::Container;
use crate::build::scope::{Pipeline, StepScope};
use crate::build::training::{Training, TrainingDraft};
use crate::build::transform::{Cut, Transform};
use crate::build::value::{Execution, Text};
use crate::render::names;
use crate::render::plan::{JOB_FAULTS, PACE, Plan};
use crate::render::prepare::Prepared;
use scenario::data::Series;
use scenario::model::Trainer;
use scenario::text::{ColumnName, QuantileName};

/// What came out of training.
pub(super) enum Trained<'p> {
    /// A training job's artefact.
    Artifact(Training<'p>),
    /// An AutoML candidate, and its forecast of the hold-out.
    Candidate {
        /// The AutoML job.
        job_name: StepOutput<'p, Text>,
        /// The candidate's forecast.
        forecast: Transform<'p>,
    },
}

pub(super) fn write<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
) -> Trained<'p> {
    match (plan.trainer, plan.scenario.series()) {
        (Trainer::Automl, Some(series)) => automl(pipeline, plan, prepared, series),
        // Rendering has refused AutoML without series.
        (Trainer::Almanac | Trainer::Automl, _) => almanac(pipeline, plan, prepared),
        (Trainer::Xgboost, _) => xgboost(pipeline, plan, prepared),
    }
}

fn xgboost<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
) -> Trained<'p> {
    let image = &plan.deployment.xgboost_image;
    let container = Container { image, role: &plan.deployment.job_role };
    let name = names::train(plan.scenario, plan.trainer);
    Trained::Artifact(pipeline.training(name, container, |step| {
        for (key, value) in plan.scenario.xgboost() {
            step.hyperparameter(key, value.to_string());
        }
        // A third channel would end the built-in container with "Extraneous channel found": the
        // test features go to the evaluation alone.
        step.channel("train", &prepared.train, "text/csv");
        if let Some(validation) = &prepared.validation {
            step.channel("validation", validation, "text/csv");
        }
        run(step, plan);
    }))
}

fn almanac<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
) -> Trained<'p> {
    let name = names::train(plan.scenario, plan.trainer);
    Trained::Artifact(pipeline.training(name, plan.jobs(), |step| {
        step.hyperparameter("scenario", plan.scenario.name().as_str());
        step.hyperparameter("retailer", &plan.retailer);
        step.channel("train", &prepared.train, "text/csv");
        if let Some(validation) = &prepared.validation {
            step.channel("validation", validation, "text/csv");
        }
        if let Some(baselines) = &prepared.baselines {
            step.channel("baselines", baselines, "text/csv");
        }
        if let Some(file) = plan.scenario_file() {
            step.channel("scenario", file, "application/toml");
        }
        run(step, plan);
    }))
}

fn run<'p>(step: &mut TrainingDraft<'p>, plan: &Plan<'_, 'p>) {
    step.output(plan.models_place());
    step.machines(plan.training_machines());
    step.max_runtime_seconds(plan.scenario.compute().max_job_seconds);
    step.retry(&JOB_FAULTS, PACE);
    if let Some(days) = plan.scenario.compute().cache_days {
        step.cache(CacheWindow::days(days));
    }
}

/// Starts the job, waits for it, and lets the candidate forecast the hold-out. Whoever ends the
/// wait has made a SageMaker model of the candidate: its environment does not fit into outputs.
fn automl<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
    series: &Series,
) -> Trained<'p> {
    let start = pipeline.lambda("StartAutoML", &plan.deployment.start_automl, |step| {
        step.argument("retailer", &plan.retailer);
        step.argument("scenario", plan.scenario.name().as_str());
        step.argument("execution_id", Execution::PipelineExecutionId);
        step.argument("train_s3_uri", prepared.train.uri());
        step.argument("output_s3_uri", plan.place("automl", "output"));
        step.argument("role_arn", plan.deployment.job_role.as_str());
        for (key, value) in job_settings(plan, series) {
            step.argument(key, value);
        }
        step.argument("horizon", series.horizon);
        let automl = plan.scenario.automl();
        step.argument("max_candidates", 1_u32);
        step.argument("max_job_seconds", automl.max_job_seconds);
        step.argument("max_training_seconds", automl.max_training_seconds);
        step.output::<Text>("job_name")
    });
    let wait = pipeline.callback("WaitAutoML", &plan.deployment.automl_queue, |step| {
        step.argument("job_name", &start.outputs);
        step.argument("execution_id", Execution::PipelineExecutionId);
        for name in ["candidate", "image", "model_data_url", "objective_value"] {
            step.output::<Text>(name);
        }
        step.output::<Text>("model_name")
    });
    let forecast = pipeline.transform("ForecastHoldout", &wait.outputs, |step| {
        let history = prepared.test.as_ref().unwrap_or(&prepared.train);
        step.input(history, Cut::WholeFile);
        step.output(plan.place("automl", "forecast"));
        step.max_payload_mib(100);
        step.timeout_seconds(3600);
        step.machines(plan.training_machines());
        step.retry(&JOB_FAULTS, PACE);
        step.describe("The candidate forecasts the hold-out, from files of whole series");
    });
    Trained::Candidate { job_name: start.outputs, forecast }
}

/// The settings of the job that are texts, in the AutoML service's own words.
fn job_settings(plan: &Plan<'_, '_>, series: &Series) -> Vec<(&'static str, String)> {
    let names = |names: Vec<&str>| names.join(",");
    let keys: Vec<&str> = series.key.iter().map(ColumnName::as_str).collect();
    let features = plan.scenario.features();
    let mut settings = vec![
        ("frequency", series.frequency.to_string()),
        ("quantiles", names(series.quantiles.iter().map(QuantileName::as_str).collect())),
        ("target_column", plan.scenario.data().target.to_string()),
        ("time_column", series.time.to_string()),
        ("filling", features.gap.word().to_owned()),
        ("objective", plan.scenario.automl().objective.word().to_owned()),
    ];
    if let Some((item, groups)) = keys.split_last() {
        settings.push(("item_column", (*item).to_owned()));
        if !groups.is_empty() {
            settings.push(("group_columns", names(groups.to_vec())));
        }
    }
    if let Some(country) = &features.country {
        settings.push(("holiday_country", country.clone()));
    }
    settings
}
