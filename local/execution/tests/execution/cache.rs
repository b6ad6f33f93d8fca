//! What makes two runs of a step the same.

use std::collections::BTreeMap;
use std::time::Duration;

use execution::{Plan, Step};
use serde_json::{Value, json};

use crate::driver::{lambda, plan};

fn training(cache: &Value) -> Value {
    json!({
        "Name": "Make",
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
            "HyperParameters": {"depth": "6"},
            "InputDataConfig": [{
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": "s3://b/train",
                }},
            }],
            "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
            "ResourceConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "RoleArn": "arn:aws:iam::111122223333:role/r",
        },
        "CacheConfig": cache,
    })
}

fn cached() -> Plan {
    plan(&json!([training(&json!({"Enabled": true, "ExpireAfter": "P30D"}))]))
}

fn key(step: &Step, arguments: &Value, digest: &str, tool: &str) -> Option<String> {
    let contents = BTreeMap::from([("s3://b/train".to_owned(), digest.to_owned())]);
    step.cache_key(arguments, &contents, tool)
}

#[test]
fn outputs_roles_and_resources_do_not_count_and_everything_else_does() {
    let plan = cached();
    let step = plan.step("Make").unwrap();
    let first = key(step, &step.arguments, "d1", "1").unwrap();
    assert_eq!(first.len(), 64);

    for member in ["OutputDataConfig", "ResourceConfig", "StoppingCondition", "RoleArn"] {
        let mut other = step.arguments.clone();
        other[member] = json!({"changed": true});
        assert_eq!(key(step, &other, "d1", "1").as_ref(), Some(&first), "{member}");
    }
    for member in ["AlgorithmSpecification", "HyperParameters", "Environment"] {
        let mut other = step.arguments.clone();
        other[member] = json!({"changed": true});
        assert_ne!(key(step, &other, "d1", "1").as_ref(), Some(&first), "{member}");
    }
    assert_ne!(key(step, &step.arguments, "d2", "1").as_ref(), Some(&first), "contents");
    assert_ne!(key(step, &step.arguments, "d1", "2").as_ref(), Some(&first), "tool");
}

#[test]
fn the_order_of_members_does_not_count() {
    let plan = cached();
    let step = plan.step("Make").unwrap();
    let written = |text: &str| {
        let mut arguments = step.arguments.clone();
        arguments["HyperParameters"] = serde_json::from_str(text).unwrap();
        key(step, &arguments, "d", "1")
    };

    assert_eq!(written(r#"{"a":"1","b":"2"}"#), written(r#"{"b":"2","a":"1"}"#));
    assert_ne!(written(r#"{"a":"1","b":"2"}"#), written(r#"{"a":"2","b":"1"}"#));
    assert_ne!(written(r#"{"a":"1"}"#), written(r#"{"a":1}"#));
}

#[test]
fn the_inputs_are_those_whose_contents_count_and_without_them_there_is_no_key() {
    let plan = cached();
    let step = plan.step("Make").unwrap();

    let inputs: Vec<String> = step.cache_inputs(&step.arguments).into_iter().collect();
    assert_eq!(inputs, ["s3://b/train"]);
    assert_eq!(step.cache_key(&step.arguments, &BTreeMap::new(), "1"), None);
}

#[test]
fn steps_that_are_not_cached_have_no_key() {
    let mut record = lambda("Record", &[]);
    record["CacheConfig"] = json!({"Enabled": true});
    let plan = plan(&json!([training(&json!({"Enabled": false})), record]));

    for name in ["Make", "Record"] {
        let step = plan.step(name).unwrap();
        assert_eq!(key(step, &step.arguments, "d", "1"), None, "{name}");
        assert!(step.cache_inputs(&step.arguments).is_empty(), "{name}");
    }
}

#[test]
fn the_expiry_is_an_iso_8601_duration() {
    for (text, seconds) in [
        ("P30D", 2_592_000),
        ("PT1H", 3600),
        ("P1DT12H", 129_600),
        ("p1w", 604_800),
        ("P1Y1M", 34_128_000),
        ("PT1.5M", 90),
    ] {
        let plan = plan(&json!([training(&json!({"Enabled": true, "ExpireAfter": text}))]));
        let cache = plan.step("Make").unwrap().cache.unwrap();
        assert_eq!(cache.expire_after, Some(Duration::from_secs(seconds)), "{text}");
    }
    let plan = plan(&json!([training(&json!({"Enabled": true}))]));
    assert_eq!(plan.step("Make").unwrap().cache.unwrap().expire_after, None);
}
