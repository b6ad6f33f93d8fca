//! The forecasting pipeline: a registered version applied to files.
//!
//! AutoML and our own container take history and give forecasts, a file a request, since a series
//! may not be cut. XGBoost takes features and gives bare numbers: a job makes the features, and
//! the transform joins each number to the row's keys.

use crate::build::draft::{EntityDraft, JobDraft};
use crate::build::model::{Model, ModelSource};
use crate::build::parameter::{Declaration, Parameter};
use crate::build::processing::{Container, Machines, ProcessingDraft};
use crate::build::scope::{Pipeline, StepScope};
use crate::build::transform::{Columns, Cut, Transform};
use crate::build::value::{Execution, Expression, Integer, Text};
use crate::render::deployment::Deployment;
use crate::render::names;
use crate::render::plan::{JOB_FAULTS, PACE, SERVICE_FAULTS, scenario_file};
use scenario::Scenario;
use scenario::data::Role;
use scenario::model::Trainer;

struct Plan<'a, 'p> {
    scenario: &'a Scenario,
    deployment: &'a Deployment,
    package: Parameter<'p, Text>,
    retailer: Parameter<'p, Text>,
    input: Parameter<'p, Text>,
    output: Parameter<'p, Text>,
    instance: Parameter<'p, Text>,
    count: Parameter<'p, Integer>,
    scenario_file: Option<Parameter<'p, Text>>,
    /// What the columns of the features are, as the training execution left it.
    trained_features: Option<Parameter<'p, Text>>,
}

pub(super) fn write(
    pipeline: &mut Pipeline<'_>,
    scenario: &Scenario,
    trainer: Trainer,
    deployment: &Deployment,
) {
    let plan = declare(pipeline, scenario, trainer, deployment);
    let features = (trainer == Trainer::Xgboost).then(|| features(pipeline, &plan));
    let source = ModelSource::package(&deployment.job_role, &plan.package);
    let model = pipeline.model("CreateModel", source, |step| step.retry(&SERVICE_FAULTS, PACE));
    let forecast = apply(pipeline, &plan, &model, features);
    if scenario.risk().is_some() {
        assess_risk(pipeline, &plan, &forecast);
    }
}

fn declare<'a, 'p>(
    pipeline: &mut Pipeline<'p>,
    scenario: &'a Scenario,
    trainer: Trainer,
    deployment: &'a Deployment,
) -> Plan<'a, 'p> {
    let data = match trainer {
        Trainer::Xgboost => "S3 prefix of the rows to predict, with the history they need",
        Trainer::Automl | Trainer::Almanac => {
            "S3 prefix of the history to forecast from, in files of whole series up to 100 MB"
        }
    };
    let retailer = Declaration::text("Retailer").describe("Whose forecast it is");
    let retailer = match scenario.data().retailer {
        Some(_) => retailer,
        None => retailer.default("default"),
    };
    let needs_jobs = trainer == Trainer::Xgboost || scenario.risk().is_some();
    let instance = Declaration::text("TransformInstanceType");
    Plan {
        scenario,
        deployment,
        package: pipeline.parameter(
            Declaration::text("ModelPackageArn").describe("An approved version in the registry"),
        ),
        retailer: pipeline.parameter(retailer),
        input: pipeline.parameter(Declaration::text("InputDataS3").describe(data)),
        output: pipeline.parameter(Declaration::text("OutputS3")),
        instance: pipeline.parameter(instance.default(scenario.compute().transform.as_str())),
        count: pipeline.parameter(Declaration::integer("TransformInstanceCount").default(1)),
        scenario_file: if needs_jobs { scenario_file(pipeline, scenario) } else { None },
        trained_features: (trainer == Trainer::Xgboost).then(|| {
            let described = "S3 prefix with features.json, the output `test` of the training";
            pipeline.parameter(Declaration::text("FeaturesS3").describe(described))
        }),
    }
}

impl<'p> Plan<'_, 'p> {
    fn place(&self, leaf: &str) -> Expression<'p, Text> {
        let execution = Execution::PipelineExecutionId.into();
        let retailer = (&self.retailer).into();
        let parts = [(&self.output).into(), retailer, execution, leaf.into()];
        Expression::join("/", parts)
    }

    fn jobs(&self) -> Container<'_> {
        Container { image: &self.deployment.jobs_image, role: &self.deployment.job_role }
    }

    fn begin(&self, step: &mut ProcessingDraft<'p>, job: &str) {
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
        step.machines(Machines::one(self.scenario.compute().processing.as_str()));
        step.max_runtime_seconds(self.scenario.compute().max_job_seconds);
        step.retry(&JOB_FAULTS, PACE);
    }
}

/// The keys of a row first, then its features in the order of training, without header.
fn features<'p>(pipeline: &mut Pipeline<'p>, plan: &Plan<'_, 'p>) -> Expression<'p, Text> {
    let step = pipeline.processing("PrepareForecast", plan.jobs(), |step| {
        plan.begin(step, "prepare-forecast");
        step.input("rows", &plan.input, &names::input_path("rows"));
        if let Some(features) = &plan.trained_features {
            step.input("trained-features", features, &names::input_path("trained-features"));
        }
        step.output("features", &names::output_path("features"), plan.place("features"))
    });
    step.outputs.uri()
}

fn apply<'p>(
    pipeline: &mut Pipeline<'p>,
    plan: &Plan<'_, 'p>,
    model: &Model<'p>,
    features: Option<Expression<'p, Text>>,
) -> Transform<'p> {
    pipeline.transform("BatchForecast", model.model_name(), |step| {
        if let Some(features) = features {
            step.input(features, Cut::Lines);
            if let Some(columns) = joined_columns(plan.scenario) {
                step.columns(columns);
            }
        } else {
            step.input(&plan.input, Cut::WholeFile);
            step.max_payload_mib(100);
            step.timeout_seconds(3600);
        }
        step.output(plan.place("forecast"));
        step.machines(Machines::one(&plan.instance).count(&plan.count));
        step.retry(&JOB_FAULTS, PACE);
    })
}

/// The model sees what follows the keys; the output keeps the keys and the answer.
fn joined_columns(scenario: &Scenario) -> Option<Columns> {
    let keys = key_columns(scenario);
    let kept: Vec<String> = (0..keys).map(|column| column.to_string()).collect();
    (keys > 0).then(|| Columns {
        input: format!("$[{keys}:]"),
        output: format!("$[{},-1]", kept.join(",")),
    })
}

fn key_columns(scenario: &Scenario) -> usize {
    let columns = scenario.data().columns.iter();
    let identifiers = columns.filter(|column| column.role == Some(Role::Identifier)).count();
    let of_series = scenario.series().map_or(0, |series| series.key.len() + 1);
    identifiers + of_series
}

/// When will which limit be passed, and how likely.
fn assess_risk<'p>(pipeline: &mut Pipeline<'p>, plan: &Plan<'_, 'p>, forecast: &Transform<'p>) {
    pipeline.processing("AssessRisk", plan.jobs(), |step| {
        plan.begin(step, "risk");
        step.input("forecast", forecast.output_uri(), &names::input_path("forecast"));
        step.output("risk", &names::output_path("risk"), plan.place("risk"));
    });
}
