//! What requests and answers must look like.
//!
//! The table `shapes.json` holds facts of the service's own model (made and checked by
//! `tests/peers/sagemaker/shapes.py`); one walker checks requests against it, in the service's
//! words, and our own answers.

mod check;
mod pattern;
mod table;

use machine::Refusal;
use serde_json::{Map, Value};

use check::Walk;
pub(crate) use table::table;

/// Whether the table has the operation.
pub fn knows(operation: &str) -> bool {
    table().operations.contains_key(operation)
}

/// Refuses what the service would: types as `SerializationException`, all else as one
/// `ValidationException` that counts and lists what is wrong.
pub fn check_request(operation: &str, request: &Value) -> Result<(), Refusal> {
    let Some(shape) = table().operations.get(operation).and_then(|found| found.input.as_deref())
    else {
        return Err(Refusal::unknown_operation("SageMaker", operation));
    };
    let walk = Walk::over(shape, request)?;
    if let Some(wrong) = walk.mistyped.first() {
        return Err(Refusal::new(400, "SerializationException", wrong.clone()));
    }
    if let Some(member) = walk.unknown.first() {
        return Err(Refusal::invalid(format!(
            "the local engine does not know the member {member} of {operation}"
        )));
    }
    if walk.violations.is_empty() {
        return Ok(());
    }
    let plural = if walk.violations.len() == 1 { "" } else { "s" };
    let count = walk.violations.len();
    let all = walk.violations.join("; ");
    Err(Refusal::invalid(format!("{count} validation error{plural} detected: {all}")))
}

/// Says what of an answer the service's model does not allow.
pub fn check_answer(operation: &str, answer: &Value) -> Result<(), String> {
    let found = table().operations.get(operation);
    let found = found.ok_or_else(|| format!("{operation} is not in the table of shapes"))?;
    let Some(shape) = found.output.as_deref() else {
        let is_empty = answer.as_object().is_some_and(Map::is_empty);
        return if is_empty { Ok(()) } else { Err(format!("{operation} answers nothing")) };
    };
    let walk = Walk::over(shape, answer).map_err(|refusal| refusal.to_string())?;
    let wrong: Vec<String> = walk
        .mistyped
        .into_iter()
        .chain(walk.unknown.into_iter().map(|member| format!("unknown member {member}")))
        .chain(walk.violations)
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{operation}: {}", wrong.join("; "))) }
}

/// What of `from` the answer of an operation may carry.
pub(crate) fn for_answer(operation: &str, from: &Map<String, Value>) -> Map<String, Value> {
    let shape = table().operations.get(operation).and_then(|found| found.output.as_deref());
    shape.map_or_else(Map::new, |shape| for_shape(shape, from))
}

/// What of `from` are members of a shape.
pub(crate) fn for_shape(shape: &str, from: &Map<String, Value>) -> Map<String, Value> {
    let Some(shape) = table().shapes.get(shape) else { return Map::new() };
    let belongs = |(name, _): &(&String, &Value)| shape.members.contains_key(name.as_str());
    from.iter().filter(belongs).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(operation: &str, request: &Value) -> String {
        check_request(operation, request).unwrap_err().to_string()
    }

    #[test]
    fn a_name_that_breaks_its_pattern_is_refused_in_the_words_of_the_service() {
        let request = json!({"ModelPackageGroupName": "a_b"});

        assert_eq!(
            refused("CreateModelPackageGroup", &request),
            "ValidationException: 1 validation error detected: Value 'a_b' at \
             'modelPackageGroupName' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
        );
    }

    #[test]
    fn several_mistakes_are_counted_and_listed() {
        let request = json!({"EndpointConfigName": "a", "ProductionVariants": [
            {"VariantName": "v", "ServerlessConfig": {"MemorySizeInMB": 512, "MaxConcurrency": 0}},
        ]});

        assert_eq!(
            refused("CreateEndpointConfig", &request),
            "ValidationException: 2 validation errors detected: Value '0' at \
             'productionVariants.1.member.serverlessConfig.maxConcurrency' failed to satisfy \
             constraint: Member must have value greater than or equal to 1; Value '512' at \
             'productionVariants.1.member.serverlessConfig.memorySizeInMB' failed to satisfy \
             constraint: Member must have value greater than or equal to 1024"
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(
            refused("CreateTrial", &json!({"TrialName": "t"})),
            "ValidationException: 1 validation error detected: Value null at 'experimentName' \
             failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn a_word_that_is_not_of_the_set_is_refused_with_the_set() {
        let request = json!({"ModelPackageArn": "arn:aws:sagemaker:eu-west-1:000000000000:model-package/a/1", "ModelApprovalStatus": "Maybe"});

        let refused = refused("UpdateModelPackage", &request);

        assert!(
            refused.ends_with(
                "Member must satisfy enum value set: [Approved, Rejected, PendingManualApproval]"
            ),
            "{refused}"
        );
    }

    #[test]
    fn characters_that_metadata_may_not_have_are_refused() {
        let with = |value: &str| {
            check_request(
                "CreateModelPackage",
                &json!({"ModelPackageGroupName": "a", "CustomerMetadataProperties": {"wape": value}}),
            )
        };

        assert_eq!(with("0.1234567 a_b.c:d/e=f+g-h@i ä"), Ok(()));
        for bad in ["{}", "a,b", "\"a\"", "50%", "#1", ""] {
            assert_eq!(with(bad).unwrap_err().code, "ValidationException", "{bad}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_a_serialization_exception() {
        assert_eq!(
            refused("DescribeModel", &json!({"ModelName": 1})),
            "SerializationException: NUMBER_VALUE can not be converted to a String at 'modelName'"
        );
    }

    #[test]
    fn a_member_that_the_table_lacks_is_refused_and_not_ignored() {
        let refused = refused("DescribeModel", &json!({"ModelName": "a", "New": true}));

        assert!(refused.contains("does not know the member 'new' of DescribeModel"), "{refused}");
    }

    #[test]
    fn an_answer_is_checked_as_well() {
        assert_eq!(check_answer("DeleteModel", &json!({})), Ok(()));
        assert!(check_answer("CreateModel", &json!({})).unwrap_err().contains("must not be null"));
        assert!(check_answer("CreateModel", &json!({"ModelArn": "x"})).is_err());
    }
}
