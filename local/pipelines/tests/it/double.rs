//! The services that steps call, in memory: they do what they are told, and remember who asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use machine::store::Batch;
use machine::{Caller, Clock, Identity, Refusal, Time};
use pipelines::{Answer, Contents, FunctionAnswer, Job, Services, StopSignal};
use serde_json::{Value, json};
use tokio::sync::watch;

/// A call that was made.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The step of a job, the operation, `invoke` or `send`.
    pub(crate) what: String,
    pub(crate) request: Value,
    pub(crate) at: Time,
    pub(crate) caller: Caller,
}

/// What is answered instead of success.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Refuse(Refusal),
    /// The job fails with this reason.
    Fail(&'static str),
    /// The function answers this.
    Return(Value),
    /// The function fails with this payload.
    FunctionError(Value),
}

/// When the engine is to be killed, seen from a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    After,
}

#[derive(Clone)]
pub(crate) struct Double(Arc<Inner>);

struct Inner {
    clock: Clock,
    calls: watch::Sender<Vec<Call>>,
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    held: watch::Sender<BTreeSet<String>>,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Files that jobs write, by step and output: path and content.
    files: Mutex<HashMap<(String, String), (String, Value)>>,
    /// Answers of operations that made something, by what describes it.
    made: Mutex<HashMap<String, Value>>,
    running: watch::Sender<(usize, usize)>,
    freeze: Mutex<Option<(usize, Moment)>>,
    frozen: watch::Sender<bool>,
    tool: Mutex<String>,
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Double")
    }
}

impl Double {
    pub(crate) fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            calls: watch::Sender::new(Vec::new()),
            replies: Mutex::default(),
            held: watch::Sender::new(BTreeSet::new()),
            objects: Mutex::default(),
            files: Mutex::default(),
            made: Mutex::default(),
            running: watch::Sender::new((0, 0)),
            freeze: Mutex::default(),
            frozen: watch::Sender::new(false),
            tool: Mutex::new("1".to_owned()),
        }))
    }

    /// The next answers to a step's job, an operation, or a function.
    pub(crate) fn reply(&self, what: &str, replies: impl IntoIterator<Item = Reply>) {
        self.0.replies.lock().unwrap().entry(what.to_owned()).or_default().extend(replies);
    }

    /// Lets a step's job or a function take until it is released.
    pub(crate) fn hold(&self, what: &str) {
        self.0.held.send_modify(|held| held.extend([what.to_owned()]));
    }

    pub(crate) fn release(&self, what: &str) {
        self.0.held.send_modify(|held| held.retain(|it| it != what));
    }

    pub(crate) fn put(&self, uri: &str, content: impl Into<Vec<u8>>) {
        self.0.objects.lock().unwrap().insert(uri.to_owned(), content.into());
    }

    pub(crate) fn forget(&self, prefix: &str) {
        self.0.objects.lock().unwrap().retain(|uri, _| !uri.starts_with(prefix));
    }

    /// A file that the job of a step writes.
    pub(crate) fn writes(&self, step: &str, output: &str, path: &str, content: Value) {
        let place = (step.to_owned(), output.to_owned());
        self.0.files.lock().unwrap().insert(place, (path.to_owned(), content));
    }

    pub(crate) fn change_tool(&self, version: &str) {
        version.clone_into(&mut self.0.tool.lock().unwrap());
    }

    /// Never answers the call of this number, counted from 0, nor any after it.
    pub(crate) fn freeze_at(&self, call: usize, moment: Moment) {
        *self.0.freeze.lock().unwrap() = Some((call, moment));
    }

    pub(crate) fn thaw(&self) {
        *self.0.freeze.lock().unwrap() = None;
        self.0.frozen.send_replace(false);
    }

    pub(crate) fn is_frozen(&self) -> watch::Receiver<bool> {
        self.0.frozen.subscribe()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.0.calls.borrow().clone()
    }

    pub(crate) fn calls_to(&self, what: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.what == what).collect()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<Call>> {
        self.0.calls.subscribe()
    }

    /// The most jobs that ran at once.
    pub(crate) fn most_running(&self) -> usize {
        self.0.running.borrow().1
    }

    async fn enter(&self, what: &str, request: &Value, caller: &Caller) -> usize {
        let (what, request, caller) = (what.to_owned(), request.clone(), caller.clone());
        let call = Call { what, request, at: self.0.clock.now(), caller };
        let number = self.0.calls.borrow().len();
        self.0.calls.send_modify(|calls| calls.push(call));
        tokio::task::yield_now().await;
        self.freeze(number, Moment::Before).await;
        number
    }

    async fn freeze(&self, number: usize, now: Moment) {
        let until = *self.0.freeze.lock().unwrap();
        let Some((call, moment)) = until else { return };
        if number > call || (number == call && moment == now) {
            self.0.frozen.send_replace(true);
            std::future::pending::<()>().await;
        }
    }

    fn next_reply(&self, what: &str) -> Option<Reply> {
        self.0.replies.lock().unwrap().get_mut(what)?.pop_front()
    }

    async fn held(&self, what: &str) {
        let mut held = self.0.held.subscribe();
        held.wait_for(|held| !held.contains(what)).await.unwrap();
    }

    fn describe(&self, job: Job, step: &str, request: Value) -> Value {
        let name = request[job.name_member()].as_str().unwrap().to_owned();
        let mut described = request;
        let resource = format!("{}/{name}", job.resource());
        described[format!("{}JobArn", job.name())] =
            json!(Identity::default().arn("sagemaker", &resource));
        described[job.status_member()] = json!("Completed");
        match job {
            Job::Training => {
                let folder = described["OutputDataConfig"]["S3OutputPath"].as_str().unwrap();
                let model = format!("{folder}/{name}/output/model.tar.gz");
                self.put(&model, format!("the model of {step}"));
                described["ModelArtifacts"] = json!({"S3ModelArtifacts": model});
                described["FinalMetricDataList"] =
                    json!([{"MetricName": "validation:rmse", "Value": 0.5}]);
            }
            Job::Transform => {
                let folder = described["TransformOutput"]["S3OutputPath"].as_str().unwrap();
                self.put(&format!("{folder}/data.csv.out"), "1,2");
            }
            Job::Processing => self.write_outputs(step, &described),
        }
        described
    }

    fn write_outputs(&self, step: &str, described: &Value) {
        let outputs = described["ProcessingOutputConfig"]["Outputs"].as_array();
        for output in outputs.into_iter().flatten() {
            let name = output["OutputName"].as_str().unwrap().to_owned();
            let uri = output["S3Output"]["S3Uri"].as_str().unwrap();
            self.put(&format!("{uri}/data.csv"), format!("the {name} of {step}"));
            let files = self.0.files.lock().unwrap();
            if let Some((path, content)) = files.get(&(step.to_owned(), name)) {
                self.put(&format!("{uri}/{path}"), content.to_string());
            }
        }
    }

    /// Makes what an operation makes; once for a client token.
    fn make(&self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        let mut made = self.0.made.lock().unwrap();
        if let Some(kind) = operation.strip_prefix("Describe") {
            let name = request.as_object().unwrap().values().next().unwrap();
            let found = made.get(&format!("{kind} {name}")).cloned();
            return found.ok_or_else(|| Refusal::invalid(format!("{kind} {name} does not exist.")));
        }
        let kind = operation.strip_prefix("Create").unwrap_or(operation);
        let name = match (kind, request.get("ClientToken")) {
            ("ModelPackage", Some(token)) => {
                json!(format!("arn:package/{}", token.as_str().unwrap()))
            }
            _ => request.get(format!("{kind}Name")).cloned().unwrap_or_default(),
        };
        let arn_member = format!("{kind}Arn");
        let arn =
            if kind == "ModelPackage" { name.clone() } else { json!(format!("arn:{kind}/{name}")) };
        let mut described = request.clone();
        described[arn_member.as_str()] = arn.clone();
        described["ModelPackageStatus"] = json!("Completed");
        let earlier = made.insert(format!("{kind} {name}"), described);
        if earlier.is_some() && kind != "ModelPackage" && operation.starts_with("Create") {
            return Err(Refusal::invalid(format!("{kind} {name} already exists.")));
        }
        Ok(json!({arn_member: arn}))
    }
}

impl Services for Double {
    async fn run_job(
        &self,
        caller: &Caller,
        job: Job,
        request: Value,
        stop: StopSignal,
    ) -> Result<Value, Refusal> {
        let name = request[job.name_member()].as_str().unwrap().to_owned();
        let work = step_of(&name);
        let number = self.enter(&work, &request, caller).await;
        let reply = self.next_reply(&work);
        if let Some(Reply::Refuse(refusal)) = reply {
            return Err(refusal);
        }
        self.0.running.send_modify(|(now, most)| {
            *now += 1;
            *most = (*most).max(*now);
        });
        let stopped = tokio::select! {
            () = self.held(&work) => stop.is_given(),
            () = stop.given() => true,
        };
        tokio::task::yield_now().await;
        self.0.running.send_modify(|(now, _)| *now -= 1);
        let mut described = match reply {
            _ if stopped => json!({job.status_member(): "Stopped"}),
            Some(Reply::Fail(reason)) => {
                json!({job.status_member(): "Failed", "FailureReason": reason})
            }
            _ => self.describe(job, &work, request),
        };
        described[job.name_member()] = json!(name);
        self.freeze(number, Moment::After).await;
        Ok(described)
    }

    async fn call(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> Result<Value, Refusal> {
        let number = self.enter(operation, &request, caller).await;
        if let Some(Reply::Refuse(refusal)) = self.next_reply(operation) {
            return Err(refusal);
        }
        let made = self.make(operation, &request);
        self.freeze(number, Moment::After).await;
        made
    }

    async fn invoke(
        &self,
        caller: &Caller,
        function_arn: &str,
        payload: Vec<u8>,
    ) -> Result<FunctionAnswer, Refusal> {
        let request = json!({
            "function": function_arn,
            "payload": serde_json::from_slice::<Value>(&payload).unwrap(),
        });
        let number = self.enter("invoke", &request, caller).await;
        self.held(function_arn).await;
        let answer = match self.next_reply(function_arn) {
            Some(Reply::Refuse(refusal)) => return Err(refusal),
            Some(Reply::FunctionError(payload)) => FunctionAnswer {
                function_error: Some("Unhandled".to_owned()),
                payload: payload.to_string().into(),
            },
            Some(Reply::Return(payload)) => {
                FunctionAnswer { function_error: None, payload: payload.to_string().into() }
            }
            _ => FunctionAnswer { function_error: None, payload: b"{}".to_vec() },
        };
        self.freeze(number, Moment::After).await;
        Ok(answer)
    }

    async fn send_message(
        &self,
        caller: &Caller,
        queue_url: &str,
        body: String,
    ) -> Result<(), Refusal> {
        let mut request: Value = serde_json::from_str(&body).unwrap();
        request["queue"] = json!(queue_url);
        let number = self.enter("send", &request, caller).await;
        if let Some(Reply::Refuse(refusal)) = self.next_reply("send") {
            return Err(refusal);
        }
        self.freeze(number, Moment::After).await;
        Ok(())
    }

    fn put_tags(&self, batch: &Batch<'_>, arn: &str, tags: &Value) -> Result<(), Refusal> {
        if let Some(Reply::Refuse(refusal)) = self.next_reply("put_tags") {
            return Err(refusal);
        }
        Ok(batch.put("tags", arn, tags)?)
    }

    fn forget_tags(&self, batch: &Batch<'_>, arn: &str) -> Result<(), Refusal> {
        batch.remove("tags", arn)?;
        Ok(())
    }

    fn tool_version(&self, _: &str) -> String {
        self.0.tool.lock().unwrap().clone()
    }
}

impl Contents for Double {
    fn read<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        let uri = format!("s3://{bucket}/{key}");
        Box::pin(async move {
            if bucket == "nowhere" {
                let words = "The specified bucket does not exist";
                return Err(Refusal::new(404, "NoSuchBucket", words));
            }
            Ok(self.0.objects.lock().unwrap().get(&uri).cloned())
        })
    }

    fn digest(&self, bucket: &str, prefix: &str) -> Result<String, Refusal> {
        let prefix = format!("s3://{bucket}/{prefix}");
        let objects = self.0.objects.lock().unwrap();
        let mut hasher = DefaultHasher::new();
        for (uri, content) in objects.iter().filter(|(uri, _)| uri.starts_with(&prefix)) {
            (uri, content).hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

/// The step in `pipelines-<execution>-<step>-<random>`.
fn step_of(job: &str) -> String {
    let rest = job.strip_prefix("pipelines-").unwrap();
    let (_, rest) = rest.split_once('-').unwrap();
    rest.rsplit_once('-').unwrap().0.to_owned()
}
