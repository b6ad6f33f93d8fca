//! Training steps.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::draft::{Draft, Envelope, JobDraft, Step};
use crate::build::error::BuildError;
use crate::build::processing::{Container, Machines};
use crate::build::value::{Expression, Text};

/// A Training step that is being written.
#[derive(Debug)]
pub struct TrainingDraft<'s> {
    envelope: Envelope<'s>,
    image: String,
    role: String,
    hyperparameters: Map<String, Value>,
    environment: Map<String, Value>,
    channels: Vec<Value>,
    output: Expression<'s, Text>,
    machines: Machines<'s>,
    max_runtime_seconds: u32,
}

impl<'s> TrainingDraft<'s> {
    pub(crate) fn new(name: &str, container: Container<'_>) -> Self {
        Self {
            envelope: Envelope::new(name, "Training"),
            image: container.image.to_string(),
            role: container.role.to_string(),
            hyperparameters: Map::new(),
            environment: Map::new(),
            channels: Vec::new(),
            output: "".into(),
            machines: Machines::one("ml.m5.xlarge"),
            max_runtime_seconds: 7200,
        }
    }

    /// A hyperparameter; the container reads all of them as text.
    pub fn hyperparameter(&mut self, key: &str, value: impl Into<Expression<'s, Text>>) {
        self.envelope.declare("hyperparameter", key);
        self.hyperparameters.insert(key.to_owned(), value.into().into_json());
    }

    /// A variable of the container's environment.
    pub fn environment(&mut self, name: &str, value: impl Into<Expression<'s, Text>>) {
        self.envelope.declare("environment", name);
        self.environment.insert(name.to_owned(), value.into().into_json());
    }

    /// Files from S3, put into the container at `/opt/ml/input/data/NAME`.
    pub fn channel(
        &mut self,
        name: &str,
        uri: impl Into<Expression<'s, Text>>,
        content_type: &str,
    ) {
        self.envelope.declare("channel", name);
        self.channels.push(json!({
            "ChannelName": name,
            "ContentType": content_type,
            "DataSource": { "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri.into().into_json(),
                "S3DataDistributionType": "FullyReplicated",
            } },
        }));
    }

    /// The prefix below which the service puts `JOB/output/model.tar.gz`.
    pub fn output(&mut self, uri: impl Into<Expression<'s, Text>>) {
        self.output = uri.into();
    }

    /// Runs on these instances; one `ml.m5.xlarge` otherwise.
    pub fn machines(&mut self, machines: Machines<'s>) {
        self.machines = machines;
    }

    /// Is stopped after so long; after two hours otherwise.
    pub fn max_runtime_seconds(&mut self, seconds: u32) {
        self.envelope.within("longest run in seconds", seconds.into(), 1, 2_419_200);
        self.max_runtime_seconds = seconds;
    }

    pub(crate) fn into_step(mut self) -> (Value, Vec<BuildError>) {
        let faults = std::mem::take(&mut self.envelope.faults);
        let mut arguments = Map::new();
        let algorithm = json!({ "TrainingImage": self.image, "TrainingInputMode": "File" });
        arguments.insert("AlgorithmSpecification".into(), algorithm);
        if !self.hyperparameters.is_empty() {
            arguments.insert("HyperParameters".into(), self.hyperparameters.into());
        }
        if !self.environment.is_empty() {
            arguments.insert("Environment".into(), self.environment.into());
        }
        if !self.channels.is_empty() {
            arguments.insert("InputDataConfig".into(), self.channels.into());
        }
        let output = json!({ "S3OutputPath": self.output.into_json() });
        arguments.insert("OutputDataConfig".into(), output);
        arguments.insert("ResourceConfig".into(), self.machines.into_json());
        let stop = json!({ "MaxRuntimeInSeconds": self.max_runtime_seconds });
        arguments.insert("StoppingCondition".into(), stop);
        arguments.insert("RoleArn".into(), self.role.into());
        (self.envelope.into_json(None, arguments, Map::new()), faults)
    }
}

impl<'s> Draft<'s> for TrainingDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.envelope
    }
}

impl<'s> JobDraft<'s> for TrainingDraft<'s> {}

/// A Training step of the scope `'s`.
#[derive(Debug, Clone)]
pub struct Training<'s> {
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> Training<'s> {
    pub(crate) fn added(name: &str) -> Self {
        Self { name: name.to_owned(), scope: PhantomData }
    }

    /// The S3 URI of `model.tar.gz`.
    pub fn model_artifacts(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "ModelArtifacts.S3ModelArtifacts")
    }

    /// The ARN of the job.
    pub fn job_arn(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "TrainingJobArn")
    }

    /// The name of the job.
    pub fn job_name(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "TrainingJobName")
    }
}

impl<'s> Step<'s> for Training<'s> {
    fn name(&self) -> &str {
        &self.name
    }
}
