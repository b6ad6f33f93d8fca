//! The control plane of SageMaker: jobs, experiments, registry, endpoints.
//!
//! [`SageMaker::call`] takes an operation and its request as the wire brings them, checks them
//! against the service's own model ([`shapes`]) and the caller's rights, and answers as the service
//! would. An entity is kept as the answer of its Describe operation; a change and what it tells of
//! (events, tags, associations) are one transaction. What runs (jobs, model servers) runs behind
//! the trait [`Runs`]. Pipelines are another crate's; it lends us its records for Search and tags
//! ([`SageMaker::lend`]).

mod call;
mod entity;
mod experiments;
mod hosting;
mod jobs;
mod listing;
mod metrics;
mod plane;
mod registry;
mod runs;
mod search;
pub mod shapes;
mod tags;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use containers::Containers;
use http::HeaderMap;
use machine::{Caller, Machine, Permissions, Refusal, StoreError};
use objects::Objects;
use serde_json::Value;

pub use hosting::invoke::EndpointAnswer;
pub use jobs::kind::JobKind;
pub use plane::Lender;
pub use runs::{Job, Later, Runs, Served};

use plane::Plane;

/// How long jobs and servers have when the engine stops.
const GRACE: Duration = Duration::from_secs(10);

/// The control plane. Clones are the same.
#[derive(Debug, Clone)]
pub struct SageMaker(Arc<Plane>);

impl SageMaker {
    /// Opens what the machine's store has and goes on with it: jobs that were running are `Failed`,
    /// endpoints that were changing go on changing. To be called within a Tokio runtime.
    pub fn open(
        machine: &Machine,
        objects: Objects,
        containers: Containers,
        permissions: Arc<dyn Permissions>,
    ) -> Result<Self, StoreError> {
        Self::over(machine, Arc::new(runs::Engine { containers, objects }), permissions)
    }

    /// The same over something else that runs jobs and servers: a double.
    pub fn over(
        machine: &Machine,
        runs: Arc<dyn Runs>,
        permissions: Arc<dyn Permissions>,
    ) -> Result<Self, StoreError> {
        let plane = Arc::new(Plane::new(machine.clone(), runs, permissions));
        jobs::recover(&plane)?;
        hosting::recover(&plane)?;
        Ok(Self(plane))
    }

    /// Makes the records of pipelines known to Search and to tags.
    pub fn lend(&self, lender: Arc<dyn Lender>) {
        self.0.borrow_from(lender);
    }

    /// Whether [`SageMaker::call`] has an operation of the control plane.
    pub fn knows(operation: &str) -> bool {
        call::handler(operation).is_some()
    }

    /// An operation of the control plane.
    pub async fn call(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> Result<Value, Refusal> {
        call::apart(call::control, &self.0, caller, (operation, request)).await
    }

    /// `BatchPutMetrics` and `BatchGetMetrics`, which are a service of their own.
    pub async fn metrics(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> Result<Value, Refusal> {
        call::apart(call::metrics, &self.0, caller, (operation, request)).await
    }

    /// Asks the model behind an endpoint.
    pub async fn invoke_endpoint(
        &self,
        caller: &Caller,
        endpoint: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<EndpointAnswer, Refusal> {
        hosting::invoke::invoke(&self.0, caller, endpoint, headers, body).await
    }

    /// Starts a job and answers what Describe says when it has ended. A stop is passed on.
    pub async fn run_job(
        &self,
        caller: &Caller,
        (kind, name): (JobKind, &str),
        request: Value,
        stop: &containers::Stop,
    ) -> Result<Value, Refusal> {
        jobs::run_to_end(&self.0, caller, (kind, name), request, stop).await
    }

    /// Tags something of another crate's: a pipeline. Part of the transaction that makes it.
    pub fn put_tags(batch: &machine::Batch<'_>, arn: &str, tags: &Value) -> Result<(), Refusal> {
        tags::put(batch, arn, tags)
    }

    /// Forgets the tags of something that is deleted.
    pub fn forget_tags(batch: &machine::Batch<'_>, arn: &str) -> Result<(), Refusal> {
        tags::forget(batch, arn)
    }

    /// The engine stops: jobs are stopped and marked `Failed`, servers end. What does not end in
    /// ten seconds is left to die with the engine, and found at the next start.
    pub async fn stop_all(&self) {
        let ended = async {
            jobs::stop_all(&self.0).await;
            hosting::stop_all(&self.0).await;
        };
        tokio::select! {
            () = ended => {}
            () = self.0.machine.clock.sleep(GRACE) => {
                tracing::warn!("jobs or servers did not end in time");
            }
        }
    }
}
