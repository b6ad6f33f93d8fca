//! EventBridge: events out of the outbox, through the rules, to their targets.
//!
//! An event leaves the outbox in the transaction that puts it before its targets, so it is neither
//! lost nor delivered twice by us. Targets are on this machine: what cannot be delivered cannot be
//! delivered later either, and goes to the target's dead-letter queue at once.

use std::time::Duration;

use machine::{Batch, Fault, Machine, Refusal, StoreError, outbox};
use serde_json::Value;
use stack::{Rule, Target};

use crate::asynchronous::Invocations;
use crate::catalog::Catalog;
use crate::sns::{Publication, Topics};
use crate::sqs::{Attributes, Outgoing, Queues, text};

/// The event bus. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Bus {
    pub(crate) machine: Machine,
    pub(crate) catalog: Catalog,
    pub(crate) invocations: Invocations,
    pub(crate) queues: Queues,
    pub(crate) topics: Topics,
}

/// Why a target did not get an event.
#[derive(Debug)]
struct Undelivered {
    code: &'static str,
    message: String,
}

impl Bus {
    /// Whether no event waits.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.machine.store.all::<Value>(outbox::KIND)?.is_empty())
    }

    /// Delivers events, for ever.
    pub(crate) async fn run(&self) {
        let mut changes = self.machine.store.changes();
        loop {
            changes.borrow_and_update();
            match self.deliver_all() {
                Ok(0) => {
                    // It cannot fail while the store is there, and we hold the store.
                    let _ = changes.changed().await;
                }
                Ok(_) => {}
                Err(refusal) => {
                    tracing::error!(%refusal, "events cannot be delivered; they are tried again");
                    self.machine.clock.sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    fn deliver_all(&self) -> Result<usize, Refusal> {
        let events = self.machine.store.all::<Value>(outbox::KIND)?;
        for (key, event) in &events {
            self.machine.store.write(|batch| self.deliver(batch, key, event))?;
            self.topics.published();
        }
        Ok(events.len())
    }

    fn deliver(&self, batch: &Batch<'_>, key: &str, event: &Value) -> Result<(), Refusal> {
        if !batch.remove(outbox::KIND, key)? {
            return Ok(());
        }
        let faults = &self.machine.faults;
        if faults.strikes(Fault::LateEvent) {
            return again(batch, event);
        }
        if faults.strikes(Fault::DuplicateEvent) {
            again(batch, event)?;
        }
        let rules = self.catalog.0.rules.iter();
        for rule in rules.filter(|rule| rule.enabled && rule.pattern.matches(event)) {
            for target in &rule.targets {
                match self.send(batch, (rule, target), event)? {
                    Ok(()) => {
                        tracing::debug!(rule = rule.name, target = target.arn, "event delivered");
                    }
                    Err(why) => self.bury(batch, (rule, target, &why), event)?,
                }
            }
        }
        Ok(())
    }

    fn send(
        &self,
        batch: &Batch<'_>,
        (rule, target): (&Rule, &Target),
        event: &Value,
    ) -> Result<Result<(), Undelivered>, Refusal> {
        let arn = &target.arn;
        let name = arn.rsplit(':').next().unwrap_or_default();
        let no_resource =
            || Undelivered { code: "NO_RESOURCE", message: format!("{arn} does not exist") };
        let delivered = match arn.split(':').nth(2) {
            Some("lambda") => {
                let Ok(function) = self.catalog.function(arn) else {
                    return Ok(Err(no_resource()));
                };
                if !self.catalog.rule_may_invoke(&rule.arn, &function.arn) {
                    let message = format!(
                        "User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: {arn} because no resource-based policy allows the lambda:InvokeFunction action"
                    );
                    return Ok(Err(Undelivered { code: "NO_PERMISSIONS", message }));
                }
                let queued = self.invocations.enqueue_in(batch, &function.name, &event.to_string());
                queued.map(|_| ())
            }
            Some("sqs") => {
                let sender = "events.amazonaws.com".to_owned();
                let outgoing = Outgoing { body: event.to_string(), sender, ..Outgoing::default() };
                self.queues.send_in(batch, name, outgoing).map(|_| ())
            }
            Some("sns") => {
                let publication =
                    Publication { message: event.to_string(), ..Publication::default() };
                self.topics.publish_in(batch, arn, &publication).map(|_| ())
            }
            _ => {
                let message = format!(
                    "the local engine delivers to functions, queues and topics, not to {arn}"
                );
                return Ok(Err(Undelivered { code: "INVALID_PARAMETER", message }));
            }
        };
        match delivered {
            Ok(()) => Ok(Ok(())),
            Err(refusal) if refusal.status >= 500 => Err(refusal),
            Err(refusal) if refusal.code == "QueueDoesNotExist" || refusal.code == "NotFound" => {
                Ok(Err(no_resource()))
            }
            Err(refusal) => {
                Ok(Err(Undelivered { code: "ERROR_FROM_TARGET", message: refusal.message }))
            }
        }
    }

    fn bury(
        &self,
        batch: &Batch<'_>,
        (rule, target, why): (&Rule, &Target, &Undelivered),
        event: &Value,
    ) -> Result<(), Refusal> {
        let Some(queue_arn) = &target.dead_letter else {
            tracing::error!(
                rule = rule.name,
                target = target.arn,
                why = why.message,
                "an event is lost: the target has no dead-letter queue"
            );
            return Ok(());
        };
        let attributes: Attributes = [
            ("RULE_ARN", rule.arn.as_str()),
            ("TARGET_ARN", &target.arn),
            ("ERROR_CODE", why.code),
            ("ERROR_MESSAGE", &why.message),
        ]
        .map(|(name, value)| (name.to_owned(), text(value)))
        .into_iter()
        .collect();
        let outgoing = Outgoing {
            body: event.to_string(),
            attributes,
            delay: None,
            sender: "events.amazonaws.com".to_owned(),
        };
        let queue = queue_arn.rsplit(':').next().unwrap_or_default();
        match self.queues.send_in(batch, queue, outgoing) {
            Err(refusal) if refusal.status < 500 => {
                tracing::error!(%refusal, rule = rule.name, "an event is lost: the dead-letter queue does not take it");
                Ok(())
            }
            sent => sent.map(|_| ()),
        }
    }
}

/// Puts an event behind those that wait.
fn again(batch: &Batch<'_>, event: &Value) -> Result<(), Refusal> {
    let number = batch.next_number(outbox::KIND)?;
    Ok(batch.put(outbox::KIND, &format!("{number:020}"), event)?)
}
