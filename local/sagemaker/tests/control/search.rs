//! Search over what the control plane has.

use serde_json::{Value, json};

use crate::world::World;

async fn components() -> World {
    let world = World::new();
    world.ok("CreateExperiment", json!({"ExperimentName": "demand"})).await;
    world.ok("CreateTrial", json!({"TrialName": "run-1", "ExperimentName": "demand"})).await;
    for (name, wape) in [("c-1", 0.3), ("c-2", 0.1), ("c-3", 0.2)] {
        let create = json!({
            "TrialComponentName": name, "Parameters": {"wape": {"NumberValue": wape}},
            "Tags": [{"Key": "name", "Value": name}],
        });
        world.ok("CreateTrialComponent", create).await;
        let points = json!([{"MetricName": "wape", "Timestamp": 1, "Value": wape}]);
        let put = json!({"TrialComponentName": name, "MetricData": points});
        world.metrics("BatchPutMetrics", put).await.unwrap();
        world.machine.clock.advance(1000);
    }
    for name in ["c-1", "c-2"] {
        let both = json!({"TrialComponentName": name, "TrialName": "run-1"});
        world.ok("AssociateTrialComponent", both).await;
    }
    world
}

async fn found(world: &World, mut request: Value) -> Vec<String> {
    request["Resource"] = json!("ExperimentTrialComponent");
    let answer = world.ok("Search", request).await;
    let records = answer["Results"].as_array().unwrap().iter();
    let name = |it: &Value| it["TrialComponent"]["TrialComponentName"].as_str().unwrap().to_owned();
    records.map(name).collect()
}

fn filter(name: &str, operator: &str, value: &str) -> Value {
    json!({"SearchExpression": {"Filters": [{"Name": name, "Operator": operator, "Value": value}]}})
}

#[tokio::test]
async fn components_are_found_by_trial_tag_parameter_and_metric() {
    let world = components().await;

    for (request, expected) in [
        (json!({}), vec!["c-3", "c-2", "c-1"]),
        (filter("Parents.TrialName", "Equals", "run-1"), vec!["c-2", "c-1"]),
        (filter("Parents.ExperimentName", "Equals", "demand"), vec!["c-2", "c-1"]),
        (filter("Tags.name", "Equals", "c-3"), vec!["c-3"]),
        (filter("Parameters.wape", "LessThan", "0.25"), vec!["c-3", "c-2"]),
        (filter("Metrics.wape.max", "GreaterThan", "0.25"), vec!["c-1"]),
        (filter("TrialComponentName", "Contains", "-2"), vec!["c-2"]),
    ] {
        assert_eq!(found(&world, request.clone()).await, expected, "{request}");
    }
}

#[tokio::test]
async fn what_is_found_is_sorted_and_paged() {
    let world = components().await;
    let sorted = json!({"SortBy": "Parameters.wape", "SortOrder": "Ascending"});
    assert_eq!(found(&world, sorted.clone()).await, ["c-2", "c-3", "c-1"]);

    let mut page = sorted;
    page["MaxResults"] = json!(2);
    page["Resource"] = json!("ExperimentTrialComponent");
    let first = world.ok("Search", page.clone()).await;
    page["NextToken"] = first["NextToken"].clone();

    assert_eq!(first["TotalHits"], json!({"Value": 3, "Relation": "EqualTo"}));
    assert_eq!(found(&world, page).await, ["c-1"]);
}

#[tokio::test]
async fn every_resource_answers_in_its_shape() {
    let world = components().await;
    world.ok("CreateTrainingJob", World::training("t")).await;
    let job = json!({"TrainingJobName": "t"});
    world.until("DescribeTrainingJob", job, ("TrainingJobStatus", "Completed")).await;
    world.ok("CreateModelPackageGroup", json!({"ModelPackageGroupName": "g"})).await;
    let version = json!({"ModelPackageGroupName": "g", "CustomerMetadataProperties": {"a.b": "1"}});
    world.ok("CreateModelPackage", version).await;
    world.config("c", "image", crate::world::serverless()).await;
    world.endpoint("e", "c").await;

    for (resource, name, value) in [
        ("Experiment", "ExperimentName", "demand"),
        ("ExperimentTrial", "ExperimentName", "demand"),
        ("ExperimentTrialComponent", "Source.SourceArn", &world.arn("training-job/t")),
        ("TrainingJob", "HyperParameters.eta", "0.3"),
        ("ModelPackageGroup", "ModelPackageGroupName", "g"),
        ("ModelPackage", "CustomerMetadataProperties.a.b", "1"),
        ("Endpoint", "EndpointStatus", "InService"),
    ] {
        let mut request = filter(name, "Equals", value);
        request["Resource"] = json!(resource);
        let answer = world.ok("Search", request).await;
        assert_eq!(answer["Results"].as_array().unwrap().len(), 1, "{resource}");
    }
    let request = json!({"Resource": "FeatureGroup"});
    let refused = world.refused("Search", request).await;
    assert!(refused.contains("does not have Search for FeatureGroup"), "{refused}");
}
