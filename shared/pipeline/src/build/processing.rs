//! Processing steps, and what they share with training: containers and machines.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::call::handle_with_outputs;
use crate::build::draft::{Draft, Envelope, JobDraft, Step};
use crate::build::error::BuildError;
use crate::build::literal::{ImageUri, RoleArn};
use crate::build::value::{Expression, Integer, Kind, Text};

/// What a job runs, and as whom.
#[derive(Debug, Clone, Copy)]
pub struct Container<'c> {
    /// The image.
    pub image: &'c ImageUri,
    /// The role.
    pub role: &'c RoleArn,
}

/// The instances of a job.
#[derive(Debug, Clone)]
pub struct Machines<'s> {
    count: Expression<'s, Integer>,
    kind: Expression<'s, Text>,
    volume_gib: u32,
}

impl<'s> Machines<'s> {
    /// One instance of this type, with 30 GiB.
    pub fn one(kind: impl Into<Expression<'s, Text>>) -> Self {
        Self { count: 1_i64.into(), kind: kind.into(), volume_gib: 30 }
    }

    /// So many instances.
    #[must_use]
    pub fn count(mut self, count: impl Into<Expression<'s, Integer>>) -> Self {
        self.count = count.into();
        self
    }

    /// So much disk on each.
    #[must_use]
    pub fn volume_gib(mut self, gib: u32) -> Self {
        self.volume_gib = gib;
        self
    }

    pub(crate) fn into_json(self) -> Value {
        let mut json = self.without_volume();
        if let Some(members) = json.as_object_mut() {
            members.insert("VolumeSizeInGB".into(), self.volume_gib.into());
        }
        json
    }

    /// Transform jobs have no disk of their own.
    pub(crate) fn without_volume(&self) -> Value {
        let (count, kind) = (self.count.clone().into_json(), self.kind.clone().into_json());
        json!({ "InstanceCount": count, "InstanceType": kind })
    }
}

/// An output that a Processing step declared: a prefix in S3.
#[derive(Debug, Clone)]
pub struct ProcessingOutput<'s> {
    step: String,
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> ProcessingOutput<'s> {
    /// The S3 prefix that the job's files were put below.
    pub fn uri(&self) -> Expression<'s, Text> {
        let path = format!("ProcessingOutputConfig.Outputs['{}'].S3Output.S3Uri", self.name);
        Expression::property(&self.step, &path)
    }
}

impl<'s> From<&ProcessingOutput<'s>> for Expression<'s, Text> {
    fn from(output: &ProcessingOutput<'s>) -> Self {
        output.uri()
    }
}

/// A JSON file in an output, out of which later steps read single values.
#[derive(Debug, Clone)]
pub struct PropertyFile<'s> {
    step: String,
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> PropertyFile<'s> {
    /// The value at `path`: keys with dots between them, `[n]` for the members of a list.
    pub fn read<K: Kind>(&self, path: &str) -> Expression<'s, K> {
        let file = format!("Steps.{}.PropertyFiles.{}", self.step, self.name);
        Expression::raw(json!({
            "Std:JsonGet": { "PropertyFile": { "Get": file }, "Path": path }
        }))
    }
}

/// A Processing step that is being written.
#[derive(Debug)]
pub struct ProcessingDraft<'s> {
    envelope: Envelope<'s>,
    image: String,
    role: String,
    arguments: Vec<Value>,
    environment: Map<String, Value>,
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    property_files: Vec<Value>,
    machines: Machines<'s>,
    max_runtime_seconds: u32,
}

impl<'s> ProcessingDraft<'s> {
    pub(crate) fn new(name: &str, container: Container<'_>) -> Self {
        Self {
            envelope: Envelope::new(name, "Processing"),
            image: container.image.to_string(),
            role: container.role.to_string(),
            arguments: Vec::new(),
            environment: Map::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            property_files: Vec::new(),
            machines: Machines::one("ml.m5.large"),
            max_runtime_seconds: 3600,
        }
    }

    /// One more word of the container's command line.
    pub fn argument(&mut self, word: impl Into<Expression<'s, Text>>) {
        self.arguments.push(word.into().into_json());
    }

    /// A variable of the container's environment.
    pub fn environment(&mut self, name: &str, value: impl Into<Expression<'s, Text>>) {
        self.envelope.declare("environment", name);
        self.environment.insert(name.to_owned(), value.into().into_json());
    }

    /// Files from S3, put into the container at `path`.
    pub fn input(&mut self, name: &str, uri: impl Into<Expression<'s, Text>>, path: &str) {
        self.envelope.declare("input", name);
        self.inputs.push(json!({
            "InputName": name,
            "AppManaged": false,
            "S3Input": {
                "S3Uri": uri.into().into_json(),
                "LocalPath": path,
                "S3DataType": "S3Prefix",
                "S3InputMode": "File",
                "S3DataDistributionType": "FullyReplicated",
            },
        }));
    }

    /// Files below `path` in the container, put to S3 when the job has succeeded.
    pub fn output(
        &mut self,
        name: &str,
        path: &str,
        uri: impl Into<Expression<'s, Text>>,
    ) -> ProcessingOutput<'s> {
        self.envelope.declare("output", name);
        self.outputs.push(json!({
            "OutputName": name,
            "AppManaged": false,
            "S3Output": {
                "S3Uri": uri.into().into_json(),
                "LocalPath": path,
                "S3UploadMode": "EndOfJob",
            },
        }));
        let step = self.envelope.name.clone();
        ProcessingOutput { step, name: name.to_owned(), scope: PhantomData }
    }

    /// Lets later steps read values out of `file` of one of this step's outputs.
    pub fn property_file(
        &mut self,
        name: &str,
        output: &ProcessingOutput<'s>,
        file: &str,
    ) -> PropertyFile<'s> {
        self.envelope.declare("property file", name);
        let step = self.envelope.name.clone();
        if output.step != step {
            let (output, owner) = (output.name.clone(), output.step.clone());
            let step = step.clone();
            self.envelope.faults.push(BuildError::ForeignOutput { step, output, owner });
        }
        self.property_files.push(json!({
            "PropertyFileName": name, "OutputName": output.name, "FilePath": file,
        }));
        PropertyFile { step, name: name.to_owned(), scope: PhantomData }
    }

    /// Runs on these instances; one `ml.m5.large` otherwise.
    pub fn machines(&mut self, machines: Machines<'s>) {
        self.machines = machines;
    }

    /// Is stopped after so long; after an hour otherwise.
    pub fn max_runtime_seconds(&mut self, seconds: u32) {
        self.envelope.within("longest run in seconds", seconds.into(), 1, 432_000);
        self.max_runtime_seconds = seconds;
    }

    pub(crate) fn into_step(mut self) -> (Value, Vec<BuildError>) {
        let faults = std::mem::take(&mut self.envelope.faults);
        let mut application = Map::new();
        application.insert("ImageUri".into(), self.image.into());
        if !self.arguments.is_empty() {
            application.insert("ContainerArguments".into(), self.arguments.into());
        }
        let mut arguments = Map::new();
        arguments.insert("AppSpecification".into(), application.into());
        if !self.environment.is_empty() {
            arguments.insert("Environment".into(), self.environment.into());
        }
        if !self.inputs.is_empty() {
            arguments.insert("ProcessingInputs".into(), self.inputs.into());
        }
        if !self.outputs.is_empty() {
            let outputs = json!({ "Outputs": self.outputs });
            arguments.insert("ProcessingOutputConfig".into(), outputs);
        }
        let resources = json!({ "ClusterConfig": self.machines.into_json() });
        arguments.insert("ProcessingResources".into(), resources);
        let stop = json!({ "MaxRuntimeInSeconds": self.max_runtime_seconds });
        arguments.insert("StoppingCondition".into(), stop);
        arguments.insert("RoleArn".into(), self.role.into());
        let mut rest = Map::new();
        if !self.property_files.is_empty() {
            rest.insert("PropertyFiles".into(), self.property_files.into());
        }
        (self.envelope.into_json(None, arguments, rest), faults)
    }
}

impl<'s> Draft<'s> for ProcessingDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.envelope
    }
}

impl<'s> JobDraft<'s> for ProcessingDraft<'s> {}

handle_with_outputs!(
    /// A Processing step of the scope `'s`.
    Processing
);

impl<'s, O> Processing<'s, O> {
    /// The ARN of the job.
    pub fn job_arn(&self) -> Expression<'s, Text> {
        Expression::property(self.name(), "ProcessingJobArn")
    }

    /// The name of the job.
    pub fn job_name(&self) -> Expression<'s, Text> {
        Expression::property(self.name(), "ProcessingJobName")
    }
}
