//! The operations of SQS, as the JSON protocol spells them.

use std::collections::BTreeMap;

use machine::{Caller, Refusal};
use serde_json::{Map, Value, json};

use super::messages::{self, Received};
use super::queues::{KIND, Queue, check_names, checked_attributes, checked_name};
use super::{Ask, Outgoing, Queues, attributes, no_queue, seconds};

impl Queues {
    /// Does what an operation says.
    pub(super) async fn perform(
        &self,
        caller: &Caller,
        operation: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        match operation {
            "CreateQueue" => return self.create(caller, input),
            "ListQueues" => return self.list(caller, input),
            "GetQueueUrl" => return self.find(caller, input),
            _ => {}
        }
        if !KNOWN.contains(&operation) {
            return Err(Refusal::unknown_operation("SQS", operation));
        }
        let name = queue_name(input)?;
        if self.machine.store.read::<Queue>(KIND, &name)?.is_none() {
            return Err(no_queue());
        }
        let permission = match operation {
            "SendMessageBatch" => "SendMessage",
            "DeleteMessageBatch" => "DeleteMessage",
            "ChangeMessageVisibilityBatch" => "ChangeMessageVisibility",
            operation => operation,
        };
        self.may(caller, permission, &name)?;
        match operation {
            "SendMessage" => self.send(caller, &name, input),
            "ReceiveMessage" => self.receive_message(&name, input).await,
            "DeleteMessage" => self.delete_message(&name, input),
            "ChangeMessageVisibility" => self.change_visibility(&name, input),
            "GetQueueAttributes" => self.describe(&name, input),
            "SetQueueAttributes" => self.set_attributes(&name, input),
            "DeleteQueue" => self.delete_queue(&name),
            "PurgeQueue" => self.purge(&name),
            "ListQueueTags" => Ok(json!({"Tags": self.queue(&name)?.tags})),
            operation => self.batch(caller, operation, (&name, input)),
        }
    }

    fn create(&self, caller: &Caller, input: &Value) -> Result<Value, Refusal> {
        let name = text(input, "QueueName")?;
        self.may(caller, "CreateQueue", name)?;
        let tags = input.get("tags").or_else(|| input.get("Tags"));
        self.machine
            .store
            .write(|batch| self.create_in(batch, name, (input.get("Attributes"), tags)))?;
        Ok(json!({"QueueUrl": self.url(name)}))
    }

    /// Makes a queue, or finds one that is the same.
    pub(crate) fn create_in(
        &self,
        batch: &machine::Batch<'_>,
        name: &str,
        (given, tags): (Option<&Value>, Option<&Value>),
    ) -> Result<(), Refusal> {
        checked_name(name)?;
        let attributes = checked_attributes(batch, given)?;
        if let Some(existing) = batch.read::<Queue>(KIND, name)? {
            let same = |(name, value): (&String, &String)| match existing.attributes.get(name) {
                Some(set) => set == value,
                None => existing.number(name).to_string() == *value,
            };
            if attributes.iter().all(same) {
                return Ok(());
            }
            let message = format!(
                "A queue already exists with the same name ({name}) and a different value for an attribute"
            );
            return Err(Refusal::new(400, "QueueNameExists", message));
        }
        let now = self.machine.clock.now();
        let tags = tags.and_then(|tags| serde_json::from_value(tags.clone()).ok());
        let name = name.to_owned();
        let tags = tags.unwrap_or_default();
        let queue = Queue { name, attributes, created: now, modified: now, tags };
        Ok(batch.put(KIND, &queue.name, &queue)?)
    }

    /// Makes a queue of the template, or brings it up to date.
    pub(crate) fn declare(
        &self,
        batch: &machine::Batch<'_>,
        name: &str,
        given: &Value,
    ) -> Result<(), Refusal> {
        let Some(mut queue) = batch.read::<Queue>(KIND, name)? else {
            return self.create_in(batch, name, (Some(given), None));
        };
        queue.attributes = checked_attributes(batch, Some(given))?;
        Ok(batch.put(KIND, name, &queue)?)
    }

    fn list(&self, caller: &Caller, input: &Value) -> Result<Value, Refusal> {
        self.may(caller, "ListQueues", "*")?;
        let prefix = input.get("QueueNamePrefix").and_then(Value::as_str).unwrap_or_default();
        let queues = self.machine.store.with_prefix::<Queue>(KIND, prefix)?;
        let most = number(input, "MaxResults").and_then(|most| usize::try_from(most).ok());
        let from = input.get("NextToken").and_then(Value::as_str).unwrap_or("0");
        let from: usize = from.parse().map_err(|_| {
            Refusal::new(400, "InvalidParameterValue", "Invalid or expired next token.")
        })?;
        let count = most.unwrap_or(1000).clamp(1, 1000);
        let page: Vec<String> =
            queues.iter().skip(from).take(count).map(|(name, _)| self.url(name)).collect();
        let mut output = Map::new();
        if from + page.len() < queues.len() && most.is_some() {
            output.insert("NextToken".to_owned(), json!((from + page.len()).to_string()));
        }
        output.insert("QueueUrls".to_owned(), json!(page));
        Ok(Value::Object(output))
    }

    fn find(&self, caller: &Caller, input: &Value) -> Result<Value, Refusal> {
        let name = text(input, "QueueName")?;
        self.may(caller, "GetQueueUrl", name)?;
        self.queue(name)?;
        Ok(json!({"QueueUrl": self.url(name)}))
    }

    fn describe(&self, name: &str, input: &Value) -> Result<Value, Refusal> {
        let queue = self.queue(name)?;
        let now = self.machine.clock.now();
        let counts = messages::counts(&self.machine.store, name, now)?;
        let more = [
            ("QueueArn", self.arn(name)),
            ("ApproximateNumberOfMessages", counts.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ];
        let names = texts(input, "AttributeNames");
        check_names(&names)?;
        Ok(json!({"Attributes": queue.described(&names, &more)}))
    }

    fn set_attributes(&self, name: &str, input: &Value) -> Result<Value, Refusal> {
        self.machine.store.write(|batch| {
            let mut queue: Queue = batch.read(KIND, name)?.ok_or_else(no_queue)?;
            let given: BTreeMap<String, String> =
                checked_attributes(batch, input.get("Attributes"))?;
            queue.attributes.extend(given);
            // An empty text takes an attribute back.
            queue.attributes.retain(|_, value| !value.is_empty());
            if queue.redrive().is_some_and(|(_, target)| target == queue.name) {
                let message = "Value for parameter RedrivePolicy is invalid. Reason: A queue cannot be its own dead-letter queue; name another one.";
                return Err(Refusal::new(400, "InvalidParameterValue", message));
            }
            queue.modified = self.machine.clock.now();
            Ok::<_, Refusal>(batch.put(KIND, name, &queue)?)
        })?;
        Ok(json!({}))
    }

    fn delete_queue(&self, name: &str) -> Result<Value, Refusal> {
        self.machine.store.write(|batch| {
            messages::clear(batch, name)?;
            Ok::<_, Refusal>(batch.remove(KIND, name)?)
        })?;
        Ok(json!({}))
    }

    fn purge(&self, name: &str) -> Result<Value, Refusal> {
        self.machine.store.write(|batch| messages::clear(batch, name))?;
        Ok(json!({}))
    }

    pub(super) fn send(
        &self,
        caller: &Caller,
        name: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        if let Some(given) = input.get("MessageDeduplicationId").filter(|given| !given.is_null()) {
            let message = format!(
                "Value {given} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type."
            );
            return Err(Refusal::new(400, "InvalidParameterValue", message));
        }
        let outgoing = Outgoing {
            body: text(input, "MessageBody")?.to_owned(),
            attributes: attributes::checked(input.get("MessageAttributes"))?,
            delay: number(input, "DelaySeconds"),
            sender: caller.arn.clone(),
        };
        let message = self.machine.store.write(|batch| self.send_in(batch, name, outgoing))?;
        let mut output = json!({
            "MessageId": message.id,
            "MD5OfMessageBody": attributes::md5(message.body.as_bytes()),
        });
        if let Some(digest) = attributes::md5_of(&message.attributes) {
            put(&mut output, "MD5OfMessageAttributes", json!(digest));
        }
        Ok(output)
    }

    async fn receive_message(&self, name: &str, input: &Value) -> Result<Value, Refusal> {
        let within = |member: &str, least: i64, most: i64| {
            let given = number(input, member);
            if given.is_none_or(|given| (least..=most).contains(&given)) {
                return Ok(given);
            }
            let message = format!(
                "Value for parameter {member} is invalid. Reason: Must be between {least} and {most}, if provided."
            );
            Err(Refusal::new(400, "InvalidParameterValue", message))
        };
        let count = within("MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
        let ask = Ask {
            count: usize::try_from(count).unwrap_or(1),
            wait: within("WaitTimeSeconds", 0, 20)?,
            hide: within("VisibilityTimeout", 0, 43_200)?,
        };
        let received = self.receive(name, &ask).await?;
        let mut system = texts(input, "MessageSystemAttributeNames");
        system.extend(texts(input, "AttributeNames"));
        let own = texts(input, "MessageAttributeNames");
        let messages: Vec<Value> =
            received.iter().map(|received| Self::shown(received, &system, &own)).collect();
        Ok(if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) })
    }

    fn shown(received: &Received, system: &[String], own: &[String]) -> Value {
        let message = &received.message;
        let mut output = json!({
            "MessageId": message.id,
            "ReceiptHandle": received.receipt,
            "MD5OfBody": attributes::md5(message.body.as_bytes()),
            "Body": message.body,
        });
        let all = Self::system_attributes(received);
        let chosen: BTreeMap<&str, String> = all
            .into_iter()
            .filter(|(name, _)| system.iter().any(|wanted| wanted == "All" || wanted == name))
            .collect();
        if !chosen.is_empty() {
            put(&mut output, "Attributes", json!(chosen));
        }
        let chosen = attributes::chosen(&message.attributes, own);
        if let Some(digest) = attributes::md5_of(&chosen) {
            put(&mut output, "MD5OfMessageAttributes", json!(digest));
            put(&mut output, "MessageAttributes", Value::Object(chosen));
        }
        output
    }

    /// What the queue knows of a message.
    pub(crate) fn system_attributes(received: &Received) -> BTreeMap<&'static str, String> {
        let message = &received.message;
        let mut attributes = BTreeMap::from([
            ("ApproximateReceiveCount", received.count.to_string()),
            ("SentTimestamp", message.sent.0.to_string()),
            ("SenderId", message.sender.clone()),
        ]);
        if let Some(first) = message.first_received {
            attributes.insert("ApproximateFirstReceiveTimestamp", first.0.to_string());
        }
        if let Some(source) = &message.dead_letter_source {
            attributes.insert("DeadLetterQueueSourceArn", source.clone());
        }
        attributes
    }

    pub(super) fn delete_message(&self, name: &str, input: &Value) -> Result<Value, Refusal> {
        let receipt = text(input, "ReceiptHandle")?.to_owned();
        self.delete(name, &[receipt])?;
        Ok(json!({}))
    }

    pub(super) fn change_visibility(&self, name: &str, input: &Value) -> Result<Value, Refusal> {
        let receipt = text(input, "ReceiptHandle")?;
        let timeout =
            number(input, "VisibilityTimeout").filter(|timeout| (0..=43_200).contains(timeout));
        let timeout = timeout.ok_or_else(|| {
            let message = "Value for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.";
            Refusal::new(400, "InvalidParameterValue", message)
        })?;
        let now = self.machine.clock.now();
        let times = (now, now.after(seconds(timeout)));
        self.machine.store.write(|batch| messages::hide(batch, name, receipt, times))?;
        Ok(json!({}))
    }
}

const KNOWN: [&str; 12] = [
    "SendMessage",
    "SendMessageBatch",
    "ReceiveMessage",
    "DeleteMessage",
    "DeleteMessageBatch",
    "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch",
    "GetQueueAttributes",
    "SetQueueAttributes",
    "DeleteQueue",
    "PurgeQueue",
    "ListQueueTags",
];

fn queue_name(input: &Value) -> Result<String, Refusal> {
    let url = text(input, "QueueUrl")?;
    Ok(url.trim_end_matches('/').rsplit('/').next().unwrap_or(url).to_owned())
}

pub(super) fn text<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    input.get(member).and_then(Value::as_str).ok_or_else(|| {
        let message = format!("The request must contain the parameter {member}.");
        Refusal::new(400, "MissingParameter", message)
    })
}

/// A number; in forms it is a text.
pub(super) fn number(input: &Value, member: &str) -> Option<i64> {
    let value = input.get(member)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn texts(input: &Value, member: &str) -> Vec<String> {
    let items = input.get(member).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(super) fn put(output: &mut Value, member: &str, value: Value) {
    if let Some(object) = output.as_object_mut() {
        object.insert(member.to_owned(), value);
    }
}
