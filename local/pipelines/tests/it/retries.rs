//! Retry policies, and RetryPipelineExecution.

use machine::Refusal;
use serde_json::{Value, json};

use crate::double::{Call, Reply};
use crate::world::{World, after, processing, token};

fn with_policy(policy: Value) -> Value {
    processing("A", json!("s3://data/x"), json!({"RetryPolicies": [policy]}))
}

fn seconds_between(calls: &[Call]) -> Vec<i64> {
    let pairs = calls.iter().zip(calls.iter().skip(1));
    pairs.map(|(first, second)| (second.at.0 - first.at.0) / 1000).collect()
}

#[tokio::test]
async fn a_failure_that_a_policy_names_is_tried_again_after_longer_and_longer_waits() {
    let world = World::new();
    let reason = "InternalServerError: We encountered an internal error.";
    world.double.reply("A", [Reply::Fail(reason), Reply::Fail(reason), Reply::Fail(reason)]);
    let policy = json!({
        "ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"],
        "IntervalSeconds": 10, "BackoffRate": 2.0, "MaxAttempts": 3,
    });
    world.create("demand", json!([with_policy(policy)])).await;
    let arn = world.start("demand", json!({})).await;

    let calls = world.called_in_time("A", 4).await;

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(seconds_between(&calls), [10, 20, 40]);
    assert_eq!(world.steps(&arn).await["A"]["AttemptCount"], 4);
    let names: std::collections::BTreeSet<&str> =
        calls.iter().map(|call| call.request["ProcessingJobName"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 4, "each attempt has a job of its own name");
}

#[tokio::test]
async fn when_all_attempts_failed_the_last_reason_stands() {
    let world = World::new();
    let policy = json!({"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "MaxAttempts": 1});
    world.double.reply("A", [Reply::Fail("CapacityError: one"), Reply::Fail("CapacityError: two")]);
    world.create("demand", json!([with_policy(policy)])).await;
    let arn = world.start("demand", json!({})).await;
    world.called_in_time("A", 2).await;

    assert_eq!(world.finished(&arn).await, "Failed");
    assert_eq!(world.steps(&arn).await["A"]["FailureReason"], "CapacityError: two");
}

#[tokio::test]
async fn a_failure_that_no_policy_names_stands() {
    let world = World::new();
    world.double.reply("A", [Reply::Fail("AlgorithmError: exit code 1")]);
    let policy = json!({"ExceptionType": ["Step.SERVICE_FAULT", "SageMaker.JOB_INTERNAL_ERROR"]});

    let (status, steps) = world.run(json!([with_policy(policy)])).await;

    assert_eq!((status.as_str(), &steps["A"]["AttemptCount"]), ("Failed", &json!(1)));
}

#[tokio::test]
async fn refusals_are_tried_again_by_what_they_are_called() {
    let cases = [
        (Refusal::internal("disk"), "Step.SERVICE_FAULT"),
        (Refusal::new(400, "ResourceLimitExceeded", "quota"), "SageMaker.RESOURCE_LIMIT"),
        (Refusal::throttled(), "Step.THROTTLING"),
    ];
    for (refusal, name) in cases {
        let world = World::new();
        world.double.reply("A", [Reply::Refuse(refusal)]);
        let policy = json!({"ExceptionType": [name], "IntervalSeconds": 30});
        world.create("demand", json!([with_policy(policy)])).await;
        let arn = world.start("demand", json!({})).await;

        let calls = world.called_in_time("A", 2).await;

        assert_eq!(world.finished(&arn).await, "Succeeded", "{name}");
        assert_eq!(seconds_between(&calls), [30], "{name}");
    }
}

#[tokio::test]
async fn throttling_is_tried_again_without_a_policy() {
    let world = World::new();
    world.double.reply("A", [Reply::Refuse(Refusal::throttled())]);
    world.create("demand", json!([after("A", &[])])).await;
    let arn = world.start("demand", json!({})).await;

    world.called_in_time("A", 2).await;

    assert_eq!(world.finished(&arn).await, "Succeeded");
}

fn retry(arn: &str, number: &str) -> Value {
    json!({"PipelineExecutionArn": arn, "ClientRequestToken": token(number)})
}

#[tokio::test]
async fn a_failed_execution_goes_on_where_it_failed() {
    let world = World::new();
    world.double.reply("B", [Reply::Fail("AlgorithmError: once")]);
    world.create("demand", json!([after("A", &[]), after("B", &["A"]), after("C", &["B"])])).await;
    let arn = world.start("demand", json!({})).await;
    assert_eq!(world.finished(&arn).await, "Failed");

    let answered = world.ask("RetryPipelineExecution", retry(&arn, "1")).await.unwrap();

    assert_eq!(answered["PipelineExecutionArn"], arn);
    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.double.calls_to("A").len(), 1);
    let steps = world.steps(&arn).await;
    assert_eq!(steps["B"]["AttemptCount"], 2);
    assert!(steps["B"].get("FailureReason").is_none());
    assert_eq!(steps["C"]["StepStatus"], "Succeeded");
    assert!(world.describe(&arn).await.get("FailureReason").is_none());
    world.ask("RetryPipelineExecution", retry(&arn, "1")).await.expect("the same request again");
    assert_eq!(world.double.calls_to("B").len(), 2);
}

#[tokio::test]
async fn an_execution_that_runs_or_succeeded_is_not_retried() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    world.double.hold("A");
    let arn = world.start("demand", json!({})).await;

    let running = world.ask("RetryPipelineExecution", retry(&arn, "1")).await.unwrap_err();
    world.double.release("A");
    world.finished(&arn).await;
    let over = world.ask("RetryPipelineExecution", retry(&arn, "2")).await.unwrap_err();

    assert!(running.message.contains("Executing"), "{running}");
    assert!(over.message.contains("Succeeded"), "{over}");
}
