//! Queues that functions read from: SQS event source mappings.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use machine::{Machine, Refusal};
use serde_json::{Map, Value, json};

use crate::catalog::Catalog;
use crate::host::{Host, Invocation, Invoked};
use crate::sqs::{Ask, Queues, Received, md5};

/// A queue whose messages a function is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The queue's name.
    pub queue: String,
    /// The function's name.
    pub function: String,
    /// At most so many messages at a time, 1 to 10.
    pub batch_size: usize,
    /// Whether the function tells which messages of a batch failed (`ReportBatchItemFailures`).
    pub reports_failures: bool,
}

/// Feeds functions from queues.
#[derive(Debug, Clone)]
pub(crate) struct Feeder {
    pub(crate) machine: Machine,
    pub(crate) catalog: Catalog,
    pub(crate) host: Host,
    pub(crate) queues: Queues,
}

impl Feeder {
    /// Feeds one function, for ever.
    pub(crate) async fn run(&self, mapping: &Mapping) {
        loop {
            if let Err(refusal) = self.feed(mapping).await {
                if refusal.status != 429 {
                    tracing::error!(%refusal, queue = mapping.queue, function = mapping.function, "a queue cannot be read for its function; it is tried again");
                }
                self.machine.clock.sleep(Duration::from_secs(1)).await;
            }
        }
    }

    async fn feed(&self, mapping: &Mapping) -> Result<(), Refusal> {
        let function = self.catalog.function(&mapping.function)?;
        let ask = Ask { count: mapping.batch_size.clamp(1, 10), wait: Some(20), hide: None };
        let received = self.queues.receive(&mapping.queue, &ask).await?;
        if received.is_empty() {
            return Ok(());
        }
        let records: Vec<Value> =
            received.iter().map(|received| self.record(mapping, received)).collect();
        let payload = json!({"Records": records}).to_string();
        let invoked = self.host.run(function, Invocation::new(Bytes::from(payload))).await?;
        let failed = failed(mapping, &received, &invoked);
        let done: Vec<String> = received
            .into_iter()
            .filter(|received| !failed.contains(&received.message.id))
            .map(|received| received.receipt)
            .collect();
        self.queues.delete(&mapping.queue, &done)
    }

    fn record(&self, mapping: &Mapping, received: &Received) -> Value {
        let message = &received.message;
        let attributes: Map<String, Value> = message
            .attributes
            .iter()
            .map(|(name, attribute)| {
                let member = |name: &str| attribute.get(name).cloned();
                let shown = json!({
                    "dataType": member("DataType"),
                    "stringValue": member("StringValue"),
                    "binaryValue": member("BinaryValue"),
                    "stringListValues": [],
                    "binaryListValues": [],
                });
                let shown = shown.as_object().into_iter().flatten().filter(|(_, it)| !it.is_null());
                let shown = shown.map(|(name, value)| (name.clone(), value.clone())).collect();
                (name.clone(), Value::Object(shown))
            })
            .collect();
        json!({
            "messageId": message.id,
            "receiptHandle": received.receipt,
            "body": message.body,
            "attributes": Queues::system_attributes(received),
            "messageAttributes": attributes,
            "md5OfBody": md5(message.body.as_bytes()),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queues.arn(&mapping.queue),
            "awsRegion": self.machine.identity.region,
        })
    }
}

/// The ids of the messages that stay in the queue.
fn failed(mapping: &Mapping, received: &[Received], invoked: &Invoked) -> BTreeSet<String> {
    let all = || received.iter().map(|received| received.message.id.clone()).collect();
    if invoked.function_error.is_some() {
        return all();
    }
    if !mapping.reports_failures {
        return BTreeSet::new();
    }
    // Nothing, null and an empty list all say that the whole batch is done.
    let Ok(answer) = serde_json::from_slice::<Value>(&invoked.payload) else {
        return if invoked.payload.is_empty() { BTreeSet::new() } else { all() };
    };
    let Some(items) = answer.get("batchItemFailures").filter(|items| !items.is_null()) else {
        return BTreeSet::new();
    };
    let named = |item: &Value| Some(item.get("itemIdentifier")?.as_str()?.to_owned());
    let named: Option<BTreeSet<String>> =
        items.as_array().and_then(|items| items.iter().map(named).collect());
    let known: BTreeSet<String> = all();
    // One that makes no sense counts as the failure of all.
    named.filter(|named| named.is_subset(&known)).unwrap_or(known)
}
