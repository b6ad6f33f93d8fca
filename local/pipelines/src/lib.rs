//! SageMaker pipelines: their definitions, executions and steps.
//!
//! [`Pipelines::call`] answers the API. Every execution has a task, its driver, which asks crate
//! `execution` what comes next and does it. All that matters is in the store before anything is
//! built on it, so an engine that was killed goes on from there with [`Pipelines::resume`]: steps
//! that ran begin again as a new attempt, and callbacks wait on with the token they have.
//!
//! Differences from the service, on purpose: caching looks at contents and not at names only, and
//! without `MaxParallelExecutionSteps` as many steps run at once as there are processors.

mod api;
mod contents;
mod driver;
mod events;
mod ledger;
mod lockfile;
mod record;
mod request;
mod services;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use machine::{Caller, Machine, Permissions, Refusal};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use crate::services::{Answer, Contents, FunctionAnswer, Job, Services, StopSignal};

use crate::ledger::{EXECUTIONS, Ledger};
use crate::record::{Execution, Status};

/// The pipelines of one engine. Clones are the same.
pub struct Pipelines<S> {
    shared: Arc<Shared<S>>,
}

impl<S> Clone for Pipelines<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S> fmt::Debug for Pipelines<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pipelines")
    }
}

/// What the API and all drivers share.
pub(crate) struct Shared<S> {
    pub(crate) ledger: Ledger,
    pub(crate) contents: Arc<dyn Contents>,
    pub(crate) services: S,
    pub(crate) permissions: Arc<dyn Permissions>,
    drivers: Mutex<HashMap<String, Driver>>,
    lock_files: Mutex<()>,
}

/// The task of one execution.
struct Driver {
    /// The execution is to stop.
    stop: watch::Sender<bool>,
    /// The engine is to stop; the execution goes on at its next start.
    halt: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl<S: Services> Pipelines<S> {
    /// The pipelines that are kept in the machine's store. Executions that were interrupted go on
    /// with [`Self::resume`].
    pub fn open(
        machine: &Machine,
        contents: Arc<dyn Contents>,
        services: S,
        permissions: Arc<dyn Permissions>,
    ) -> Self {
        let ledger = Ledger { machine: machine.clone() };
        let shared = Shared {
            ledger,
            contents,
            services,
            permissions,
            drivers: Mutex::default(),
            lock_files: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Whether an operation of SageMaker is one of pipelines.
    pub fn knows(operation: &str) -> bool {
        api::knows(operation)
    }

    /// Answers an operation. `request` was checked against the API's model.
    pub async fn call(
        &self,
        caller: &Caller,
        operation: &str,
        request: Value,
    ) -> Result<Value, Refusal> {
        api::call(&self.shared, caller, operation, &request).await
    }

    /// What Search finds: every `Pipeline` or `PipelineExecution`, as Search shows it.
    pub fn records(&self, resource: &str) -> Result<Vec<Value>, Refusal> {
        api::records(&self.shared.ledger, resource)
    }

    /// Whether there is a pipeline or an execution with this ARN.
    pub fn has(&self, arn: &str) -> Result<bool, Refusal> {
        let ledger = &self.shared.ledger;
        let found = if arn.contains("/execution/") {
            ledger.execution_of(arn).map(|_| ())
        } else {
            ledger.pipeline(arn).map(|_| ())
        };
        match found {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.code == "ResourceNotFound" => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    /// After the engine started: executions go on where they were.
    pub fn resume(&self) -> Result<(), Refusal> {
        let executions = self.shared.ledger.machine.store.all::<Execution>(EXECUTIONS)?;
        for (key, execution) in executions {
            if !execution.status.is_over() {
                self.shared.drive(key);
            }
        }
        Ok(())
    }

    /// Before the engine ends, and before its other services do: no execution goes on until the
    /// next start.
    pub async fn stop_all(&self) {
        let drivers: Vec<Driver> =
            self.shared.drivers().drain().map(|(_, driver)| driver).collect();
        for driver in &drivers {
            driver.halt.send_replace(true);
        }
        for driver in drivers {
            if let Err(error) = driver.task.await {
                tracing::error!(%error, "the driver of an execution panicked");
            }
        }
    }
}

impl<S: Services> Shared<S> {
    /// Starts the task of an execution.
    pub(crate) fn drive(self: &Arc<Self>, key: String) {
        let (stop, stopped) = StopSignal::new();
        let (halt, halted) = StopSignal::new();
        let mut drivers = self.drivers();
        // Whoever stops it from here on finds the driver; what was kept before is read here.
        let kept = self.ledger.execution(&key);
        stop.send_replace(kept.is_ok_and(|execution| execution.status == Status::Stopping));
        drivers.retain(|_, driver| !driver.task.is_finished());
        let task = tokio::spawn(driver::drive(Arc::clone(self), key.clone(), stopped, halted));
        drivers.insert(key, Driver { stop, halt, task });
    }

    /// Tells the task of an execution to stop.
    pub(crate) fn signal_stop(&self, key: &str) {
        if let Some(driver) = self.drivers().get(key) {
            driver.stop.send_replace(true);
        }
    }

    fn drivers(&self) -> MutexGuard<'_, HashMap<String, Driver>> {
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
