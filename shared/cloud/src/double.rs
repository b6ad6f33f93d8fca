//! The traits in memory: an account that can be filled, watched, copied, and made to fail.
//!
//! It is ordinary code, small enough to be read at once, and it keeps to what the service is known
//! to do: names are unique, endpoints have states that take time, reports hide behind permissions.
//! What it does not emulate: quotas, other accounts, the search index, and pipelines.

mod experiments;
mod faults;
mod hosting;
mod mail;
mod objects;
mod registry;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use experiments::Experiments;
pub use faults::{Call, Faults};
pub use hosting::Hosting;
pub use mail::{Mail, Mailbox};
pub use objects::Objects;
pub use registry::Registry;
pub use world::{World, WorldError};

use crate::{CallError, Reason};

/// Everything an account holds.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Objects in S3.
    pub objects: Objects,
    /// Model packages.
    pub registry: Registry,
    /// Trials and their components.
    pub experiments: Experiments,
    /// Models, configurations, endpoints.
    pub hosting: Hosting,
    /// Mail that was sent.
    pub mailbox: Mailbox,
    /// Failures to come, and every call so far.
    pub faults: Faults,
    /// Seconds since 1970, moved by whoever drives the double.
    pub now: i64,
}

/// An account in memory; copies of the handle share it.
#[derive(Debug, Clone, Default)]
pub struct Account {
    state: Arc<Mutex<State>>,
    latency: Duration,
}

impl Account {
    /// An empty account.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same account, in which every call takes `latency` (of tokio's clock).
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    /// Another account that is equal at this moment and changes by itself from now on.
    #[must_use]
    pub fn fork(&self) -> Self {
        let state = self.look(State::clone);
        Self { state: Arc::new(Mutex::new(state)), latency: self.latency }
    }

    /// Looks at the account.
    pub fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        see(&self.lock())
    }

    /// Changes the account, as its owner would.
    pub fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call: waits, notes it, fails if a fault was ordered, else acts on the state.
    async fn call<T>(
        &self,
        operation: &'static str,
        resource: &str,
        act: impl FnOnce(&mut State) -> Result<T, (Reason, String)>,
    ) -> Result<T, CallError> {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let mut state = self.lock();
        let answer = match state.faults.meet(operation, resource) {
            Some(reason) => Err((reason, "ordered by the test".to_owned())),
            None => act(&mut state),
        };
        answer.map_err(|(reason, message)| CallError::new(operation, resource, reason, message))
    }
}
