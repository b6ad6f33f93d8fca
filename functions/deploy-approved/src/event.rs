//! Reads which group an EventBridge event is about; anything else in it is only hearsay.

use invocation::decode;
use invocation::event::{BadEvent, optional_text, text};
use serde::Deserialize;
use serde_json::Value;

use crate::DeploySettings;

const PACKAGE_EVENT: &str = "SageMaker Model Package State Change";
const ENDPOINT_EVENT: &str = "SageMaker Endpoint State Change";

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A group, and the version that made us look, if it was one.
    Group {
        /// The group.
        group: String,
        /// The version's ARN.
        arn: Option<String>,
    },
    /// A package whose group the event does not tell.
    Package {
        /// Its ARN.
        arn: String,
    },
    /// Nothing that concerns us.
    Other {
        /// Why not.
        reason: String,
    },
}

#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type", deserialize_with = "text")]
    detail_type: String,
    detail: Detail,
}

/// The fields that are read; times and statuses differ in form between events and are not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    #[serde(default, deserialize_with = "optional_text")]
    model_package_group_name: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    model_package_arn: Option<String>,
    #[serde(default)]
    updated_model_package_fields: Option<Vec<String>>,
    #[serde(default, deserialize_with = "optional_text")]
    endpoint_name: Option<String>,
}

/// Reads an event.
pub(crate) fn read(event: Value, settings: &DeploySettings) -> Result<Subject, BadEvent> {
    let Envelope { detail_type, detail } = decode(event)?;
    match detail_type.as_str() {
        PACKAGE_EVENT => of_package(detail),
        ENDPOINT_EVENT => of_endpoint(detail, settings),
        other => Err(bad(
            "detail-type",
            format!("`{other}` is neither `{PACKAGE_EVENT}` nor `{ENDPOINT_EVENT}`"),
        )),
    }
}

/// Edits of metadata tell of themselves in the same way as decisions do; they change nothing.
fn of_package(detail: Detail) -> Result<Subject, BadEvent> {
    let updated = detail.updated_model_package_fields.unwrap_or_default();
    if !updated.is_empty() && !updated.iter().any(|field| field == "ModelApprovalStatus") {
        let reason = format!("the update left the approval alone: {}", updated.join(", "));
        return Ok(Subject::Other { reason });
    }
    match (detail.model_package_group_name, detail.model_package_arn) {
        (Some(group), arn) => Ok(Subject::Group { group, arn }),
        (None, Some(arn)) => Ok(Subject::Package { arn }),
        (None, None) => Err(bad(
            "detail.ModelPackageArn",
            "it is missing, and so is ModelPackageGroupName; one of them is needed".to_owned(),
        )),
    }
}

fn of_endpoint(detail: Detail, settings: &DeploySettings) -> Result<Subject, BadEvent> {
    let name = detail.endpoint_name.ok_or_else(|| {
        bad("detail.EndpointName", "it is missing; endpoint events carry it".to_owned())
    })?;
    let suffix = &settings.endpoint_suffix;
    let group = name.strip_suffix(suffix).filter(|group| !group.is_empty());
    Ok(match group {
        Some(group) => Subject::Group { group: group.to_owned(), arn: None },
        None => Subject::Other { reason: format!("endpoint `{name}` does not end in `{suffix}`") },
    })
}

fn bad(key: &str, message: String) -> BadEvent {
    BadEvent { key: Some(key.to_owned()), message }
}
