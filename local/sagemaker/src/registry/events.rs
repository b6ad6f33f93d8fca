//! What is told of packages: at their making, and at each update.

use machine::{Batch, Event, Refusal, Time};
use serde_json::{Map, Value, json};

use super::PACKAGE;
use crate::entity::{Body, word};
use crate::plane::Plane;

/// The members of a package that events have, as Describe has them.
const MEMBERS: [&str; 17] = [
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "InferenceSpecification",
    "ModelPackageStatus",
    "ModelPackageStatusDetails",
    "CertifyForMarketplace",
    "ModelApprovalStatus",
    "ApprovalDescription",
    "MetadataProperties",
    "ModelMetrics",
    "ModelLifeCycle",
    "CustomerMetadataProperties",
    "DriftCheckBaselines",
    "Domain",
    "Task",
];

/// Tells of the state of a package; after an update also of the fields that it changed.
pub(super) fn tell(
    plane: &Plane,
    batch: &Batch<'_>,
    package: &Body,
    updated: Option<&[&'static str]>,
) -> Result<(), Refusal> {
    let given = MEMBERS
        .into_iter()
        .filter_map(|name| package.get(name).map(|value| (name.to_owned(), value.clone())));
    let mut detail: Map<String, Value> = given.collect();
    if !package.contains_key("ModelPackageVersion") {
        detail.insert(PACKAGE.name.to_owned(), json!(word(package, PACKAGE.name)));
    }
    for name in ["CreationTime", "LastModifiedTime"] {
        detail.insert(name.to_owned(), json!(package.get(name).map(second)));
    }
    if let Some(updated) = updated {
        detail.insert("UpdatedModelPackageFields".to_owned(), json!(updated));
    }
    let event = Event {
        source: "aws.sagemaker".to_owned(),
        detail_type: "SageMaker Model Package State Change".to_owned(),
        resources: vec![word(package, PACKAGE.arn).to_owned()],
        detail: Value::Object(detail),
    };
    Ok(batch.emit(&event, &plane.machine.identity, plane.machine.clock.now())?)
}

/// A time as texts have it, without its fraction.
#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 are small")]
fn second(time: &Value) -> String {
    let seconds = time.as_f64().unwrap_or_default().floor() as i64;
    Time(seconds.saturating_mul(1000)).iso().replace(".000", "")
}
