//! The operations of SNS.

use machine::{Caller, Refusal, ids};
use serde_json::{Map, Value};

use super::{
    Publication, SUBSCRIPTION, Subscription, TOPIC, Topic, Topics, no_topic, subscriptions,
};
use crate::query::{Form, Xml};

type Answer = Result<Option<Xml>, Refusal>;

impl Topics {
    /// Does what a form says.
    pub(super) fn perform(&self, caller: &Caller, form: &Form) -> Answer {
        match form.action() {
            "Publish" => self.publish(caller, form),
            "CreateTopic" => self.create(caller, form),
            "DeleteTopic" => self.delete(caller, form),
            "ListTopics" => self.list(caller),
            "GetTopicAttributes" => self.describe(caller, form),
            "Subscribe" => self.subscribe(caller, form),
            "Unsubscribe" => self.unsubscribe(caller, form),
            "ListSubscriptions" => {
                self.may(caller, "ListSubscriptions", "*")?;
                self.subscriptions_of(None)
            }
            "ListSubscriptionsByTopic" => {
                let topic = self.topic(caller, form)?;
                self.subscriptions_of(Some(&topic.arn))
            }
            action => {
                let refusal = Refusal::unknown_operation("SNS", action);
                Err(Refusal { code: "InvalidAction".into(), ..refusal })
            }
        }
    }

    fn may(&self, caller: &Caller, action: &str, resource: &str) -> Result<(), Refusal> {
        self.permissions.check(caller, &format!("sns:{action}"), resource).map_err(|refusal| {
            Refusal { status: 403, code: "AuthorizationError".into(), ..refusal }
        })
    }

    /// The topic that a form names, if the caller may do with it what the form says.
    fn topic(&self, caller: &Caller, form: &Form) -> Result<Topic, Refusal> {
        let arn = form.need("TopicArn")?;
        if !arn.starts_with("arn:") || arn.split(':').count() != 6 {
            return Err(invalid("TopicArn"));
        }
        self.may(caller, form.action(), arn)?;
        self.machine.store.read(TOPIC, arn)?.ok_or_else(no_topic)
    }

    fn publish(&self, caller: &Caller, form: &Form) -> Answer {
        if form.get("PhoneNumber").is_some() {
            return Err(invalid("PhoneNumber Reason: the local engine sends no text messages"));
        }
        let arn = form.get("TopicArn").or_else(|| form.get("TargetArn"));
        let arn = arn.ok_or_else(|| {
            invalid("TopicArn or TargetArn Reason: no value for required parameter")
        })?;
        self.may(caller, "Publish", arn)?;
        let publication = publication(form)?;
        let store = &self.machine.store;
        let id = store.write(|batch| self.publish_in(batch, arn, &publication))?;
        self.published();
        Ok(Some(one("MessageId", &id)))
    }

    fn create(&self, caller: &Caller, form: &Form) -> Answer {
        let name = form.need("Name")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.rsplit_once('.').is_some_and(|(_, kind)| kind == "fifo") {
            return Err(invalid("Topic Name Reason: the local engine has no FIFO topics"));
        }
        if name.len() > 256 || !name.bytes().all(allowed) {
            return Err(invalid("Topic Name"));
        }
        let arn = self.machine.identity.arn("sns", name);
        self.may(caller, "CreateTopic", &arn)?;
        let display_name = form.pairs("Attributes.entry", "key", "value").remove("DisplayName");
        self.machine.store.write(|batch| {
            if batch.read::<Topic>(TOPIC, &arn)?.is_none() {
                batch.put(TOPIC, &arn, &Topic { arn: arn.clone(), display_name })?;
            }
            Ok::<_, Refusal>(())
        })?;
        Ok(Some(one("TopicArn", &arn)))
    }

    fn delete(&self, caller: &Caller, form: &Form) -> Answer {
        let arn = form.need("TopicArn")?;
        self.may(caller, "DeleteTopic", arn)?;
        self.machine.store.write(|batch| {
            batch.remove(TOPIC, arn)?;
            for (key, _) in subscriptions(batch, arn)? {
                batch.remove(SUBSCRIPTION, &key)?;
            }
            Ok::<_, Refusal>(())
        })?;
        Ok(None)
    }

    fn list(&self, caller: &Caller) -> Answer {
        self.may(caller, "ListTopics", "*")?;
        let topics = self.machine.store.all::<Topic>(TOPIC)?;
        let mut result = Xml::default();
        result.element("Topics", |xml| {
            for (arn, _) in &topics {
                xml.element("member", |xml| xml.text("TopicArn", arn));
            }
        });
        Ok(Some(result))
    }

    fn describe(&self, caller: &Caller, form: &Form) -> Answer {
        let topic = self.topic(caller, form)?;
        let store = &self.machine.store;
        let count =
            store.with_prefix::<Subscription>(SUBSCRIPTION, &format!("{}:", topic.arn))?.len();
        let attributes = [
            ("TopicArn", topic.arn.clone()),
            ("Owner", self.machine.identity.account.clone()),
            ("DisplayName", topic.display_name.unwrap_or_default()),
            ("SubscriptionsConfirmed", count.to_string()),
            ("SubscriptionsPending", "0".to_owned()),
            ("SubscriptionsDeleted", "0".to_owned()),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
        let mut result = Xml::default();
        result.element("Attributes", |xml| {
            let pairs = attributes.iter().map(|(name, value)| (name, value));
            xml.pairs(["entry", "key", "value"], pairs);
        });
        Ok(Some(result))
    }

    fn subscribe(&self, caller: &Caller, form: &Form) -> Answer {
        let topic = self.topic(caller, form)?;
        let protocol = form.need("Protocol")?.to_owned();
        let endpoint = form.need("Endpoint")?.to_owned();
        check_endpoint(&protocol, &endpoint)?;
        let mut attributes = form.pairs("Attributes.entry", "key", "value");
        let raw = attributes.remove("RawMessageDelivery").is_some_and(|value| value == "true");
        if let Some(name) = attributes.into_keys().next() {
            // A filter that were passed over would send too much.
            return Err(invalid(&format!(
                "Attributes Reason: the local engine does not know {name}"
            )));
        }
        let arn = self.machine.store.write(|batch| {
            let known = subscriptions(batch, &topic.arn)?;
            let same =
                known.iter().find(|(_, it)| it.protocol == protocol && it.endpoint == endpoint);
            if let Some((arn, _)) = same {
                return Ok::<_, Refusal>(arn.clone());
            }
            let arn = format!("{}:{}", topic.arn, ids::uuid());
            let topic_arn = topic.arn.clone();
            let subscription =
                Subscription { arn, topic_arn, protocol, endpoint, raw, declared: false };
            batch.put(SUBSCRIPTION, &subscription.arn, &subscription)?;
            Ok(subscription.arn)
        })?;
        Ok(Some(one("SubscriptionArn", &arn)))
    }

    fn unsubscribe(&self, caller: &Caller, form: &Form) -> Answer {
        let arn = form.need("SubscriptionArn")?;
        self.may(caller, "Unsubscribe", arn.rsplit_once(':').map_or(arn, |(topic, _)| topic))?;
        let removed = self
            .machine
            .store
            .write(|batch| batch.remove(SUBSCRIPTION, arn).map_err(Refusal::from))?;
        if !removed {
            return Err(Refusal::new(404, "NotFound", "Subscription does not exist"));
        }
        Ok(None)
    }

    fn subscriptions_of(&self, topic_arn: Option<&str>) -> Answer {
        let prefix = topic_arn.map_or_else(String::new, |arn| format!("{arn}:"));
        let found = self.machine.store.with_prefix::<Subscription>(SUBSCRIPTION, &prefix)?;
        let mut result = Xml::default();
        result.element("Subscriptions", |xml| {
            for (arn, subscription) in &found {
                xml.element("member", |xml| {
                    xml.text("SubscriptionArn", arn);
                    xml.text("Owner", &self.machine.identity.account);
                    xml.text("Protocol", &subscription.protocol);
                    xml.text("Endpoint", &subscription.endpoint);
                    xml.text("TopicArn", &subscription.topic_arn);
                });
            }
        });
        Ok(Some(result))
    }
}

/// Refuses whom the engine cannot reach.
pub(super) fn check_endpoint(protocol: &str, endpoint: &str) -> Result<(), Refusal> {
    let fits = match protocol {
        "email" | "email-json" => {
            endpoint.contains('@') && !endpoint.contains(|letter: char| letter.is_control())
        }
        "sqs" => endpoint.starts_with("arn:") && endpoint.contains(":sqs:"),
        other => {
            let reason = format!(
                "Protocol Reason: the local engine delivers to email and sqs, not to {other}"
            );
            return Err(invalid(&reason));
        }
    };
    if fits { Ok(()) } else { Err(invalid("Endpoint")) }
}

fn publication(form: &Form) -> Result<Publication, Refusal> {
    let message = form.get("Message").filter(|message| !message.is_empty());
    let message = message.ok_or_else(|| invalid("Empty message"))?;
    let subject = form.get("Subject").map(str::to_owned);
    if subject.as_deref().is_some_and(|subject| !fits_subject(subject)) {
        return Err(invalid("Subject"));
    }
    let attributes = attributes(form)?;
    let more: usize = attributes
        .iter()
        .map(|(name, value)| name.len() + value.as_object().map_or(0, sum_of_texts))
        .sum();
    if message.len() + more > 262_144 {
        return Err(invalid("Message too long"));
    }
    let mut publication =
        Publication { subject, message: message.to_owned(), attributes, ..Publication::default() };
    match form.get("MessageStructure") {
        None | Some("") => {}
        Some("json") => {
            let texts: Map<String, Value> = serde_json::from_str(message)
                .map_err(|_| invalid("Message Structure - JSON message body failed to parse"))?;
            let default = texts.get("default").and_then(Value::as_str);
            let default = default.ok_or_else(|| {
                invalid("Message Structure - No default entry in JSON message body")
            })?;
            default.clone_into(&mut publication.message);
            publication.by_protocol = texts;
        }
        Some(_) => return Err(invalid("MessageStructure")),
    }
    Ok(publication)
}

/// Less than 100 characters on one line.
fn fits_subject(subject: &str) -> bool {
    let length = subject.chars().count();
    (1..100).contains(&length) && !subject.chars().any(char::is_control)
}

fn sum_of_texts(attribute: &Map<String, Value>) -> usize {
    attribute.values().filter_map(Value::as_str).map(str::len).sum()
}

fn attributes(form: &Form) -> Result<Map<String, Value>, Refusal> {
    let mut attributes = Map::new();
    for item in form.items("MessageAttributes.entry") {
        let name = item.get("Name").unwrap_or_default();
        let mut attribute = Map::new();
        for member in ["DataType", "StringValue", "BinaryValue"] {
            if let Some(value) = item.get(&format!("Value.{member}")) {
                attribute.insert(member.to_owned(), value.into());
            }
        }
        if name.is_empty() || attribute.len() != 2 || !attribute.contains_key("DataType") {
            let message = format!(
                "The message attribute '{name}' must contain non-empty message attribute value."
            );
            return Err(Refusal::new(400, "ParameterValueInvalid", message));
        }
        attributes.insert(name.to_owned(), Value::Object(attribute));
    }
    Ok(attributes)
}

fn invalid(what: &str) -> Refusal {
    Refusal::new(400, "InvalidParameter", format!("Invalid parameter: {what}"))
}

fn one(name: &str, value: &str) -> Xml {
    let mut result = Xml::default();
    result.text(name, value);
    result
}
