//! All of it together, as the engine and the other services use it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use machine::{Caller, Machine, Permissions, Refusal, StoreError};
use serde_json::json;
use stack::Stack;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::asynchronous::{Invocations, Parts};
use crate::catalog::Catalog;
use crate::error::DeliveryError;
use crate::host::{Host, Invocation, Invoked};
use crate::lambda::checked_waited_for;
use crate::mail::{Mail, Mailbox};
use crate::mappings::{Feeder, Mapping};
use crate::rules::Bus;
use crate::settings::Hosting;
use crate::sns::Topics;
use crate::sqs::{Outgoing, Queues};
use crate::sts::Tokens;
use crate::wire;

/// Functions, rules, queues and topics of one machine. Clones are the same.
#[derive(Debug, Clone)]
pub struct Delivery(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    machine: Machine,
    permissions: Arc<dyn Permissions>,
    catalog: Catalog,
    host: Host,
    queues: Queues,
    topics: Topics,
    tokens: Tokens,
    mailbox: Mailbox,
    invocations: Invocations,
    bus: Bus,
    mappings: Mutex<Vec<Mapping>>,
}

impl Delivery {
    /// Finds the programs of the stack's functions and makes its queues and topics.
    pub fn open(
        machine: &Machine,
        stack: Arc<Stack>,
        hosting: Hosting,
        permissions: Arc<dyn Permissions>,
    ) -> Result<Self, DeliveryError> {
        let catalog = Catalog(stack);
        let stack = Arc::clone(&catalog.0);
        let queues = Queues::open(machine, Arc::clone(&permissions), &hosting.endpoint_url)?;
        let mailbox = Mailbox::open(machine);
        let topics =
            Topics::open(machine, Arc::clone(&permissions), (queues.clone(), mailbox.clone()));
        declare(machine, &stack, &queues)?;
        let roles = stack.roles.iter().map(|role| role.arn.clone()).collect();
        let tokens = Tokens::open(machine, Arc::clone(&permissions), roles);
        let retry_wait = hosting.retry_wait;
        let host = Host::open(machine, hosting, &stack.functions)?;
        let parts = Parts {
            catalog: catalog.clone(),
            host: host.clone(),
            queues: queues.clone(),
            permissions: Arc::clone(&permissions),
            retry_wait,
        };
        let invocations = Invocations::open(machine, parts)?;
        let bus = Bus {
            machine: machine.clone(),
            catalog: catalog.clone(),
            invocations: invocations.clone(),
            queues: queues.clone(),
            topics: topics.clone(),
        };
        Ok(Self(Arc::new(Inner {
            machine: machine.clone(),
            permissions,
            catalog,
            host,
            queues,
            topics,
            tokens,
            mailbox,
            invocations,
            bus,
            mappings: Mutex::default(),
        })))
    }

    /// Runs the loops until it is told to stop, and then ends all processes of functions.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut loops = JoinSet::new();
        let (bus, invocations) = (self.0.bus.clone(), self.0.invocations.clone());
        loops.spawn(async move { bus.run().await });
        loops.spawn(async move { invocations.run().await });
        let (host, clock) = (self.0.host.clone(), self.0.machine.clock.clone());
        loops.spawn(async move {
            loop {
                clock.sleep(Duration::from_secs(30)).await;
                host.end_idle();
            }
        });
        let mappings = self.0.mappings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for mapping in mappings {
            let feeder = Feeder {
                machine: self.0.machine.clone(),
                catalog: self.0.catalog.clone(),
                host: self.0.host.clone(),
                queues: self.0.queues.clone(),
            };
            loops.spawn(async move { feeder.run(&mapping).await });
        }
        // Who dropped the other end wants no more either.
        let _ = shutdown.wait_for(|stop| *stop).await;
        // What was running asynchronously runs again with the next start.
        loops.shutdown().await;
        self.stop_all().await;
    }

    /// Ends all processes of functions and waits until they are gone.
    pub async fn stop_all(&self) {
        self.0.host.end_all();
        let mut running = self.0.host.running();
        // The sender lives in the host, which we hold.
        let _ = running.wait_for(|count| *count == 0).await;
    }

    /// Gives the messages of a queue to a function, from the next [`Delivery::run`] on.
    pub fn map_queue(&self, mapping: Mapping) {
        self.0.mappings.lock().unwrap_or_else(PoisonError::into_inner).push(mapping);
    }

    /// Calls a function (by name or ARN) and waits for its answer.
    pub async fn invoke(
        &self,
        caller: &Caller,
        function: &str,
        payload: Bytes,
    ) -> Result<Invoked, Refusal> {
        let function = self.0.catalog.function(function)?;
        self.permit(caller, "lambda:InvokeFunction", &function.arn)?;
        let payload = checked_waited_for(&payload)?;
        self.0.host.run(function, Invocation::new(payload)).await
    }

    /// Answers the process of a function; the path begins with [`crate::RUNTIME_API_PREFIX`].
    pub async fn runtime_api(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        self.0.host.runtime_api(request).await
    }

    /// Answers a request to EventBridge, whose operation is in `X-Amz-Target: AWSEvents.OPERATION`.
    pub fn events(&self, caller: &Caller, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        let bus = &self.0.bus;
        let done = wire::json_operation(request, "AWSEvents.").and_then(|(operation, input)| {
            bus.perform((caller, self.0.permissions.as_ref()), &operation, &input)
        });
        match done {
            Ok(output) => wire::json_answer(200, wire::JSON_1_1, &output),
            Err(refusal) => wire::json_refusal(&refusal, None),
        }
    }

    /// Answers a request to SQS, in its JSON or its query protocol.
    pub async fn sqs(
        &self,
        caller: &Caller,
        request: http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        self.0.queues.answer(caller, &request).await
    }

    /// Answers a request to SNS.
    pub fn sns(&self, caller: &Caller, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        self.0.topics.answer(caller, request)
    }

    /// Answers a request to STS. It is to be called within the async runtime.
    pub fn sts(&self, caller: &Caller, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        self.0.tokens.answer(caller, request)
    }

    /// Sends a message to a queue, as the Callback steps of pipelines do.
    pub fn send_message(
        &self,
        caller: &Caller,
        queue_url: &str,
        body: String,
    ) -> Result<(), Refusal> {
        let name = queue_url.trim_end_matches('/').rsplit('/').next().unwrap_or(queue_url);
        self.permit(caller, "sqs:SendMessage", &self.0.queues.arn(name))?;
        let outgoing = Outgoing { body, sender: caller.arn.clone(), ..Outgoing::default() };
        self.0.machine.store.write(|batch| self.0.queues.send_in(batch, name, outgoing))?;
        Ok(())
    }

    /// The mails that topics sent, the oldest first; each is a file in the home's `mail` folder too.
    pub fn mailbox(&self) -> Result<Vec<Mail>, Refusal> {
        Ok(self.0.mailbox.all()?)
    }

    /// Whether no event waits, no invocation is queued and no function runs. A store that cannot be
    /// read is not idle.
    pub fn idle(&self) -> bool {
        self.is_idle().unwrap_or_else(|error| {
            tracing::error!(%error, "what waits for delivery cannot be read");
            false
        })
    }

    fn is_idle(&self) -> Result<bool, StoreError> {
        Ok(*self.0.host.running().borrow() == 0
            && self.0.bus.is_empty()?
            && self.0.invocations.is_empty()?)
    }

    /// Waits until it is [`Delivery::idle`]. Invocations that wait for a retry count as queued.
    pub async fn settled(&self) -> Result<(), Refusal> {
        let mut changes = self.0.machine.store.changes();
        let mut running = self.0.host.running();
        loop {
            changes.borrow_and_update();
            running.borrow_and_update();
            if self.is_idle()? {
                return Ok(());
            }
            // Neither can fail while we hold the store and the host.
            tokio::select! {
                _ = changes.changed() => {}
                _ = running.changed() => {}
            }
        }
    }

    pub(crate) fn permit(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
    ) -> Result<(), Refusal> {
        self.0.permissions.check(caller, action, resource)
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.0.machine
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    pub(crate) fn host(&self) -> &Host {
        &self.0.host
    }

    pub(crate) fn invocations(&self) -> &Invocations {
        &self.0.invocations
    }
}

fn declare(machine: &Machine, stack: &Stack, queues: &Queues) -> Result<(), DeliveryError> {
    let failed = |name: &str, reason| DeliveryError::Resource { name: name.to_owned(), reason };
    for queue in &stack.queues {
        let attributes = json!({
            "MessageRetentionPeriod": queue.retention_seconds.to_string(),
            "VisibilityTimeout": queue.visibility_timeout_seconds.to_string(),
        });
        let declared = machine.store.write(|batch| queues.declare(batch, &queue.name, &attributes));
        declared.map_err(|reason| failed(&queue.name, reason))?;
    }
    for topic in &stack.topics {
        let declared = machine.store.write(|batch| Topics::declare(batch, topic));
        declared.map_err(|reason| failed(&topic.name, reason))?;
    }
    Ok(())
}
