//! The comparison with the best model before, the gate, and the registration behind it.

use crate::build::call::{Lambda, LambdaDraft, StepOutput};
use crate::build::condition::{Rule, Test};
use crate::build::draft::{Draft, EntityDraft};
use crate::build::literal::ImageUri;
use crate::build::register::RegisterDraft;
use crate::build::scope::{Pipeline, StepScope};
use crate::build::training::Training;
use crate::build::value::{Execution, Expression, Float, Text};
use crate::render::evaluate::{Evaluated, Evaluation};
use crate::render::names;
use crate::render::plan::{PACE, Plan, SERVICE_FAULTS};
use crate::render::train::Trained;
use scenario::judgement::{Better, Metric};
use scenario::model::Trainer;

/// What compare-models answers.
struct Verdict<'p> {
    promote: StepOutput<'p, Text>,
    /// The new model's value of the gate's metric.
    candidate: StepOutput<'p, Text>,
}

pub(super) fn write<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    trained: &Trained<'p>,
    evaluated: &Evaluated<'p>,
) {
    let compare = compare(pipeline, plan, evaluated);
    let evaluation = &evaluated.evaluation;
    let promoted = Test::equals(&compare.outputs.promote, "true");
    let kept = plan.thresholds.iter().map(|(metric, bound)| {
        let value = value(evaluation, *metric);
        match metric.better() {
            Better::Lower => Test::at_most(value, bound),
            Better::Higher => Test::at_least(value, bound),
        }
    });
    let rule = Rule::all(std::iter::once(promoted).chain(kept));
    let name = names::register(plan.scenario);
    pipeline.condition(
        names::gate(plan.scenario),
        rule,
        |then| match trained {
            Trained::Artifact(training) => {
                then.register(name, &plan.group, |step| {
                    register(step, plan, evaluation, training);
                    step.metadata(plan.scenario.gate().metric.key(), &compare.outputs.candidate);
                });
            }
            Trained::Candidate { job_name, .. } => {
                then.lambda("RegisterAutoML", &plan.deployment.register_automl, |step| {
                    register_candidate(step, plan, evaluation, job_name);
                });
            }
        },
        |_| {},
    );
}

fn value<'p>(evaluation: &Evaluation<'p>, metric: Metric) -> Expression<'p, Float> {
    evaluation.report.read(&format!("metrics.{metric}.value"))
}

fn compare<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    evaluated: &Evaluated<'p>,
) -> Lambda<'p, Verdict<'p>> {
    let gate = plan.scenario.gate();
    pipeline.lambda(names::COMPARE, &plan.deployment.compare_models, |step| {
        step.after(&evaluated.recorded);
        step.argument("model_group", &plan.group);
        step.argument("evaluation_s3_uri", evaluated.evaluation.place.uri());
        step.argument("metric", gate.metric.key());
        step.argument("min_improvement", &plan.min_improvement);
        step.argument("source", "registry");
        step.argument("retailer", &plan.retailer);
        step.argument("execution_id", Execution::PipelineExecutionId);
        step.argument("on_different_holdout", &plan.different_holdout);
        if !gate.beat_baseline_on.is_empty() {
            step.argument("beat_baseline_on", listed(&gate.beat_baseline_on));
        }
        if !plan.thresholds.is_empty() {
            step.argument("thresholds", thresholds(plan));
        }
        let verdict =
            Verdict { promote: step.output("promote"), candidate: step.output("candidate") };
        let told =
            ["reason", "previous", "improvement", "previous_model_package_arn", "comparable"];
        for name in told {
            step.output::<Text>(name);
        }
        verdict
    })
}

/// `rmse<=40.0,r2>=0.6`, with the values of the parameters.
fn thresholds<'p>(plan: &Plan<'_, 'p>) -> Expression<'p, Text> {
    let parts = plan.thresholds.iter().enumerate().flat_map(|(index, (metric, bound))| {
        let comma = if index == 0 { "" } else { "," };
        let sign = match metric.better() {
            Better::Lower => "<=",
            Better::Higher => ">=",
        };
        [format!("{comma}{metric}{sign}").into(), bound.into()]
    });
    Expression::join("", parts)
}

fn listed(metrics: &[Metric]) -> String {
    let keys: Vec<&str> = metrics.iter().map(|metric| metric.key()).collect();
    keys.join(",")
}

/// What a training job made becomes a version that waits for a person. Its metadata hold what the
/// next comparison reads.
fn register<'b, 'p: 'b>(
    step: &mut RegisterDraft<'b>,
    plan: &Plan<'_, 'p>,
    evaluation: &Evaluation<'p>,
    training: &Training<'p>,
) {
    step.container(serving_image(plan), training.model_artifacts());
    if plan.trainer == Trainer::Almanac {
        step.environment("ALMANAC_SCENARIO", plan.scenario.name().as_str());
    }
    let batch = plan.scenario.compute().transform.as_str();
    step.instances(&["ml.m5.large", "ml.m5.xlarge"], &["ml.m5.large", batch]);
    step.model_quality(evaluation.place.uri().below(names::REGISTRY_FILE));
    step.retry(&SERVICE_FAULTS, PACE);
    step.metadata("retailer", &plan.retailer);
    step.metadata("scenario", plan.scenario.name().as_str());
    step.metadata("trainer", plan.trainer.name());
    step.metadata("metric", plan.scenario.gate().metric.key());
    step.metadata("execution_id", Execution::PipelineExecutionId);
    step.metadata("evaluation_s3_uri", evaluation.place.uri());
    let fingerprint = evaluation.report.read::<Text>("holdout.fingerprint");
    step.metadata("holdout_fingerprint", fingerprint);
    for metric in plan.scenario.gate().metrics() {
        if metric != plan.scenario.gate().metric {
            step.metadata(metric.key(), value(evaluation, metric));
        }
    }
}

fn serving_image<'a>(plan: &Plan<'a, '_>) -> &'a ImageUri {
    match plan.trainer {
        Trainer::Xgboost => &plan.deployment.xgboost_image,
        Trainer::Almanac | Trainer::Automl => &plan.deployment.jobs_image,
    }
}

/// The function takes the candidate's container from the job, and the metrics from the report.
fn register_candidate<'b, 'p: 'b>(
    step: &mut LambdaDraft<'b>,
    plan: &Plan<'_, 'p>,
    evaluation: &Evaluation<'p>,
    job_name: &StepOutput<'p, Text>,
) {
    step.argument("model_group", &plan.group);
    step.argument("job_name", job_name);
    step.argument("retailer", &plan.retailer);
    step.argument("scenario", plan.scenario.name().as_str());
    step.argument("execution_id", Execution::PipelineExecutionId);
    step.argument("execution_arn", Execution::PipelineExecutionArn);
    step.argument("evaluation_s3_uri", evaluation.place.uri());
    let quality = evaluation.place.uri().below(names::REGISTRY_FILE);
    step.argument("model_quality_s3_uri", quality);
    step.argument("metric", plan.scenario.gate().metric.key());
    step.argument("metrics", listed(&plan.scenario.gate().metrics()));
    step.argument("approval_status", "PendingManualApproval");
    step.output::<Text>("model_package_arn");
}
