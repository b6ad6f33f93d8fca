//! The event: "SageMaker Model Package State Change", of which only the version counts.

use invocation::decode;
use invocation::event::BadEvent;
use serde::Deserialize;
use serde_json::Value;

const KIND: &str = "SageMaker Model Package State Change";

/// Which version the event is about. Its state is read again: events repeat and come late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) arn: String,
    pub(crate) group: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    kind: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "ModelPackageArn")]
    arn: String,
    #[serde(rename = "ModelPackageGroupName")]
    group: Option<String>,
}

impl Announcement {
    pub(crate) fn read(event: Value) -> Result<Self, BadEvent> {
        let envelope: Envelope = decode(event)?;
        if envelope.kind != KIND {
            let message = format!("is `{}`, not `{KIND}`: check the rule", envelope.kind);
            return Err(BadEvent { key: Some("detail-type".to_owned()), message });
        }
        Ok(Self { arn: envelope.detail.arn, group: envelope.detail.group })
    }
}
