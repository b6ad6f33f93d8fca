//! Callback steps.

use serde_json::{Value, json};

use crate::double::Reply;
use crate::world::{QUEUE, World, after, callback, function, token};

fn steps() -> Value {
    let wait =
        callback("Wait", json!({"job": {"Get": "Execution.PipelineName"}}), &[("url", "String")]);
    let used = json!({"url": {"Get": "Steps.Wait.OutputParameters['url']"}});
    json!([wait, function("Use", used, &[])])
}

async fn waiting(world: &World) -> (String, String) {
    world.create("demand", steps()).await;
    let arn = world.start("demand", json!({})).await;
    let message = world.called("send", 1).await.pop().unwrap().request;
    (arn, message["token"].as_str().unwrap().to_owned())
}

fn success(with: &str, url: &str) -> Value {
    json!({"CallbackToken": with, "OutputParameters": [{"Name": "url", "Value": url}]})
}

#[tokio::test]
async fn a_message_goes_out_and_what_is_sent_back_can_be_used() {
    let world = World::new();
    let (arn, token) = waiting(&world).await;

    let message = world.double.calls_to("send")[0].request.clone();
    assert_eq!(
        message,
        json!({
            "token": token, "pipelineExecutionArn": arn, "arguments": {"job": "demand"},
            "status": "Executing", "queue": QUEUE,
        })
    );
    assert_eq!(token.len(), 10);
    let sent = world.ask("SendPipelineExecutionStepSuccess", success(&token, "s3://m")).await;
    assert_eq!(sent.unwrap(), json!({"PipelineExecutionArn": arn}));

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.double.calls_to("invoke")[0].request["payload"], json!({"url": "s3://m"}));
    let shown = world.steps(&arn).await["Wait"]["Metadata"]["Callback"].clone();
    let outputs = json!([{"Name": "url", "Value": "s3://m"}]);
    assert_eq!(
        shown,
        json!({"CallbackToken": token, "SqsQueueUrl": QUEUE, "OutputParameters": outputs})
    );
}

#[tokio::test]
async fn a_failure_that_is_sent_back_fails_the_step() {
    let world = World::new();
    let (arn, token) = waiting(&world).await;

    let failure = json!({"CallbackToken": token, "FailureReason": "the job failed"});
    world.ask("SendPipelineExecutionStepFailure", failure).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Failed");
    assert_eq!(world.steps(&arn).await["Wait"]["FailureReason"], "the job failed");
}

#[tokio::test]
async fn an_outcome_counts_once_and_an_unknown_token_not_at_all() {
    let world = World::new();
    let (arn, token) = waiting(&world).await;
    world.ask("SendPipelineExecutionStepSuccess", success(&token, "s3://m")).await.unwrap();
    world.finished(&arn).await;

    world
        .ask("SendPipelineExecutionStepSuccess", success(&token, "s3://m"))
        .await
        .expect("what was done already");
    let other = world.ask("SendPipelineExecutionStepSuccess", success(&token, "s3://n")).await;
    assert_eq!(other.unwrap_err().code, "ConflictException");
    let unknown = world.ask("SendPipelineExecutionStepSuccess", success("abcdefghij", "x")).await;
    assert_eq!(unknown.unwrap_err().code, "ResourceNotFound");
}

#[tokio::test]
async fn a_queue_that_does_not_take_the_message_fails_the_step() {
    let world = World::new();
    world.double.reply("send", [Reply::Refuse(machine::Refusal::invalid("no such queue"))]);

    let (status, steps) = world.run(steps()).await;

    assert_eq!(status, "Failed");
    assert!(steps["Wait"]["FailureReason"].as_str().unwrap().contains("no such queue"));
}

#[tokio::test]
async fn a_callback_waits_on_with_its_token_when_the_engine_was_killed() {
    let mut world = World::new();
    let (arn, token) = waiting(&world).await;
    world.settle().await;

    world.restart().await;
    world.settle().await;
    assert_eq!(world.double.calls_to("send").len(), 1, "nobody is told twice");
    world.ask("SendPipelineExecutionStepSuccess", success(&token, "s3://m")).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.steps(&arn).await["Wait"]["AttemptCount"], 1);
}

#[tokio::test]
async fn an_outcome_that_was_sent_just_before_the_end_of_the_engine_counts() {
    let mut world = World::new();
    let (arn, token) = waiting(&world).await;
    world.settle().await;
    world.ask("SendPipelineExecutionStepSuccess", success(&token, "s3://m")).await.unwrap();

    world.restart().await;

    assert_eq!(world.finished(&arn).await, "Succeeded");
}

#[tokio::test]
async fn an_execution_stops_only_when_the_callback_is_answered() {
    let world = World::new();
    let (arn, callback) = waiting(&world).await;
    world.settle().await;
    let stop = json!({"PipelineExecutionArn": arn, "ClientRequestToken": token("stop")});
    world.ask("StopPipelineExecution", stop).await.unwrap();

    let message = world.called("send", 2).await.pop().unwrap().request;
    assert_eq!((&message["status"], &message["token"]), (&json!("Stopping"), &json!(callback)));
    world.step_is(&arn, "Wait", "Stopping").await;
    assert_eq!(world.status(&arn).await, "Stopping");
    world.ask("SendPipelineExecutionStepSuccess", success(&callback, "x")).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Stopped");
    assert_eq!(world.steps(&arn).await["Wait"]["StepStatus"], "Stopped");
    assert!(world.double.calls_to("invoke").is_empty());
}

#[tokio::test]
async fn callbacks_that_wait_take_no_processor_from_jobs() {
    let world = World::new();
    let mut steps: Vec<Value> =
        (0..64).map(|number| callback(&format!("Wait{number}"), json!({}), &[])).collect();
    steps.push(after("A", &[]));
    world.create("demand", json!(steps)).await;
    let arn = world.start("demand", json!({})).await;

    world.step_is(&arn, "A", "Succeeded").await;

    assert_eq!(world.double.calls_to("send").len(), 64);
}
