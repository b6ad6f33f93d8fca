//! Evaluation on the hold-out, and everything that is told of it whatever the gate says.

use crate::build::call::Lambda;
use crate::build::processing::{Processing, ProcessingOutput, PropertyFile};
use crate::build::scope::{Pipeline, StepScope};
use crate::build::value::{Execution, Text};
use crate::render::names;
use crate::render::plan::{Plan, take};
use crate::render::prepare::Prepared;
use crate::render::train::Trained;

/// What later steps read of the evaluation.
pub(super) struct Evaluation<'p> {
    /// The prefix with `evaluation.json` and the files beside it.
    pub(super) place: ProcessingOutput<'p>,
    /// `evaluation.json`.
    pub(super) report: PropertyFile<'p>,
}

/// The evaluation, and that it has been recorded.
pub(super) struct Evaluated<'p> {
    pub(super) evaluation: Evaluation<'p>,
    pub(super) recorded: Lambda<'p, ()>,
}

pub(super) fn write<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
    trained: &Trained<'p>,
) -> Evaluated<'p> {
    let evaluate = evaluate(pipeline, plan, prepared, trained);
    let recorded = record(pipeline, plan, trained, &evaluate);
    ingest(pipeline, plan, &evaluate.outputs);
    Evaluated { evaluation: evaluate.outputs, recorded }
}

fn evaluate<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
    trained: &Trained<'p>,
) -> Processing<'p, Evaluation<'p>> {
    pipeline.processing(names::evaluate(plan.scenario), plan.jobs(), |step| {
        plan.begin(step, "evaluate");
        step.argument("--trainer");
        step.argument(plan.trainer.name());
        step.argument("--execution-id");
        step.argument(Execution::PipelineExecutionId);
        match trained {
            Trained::Artifact(training) => {
                take(step, "model", training.model_artifacts());
                if let Some(test) = &prepared.test {
                    take(step, "test", test);
                }
            }
            Trained::Candidate { forecast, .. } => {
                take(step, "forecast", forecast.output_uri());
            }
        }
        take(step, "train", &prepared.train);
        take(step, "holdout", &prepared.holdout);
        if let Some(baselines) = &prepared.baselines {
            take(step, "baselines", baselines);
        }
        let place = plan.place("evaluation", "report");
        let place = step.output("evaluation", &names::output_path("evaluation"), place);
        let report = step.property_file("Evaluation", &place, names::EVALUATION_FILE);
        Evaluation { place, report }
    })
}

fn record<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    trained: &Trained<'p>,
    evaluate: &Processing<'p, Evaluation<'p>>,
) -> Lambda<'p, ()> {
    pipeline.lambda(names::RECORD, &plan.deployment.record_metrics, |step| {
        step.argument("retailer", &plan.retailer);
        step.argument("scenario", plan.scenario.name().as_str());
        step.argument("execution_id", Execution::PipelineExecutionId);
        step.argument("execution_arn", Execution::PipelineExecutionArn);
        if let Some(experiment) = &plan.experiment {
            step.argument("experiment", &experiment.name);
            step.argument("trial", &experiment.trial);
        }
        step.argument("job_arn", evaluate.job_arn());
        step.argument("evaluation_s3_uri", evaluate.outputs.place.uri());
        step.argument("job_name", evaluate.job_name());
        match trained {
            Trained::Artifact(training) => step.argument("training_job_name", training.job_name()),
            Trained::Candidate { job_name, .. } => step.argument("training_job_name", job_name),
        }
        step.argument("metric", plan.scenario.gate().metric.key());
        step.argument("trainer", plan.trainer.name());
        step.argument("training_data_s3", &plan.training_data);
        step.argument("model_group", &plan.group);
        step.argument("min_improvement", &plan.min_improvement);
        for name in ["trial_component", "recorded", "primary_metric"] {
            step.output::<Text>(name);
        }
    })
}

/// Waits for the evaluation alone, so it happens when the gate says no as well.
fn ingest<'p>(pipeline: &mut Pipeline<'p>, plan: &Plan<'_, 'p>, evaluation: &Evaluation<'p>) {
    let Some(function) = &plan.deployment.ingest_evaluation else { return };
    pipeline.lambda(names::ingest(plan.scenario), function, |step| {
        step.argument("evaluation_s3_uri", evaluation.place.uri());
        step.argument("scenario", plan.scenario.name().as_str());
        step.argument("retailer", &plan.retailer);
        step.argument("execution_id", Execution::PipelineExecutionId);
        step.argument("date", Execution::StartDateTime);
    });
}
