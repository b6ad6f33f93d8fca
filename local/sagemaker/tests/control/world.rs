//! A control plane in a folder of its own, with a double of what runs things.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use containers::{
    InvokeAnswer, InvokeError, InvokeRequest, JobEnd, JobStatus, Metric, ModelSpec, Stop,
};
use http::HeaderMap;
use machine::{Caller, Clock, Identity, Machine, Permissions, Refusal};
use sagemaker::{EndpointAnswer, Job, Later, Runs, SageMaker, Served, shapes};
use serde_json::{Value, json};
use tokio::sync::watch;

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/almanac-job";

/// What the double is told to do, and what it did.
#[derive(Debug)]
pub(crate) struct Stage {
    machine: Machine,
    /// How jobs end, by name; the others complete.
    pub(crate) ends: Mutex<HashMap<String, JobEnd>>,
    /// Whether jobs and servers go on; they wait while it is closed.
    pub(crate) gate: watch::Sender<bool>,
    /// The models that were served.
    pub(crate) served: Mutex<Vec<ModelSpec>>,
    /// How many servers were told to end.
    pub(crate) stopped: Arc<AtomicUsize>,
    /// The servers that are up, each with whether it has died.
    pub(crate) alive: Mutex<Vec<Arc<AtomicBool>>>,
}

impl Stage {
    async fn open(&self) {
        let mut gate = self.gate.subscribe();
        gate.wait_for(|open| *open).await.unwrap();
    }

    pub(crate) fn end(&self, status: JobStatus) -> JobEnd {
        let now = self.machine.clock.now();
        JobEnd {
            status,
            timed_out: false,
            failure_reason: None,
            exit_message: None,
            exit_code: Some(0),
            started: now,
            ended: now,
            model_artifacts: None,
            metrics: Vec::new(),
            log: "log".into(),
        }
    }
}

impl Runs for Stage {
    fn run<'a>(&'a self, job: &'a Job, stop: &'a Stop) -> Later<'a, JobEnd> {
        Box::pin(async move {
            tokio::select! {
                () = self.open() => {}
                () = stop.stopped(), if !job.name().starts_with("deaf") => return self.end(JobStatus::Stopped),
            }
            let told = self.ends.lock().unwrap().remove(job.name());
            told.unwrap_or_else(|| self.end(JobStatus::Completed))
        })
    }

    fn serve<'a>(
        &'a self,
        model: &'a ModelSpec,
        _: &'a str,
    ) -> Later<'a, Result<Arc<dyn Served>, String>> {
        Box::pin(async move {
            self.open().await;
            if model.containers[0].image.contains("broken") {
                return Err("AlgorithmError: it does not answer /ping".to_owned());
            }
            self.served.lock().unwrap().push(model.clone());
            let died = Arc::new(AtomicBool::new(false));
            self.alive.lock().unwrap().push(died.clone());
            let image = model.containers[0].image.clone();
            let stopped = self.stopped.clone();
            Ok(Arc::new(Model { image, died, stopped }) as Arc<dyn Served>)
        })
    }

    fn has_object(&self, _: &str, key: &str) -> Result<bool, Refusal> {
        Ok(!key.contains("missing"))
    }
}

#[derive(Debug)]
struct Model {
    image: String,
    died: Arc<AtomicBool>,
    stopped: Arc<AtomicUsize>,
}

impl Served for Model {
    /// Answers its image, or what the body asks for.
    fn invoke(&self, request: InvokeRequest) -> Later<'_, Result<InvokeAnswer, InvokeError>> {
        Box::pin(async move {
            let (status, body) = match request.body.as_ref() {
                b"bad" => (415, "no such form".to_owned()),
                b"slow" => return Err(InvokeError::TimedOut { seconds: 60 }),
                b"wait" => std::future::pending().await,
                b"much" => {
                    return Err(InvokeError::TooLarge { most: request.largest_answer.unwrap() });
                }
                _ => (200, self.image.clone()),
            };
            let content_type = request.accept.or(request.content_type);
            let custom_attributes = request.headers.first().map(|(_, value)| value.clone());
            Ok(InvokeAnswer { status, content_type, custom_attributes, body: body.into() })
        })
    }

    fn died(&self) -> bool {
        self.died.load(Ordering::SeqCst)
    }

    fn stop(&self) -> Later<'_, ()> {
        self.stopped.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {})
    }
}

/// Notes what is checked, and denies what it is told to.
#[derive(Debug, Default)]
pub(crate) struct Doorman {
    pub(crate) asked: Mutex<Vec<(String, String)>>,
    pub(crate) denied: Mutex<Vec<String>>,
}

impl Permissions for Doorman {
    fn check_in(
        &self,
        _: &Caller,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let passed = context.get("iam:PassedToService").map(|to| format!(" to {to}"));
        let asked = format!("{action}{}", passed.unwrap_or_default());
        self.asked.lock().unwrap().push((asked, resource.to_owned()));
        if self.denied.lock().unwrap().iter().any(|denied| denied == action) {
            return Err(Refusal::denied(format!("not authorized to perform: {action}")));
        }
        Ok(())
    }
}

/// All of it.
pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) machine: Machine,
    pub(crate) stage: Arc<Stage>,
    pub(crate) doorman: Arc<Doorman>,
    pub(crate) sagemaker: SageMaker,
    _before: Option<Box<World>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    fn within(folder: tempfile::TempDir) -> Self {
        let machine = Machine::open(folder.path(), Identity::default(), Clock::default()).unwrap();
        let stage = Arc::new(Stage {
            machine: machine.clone(),
            ends: Mutex::default(),
            gate: watch::channel(true).0,
            served: Mutex::default(),
            stopped: Arc::default(),
            alive: Mutex::default(),
        });
        let doorman = Arc::new(Doorman::default());
        let sagemaker = SageMaker::over(&machine, stage.clone(), doorman.clone()).unwrap();
        Self { _folder: folder, _before: None, machine, stage, doorman, sagemaker }
    }

    /// What another process finds after this one was killed: the store as it is now. What ran
    /// here is held for ever.
    pub(crate) fn restart(self) -> Self {
        let copy = tempfile::tempdir().unwrap();
        let file = copy.path().join("state.db");
        let store = &self.machine.store;
        let into = [file.to_str().unwrap()];
        store.look(|database| database.execute("VACUUM INTO ?1", into).map(|_| ())).unwrap();
        Self { _before: Some(Box::new(self)), ..Self::within(copy) }
    }

    pub(crate) fn caller(&self) -> Caller {
        self.machine.credentials.root_caller()
    }

    pub(crate) async fn call(&self, operation: &str, request: Value) -> Result<Value, Refusal> {
        let answer = self.sagemaker.call(&self.caller(), operation, request).await?;
        shapes::check_answer(operation, &answer).unwrap();
        Ok(answer)
    }

    pub(crate) async fn ok(&self, operation: &str, request: Value) -> Value {
        self.call(operation, request).await.unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// The refusal as `Code: message`.
    pub(crate) async fn refused(&self, operation: &str, request: Value) -> String {
        self.call(operation, request).await.unwrap_err().to_string()
    }

    pub(crate) async fn metrics(&self, operation: &str, request: Value) -> Result<Value, Refusal> {
        let answer = self.sagemaker.metrics(&self.caller(), operation, request).await?;
        shapes::check_answer(operation, &answer).unwrap();
        Ok(answer)
    }

    pub(crate) async fn invoke(
        &self,
        endpoint: &str,
        body: &'static [u8],
    ) -> Result<EndpointAnswer, Refusal> {
        self.invoke_with(endpoint, &HeaderMap::new(), body).await
    }

    pub(crate) async fn invoke_with(
        &self,
        endpoint: &str,
        headers: &HeaderMap,
        body: &'static [u8],
    ) -> Result<EndpointAnswer, Refusal> {
        let body = Bytes::from_static(body);
        self.sagemaker.invoke_endpoint(&self.caller(), endpoint, headers, body).await
    }

    /// Waits until a member of a Describe answer has a value.
    pub(crate) async fn until(
        &self,
        operation: &str,
        request: Value,
        wanted: (&str, &str),
    ) -> Value {
        let mut changes = self.machine.store.changes();
        loop {
            let found = self.ok(operation, request.clone()).await;
            if found[wanted.0] == wanted.1 {
                return found;
            }
            changes.changed().await.unwrap();
        }
    }

    /// The details of all events of a kind, in order.
    pub(crate) fn events(&self, detail_type: &str) -> Vec<Value> {
        let all = self.machine.store.all::<Value>(machine::outbox::KIND).unwrap();
        let of_kind = all.into_iter().filter(|(_, event)| event["detail-type"] == detail_type);
        of_kind.map(|(_, event)| event["detail"].clone()).collect()
    }

    pub(crate) fn arn(&self, resource: &str) -> String {
        self.machine.identity.arn("sagemaker", resource)
    }

    /// A processing job that runs to its end at once.
    pub(crate) fn processing(name: &str) -> Value {
        json!({
            "ProcessingJobName": name,
            "AppSpecification": {"ImageUri": "1.dkr.ecr/almanac-jobs:1"},
            "ProcessingInputs": [{"InputName": "history", "S3Input": {
                "S3Uri": "s3://bucket/in", "LocalPath": "/opt/ml/processing/input",
                "S3DataType": "S3Prefix", "S3InputMode": "File",
            }}],
            "ProcessingOutputConfig": {"Outputs": [{"OutputName": "report", "S3Output": {
                "S3Uri": "s3://bucket/out", "LocalPath": "/opt/ml/processing/output",
                "S3UploadMode": "EndOfJob",
            }}]},
            "ProcessingResources": {"ClusterConfig": {
                "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10,
            }},
            "RoleArn": ROLE,
        })
    }

    pub(crate) fn training(name: &str) -> Value {
        json!({
            "TrainingJobName": name,
            "AlgorithmSpecification": {
                "TrainingImage": "1.dkr.ecr/almanac-jobs:1", "TrainingInputMode": "File",
            },
            "HyperParameters": {"eta": "0.3", "objective": "reg:squarederror"},
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
            "ResourceConfig": {
                "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            "RoleArn": ROLE,
        })
    }

    pub(crate) fn rmse(&self, value: f64) -> Metric {
        Metric { name: "validation:rmse".to_owned(), value, time: self.machine.clock.now() }
    }

    /// A model of an image, without a package.
    pub(crate) async fn model(&self, name: &str, image: &str) {
        let container = json!({"Image": image, "ModelDataUrl": "s3://bucket/model.tar.gz"});
        let request = json!({
            "ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": ROLE,
        });
        self.ok("CreateModel", request).await;
    }

    /// A configuration with a model of its own.
    pub(crate) async fn config(&self, name: &str, image: &str, variant: Value) {
        self.model(name, image).await;
        let mut variant = variant;
        variant["VariantName"] = json!("AllTraffic");
        variant["ModelName"] = json!(name);
        let request = json!({"EndpointConfigName": name, "ProductionVariants": [variant]});
        self.ok("CreateEndpointConfig", request).await;
    }

    pub(crate) async fn endpoint(&self, name: &str, config: &str) {
        self.ok("CreateEndpoint", json!({"EndpointName": name, "EndpointConfigName": config}))
            .await;
        self.settled(name, "InService").await;
    }

    pub(crate) async fn settled(&self, name: &str, status: &str) -> Value {
        let request = json!({"EndpointName": name});
        self.until("DescribeEndpoint", request, ("EndpointStatus", status)).await
    }
}

pub(crate) fn serverless() -> Value {
    json!({"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}})
}

pub(crate) fn instances() -> Value {
    json!({"InstanceType": "ml.m5.large", "InitialInstanceCount": 1})
}
