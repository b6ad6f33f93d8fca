//! What is found when the engine is killed and started again.

use serde_json::json;

use crate::world::{World, serverless};

#[tokio::test]
async fn a_job_that_ran_is_failed_with_a_reason_that_pipelines_try_again_for() {
    let world = World::new();
    world.stage.gate.send_replace(false);
    world.ok("CreateProcessingJob", World::processing("p")).await;

    let world = world.restart();

    let job = world.ok("DescribeProcessingJob", json!({"ProcessingJobName": "p"})).await;
    assert_eq!(job["ProcessingJobStatus"], "Failed");
    assert_eq!(job["FailureReason"], "InternalServerError: the engine stopped while the job ran");
    let component = json!({"TrialComponentName": "p-aws-processing-job"});
    let component = world.ok("DescribeTrialComponent", component).await;
    assert_eq!(component["Status"]["PrimaryStatus"], "Failed");
}

#[tokio::test]
async fn an_endpoint_that_was_being_made_is_made() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.stage.gate.send_replace(false);
    let request = json!({"EndpointName": "e", "EndpointConfigName": "c1"});
    world.ok("CreateEndpoint", request).await;

    let world = world.restart();

    world.settled("e", "InService").await;
}

#[tokio::test]
async fn an_endpoint_that_was_being_updated_is_updated() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.config("c2", "two", serverless()).await;
    world.endpoint("e", "c1").await;
    world.stage.gate.send_replace(false);
    let request = json!({"EndpointName": "e", "EndpointConfigName": "c2"});
    world.ok("UpdateEndpoint", request).await;

    let world = world.restart();

    let done = world.settled("e", "InService").await;
    assert_eq!(done["EndpointConfigName"], "c2");
    assert_eq!(world.invoke("e", b"x").await.unwrap().body.as_ref(), b"two");
}

#[tokio::test]
async fn an_endpoint_in_service_starts_its_server_when_it_is_asked() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.endpoint("e", "c1").await;

    let world = world.restart();

    assert_eq!(world.stage.served.lock().unwrap().len(), 0);
    world.invoke("e", b"x").await.unwrap();
    assert_eq!(world.stage.served.lock().unwrap().len(), 1);
}
