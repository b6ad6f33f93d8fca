//! Whatever arrives is answered or rejected; nothing makes the function panic or ask for a retry.

use invocation::Kind;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::group::{ENDPOINT, GROUP, Group};
use cloud::registry::Approval::Approved;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
        prop_oneof![
            Just("SageMaker Model Package State Change"),
            Just("SageMaker Endpoint State Change"),
            Just(GROUP),
            Just(ENDPOINT),
            Just("retail-"),
            Just("-serverless-prod"),
            Just("ModelApprovalStatus"),
        ]
        .prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("detail".to_owned()),
        Just("detail-type".to_owned()),
        Just("ModelPackageGroupName".to_owned()),
        Just("ModelPackageArn".to_owned()),
        Just("UpdatedModelPackageFields".to_owned()),
        Just("EndpointName".to_owned()),
        ".{0,8}",
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

fn assert_answered_or_rejected(event: Value) -> Result<(), TestCaseError> {
    let group = Group::of(&[Approved]).serving(1);

    if let Err(failure) = group.handle(event) {
        prop_assert_eq!(failure.kind(), Kind::Rejected, "{}", failure);
        prop_assert!(!failure.to_string().is_empty());
    }
    prop_assert_eq!(group.changes(), [""; 0]);
    Ok(())
}

proptest! {
    #[test]
    fn any_json_is_answered_or_rejected(event in json_value()) {
        assert_answered_or_rejected(event)?;
    }

    #[test]
    fn any_detail_is_answered_or_rejected(
        endpoint in any::<bool>(),
        pairs in prop::collection::vec((key(), json_value()), 0..6),
    ) {
        let what = if endpoint { "Endpoint" } else { "Model Package" };
        let detail_type = format!("SageMaker {what} State Change");
        let detail = Value::Object(Map::from_iter(pairs));
        assert_answered_or_rejected(json!({"detail-type": detail_type, "detail": detail}))?;
    }
}
