//! What all steps of a training pipeline share: the parameters, and where things go.

use crate::build::draft::{CacheWindow, JobDraft, JobFault, Pace, ServiceFault, Until};
use crate::build::parameter::{Declaration, Parameter};
use crate::build::processing::{Container, Machines, ProcessingDraft};
use crate::build::scope::{Experiment, Pipeline};
use crate::build::value::{Execution, Expression, Float, Text};
use crate::render::deployment::{Deployment, Experiments};
use crate::render::names;
use scenario::judgement::{DifferentHoldout, Metric};
use scenario::model::Trainer;
use scenario::{Origin, Scenario};

/// What jobs try again after, and how often.
pub(super) const JOB_FAULTS: [JobFault; 4] = [
    JobFault::Service(ServiceFault::Internal),
    JobFault::Service(ServiceFault::Throttling),
    JobFault::JobInternal,
    JobFault::Capacity,
];
/// What registering tries again after.
pub(super) const SERVICE_FAULTS: [ServiceFault; 2] =
    [ServiceFault::Internal, ServiceFault::Throttling];
/// Half a minute, one, two, four, eight: capacity and throttling pass.
pub(super) const PACE: Pace =
    Pace { interval_seconds: 30, backoff_rate: 2.0, until: Until::Attempts(5) };

/// The parameters of a training pipeline, and what they belong to.
pub(super) struct Plan<'a, 'p> {
    pub(super) scenario: &'a Scenario,
    pub(super) trainer: Trainer,
    pub(super) deployment: &'a Deployment,
    pub(super) retailer: Parameter<'p, Text>,
    pub(super) training_data: Parameter<'p, Text>,
    /// The hold-out, where it comes as data of its own.
    pub(super) validation_data: Option<Parameter<'p, Text>>,
    pub(super) group: Parameter<'p, Text>,
    pub(super) min_improvement: Parameter<'p, Float>,
    pub(super) different_holdout: Parameter<'p, Text>,
    pub(super) thresholds: Vec<(Metric, Parameter<'p, Float>)>,
    pub(super) experiment: Option<Experiment<'p>>,
    output: Parameter<'p, Text>,
    processing_instance: Parameter<'p, Text>,
    training_instance: Parameter<'p, Text>,
    /// The file of a scenario that the containers do not know.
    scenario_file: Option<Parameter<'p, Text>>,
    /// What tells apart data below one URI, where equal jobs are not run again.
    data_version: Option<Parameter<'p, Text>>,
}

impl<'a, 'p> Plan<'a, 'p> {
    pub(super) fn declare(
        pipeline: &mut Pipeline<'p>,
        scenario: &'a Scenario,
        trainer: Trainer,
        deployment: &'a Deployment,
    ) -> Self {
        let gate = scenario.gate();
        let compute = scenario.compute();
        let retailer = pipeline.parameter(retailer(scenario));
        let training_data = pipeline.parameter(
            Declaration::text("TrainingDataS3").describe("S3 prefix of the sales history"),
        );
        let validation_data = scenario.split().has_own_holdout().then(|| {
            let holdout = "S3 prefix of the hold-out, which follows the history";
            pipeline.parameter(Declaration::text("ValidationDataS3").describe(holdout))
        });
        let output = pipeline.parameter(
            Declaration::text("OutputS3").describe("S3 prefix of everything the pipeline writes"),
        );
        let scenario_file = scenario_file(pipeline, scenario);
        let data_version = compute.cache_days.map(|_| {
            let version = "Changes when the data below the same prefix change";
            pipeline.parameter(Declaration::text("DataVersion").describe(version))
        });
        let group = Declaration::text("ModelPackageGroup");
        let group = pipeline.parameter(group.default(scenario.model_package_group().as_str()));
        let min_improvement =
            pipeline.parameter(Declaration::float("MinImprovement").default(gate.min_improvement));
        let thresholds = gate.thresholds.iter().map(|(&metric, &bound)| {
            let declaration = Declaration::float(&metric.parameter_name()).default(bound);
            (metric, pipeline.parameter(declaration))
        });
        let thresholds = thresholds.collect();
        let different_holdout = pipeline.parameter(different_holdout(gate.different_holdout));
        let processing = Declaration::text("ProcessingInstanceType");
        let processing_instance =
            pipeline.parameter(processing.default(compute.processing.as_str()));
        let training = Declaration::text("TrainingInstanceType");
        let training_instance = pipeline.parameter(training.default(compute.training.as_str()));
        Self {
            scenario,
            trainer,
            deployment,
            retailer,
            training_data,
            validation_data,
            group,
            min_improvement,
            different_holdout,
            thresholds,
            experiment: experiment(pipeline, deployment),
            output,
            processing_instance,
            training_instance,
            scenario_file,
            data_version,
        }
    }

    /// Where this execution puts `what`: `OutputS3/RETAILER/EXECUTION/what/leaf`.
    pub(super) fn place(&self, what: &str, leaf: &str) -> Expression<'p, Text> {
        let execution = Execution::PipelineExecutionId.into();
        let parts =
            [(&self.output).into(), (&self.retailer).into(), execution, what.into(), leaf.into()];
        Expression::join("/", parts)
    }

    /// Below which training jobs put their models; each has a directory of its own.
    pub(super) fn models_place(&self) -> Expression<'p, Text> {
        let parts = [(&self.output).into(), "models".into(), (&self.retailer).into()];
        Expression::join("/", parts)
    }

    /// Our own image.
    pub(super) fn jobs(&self) -> Container<'a> {
        Container { image: &self.deployment.jobs_image, role: &self.deployment.job_role }
    }

    pub(super) fn training_machines(&self) -> Machines<'p> {
        let volume = self.scenario.compute().volume_gib;
        Machines::one(&self.training_instance).volume_gib(volume)
    }

    /// The scenario's file for a container that does not know the scenario.
    pub(super) fn scenario_file(&self) -> Option<&Parameter<'p, Text>> {
        self.scenario_file.as_ref()
    }

    /// What every job of ours is told, and how it is run.
    pub(super) fn begin(&self, step: &mut ProcessingDraft<'p>, job: &str) {
        step.argument(job);
        step.argument("--scenario");
        if let Some(file) = &self.scenario_file {
            let path = names::input_path("scenario");
            step.argument(path.as_str());
            step.input("scenario", file, &path);
        } else {
            step.argument(self.scenario.name().as_str());
        }
        step.argument("--retailer");
        step.argument(&self.retailer);
        let volume = self.scenario.compute().volume_gib;
        step.machines(Machines::one(&self.processing_instance).volume_gib(volume));
        step.max_runtime_seconds(self.scenario.compute().max_job_seconds);
        step.retry(&JOB_FAULTS, PACE);
    }

    /// Lets an equal job's result be taken again, where the scenario wants that. The version of
    /// the data is part of the job, so that other data are another job.
    pub(super) fn reuse(&self, step: &mut ProcessingDraft<'p>) {
        if let (Some(days), Some(version)) =
            (self.scenario.compute().cache_days, &self.data_version)
        {
            step.environment("DATA_VERSION", version);
            step.cache(CacheWindow::days(days));
        }
    }
}

/// Adds the input `name` at its place.
pub(super) fn take<'p>(
    step: &mut ProcessingDraft<'p>,
    name: &str,
    uri: impl Into<Expression<'p, Text>>,
) {
    step.input(name, uri, &names::input_path(name));
}

fn retailer(scenario: &Scenario) -> Declaration<Text> {
    let declaration = Declaration::text("Retailer").describe("Whose model is trained");
    match scenario.data().retailer {
        Some(_) => declaration,
        None => declaration.default("default"),
    }
}

fn different_holdout(default: DifferentHoldout) -> Declaration<Text> {
    let words = [DifferentHoldout::Refuse, DifferentHoldout::Compare].map(DifferentHoldout::word);
    Declaration::text("OnDifferentHoldout").default(default.word()).one_of(words)
}

/// The file of a scenario that the containers do not know.
pub(super) fn scenario_file<'p>(
    pipeline: &mut Pipeline<'p>,
    scenario: &Scenario,
) -> Option<Parameter<'p, Text>> {
    (scenario.origin() == Origin::File).then(|| {
        let description = "S3 URI of the scenario's TOML file";
        pipeline.parameter(Declaration::text("ScenarioS3").describe(description))
    })
}

fn experiment<'p>(pipeline: &mut Pipeline<'p>, deployment: &Deployment) -> Option<Experiment<'p>> {
    match deployment.experiments {
        Experiments::Kept => {
            let (name, trial) = (Execution::PipelineName, Execution::PipelineExecutionId);
            Some(pipeline.experiment(name, trial))
        }
        Experiments::Absent => None,
    }
}
