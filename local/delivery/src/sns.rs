//! SNS: topics, and those who are told what is published to them.
//!
//! Mails go to the [`Mailbox`]; queues get a message. An e-mail subscription counts as confirmed at
//! once, because nobody can click on a link here.

mod operations;

use std::sync::Arc;

use machine::{Batch, Caller, Machine, Permissions, Refusal, ids};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::mail::{Mail, Mailbox};
use crate::query::{self, Form};
use crate::sqs::{Outgoing, Queues};
use crate::wire::{Request, Response};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
const TOPIC: &str = "topic";
const SUBSCRIPTION: &str = "subscription";

/// All topics. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Topics {
    machine: Machine,
    permissions: Arc<dyn Permissions>,
    queues: Queues,
    mailbox: Mailbox,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Topic {
    arn: String,
    display_name: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Subscription {
    arn: String,
    topic_arn: String,
    protocol: String,
    endpoint: String,
    /// The message alone, without what SNS says of it.
    raw: bool,
    /// Whether the template has it, so that it goes when the template no longer does.
    declared: bool,
}

/// What is published.
#[derive(Debug, Clone, Default)]
pub(crate) struct Publication {
    /// The subject of mails.
    pub(crate) subject: Option<String>,
    /// The text.
    pub(crate) message: String,
    /// Other texts for some protocols.
    pub(crate) by_protocol: Map<String, Value>,
    /// As in SQS.
    pub(crate) attributes: Map<String, Value>,
}

impl Publication {
    fn text(&self, protocol: &str) -> &str {
        self.by_protocol.get(protocol).and_then(Value::as_str).unwrap_or(&self.message)
    }
}

impl Topics {
    /// The topics of a machine.
    pub(crate) fn open(
        machine: &Machine,
        permissions: Arc<dyn Permissions>,
        (queues, mailbox): (Queues, Mailbox),
    ) -> Self {
        Self { machine: machine.clone(), permissions, queues, mailbox }
    }

    /// Makes a topic of the template with its subscriptions, or brings them up to date.
    pub(crate) fn declare(batch: &Batch<'_>, wanted: &stack::Topic) -> Result<(), Refusal> {
        let topic = Topic { arn: wanted.arn.clone(), display_name: wanted.display_name.clone() };
        batch.put(TOPIC, &topic.arn, &topic)?;
        let mut missing: Vec<&stack::Subscription> = wanted.subscriptions.iter().collect();
        for (key, known) in subscriptions(batch, &topic.arn)? {
            let before = missing.len();
            missing.retain(|it| it.protocol != known.protocol || it.endpoint != known.endpoint);
            if known.declared && missing.len() == before {
                batch.remove(SUBSCRIPTION, &key)?;
            }
        }
        for it in missing {
            operations::check_endpoint(&it.protocol, &it.endpoint)?;
            let known = Subscription {
                arn: format!("{}:{}", topic.arn, ids::uuid()),
                topic_arn: topic.arn.clone(),
                protocol: it.protocol.clone(),
                endpoint: it.endpoint.clone(),
                raw: false,
                declared: true,
            };
            batch.put(SUBSCRIPTION, &known.arn, &known)?;
        }
        Ok(())
    }

    /// Publishes in a transaction of the caller, who calls [`Topics::published`] afterwards.
    pub(crate) fn publish_in(
        &self,
        batch: &Batch<'_>,
        topic_arn: &str,
        publication: &Publication,
    ) -> Result<String, Refusal> {
        let topic: Topic = batch.read(TOPIC, topic_arn)?.ok_or_else(no_topic)?;
        let id = ids::uuid();
        let subscriptions = subscriptions(batch, topic_arn)?;
        if subscriptions.is_empty() {
            self.mail(batch, &topic, (None, "email"), (&id, publication))?;
        }
        for (_, subscription) in subscriptions {
            let protocol = subscription.protocol.as_str();
            if protocol == "sqs" {
                self.to_queue(batch, &subscription, (&id, publication))?;
            } else {
                let to = (Some(subscription.endpoint.clone()), protocol);
                self.mail(batch, &topic, to, (&id, publication))?;
            }
        }
        Ok(id)
    }

    /// What follows once a publication is kept.
    pub(crate) fn published(&self) {
        self.mailbox.write_files();
    }

    fn mail(
        &self,
        batch: &Batch<'_>,
        topic: &Topic,
        (to, protocol): (Option<String>, &str),
        (id, publication): (&str, &Publication),
    ) -> Result<(), Refusal> {
        let name = topic.arn.rsplit(':').next().unwrap_or_default().to_owned();
        let subject = publication.subject.clone();
        let mut mail = Mail {
            number: 0,
            topic_arn: topic.arn.clone(),
            from: topic.display_name.clone().unwrap_or(name),
            to,
            subject: subject.unwrap_or_else(|| "AWS Notification Message".to_owned()),
            message: publication.text(protocol).to_owned(),
            sent: self.machine.clock.now(),
            message_id: id.to_owned(),
        };
        if protocol == "email-json" {
            mail.message = self.notification(&topic.arn, protocol, (id, publication)).to_string();
        }
        Ok(Mailbox::put(batch, mail)?)
    }

    /// A queue that is gone is passed over, as SNS does with no dead-letter queue of its own.
    fn to_queue(
        &self,
        batch: &Batch<'_>,
        to: &Subscription,
        (id, publication): (&str, &Publication),
    ) -> Result<(), Refusal> {
        let outgoing = if to.raw {
            let body = publication.text("sqs").to_owned();
            Outgoing { body, attributes: publication.attributes.clone(), ..Outgoing::default() }
        } else {
            let body = self.notification(&to.topic_arn, "sqs", (id, publication)).to_string();
            Outgoing { body, ..Outgoing::default() }
        };
        let queue = to.endpoint.rsplit(':').next().unwrap_or_default();
        let outgoing = Outgoing { sender: to.topic_arn.clone(), ..outgoing };
        match self.queues.send_in(batch, queue, outgoing) {
            Err(refusal) if refusal.status < 500 => {
                tracing::warn!(%refusal, subscription = to.arn, "a publication cannot be delivered");
                Ok(())
            }
            sent => sent.map(|_| ()),
        }
    }

    /// What SNS says around a message.
    fn notification(
        &self,
        topic_arn: &str,
        protocol: &str,
        (id, publication): (&str, &Publication),
    ) -> Value {
        let mut notification = json!({
            "Type": "Notification",
            "MessageId": id,
            "TopicArn": topic_arn,
            "Message": publication.text(protocol),
            "Timestamp": self.machine.clock.now().iso(),
        });
        let attributes: Map<String, Value> = publication
            .attributes
            .iter()
            .map(|(name, attribute)| {
                let value = attribute.get("StringValue").or_else(|| attribute.get("BinaryValue"));
                (name.clone(), json!({"Type": attribute.get("DataType"), "Value": value}))
            })
            .collect();
        if let Some(object) = notification.as_object_mut() {
            if let Some(subject) = &publication.subject {
                object.insert("Subject".to_owned(), json!(subject));
            }
            if !attributes.is_empty() {
                object.insert("MessageAttributes".to_owned(), Value::Object(attributes));
            }
        }
        notification
    }

    /// Answers a request.
    pub(crate) fn answer(&self, caller: &Caller, request: &Request) -> Response {
        let form = Form::read(request);
        match self.perform(caller, &form) {
            Ok(result) => query::done(NAMESPACE, form.action(), result),
            Err(refusal) => query::refused(NAMESPACE, &refusal),
        }
    }
}

fn subscriptions(
    batch: &Batch<'_>,
    topic_arn: &str,
) -> Result<Vec<(String, Subscription)>, Refusal> {
    Ok(batch.with_prefix(SUBSCRIPTION, &format!("{topic_arn}:"))?)
}

fn no_topic() -> Refusal {
    Refusal::new(404, "NotFound", "Topic does not exist")
}
