//! The steps before training: check, prepare, and where the scenario has them, explore and
//! baselines.

use crate::build::condition::{Condition, Rule, Test};
use crate::build::draft::Draft;
use crate::build::processing::{Machines, Processing, ProcessingOutput, PropertyFile};
use crate::build::scope::{Pipeline, StepScope};
use crate::build::value::{Boolean, Expression};
use crate::render::names;
use crate::render::plan::{Plan, take};
use scenario::model::{Stage, Trainer};

/// Enough for checks, and cheap.
const QUALITY_INSTANCE: &str = "ml.t3.medium";

/// What training and evaluation start from.
pub(super) struct Prepared<'p> {
    /// The history up to validation: rows with header for AutoML and our own container; features
    /// without header, label first, for XGBoost.
    pub(super) train: ProcessingOutput<'p>,
    /// In the form of `train`. AutoML has none: it holds out by itself.
    pub(super) validation: Option<ProcessingOutput<'p>>,
    /// The features of the hold-out for XGBoost; the history to forecast from for AutoML, in files
    /// of whole series.
    pub(super) test: Option<ProcessingOutput<'p>>,
    /// The hold-out with header, keys, time and target, and what scales its errors.
    pub(super) holdout: ProcessingOutput<'p>,
    /// The baselines on validation, where they are a step of their own.
    pub(super) baselines: Option<ProcessingOutput<'p>>,
}

struct Checked<'p> {
    report: ProcessingOutput<'p>,
    flag: PropertyFile<'p>,
}

pub(super) fn write<'p>(pipeline: &mut Pipeline<'p>, plan: &Plan<'_, 'p>) -> Prepared<'p> {
    let quality = quality(pipeline, plan);
    let gate = quality_gate(pipeline, plan, &quality);
    let prepared = prepare(pipeline, plan, &quality, &gate).outputs;
    if plan.scenario.has_stage(Stage::Explore) {
        explore(pipeline, plan, &prepared);
    }
    let baselines = plan.scenario.has_stage(Stage::Baselines).then(|| {
        let step = baselines(pipeline, plan, &prepared);
        step.outputs
    });
    Prepared { baselines, ..prepared }
}

fn quality<'p>(pipeline: &mut Pipeline<'p>, plan: &Plan<'_, 'p>) -> Processing<'p, Checked<'p>> {
    pipeline.processing(names::QUALITY, plan.jobs(), |step| {
        plan.begin(step, "check-quality");
        plan.reuse(step);
        step.machines(Machines::one(QUALITY_INSTANCE));
        take(step, "training", &plan.training_data);
        if let Some(validation) = &plan.validation_data {
            take(step, "given-holdout", validation);
        }
        let place = plan.place("quality", "report");
        let report = step.output("quality", &names::output_path("quality"), place);
        let flag = step.property_file("Quality", &report, names::QUALITY_FILE);
        Checked { report, flag }
    })
}

fn quality_gate<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    quality: &Processing<'p, Checked<'p>>,
) -> Condition<'p> {
    let passed = quality.outputs.flag.read::<Boolean>("passed");
    let rule = Rule::all([Test::equals(passed, true)]);
    pipeline.condition(
        names::QUALITY_GATE,
        rule,
        |_| {},
        |otherwise| {
            let report = quality.outputs.report.uri();
            let message = [
                "the data of ".into(),
                (&plan.retailer).into(),
                " did not pass the quality check; see ".into(),
                report,
                format!("/{}", names::QUALITY_FILE).into(),
            ];
            otherwise.fail("DataRefused", Expression::join("", message));
        },
    )
}

fn prepare<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    quality: &Processing<'p, Checked<'p>>,
    gate: &Condition<'p>,
) -> Processing<'p, Prepared<'p>> {
    pipeline.processing(names::prepare(plan.scenario), plan.jobs(), |step| {
        plan.begin(step, "prepare");
        plan.reuse(step);
        step.argument("--trainer");
        step.argument(plan.trainer.name());
        if let Some(group) = &plan.scenario.features().feature_group {
            step.argument("--feature-group");
            step.argument(group.as_str());
        }
        step.after(gate);
        take(step, "training", &plan.training_data);
        if let Some(validation) = &plan.validation_data {
            take(step, "given-holdout", validation);
        }
        take(step, "quality", &quality.outputs.report);
        let prefix = plan.scenario.compute().prepared_prefix.as_str();
        let mut output =
            |name: &str| step.output(name, &names::output_path(name), plan.place(prefix, name));
        Prepared {
            train: output("train"),
            validation: (plan.trainer != Trainer::Automl).then(|| output("validation")),
            test: (plan.trainer != Trainer::Almanac).then(|| output("test")),
            holdout: output("holdout"),
            baselines: None,
        }
    })
}

fn explore<'p>(pipeline: &mut Pipeline<'p>, plan: &Plan<'_, 'p>, prepared: &Prepared<'p>) {
    pipeline.processing(names::EXPLORE, plan.jobs(), |step| {
        plan.begin(step, "explore");
        plan.reuse(step);
        take(step, "train", &prepared.train);
        take(step, "holdout", &prepared.holdout);
        step.output(
            "exploration",
            &names::output_path("exploration"),
            plan.place("reports", "eda"),
        );
    });
}

fn baselines<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    prepared: &Prepared<'p>,
) -> Processing<'p, ProcessingOutput<'p>> {
    pipeline.processing(names::BASELINES, plan.jobs(), |step| {
        plan.begin(step, "baselines");
        plan.reuse(step);
        take(step, "train", &prepared.train);
        if let Some(validation) = &prepared.validation {
            take(step, "validation", validation);
        }
        take(step, "holdout", &prepared.holdout);
        let place = plan.place("reports", "baselines");
        step.output("baselines", &names::output_path("baselines"), place)
    })
}
