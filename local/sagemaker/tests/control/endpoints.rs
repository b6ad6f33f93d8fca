//! Endpoints in each of their states.

use std::sync::atomic::Ordering;

use serde_json::json;

use crate::world::{World, instances, serverless};

fn states(world: &World) -> Vec<String> {
    let events = world.events("SageMaker Endpoint State Change");
    events.iter().map(|event| event["EndpointStatus"].as_str().unwrap().to_owned()).collect()
}

fn change(config: &str) -> serde_json::Value {
    json!({"EndpointName": "e", "EndpointConfigName": config})
}

#[tokio::test]
async fn an_endpoint_is_in_service_once_its_server_answers() {
    let world = World::new();
    world.config("c1", "image", serverless()).await;
    world.stage.gate.send_replace(false);

    let made = world.ok("CreateEndpoint", change("c1")).await;
    let creating = world.ok("DescribeEndpoint", json!({"EndpointName": "e"})).await;
    world.stage.gate.send_replace(true);
    let serving = world.settled("e", "InService").await;

    assert_eq!(made["EndpointArn"], world.arn("endpoint/e"));
    assert_eq!(creating["EndpointStatus"], "Creating");
    let variant = &serving["ProductionVariants"][0];
    assert_eq!(variant["VariantName"], "AllTraffic");
    assert_eq!(variant["DeployedImages"][0]["SpecifiedImage"], "image");
    assert_eq!(
        variant["CurrentServerlessConfig"],
        json!({"MemorySizeInMB": 2048, "MaxConcurrency": 2})
    );
    assert_eq!(states(&world), ["CREATING", "IN_SERVICE"]);
}

#[tokio::test]
async fn an_endpoint_whose_server_does_not_start_is_failed_and_can_only_be_deleted() {
    let world = World::new();
    world.config("bad", "broken", serverless()).await;
    world.ok("CreateEndpoint", change("bad")).await;

    let failed = world.settled("e", "Failed").await;

    assert_eq!(failed["FailureReason"], "AlgorithmError: it does not answer /ping");
    let refused = world.refused("UpdateEndpoint", change("bad")).await;
    assert!(refused.contains("it can only be deleted"), "{refused}");
    delete(&world).await;
    assert_eq!(states(&world), ["CREATING", "FAILED", "DELETING", "DELETED"]);
}

async fn delete(world: &World) {
    let mut changes = world.machine.store.changes();
    world.ok("DeleteEndpoint", json!({"EndpointName": "e"})).await;
    while world.call("DescribeEndpoint", json!({"EndpointName": "e"})).await.is_ok() {
        changes.changed().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_asked_while_an_endpoint_changes_is_refused() {
    let world = World::new();
    world.config("c1", "image", serverless()).await;
    world.stage.gate.send_replace(false);
    world.ok("CreateEndpoint", change("c1")).await;
    let words = format!(
        "ValidationException: Cannot update in-progress endpoint \"{}\".",
        world.arn("endpoint/e")
    );

    assert_eq!(world.refused("UpdateEndpoint", change("c1")).await, words);
    assert_eq!(world.refused("DeleteEndpoint", json!({"EndpointName": "e"})).await, words);
    assert_eq!(
        world.refused("CreateEndpoint", change("c1")).await,
        format!(
            "ValidationException: Cannot create already existing endpoint \"{}\".",
            world.arn("endpoint/e")
        )
    );
}

#[tokio::test]
async fn an_update_builds_the_new_before_the_old_goes() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.config("c2", "two", serverless()).await;
    world.endpoint("e", "c1").await;
    world.stage.gate.send_replace(false);

    world.ok("UpdateEndpoint", change("c2")).await;
    let updating = world.ok("DescribeEndpoint", json!({"EndpointName": "e"})).await;
    let meanwhile = world.invoke("e", b"x").await.unwrap();
    world.stage.gate.send_replace(true);
    let done = world.settled("e", "InService").await;
    let afterwards = world.invoke("e", b"x").await.unwrap();

    assert_eq!(updating["EndpointStatus"], "Updating");
    assert_eq!(updating["EndpointConfigName"], "c1");
    assert_eq!(updating["PendingDeploymentSummary"]["EndpointConfigName"], "c2");
    assert_eq!(meanwhile.body.as_ref(), b"one");
    assert_eq!(done["EndpointConfigName"], "c2");
    assert_eq!(done.get("PendingDeploymentSummary"), None);
    assert_eq!(afterwards.body.as_ref(), b"two");
    assert_eq!(world.stage.stopped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_update_that_fails_leaves_the_old_in_service_with_the_reason() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.config("bad", "broken", serverless()).await;
    world.endpoint("e", "c1").await;

    world.ok("UpdateEndpoint", change("bad")).await;
    let back = world.settled("e", "InService").await;
    let answer = world.invoke("e", b"x").await.unwrap();

    assert_eq!(back["EndpointConfigName"], "c1");
    assert_eq!(back["FailureReason"], "AlgorithmError: it does not answer /ping");
    assert_eq!(answer.body.as_ref(), b"one");
    assert_eq!(states(&world), ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]);
}

#[tokio::test]
async fn the_way_from_instances_to_serverless_is_closed_and_back_is_open() {
    let world = World::new();
    world.config("machines", "one", instances()).await;
    world.config("none", "two", serverless()).await;
    world.endpoint("e", "machines").await;

    let refused = world.refused("UpdateEndpoint", change("none")).await;
    assert!(refused.contains("from instances to serverless"), "{refused}");

    delete(&world).await;
    world.endpoint("e", "none").await;
    world.ok("UpdateEndpoint", change("machines")).await;
    let done = world.settled("e", "InService").await;
    assert_eq!(done["ProductionVariants"][0]["CurrentInstanceCount"], 1);
}

#[tokio::test]
async fn the_configuration_and_the_endpoint_must_be_there() {
    let world = World::new();
    let config = world.arn("endpoint-config/none");
    let words = format!("ValidationException: Could not find endpoint configuration \"{config}\".");
    world.config("c1", "one", serverless()).await;
    world.endpoint("e", "c1").await;

    assert_eq!(world.refused("UpdateEndpoint", change("none")).await, words);
    let other = json!({"EndpointName": "other", "EndpointConfigName": "none"});
    assert_eq!(world.refused("CreateEndpoint", other).await, words);
    assert_eq!(
        world.refused("DescribeEndpoint", json!({"EndpointName": "x"})).await,
        format!("ValidationException: Could not find endpoint \"{}\".", world.arn("endpoint/x"))
    );
}

#[tokio::test]
async fn an_endpoint_goes_on_when_its_configuration_and_model_are_deleted() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.endpoint("e", "c1").await;
    world.ok("DeleteEndpointConfig", json!({"EndpointConfigName": "c1"})).await;
    world.ok("DeleteModel", json!({"ModelName": "c1"})).await;

    let world = world.restart();

    assert_eq!(world.invoke("e", b"x").await.unwrap().body.as_ref(), b"one");
}

#[tokio::test]
async fn weights_and_capacities_change_without_another_server() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.endpoint("e", "c1").await;
    let wanted = json!({"EndpointName": "e", "DesiredWeightsAndCapacities": [{
        "VariantName": "AllTraffic", "DesiredWeight": 2.0,
        "ServerlessUpdateConfig": {"MaxConcurrency": 5},
    }]});

    world.ok("UpdateEndpointWeightsAndCapacities", wanted).await;
    let found = world.ok("DescribeEndpoint", json!({"EndpointName": "e"})).await;

    let variant = &found["ProductionVariants"][0];
    assert_eq!(variant["CurrentWeight"], 2.0);
    assert_eq!(variant["CurrentServerlessConfig"]["MaxConcurrency"], 5);
    assert_eq!(world.stage.served.lock().unwrap().len(), 1);
}
