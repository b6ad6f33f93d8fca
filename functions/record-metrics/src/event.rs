//! The event: what the step says of the run, and anything else as a parameter.

use std::collections::BTreeMap;

use cloud::S3Uri;
use cloud::experiments::ParameterValue;
use invocation::decode;
use invocation::event::{BadEvent, optional_text, text};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The keys that mean something here; all others are recorded as they are.
const KNOWN: [&str; 8] = [
    "retailer",
    "scenario",
    "execution_id",
    "execution_arn",
    "experiment",
    "trial",
    "job_arn",
    "evaluation_s3_uri",
];

/// The longest text that a parameter holds.
const LONGEST_TEXT: usize = 2500;

/// The keys that mean something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Run {
    #[serde(deserialize_with = "text")]
    pub(crate) retailer: String,
    #[serde(deserialize_with = "text")]
    pub(crate) scenario: String,
    #[serde(deserialize_with = "text")]
    pub(crate) execution_id: String,
    #[serde(default, deserialize_with = "optional_text")]
    pub(crate) execution_arn: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub(crate) experiment: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub(crate) trial: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub(crate) job_arn: Option<String>,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) run: Run,
    pub(crate) evaluation_s3_uri: S3Uri,
    others: BTreeMap<String, ParameterValue>,
}

#[derive(Deserialize)]
struct Address {
    evaluation_s3_uri: S3Uri,
}

impl Event {
    pub(crate) fn read(event: Value) -> Result<Self, BadEvent> {
        let event: Map<String, Value> = decode(event)?;
        let (known, others): (Map<_, _>, Map<_, _>) =
            event.into_iter().partition(|(key, _)| KNOWN.contains(&key.as_str()));
        let others = others.into_iter().filter_map(|(key, value)| parameter(key, &value));
        Ok(Self {
            others: others.collect::<Result<_, _>>()?,
            evaluation_s3_uri: decode::<Address>(Value::Object(known.clone()))?.evaluation_s3_uri,
            run: decode(Value::Object(known))?,
        })
    }

    /// The metric that decides, where the step names one.
    pub(crate) fn metric(&self) -> Option<&str> {
        match self.others.get("metric") {
            Some(ParameterValue::Text(name)) => Some(name),
            _ => None,
        }
    }

    /// Everything but numbers of the report: what the run was, and what the step added.
    pub(crate) fn facts(&self) -> BTreeMap<String, ParameterValue> {
        let run = &self.run;
        let uri = self.evaluation_s3_uri.to_string();
        let known = [
            ("retailer", Some(&run.retailer)),
            ("scenario", Some(&run.scenario)),
            ("execution_id", Some(&run.execution_id)),
            ("execution_arn", run.execution_arn.as_ref()),
            ("experiment", run.experiment.as_ref()),
            ("job_arn", run.job_arn.as_ref()),
            ("evaluation_s3_uri", Some(&uri)),
        ];
        let known = known.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let mut facts = self.others.clone();
        facts.extend(
            known.map(|(key, value)| (key.to_owned(), ParameterValue::Text(value.clone()))),
        );
        facts
    }
}

/// A key that we do not know, as parameter; null is none.
fn parameter(key: String, value: &Value) -> Option<Result<(String, ParameterValue), BadEvent>> {
    let read = match value {
        Value::Null => return None,
        Value::Bool(flag) => Ok(ParameterValue::Text(flag.to_string())),
        Value::Number(number) => number
            .as_f64()
            .filter(|number| number.is_finite())
            .map(ParameterValue::Number)
            .ok_or("is too large a number"),
        Value::String(text) if text.chars().count() <= LONGEST_TEXT => {
            Ok(ParameterValue::Text(text.clone()))
        }
        Value::String(_) => Err("is longer than the 2,500 characters that a parameter holds"),
        Value::Array(_) | Value::Object(_) => Err("is no flat value: events are flat"),
    };
    let read = match read {
        Ok(_) if key.chars().count() > 320 => Err("is a key of more than 320 characters"),
        other => other,
    };
    Some(
        read.map(|value| (key.clone(), value))
            .map_err(|message| BadEvent { key: Some(key), message: message.to_owned() }),
    )
}
