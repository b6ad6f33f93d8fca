//! What is deployed in one account and region: the literals of a definition.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::build::literal::{FunctionArn, ImageUri, LiteralError, QueueUrl, RoleArn};

/// Whether executions are kept as experiments and trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Experiments {
    /// One trial an execution.
    #[default]
    Kept,
    /// None, for regions and accounts without SageMaker Experiments.
    Absent,
}

/// The functions, roles, images and the queue that definitions name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The role that jobs and models run as.
    pub job_role: RoleArn,
    /// The image of our own jobs.
    pub jobs_image: ImageUri,
    /// The built-in XGBoost of the region.
    pub xgboost_image: ImageUri,
    /// Records what a run achieved.
    pub record_metrics: FunctionArn,
    /// Compares with the best model before.
    pub compare_models: FunctionArn,
    /// Puts an evaluation where it can be queried. A stack without it gets definitions without
    /// that step: nothing after it reads what it does.
    pub ingest_evaluation: Option<FunctionArn>,
    /// Starts an AutoML job.
    pub start_automl: FunctionArn,
    /// Registers an AutoML candidate.
    pub register_automl: FunctionArn,
    /// Where waits for AutoML jobs are announced.
    pub automl_queue: QueueUrl,
    /// Whether executions are kept as trials.
    pub experiments: Experiments,
    /// Outputs that the stack does not have, with what stands for each in a definition.
    pub(super) missing: Vec<(&'static str, String)>,
}

/// Why a deployment cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// It is not the JSON that `sam list stack-outputs --output json` writes.
    #[error(
        "not a list of {{\"OutputKey\", \"OutputValue\"}} as `sam list stack-outputs --output json` writes it"
    )]
    Unreadable(#[source] serde_json::Error),
    /// An output is not what it should be.
    #[error("the stack's output `{key}`")]
    Wrong {
        /// The output.
        key: &'static str,
        /// What it should be.
        #[source]
        source: LiteralError,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

impl Deployment {
    /// Reads the outputs of the deployed stack. Outputs with other keys are passed over; one that
    /// is missing is an error of the definition that needs it, not of others.
    pub fn from_stack_outputs(json: &str) -> Result<Self, DeploymentError> {
        let outputs: Vec<Output> =
            serde_json::from_str(json).map_err(DeploymentError::Unreadable)?;
        let outputs = outputs.into_iter().map(|output| (output.output_key, output.output_value));
        Self::read(&Outputs(outputs.collect()))
    }

    /// A deployment that exists nowhere, with the names that the template gives: what the golden
    /// files and a rendering without `--deployment` use.
    pub fn sample() -> Result<Self, DeploymentError> {
        let outputs = KEYS.into_iter().chain([(INGEST_KEY, INGEST_SAMPLE)]);
        let outputs = outputs.map(|(key, sample)| (key.to_owned(), sample.to_owned()));
        Self::read(&Outputs(outputs.collect()))
    }

    fn read(outputs: &Outputs) -> Result<Self, DeploymentError> {
        Ok(Self {
            job_role: outputs.get("JobRoleArn", RoleArn::new)?,
            jobs_image: outputs.get("JobsImageUri", ImageUri::new)?,
            xgboost_image: outputs.get("XgboostImageUri", ImageUri::new)?,
            record_metrics: outputs.get("RecordMetricsFunctionArn", FunctionArn::new)?,
            compare_models: outputs.get("CompareModelsFunctionArn", FunctionArn::new)?,
            ingest_evaluation: outputs.optional(INGEST_KEY, FunctionArn::new)?,
            start_automl: outputs.get("StartAutomlFunctionArn", FunctionArn::new)?,
            register_automl: outputs.get("RegisterAutomlFunctionArn", FunctionArn::new)?,
            automl_queue: outputs.get("AutomlQueueUrl", QueueUrl::new)?,
            experiments: match outputs.0.get("Experiments").map(String::as_str) {
                Some("absent") => Experiments::Absent,
                _ => Experiments::Kept,
            },
            missing: outputs.missing(),
        })
    }
}

/// What definitions need of a stack: the output's key, and a value as the template would give it.
const KEYS: [(&str, &str); 8] = [
    ("JobRoleArn", "arn:aws:iam::111122223333:role/almanac-job"),
    ("JobsImageUri", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/almanac-jobs:latest"),
    ("XgboostImageUri", "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1"),
    (
        "RecordMetricsFunctionArn",
        "arn:aws:lambda:eu-west-1:111122223333:function:almanac-record-metrics",
    ),
    (
        "CompareModelsFunctionArn",
        "arn:aws:lambda:eu-west-1:111122223333:function:almanac-compare-models",
    ),
    (
        "StartAutomlFunctionArn",
        "arn:aws:lambda:eu-west-1:111122223333:function:almanac-start-automl",
    ),
    (
        "RegisterAutomlFunctionArn",
        "arn:aws:lambda:eu-west-1:111122223333:function:almanac-register-automl",
    ),
    ("AutomlQueueUrl", "https://sqs.eu-west-1.amazonaws.com/111122223333/almanac-automl"),
];

const INGEST_KEY: &str = "IngestEvaluationFunctionArn";
const INGEST_SAMPLE: &str =
    "arn:aws:lambda:eu-west-1:111122223333:function:almanac-ingest-evaluation";

/// Stands for an output that is missing: the sample with an account that nobody has.
fn stand_in(key: &str) -> Option<String> {
    let sample = KEYS.iter().find(|(known, _)| *known == key).map(|(_, sample)| sample)?;
    Some(sample.replace("111122223333", "000000000000").replace("141502667606", "000000000000"))
}

/// The outputs by key.
struct Outputs(BTreeMap<String, String>);

impl Outputs {
    fn get<T>(
        &self,
        key: &'static str,
        check: fn(String) -> Result<T, LiteralError>,
    ) -> Result<T, DeploymentError> {
        let value = self.0.get(key).cloned().or_else(|| stand_in(key)).unwrap_or_default();
        check(value).map_err(|source| DeploymentError::Wrong { key, source })
    }

    fn optional<T>(
        &self,
        key: &'static str,
        check: fn(String) -> Result<T, LiteralError>,
    ) -> Result<Option<T>, DeploymentError> {
        let value = self.0.get(key).cloned().map(check).transpose();
        value.map_err(|source| DeploymentError::Wrong { key, source })
    }

    fn missing(&self) -> Vec<(&'static str, String)> {
        let missing = KEYS.iter().filter(|(key, _)| !self.0.contains_key(*key));
        missing.filter_map(|(key, _)| Some((*key, stand_in(key)?))).collect()
    }
}
