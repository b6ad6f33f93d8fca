//! An engine with pipelines and nothing else, that can be killed and started again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use machine::{AllowAll, Caller, Clock, Identity, Machine, Permissions, Refusal};
use pipelines::Pipelines;
use serde_json::{Value, json};

use crate::double::{Call, Double};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/pipeline";

pub(crate) struct World {
    folder: tempfile::TempDir,
    permissions: Arc<dyn Permissions>,
    pub(crate) clock: Clock,
    pub(crate) double: Double,
    engine: Option<(Machine, Pipelines<Double>)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Arc::new(AllowAll))
    }

    pub(crate) fn with(permissions: Arc<dyn Permissions>) -> Self {
        let clock = Clock::default();
        let double = Double::new(clock.clone());
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self { folder, permissions, clock, double, engine: None };
        world.open();
        world
    }

    fn open(&mut self) {
        let machine =
            Machine::open(self.folder.path(), Identity::default(), self.clock.clone()).unwrap();
        let contents = Arc::new(self.double.clone());
        let permissions = Arc::clone(&self.permissions);
        let pipelines = Pipelines::open(&machine, contents, self.double.clone(), permissions);
        pipelines.resume().unwrap();
        self.engine = Some((machine, pipelines));
    }

    /// Ends the engine wherever it is, and starts it again.
    pub(crate) async fn restart(&mut self) {
        self.kill().await;
        self.open();
    }

    pub(crate) async fn kill(&mut self) {
        let (_, pipelines) = self.engine.take().unwrap();
        pipelines.stop_all().await;
    }

    pub(crate) fn start_again(&mut self) {
        self.open();
    }

    pub(crate) fn pipelines(&self) -> &Pipelines<Double> {
        &self.engine.as_ref().unwrap().1
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.engine.as_ref().unwrap().0
    }

    pub(crate) async fn ask(&self, operation: &str, request: Value) -> Result<Value, Refusal> {
        let caller = self.machine().credentials.root_caller();
        self.ask_as(&caller, operation, request).await
    }

    pub(crate) async fn ask_as(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> Result<Value, Refusal> {
        let (_, pipelines) = self.engine.as_ref().unwrap();
        assert!(Pipelines::<Double>::knows(operation));
        pipelines.call(caller, operation, request).await
    }

    /// Makes a pipeline of these steps.
    pub(crate) async fn create(&self, name: &str, steps: Value) {
        self.create_with(name, &definition(json!([]), steps)).await;
    }

    pub(crate) async fn create_with(&self, name: &str, definition: &Value) {
        let request = json!({
            "PipelineName": name,
            "PipelineDefinition": definition.to_string(),
            "RoleArn": ROLE,
            "ClientRequestToken": token("create"),
        });
        self.ask("CreatePipeline", request).await.unwrap();
    }

    /// Starts an execution; the answer is its ARN.
    pub(crate) async fn start(&self, name: &str, further: Value) -> String {
        let number = self.machine().clock.now().0;
        let random = machine::ids::alphanumeric(8);
        let mut request = json!({
            "PipelineName": name,
            "ClientRequestToken": token(&format!("{number}-{random}")),
        });
        merge(&mut request, further);
        let started = self.ask("StartPipelineExecution", request).await.unwrap();
        started["PipelineExecutionArn"].as_str().unwrap().to_owned()
    }

    /// Makes a pipeline, runs it to the end, and answers how it ended and its steps.
    pub(crate) async fn run(&self, steps: Value) -> (String, BTreeMap<String, Value>) {
        self.create("demand", steps).await;
        let arn = self.start("demand", json!({})).await;
        let status = self.finished(&arn).await;
        (status, self.steps(&arn).await)
    }

    pub(crate) async fn describe(&self, arn: &str) -> Value {
        self.ask("DescribePipelineExecution", json!({"PipelineExecutionArn": arn})).await.unwrap()
    }

    pub(crate) async fn status(&self, arn: &str) -> String {
        self.describe(arn).await["PipelineExecutionStatus"].as_str().unwrap().to_owned()
    }

    /// Waits for the end; the answer is the status.
    pub(crate) async fn finished(&self, arn: &str) -> String {
        self.until(&format!("the end of {arn}"), async || {
            let status = self.status(arn).await;
            (!matches!(status.as_str(), "Executing" | "Stopping")).then_some(status)
        })
        .await
    }

    pub(crate) async fn steps(&self, arn: &str) -> BTreeMap<String, Value> {
        let request = json!({"PipelineExecutionArn": arn});
        let listed = self.ask("ListPipelineExecutionSteps", request).await.unwrap();
        let steps = listed["PipelineExecutionSteps"].as_array().unwrap().iter();
        steps.map(|step| (step["StepName"].as_str().unwrap().to_owned(), step.clone())).collect()
    }

    /// Waits until a step has a status.
    pub(crate) async fn step_is(&self, arn: &str, step: &str, status: &str) {
        self.until(&format!("{step} to be {status}"), async || {
            let steps = self.steps(arn).await;
            (steps.get(step)?["StepStatus"] == status).then_some(())
        })
        .await;
    }

    /// Waits until something was called so often; the answer is the calls.
    pub(crate) async fn called(&self, what: &str, times: usize) -> Vec<Call> {
        self.until(&format!("{times} calls to {what}"), async || {
            let calls = self.double.calls_to(what);
            (calls.len() >= times).then_some(calls)
        })
        .await
    }

    /// Lets time pass, second by second, until a call was made so often.
    pub(crate) async fn called_in_time(&self, what: &str, times: usize) -> Vec<Call> {
        for _ in 0..2_000 {
            let calls = self.double.calls_to(what);
            if calls.len() >= times {
                return calls;
            }
            self.clock.advance(1000);
            self.settle().await;
        }
        panic!("{what} was called {} times, not {times}", self.double.calls_to(what).len());
    }

    /// Lets everything that can go on go on.
    pub(crate) async fn settle(&self) {
        for _ in 0..30 {
            tokio::task::yield_now().await;
        }
    }

    /// Asks again after each change, until there is an answer.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        mut check: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let mut changes = self.machine().store.changes();
        let mut calls = self.double.watch();
        let found = async {
            loop {
                changes.mark_unchanged();
                calls.mark_unchanged();
                if let Some(found) = check().await {
                    return found;
                }
                tokio::select! {
                    it = changes.changed() => it.unwrap(),
                    it = calls.changed() => it.unwrap(),
                }
            }
        };
        let Ok(found) = tokio::time::timeout(Duration::from_secs(30), found).await else {
            panic!("waited for {what}; calls: {:#?}", self.double.calls());
        };
        found
    }

    /// The details of all events of a type.
    pub(crate) fn events(&self, kind: &str) -> Vec<Value> {
        let events = self.machine().store.all::<Value>("outbox").unwrap().into_iter();
        let events = events.map(|(_, event)| event);
        events.filter(|event| event["detail-type"].as_str().unwrap().ends_with(kind)).collect()
    }
}

/// A token as long as tokens are.
pub(crate) fn token(text: &str) -> String {
    format!("{text:0>36}")
}

pub(crate) fn merge(into: &mut Value, further: Value) {
    if let (Some(into), Value::Object(further)) = (into.as_object_mut(), further) {
        into.extend(further);
    }
}

pub(crate) fn definition(parameters: Value, steps: Value) -> Value {
    json!({"Version": "2020-12-01", "Metadata": {}, "Parameters": parameters, "Steps": steps})
}

/// A processing step that reads `s3://data/<input>` and writes `s3://out/<name>`.
pub(crate) fn processing(name: &str, input: Value, further: Value) -> Value {
    let mut step = json!({
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "AppSpecification": {"ImageUri": "image"},
            "ProcessingResources": {"ClusterConfig": {
                "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30
            }},
            "ProcessingInputs": [{"InputName": "in", "AppManaged": false, "S3Input": {
                "S3Uri": input, "LocalPath": "/opt/ml/processing/in",
                "S3DataType": "S3Prefix", "S3InputMode": "File"
            }}],
            "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "AppManaged": false, "S3Output": {
                "S3Uri": format!("s3://out/{name}"), "LocalPath": "/opt/ml/processing/out",
                "S3UploadMode": "EndOfJob"
            }}]},
            "RoleArn": "arn:aws:iam::000000000000:role/job",
        },
    });
    merge(&mut step, further);
    step
}

/// A processing step that waits for others.
pub(crate) fn after(name: &str, others: &[&str]) -> Value {
    let further = if others.is_empty() { json!({}) } else { json!({"DependsOn": others}) };
    processing(name, json!("s3://data/sales"), further)
}

/// The output of such a step.
pub(crate) fn output_of(step: &str) -> Value {
    json!({"Get": format!(
        "Steps.{step}.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"
    )})
}

pub(crate) fn training(name: &str, input: Value, further: Value) -> Value {
    let mut step = json!({
        "Name": name,
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": input
            }}}],
            "OutputDataConfig": {"S3OutputPath": "s3://out/models"},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            "RoleArn": "arn:aws:iam::000000000000:role/job",
        },
    });
    merge(&mut step, further);
    step
}

pub(crate) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:000000000000:function:record";

pub(crate) fn function(name: &str, arguments: Value, outputs: &[(&str, &str)]) -> Value {
    json!({
        "Name": name,
        "Type": "Lambda",
        "FunctionArn": FUNCTION,
        "Arguments": arguments,
        "OutputParameters": declared(outputs),
    })
}

pub(crate) const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/000000000000/wait";

pub(crate) fn callback(name: &str, arguments: Value, outputs: &[(&str, &str)]) -> Value {
    json!({
        "Name": name,
        "Type": "Callback",
        "SqsQueueUrl": QUEUE,
        "Arguments": arguments,
        "OutputParameters": declared(outputs),
    })
}

fn declared(outputs: &[(&str, &str)]) -> Vec<Value> {
    let outputs = outputs.iter();
    outputs.map(|(name, kind)| json!({"OutputName": name, "OutputType": kind})).collect()
}
