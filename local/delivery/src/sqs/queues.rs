//! What queues there are, and their attributes.

use std::collections::BTreeMap;

use machine::{Batch, Refusal, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The documents of queues; the key is the name.
pub(super) const KIND: &str = "queue";

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// Its name.
    pub(crate) name: String,
    /// Its attributes as they were set; the defaults are not among them.
    pub(crate) attributes: BTreeMap<String, String>,
    /// When it was made.
    pub(crate) created: Time,
    /// When its attributes were changed last.
    pub(crate) modified: Time,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// Attributes that can be set, with default, least and most where they are numbers.
const NUMBERS: [(&str, i64, i64, i64); 5] = [
    ("DelaySeconds", 0, 0, 900),
    ("MaximumMessageSize", 1_048_576, 1024, 1_048_576),
    ("MessageRetentionPeriod", 345_600, 60, 1_209_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 0, 20),
    ("VisibilityTimeout", 30, 0, 43_200),
];

const TEXTS: [&str; 6] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
];

impl Queue {
    /// A number attribute, as set or by default.
    pub(crate) fn number(&self, name: &str) -> i64 {
        let default = NUMBERS.iter().find(|(known, ..)| *known == name);
        let default = default.map_or(0, |(_, default, ..)| *default);
        self.attributes.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// After how many receipts a message goes to which queue (by name).
    pub(crate) fn redrive(&self) -> Option<(i64, String)> {
        let policy: Value = serde_json::from_str(self.attributes.get("RedrivePolicy")?).ok()?;
        let most = policy.get("maxReceiveCount")?;
        let most = most.as_i64().or_else(|| most.as_str()?.parse().ok())?;
        let target = policy.get("deadLetterTargetArn")?.as_str()?;
        Some((most, target.rsplit(':').next()?.to_owned()))
    }

    /// All attributes with the names that were asked for.
    pub(super) fn described(&self, names: &[String], more: &[(&str, String)]) -> Value {
        let numbers = NUMBERS.iter().map(|(name, ..)| (*name, self.number(name).to_string()));
        let times = [
            ("CreatedTimestamp", (self.created.0 / 1000).to_string()),
            ("LastModifiedTimestamp", (self.modified.0 / 1000).to_string()),
        ];
        let set = self.attributes.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let all: BTreeMap<&str, String> = numbers
            .chain([("SqsManagedSseEnabled", "true".to_owned())])
            .chain(times)
            .chain(more.iter().cloned())
            .chain(set)
            .filter(|(name, _)| names.iter().any(|wanted| wanted == "All" || wanted == name))
            .collect();
        json!(all)
    }
}

/// What can be asked about a queue and not be set, and what only FIFO queues have.
const ASKED: [&str; 11] = [
    "All",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ContentBasedDeduplication",
    "CreatedTimestamp",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
    "LastModifiedTimestamp",
    "QueueArn",
];

/// Refuses to be asked for attributes that no queue has.
pub(super) fn check_names(names: &[String]) -> Result<(), Refusal> {
    let known = |name: &str| {
        ASKED.contains(&name)
            || TEXTS.contains(&name)
            || NUMBERS.iter().any(|(number, ..)| *number == name)
    };
    names.iter().find(|name| !known(name)).map_or(Ok(()), |name| Err(unknown_attribute(name)))
}

fn unknown_attribute(name: &str) -> Refusal {
    Refusal::new(400, "InvalidAttributeName", format!("Unknown Attribute {name}."))
}

/// Refuses names that SQS does, and those of FIFO queues, which the engine lacks.
pub(super) fn checked_name(name: &str) -> Result<(), Refusal> {
    if name.rsplit_once('.').is_some_and(|(_, kind)| kind == "fifo") {
        let message =
            format!("the local engine has no FIFO queues; {name} must not end with .fifo");
        return Err(Refusal::new(400, "UnsupportedOperation", message));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.is_empty() || name.len() > 80 || !name.bytes().all(allowed) {
        let message =
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
        return Err(Refusal::new(400, "InvalidParameterValue", message));
    }
    Ok(())
}

/// Reads attributes that are to be set.
pub(super) fn checked_attributes(
    batch: &Batch<'_>,
    given: Option<&Value>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut checked = BTreeMap::new();
    for (name, value) in given.and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let bad = || {
            let message = format!("Invalid value for the parameter {name}.");
            Refusal::new(400, "InvalidAttributeValue", message)
        };
        if let Some((_, _, least, most)) = NUMBERS.iter().find(|(known, ..)| known == name) {
            let number: i64 = text.parse().map_err(|_| bad())?;
            if !(*least..=*most).contains(&number) {
                return Err(bad());
            }
        } else if !TEXTS.contains(&name.as_str()) {
            return Err(unknown_attribute(name));
        }
        if name == "RedrivePolicy" && !text.is_empty() {
            check_redrive(batch, &text)?;
        }
        checked.insert(name.clone(), text);
    }
    Ok(checked)
}

fn check_redrive(batch: &Batch<'_>, policy: &str) -> Result<(), Refusal> {
    let bad = |why: &str| {
        let message =
            format!("Value {policy} for parameter RedrivePolicy is invalid. Reason: {why}");
        Refusal::new(400, "InvalidParameterValue", message)
    };
    let attributes = BTreeMap::from([("RedrivePolicy".to_owned(), policy.to_owned())]);
    let probe = Queue {
        name: String::new(),
        attributes,
        created: Time(0),
        modified: Time(0),
        tags: BTreeMap::new(),
    };
    let (most, target) = probe
        .redrive()
        .ok_or_else(|| bad("deadLetterTargetArn and maxReceiveCount are needed."))?;
    if !(1..=1000).contains(&most) {
        return Err(bad("Invalid value for maxReceiveCount."));
    }
    if batch.read::<Queue>(KIND, &target)?.is_none() {
        return Err(bad("Dead letter target does not exist."));
    }
    Ok(())
}
