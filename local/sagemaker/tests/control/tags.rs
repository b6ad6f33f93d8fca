//! Tags on everything.

use std::sync::Arc;

use machine::Refusal;
use sagemaker::Lender;
use serde_json::{Value, json};

use crate::world::World;

fn tag(key: &str, value: &str) -> Value {
    json!({"Key": key, "Value": value})
}

#[tokio::test]
async fn tags_are_added_overwritten_and_deleted() {
    let world = World::new();
    let create = json!({"ModelPackageGroupName": "g", "Tags": [tag("a", "1")]});
    let arn = world.ok("CreateModelPackageGroup", create).await["ModelPackageGroupArn"].clone();
    let add = json!({"ResourceArn": arn, "Tags": [tag("a", "2"), tag("b", "3")]});

    let added = world.ok("AddTags", add).await;
    world.ok("DeleteTags", json!({"ResourceArn": arn, "TagKeys": ["b"]})).await;

    assert_eq!(added["Tags"], json!([tag("a", "2"), tag("b", "3")]));
    let listed = world.ok("ListTags", json!({"ResourceArn": arn})).await;
    assert_eq!(listed["Tags"], json!([tag("a", "2")]));
}

#[tokio::test]
async fn tags_go_with_what_has_them() {
    let world = World::new();
    let create = json!({"ExperimentName": "x", "Tags": [tag("a", "1")]});
    world.ok("CreateExperiment", create).await;
    world.ok("DeleteExperiment", json!({"ExperimentName": "x"})).await;
    world.ok("CreateExperiment", json!({"ExperimentName": "x"})).await;

    let arn = world.arn("experiment/x");
    let listed = world.ok("ListTags", json!({"ResourceArn": arn})).await;

    assert_eq!(listed["Tags"], json!([]));
}

#[tokio::test]
async fn what_is_not_there_and_keys_of_the_service_are_refused() {
    let world = World::new();
    let lost = json!({"ResourceArn": world.arn("model/none")});
    world.ok("CreateExperiment", json!({"ExperimentName": "x"})).await;
    let own = json!({"ResourceArn": world.arn("experiment/x"), "Tags": [tag("aws:a", "1")]});

    assert!(world.refused("ListTags", lost).await.starts_with("ResourceNotFound: Could not find"));
    assert!(world.refused("AddTags", own).await.contains("begins with aws:"));
}

#[derive(Debug)]
struct Pipelines;

impl Lender for Pipelines {
    fn records(&self, resource: &str) -> Result<Vec<Value>, Refusal> {
        let arn = "arn:aws:sagemaker:eu-west-1:000000000000:pipeline/demand";
        Ok(match resource {
            "Pipeline" => vec![json!({"PipelineArn": arn, "PipelineName": "demand"})],
            _ => Vec::new(),
        })
    }

    fn has(&self, arn: &str) -> Result<bool, Refusal> {
        Ok(arn.ends_with(":pipeline/demand"))
    }
}

#[tokio::test]
async fn pipelines_are_lent_to_tags_and_search() {
    let world = World::new();
    let before = world.refused("Search", json!({"Resource": "Pipeline"})).await;
    world.sagemaker.lend(Arc::new(Pipelines));
    let add = json!({"ResourceArn": world.arn("pipeline/demand"), "Tags": [tag("a", "1")]});

    world.ok("AddTags", add).await;
    let found = world.ok("Search", json!({"Resource": "Pipeline"})).await;

    assert!(before.contains("does not have"), "{before}");
    assert_eq!(found["Results"][0]["Pipeline"]["PipelineName"], "demand");
    let other = json!({"ResourceArn": world.arn("pipeline/other")});
    assert!(world.refused("ListTags", other).await.starts_with("ResourceNotFound"));
}

#[tokio::test]
async fn all_tags_come_at_once() {
    let world = World::new();
    let tags: Vec<Value> = (10..60).map(|number| tag(&format!("k{number}"), "v")).collect();
    world.ok("CreateExperiment", json!({"ExperimentName": "x", "Tags": tags})).await;

    let listed = world.ok("ListTags", json!({"ResourceArn": world.arn("experiment/x")})).await;

    assert_eq!(listed, json!({"Tags": tags}));
}

#[tokio::test]
async fn tags_are_those_of_the_thing_however_its_name_is_written() {
    let world = World::new();
    world.ok("CreateExperiment", json!({"ExperimentName": "Demand"})).await;
    let written = world.arn("experiment/Demand");
    world.ok("AddTags", json!({"ResourceArn": written, "Tags": [tag("a", "1")]})).await;

    let listed = world.ok("ListTags", json!({"ResourceArn": world.arn("experiment/demand")})).await;

    assert_eq!(listed["Tags"], json!([tag("a", "1")]));
}
