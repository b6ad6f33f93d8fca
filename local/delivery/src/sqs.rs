//! SQS: queues that hold messages until somebody has dealt with them.
//!
//! Standard queues only. Operations take and give what the JSON protocol says; [`query`] translates
//! for clients that still speak forms and XML.

mod attributes;
mod batches;
mod messages;
mod operations;
mod query;
mod queues;

use std::sync::Arc;
use std::time::Duration;

use machine::{Batch, Caller, Machine, Permissions, Refusal, Time, ids};

pub(crate) use attributes::{Attributes, md5, text};
use messages::Take;
pub(crate) use messages::{Message, Received};
use queues::{KIND, Queue};

use crate::wire::{JSON_1_0, Request, Response, header, json_answer, json_operation, json_refusal};

/// All queues. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Queues {
    machine: Machine,
    permissions: Arc<dyn Permissions>,
    endpoint_url: String,
}

/// A message on its way into a queue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outgoing {
    /// The text.
    pub(crate) body: String,
    /// What is put beside it.
    pub(crate) attributes: Attributes,
    /// Seconds until it can be received; the queue's own number unless given.
    pub(crate) delay: Option<i64>,
    /// Who sends it.
    pub(crate) sender: String,
}

/// How messages are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    /// At most so many, 1 to 10.
    pub(crate) count: usize,
    /// Seconds to wait for one; the queue's own number unless given.
    pub(crate) wait: Option<i64>,
    /// Seconds that they are hidden; the queue's own number unless given.
    pub(crate) hide: Option<i64>,
}

impl Queues {
    /// The queues of a machine.
    pub(crate) fn open(
        machine: &Machine,
        permissions: Arc<dyn Permissions>,
        endpoint_url: &str,
    ) -> Result<Self, machine::StoreError> {
        machine.store.prepare(messages::TABLE)?;
        let machine = machine.clone();
        Ok(Self { machine, permissions, endpoint_url: endpoint_url.to_owned() })
    }

    /// The ARN of a queue.
    pub(crate) fn arn(&self, name: &str) -> String {
        self.machine.identity.arn("sqs", name)
    }

    /// The address of a queue.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.endpoint_url, self.machine.identity.account)
    }

    /// Puts a message into a queue, in a transaction of the caller.
    pub(crate) fn send_in(
        &self,
        batch: &Batch<'_>,
        queue: &str,
        outgoing: Outgoing,
    ) -> Result<Message, Refusal> {
        let queue: Queue = batch.read(KIND, queue)?.ok_or_else(no_queue)?;
        check_message(&queue, &outgoing)?;
        let now = self.machine.clock.now();
        let delay = outgoing.delay.unwrap_or_else(|| queue.number("DelaySeconds"));
        let message = Message {
            id: ids::uuid(),
            body: outgoing.body,
            attributes: outgoing.attributes,
            sent: now,
            sender: outgoing.sender,
            first_received: None,
            dead_letter_source: None,
        };
        messages::insert(batch, &queue.name, now.after(seconds(delay)), &message)?;
        Ok(message)
    }

    /// Receives messages of a queue; waits for one as long as is asked.
    pub(crate) async fn receive(&self, name: &str, ask: &Ask) -> Result<Vec<Received>, Refusal> {
        let queue = self.queue(name)?;
        let clock = &self.machine.clock;
        let wait = ask.wait.unwrap_or_else(|| queue.number("ReceiveMessageWaitTimeSeconds"));
        let give_up = clock.now().after(seconds(wait));
        let mut changes = self.machine.store.changes();
        loop {
            changes.borrow_and_update();
            // It may have been changed or deleted meanwhile.
            let queue = self.queue(name)?;
            let received = self.take(&queue, ask)?;
            let now = clock.now();
            if !received.is_empty() || now >= give_up {
                return Ok(received);
            }
            let next = messages::next(&self.machine.store, name)?;
            let until = next.filter(|next| *next > now).unwrap_or(give_up).min(give_up);
            tokio::select! {
                () = clock.sleep_until(until) => {}
                _ = changes.changed() => {}
            }
        }
    }

    fn take(&self, queue: &Queue, ask: &Ask) -> Result<Vec<Received>, Refusal> {
        let store = &self.machine.store;
        let now = self.machine.clock.now();
        let kept = queue.number("MessageRetentionPeriod");
        messages::expire(store, &queue.name, Time(now.0 - kept * 1000))?;
        // Asking must not write, or those who wait for changes would wake each other for ever.
        if messages::next(store, &queue.name)?.is_none_or(|next| next > now) {
            return Ok(Vec::new());
        }
        let hide = ask.hide.unwrap_or_else(|| queue.number("VisibilityTimeout"));
        store.write(|batch| {
            // Where there is no queue to move them to, messages stay.
            let redrive = match queue.redrive() {
                Some((_, target)) if batch.read::<Queue>(KIND, &target)?.is_none() => None,
                redrive => redrive,
            };
            let take = Take {
                queue: queue.name.clone(),
                count: ask.count,
                now,
                hidden_until: now.after(seconds(hide)),
                redrive,
                queue_arn: self.arn(&queue.name),
            };
            messages::receive(batch, &take)
        })
    }

    /// Deletes messages by their receipts.
    pub(crate) fn delete(&self, name: &str, receipts: &[String]) -> Result<(), Refusal> {
        self.machine.store.write(|batch| {
            receipts.iter().try_for_each(|receipt| messages::remove(batch, name, receipt))
        })
    }

    fn queue(&self, name: &str) -> Result<Queue, Refusal> {
        self.machine.store.read(KIND, name)?.ok_or_else(no_queue)
    }

    fn may(&self, caller: &Caller, operation: &str, queue: &str) -> Result<(), Refusal> {
        let action = format!("sqs:{operation}");
        self.permissions.check(caller, &action, &self.arn(queue)).map_err(forbidden)
    }

    /// Answers a request in either protocol.
    pub(crate) async fn answer(&self, caller: &Caller, request: &Request) -> Response {
        if header(request, "x-amz-target").is_none() {
            return query::answer(self, caller, request).await;
        }
        let done = match json_operation(request, "AmazonSQS.") {
            Ok((operation, input)) => self.perform(caller, &operation, &input).await,
            Err(refusal) => Err(refusal),
        };
        match done {
            Ok(output) => json_answer(200, JSON_1_0, &output),
            Err(refusal) => {
                let code = query::code(&refusal.code).to_owned();
                let named = Refusal { code: json_code(&refusal.code).into(), ..refusal };
                json_refusal(&named, Some(&code))
            }
        }
    }
}

/// Modelled errors carry their namespace, as `com.amazonaws.sqs#QueueDoesNotExist`.
fn json_code(code: &str) -> String {
    format!("com.amazonaws.sqs#{code}")
}

fn check_message(queue: &Queue, outgoing: &Outgoing) -> Result<(), Refusal> {
    let most = queue.number("MaximumMessageSize");
    let size = outgoing.body.len() + attributes::size(&outgoing.attributes);
    if outgoing.body.is_empty() {
        let message = "The request must contain the parameter MessageBody.";
        return Err(Refusal::new(400, "MissingParameter", message));
    }
    if i64::try_from(size).unwrap_or(i64::MAX) > most {
        let message = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        );
        return Err(Refusal::new(400, "InvalidParameterValue", message));
    }
    let allowed = |letter: char| letter >= ' ' || matches!(letter, '\t' | '\n' | '\r');
    if !outgoing
        .body
        .chars()
        .all(|letter| allowed(letter) && letter < '\u{fffe}' || letter > '\u{ffff}')
    {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
        return Err(Refusal::new(400, "InvalidMessageContents", message));
    }
    if outgoing.delay.is_some_and(|delay| !(0..=900).contains(&delay)) {
        let message = "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.";
        return Err(Refusal::new(400, "InvalidParameterValue", message));
    }
    Ok(())
}

fn no_queue() -> Refusal {
    Refusal::new(400, "QueueDoesNotExist", "The specified queue does not exist.")
}

fn forbidden(refusal: Refusal) -> Refusal {
    Refusal { status: 403, ..refusal }
}

fn seconds(count: i64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or(0))
}
