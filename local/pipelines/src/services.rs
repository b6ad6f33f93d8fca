//! What pipelines need of the rest of the engine.
//!
//! Steps run jobs, call functions, send messages and read objects. Who does that is behind
//! [`Services`] and [`Contents`], so that every rule of an execution can be tested without a
//! container, and the crates that do the work need not know of pipelines.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use machine::store::Batch;
use machine::{Caller, Refusal};
use objects::Objects;
use serde_json::Value;
use tokio::sync::watch;

/// The kinds of jobs that steps run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// A processing job.
    Processing,
    /// A training job.
    Training,
    /// A batch transform job.
    Transform,
}

impl Job {
    /// Such as `Processing`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Processing => "Processing",
            Self::Training => "Training",
            Self::Transform => "Transform",
        }
    }

    /// The member that names a job in requests and answers: `ProcessingJobName`.
    pub fn name_member(self) -> String {
        format!("{}JobName", self.name())
    }

    /// The member that tells how a job stands: `ProcessingJobStatus`.
    pub fn status_member(self) -> String {
        format!("{}JobStatus", self.name())
    }

    /// The type in its ARN: `processing-job`.
    pub fn resource(self) -> String {
        format!("{}-job", self.name().to_lowercase())
    }
}

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionAnswer {
    /// `Handled` or `Unhandled` if the function failed; its payload says how.
    pub function_error: Option<String>,
    /// JSON.
    pub payload: Vec<u8>,
}

/// Tells a running step that its execution is to stop. Clones tell the same.
#[derive(Debug, Clone)]
pub struct StopSignal(watch::Receiver<bool>);

impl StopSignal {
    /// A signal, and who gives it by sending `true`.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether it was given.
    pub fn is_given(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is given; forever, if nobody can give it any more.
    pub async fn given(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|given| *given).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The services that steps call. All calls are made as the pipeline's role, `caller`.
pub trait Services: fmt::Debug + Clone + Send + Sync + 'static {
    /// Creates a job and waits for its end: the answer of its Describe operation then, whether it
    /// Completed, Failed or was Stopped. The name of the job is in `request`. A refusal means that
    /// there is no job. When `stop` is given the job is stopped.
    fn run_job(
        &self,
        caller: &Caller,
        job: Job,
        request: Value,
        stop: StopSignal,
    ) -> impl Future<Output = Result<Value, Refusal>> + Send;

    /// Any other operation of SageMaker, such as CreateModel and DescribeModel.
    fn call(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> impl Future<Output = Result<Value, Refusal>> + Send;

    /// Calls a function and waits for its answer. A refusal means that it was not called.
    fn invoke(
        &self,
        caller: &Caller,
        function_arn: &str,
        payload: Vec<u8>,
    ) -> impl Future<Output = Result<FunctionAnswer, Refusal>> + Send;

    /// Puts a message into a queue.
    fn send_message(
        &self,
        caller: &Caller,
        queue_url: &str,
        body: String,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Tags a pipeline, in the transaction that makes it.
    fn put_tags(&self, batch: &Batch<'_>, arn: &str, tags: &Value) -> Result<(), Refusal>;

    /// Forgets the tags of a pipeline, in the transaction that deletes it.
    fn forget_tags(&self, batch: &Batch<'_>, arn: &str) -> Result<(), Refusal>;

    /// The version of what an image stands for on this machine: a step is not taken from the cache
    /// when it changed.
    fn tool_version(&self, image: &str) -> String;
}

/// An answer that takes a while.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// The objects in S3.
pub trait Contents: fmt::Debug + Send + Sync {
    /// An object's content, or nothing if there is no such object.
    fn read<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<Vec<u8>>>;

    /// A digest over the keys and contents of all objects whose key begins so. It changes when one
    /// of them does, and when one comes or goes.
    fn digest(&self, bucket: &str, prefix: &str) -> Result<String, Refusal>;
}

/// As the engine itself: whose permissions count is checked here before.
impl Contents for Objects {
    fn read<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(self.get(bucket, key))
    }

    fn digest(&self, bucket: &str, prefix: &str) -> Result<String, Refusal> {
        Self::digest(self, bucket, prefix)
    }
}

/// Bucket and key of `s3://bucket/key`.
pub(crate) fn split_uri(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("s3://")?;
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    (!bucket.is_empty()).then_some((bucket, key))
}
