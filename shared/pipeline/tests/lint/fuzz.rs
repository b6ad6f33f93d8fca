//! No JSON makes the lint panic, and its findings always point into the document.

use pipeline::compatibility::published_schema_refusals;
use pipeline::lint::{lint, lint_text};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::fixtures::valid;

/// Keys and texts that the rules look for, so that random documents reach them.
const WORDS: &str = "Steps Parameters Name Type Arguments DependsOn Get Std:Join Std:JsonGet Values \
     On Path PropertyFile S3Uri PropertyFiles OutputName FilePath PropertyFileName Conditions \
     IfSteps ElseSteps ForEachBody LeftValue RightValue Equals In Or Not Condition Expression \
     QueryValue Processing Training Lambda Callback Fail RegisterModel Model Transform AutoML \
     ForEach OutputParameters OutputType RetryPolicies ExceptionType CacheConfig ExpireAfter \
     Environment HyperParameters ContainerArguments InstanceCount DefaultValue EnumValues String \
     Integer CustomerMetadataProperties InferenceSpecification Containers Trigger Step Metadata \
     PipelineExperimentConfig Steps.A.OutputParameters['x'] Steps.B.ModelArtifacts Steps. \
     Parameters.A Execution.PipelineName Steps.A.PropertyFiles.F A B P30D 2020-12-01";

fn word() -> impl Strategy<Value = String> {
    let words: Vec<String> = WORDS.split_whitespace().map(ToOwned::to_owned).collect();
    prop_oneof![4 => proptest::sample::select(words), 1 => ".{0,12}"]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 128, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..6)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A change of one node: which (modulo their number), and what to put there.
type Change = (usize, Option<Value>);

/// Replaces or removes the node that comes up when `left` nodes have been passed.
fn change(value: &mut Value, left: &mut usize, with: Option<&Value>) -> bool {
    let keys: Vec<String> =
        value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    for key in keys {
        let members = value.as_object_mut().unwrap();
        if *left == 0 {
            match with {
                Some(new) => members.insert(key, new.clone()),
                None => members.shift_remove(&key),
            };
            return true;
        }
        *left -= 1;
        if change(members.get_mut(&key).unwrap(), left, with) {
            return true;
        }
    }
    let length = value.as_array().map_or(0, Vec::len);
    for index in 0..length {
        let items = value.as_array_mut().unwrap();
        if *left == 0 {
            match with {
                Some(new) => items[index] = new.clone(),
                None => drop(items.remove(index)),
            }
            return true;
        }
        *left -= 1;
        if change(&mut items[index], left, with) {
            return true;
        }
    }
    false
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        Value::Object(members) => members.values().map(|item| 1 + size(item)).sum(),
        _ => 0,
    }
}

fn examine(document: &Value) {
    for finding in lint(document) {
        assert!(document.pointer(&finding.pointer).is_some(), "{finding}");
    }
    let text = serde_json::to_string_pretty(document).unwrap();
    for finding in lint_text(&text) {
        assert!(finding.place.is_some(), "{finding}");
    }
    for refusal in published_schema_refusals(document) {
        assert!(document.pointer(&refusal.pointer).is_some(), "{refusal:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(512),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_document_is_too_strange(document in document()) {
        examine(&document);
    }

    #[test]
    fn no_steps_are_too_strange(steps in document(), parameters in document()) {
        examine(&json!({"Steps": [steps], "Parameters": [parameters]}));
    }

    #[test]
    fn no_text_is_too_strange(text in ".{0,200}") {
        let _ = lint_text(&text);
    }

    #[test]
    fn a_valid_definition_may_lose_or_change_any_of_its_parts(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<usize>(), proptest::option::of(document())), 1..5),
    ) {
        let fixtures = valid();
        let mut definition = which.get(&fixtures).value();
        let changes: Vec<Change> = changes;
        for (place, with) in changes {
            let mut left = place % size(&definition).max(1);
            change(&mut definition, &mut left, with.as_ref());
        }
        examine(&definition);
    }
}
