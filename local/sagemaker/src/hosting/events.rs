//! What is told of endpoints: each state, with the words of events (`IN_SERVICE`).

use machine::{Batch, Event, Refusal};
use serde_json::{Map, Value, json};

use super::ENDPOINT;
use crate::entity::{Body, word};
use crate::plane::Plane;

/// The word that is told of an endpoint that is gone.
pub(super) const DELETED: &str = "Deleted";

/// Tells of the state of an endpoint.
pub(super) fn tell(
    plane: &Plane,
    batch: &Batch<'_>,
    endpoint: &Body,
    status: &str,
) -> Result<(), Refusal> {
    let mut detail = Map::new();
    for name in
        ["EndpointName", "EndpointArn", "EndpointConfigName", "ProductionVariants", "FailureReason"]
    {
        if let Some(value) = endpoint.get(name) {
            detail.insert(name.to_owned(), value.clone());
        }
    }
    detail.insert("EndpointStatus".to_owned(), json!(upper_snake(status)));
    for name in ["CreationTime", "LastModifiedTime"] {
        detail.insert(name.to_owned(), json!(endpoint.get(name).map(millis)));
    }
    detail.insert("Tags".to_owned(), json!({}));
    let event = Event {
        source: "aws.sagemaker".to_owned(),
        detail_type: "SageMaker Endpoint State Change".to_owned(),
        resources: vec![word(endpoint, ENDPOINT.arn).to_owned()],
        detail: Value::Object(detail),
    };
    Ok(batch.emit(&event, &plane.machine.identity, plane.machine.clock.now())?)
}

/// `InService` as events write it: `IN_SERVICE`.
fn upper_snake(status: &str) -> String {
    let mut word = String::new();
    for (index, letter) in status.chars().enumerate() {
        if index > 0 && letter.is_uppercase() {
            word.push('_');
        }
        word.extend(letter.to_uppercase());
    }
    word
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are small")]
fn millis(time: &Value) -> i64 {
    (time.as_f64().unwrap_or_default() * 1000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_told_in_upper_case_with_underscores() {
        for (status, told) in [
            ("InService", "IN_SERVICE"),
            ("UpdateRollbackFailed", "UPDATE_ROLLBACK_FAILED"),
            (DELETED, "DELETED"),
        ] {
            assert_eq!(upper_snake(status), told);
        }
    }
}
