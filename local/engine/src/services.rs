//! What the steps of pipelines call, by the other services of the engine.

use containers::{Images, stop};
use delivery::Delivery;
use machine::{Batch, Caller, Fault, Faults, Refusal};
use pipelines::{FunctionAnswer, Job, Pipelines, Services, StopSignal};
use sagemaker::{JobKind, Lender, SageMaker};
use serde_json::Value;

use crate::tool;

/// SageMaker's jobs, Lambda's functions and SQS's queues.
#[derive(Debug, Clone)]
pub(crate) struct StepServices {
    pub(crate) sagemaker: SageMaker,
    pub(crate) delivery: Delivery,
    pub(crate) faults: Faults,
    pub(crate) images: Images,
}

impl StepServices {
    /// What steps make is throttled as a client's calls are: their retry policies are for that.
    fn throttled(&self) -> Result<(), Refusal> {
        if self.faults.strikes(Fault::Throttle) { Err(Refusal::throttled()) } else { Ok(()) }
    }
}

impl Services for StepServices {
    async fn run_job(
        &self,
        caller: &Caller,
        job: Job,
        request: Value,
        signal: StopSignal,
    ) -> Result<Value, Refusal> {
        self.throttled()?;
        let kind = match job {
            Job::Processing => JobKind::Processing,
            Job::Training => JobKind::Training,
            Job::Transform => JobKind::Transform,
        };
        let name = request.get(job.name_member()).and_then(Value::as_str).unwrap_or_default();
        let name = name.to_owned();
        let (stopper, told) = stop();
        let ran = self.sagemaker.run_job(caller, (kind, &name), request, &told);
        tokio::pin!(ran);
        tokio::select! {
            ended = &mut ran => return ended,
            () = signal.given() => stopper.stop(),
        }
        ran.await
    }

    async fn call(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> Result<Value, Refusal> {
        if operation.starts_with("CreateModel") {
            self.throttled()?;
        }
        self.sagemaker.call(caller, operation, request).await
    }

    async fn invoke(
        &self,
        caller: &Caller,
        function_arn: &str,
        payload: Vec<u8>,
    ) -> Result<FunctionAnswer, Refusal> {
        let invoked = self.delivery.invoke(caller, function_arn, payload.into()).await?;
        let payload = invoked.payload.to_vec();
        Ok(FunctionAnswer { function_error: invoked.function_error, payload })
    }

    async fn send_message(
        &self,
        caller: &Caller,
        queue_url: &str,
        body: String,
    ) -> Result<(), Refusal> {
        self.delivery.send_message(caller, queue_url, body)
    }

    fn tool_version(&self, image: &str) -> String {
        self.images.find(image).map_or_else(|_| String::new(), tool::version)
    }

    fn put_tags(&self, batch: &Batch<'_>, arn: &str, tags: &Value) -> Result<(), Refusal> {
        SageMaker::put_tags(batch, arn, tags)
    }

    fn forget_tags(&self, batch: &Batch<'_>, arn: &str) -> Result<(), Refusal> {
        SageMaker::forget_tags(batch, arn)
    }
}

/// The records of pipelines, for Search and for tags.
#[derive(Debug)]
pub(crate) struct PipelineRecords(pub(crate) Pipelines<StepServices>);

impl Lender for PipelineRecords {
    fn records(&self, resource: &str) -> Result<Vec<Value>, Refusal> {
        self.0.records(resource)
    }

    fn has(&self, arn: &str) -> Result<bool, Refusal> {
        self.0.has(arn)
    }
}
