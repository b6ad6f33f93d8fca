//! StopPipelineExecution, at each moment.

use serde_json::{Value, json};

use crate::double::{Moment, Reply};
use crate::golden;
use crate::world::{FUNCTION, World, after, function, processing, token};

async fn stop(world: &World, arn: &str) -> Result<Value, machine::Refusal> {
    let request = json!({"PipelineExecutionArn": arn, "ClientRequestToken": token("stop")});
    world.ask("StopPipelineExecution", request).await
}

#[tokio::test]
async fn jobs_that_run_are_stopped_and_nothing_more_is_started() {
    let world = World::new();
    world.double.hold("A");
    world.create("demand", json!([after("A", &[]), after("B", &["A"])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("A", 1).await;

    stop(&world, &arn).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Stopped");
    let steps = world.steps(&arn).await;
    assert_eq!(steps["A"]["StepStatus"], "Stopped");
    assert!(!steps.contains_key("B"));
    let statuses: Vec<Value> = world
        .events("Pipeline Execution Status Change")
        .into_iter()
        .map(|event| event["detail"]["currentPipelineExecutionStatus"].clone())
        .collect();
    assert_eq!(statuses, ["Executing", "Stopping", "Stopped"]);
}

#[tokio::test]
async fn a_stop_right_after_the_start_is_kept() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let arn = world.start("demand", json!({})).await;

    stop(&world, &arn).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Stopped");
    assert!(world.double.calls_to("A").is_empty());
}

#[tokio::test]
async fn a_function_runs_to_its_end_before_the_execution_stops() {
    let world = World::new();
    world.double.hold(FUNCTION);
    world.create("demand", json!([function("F", json!({}), &[])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("invoke", 1).await;

    stop(&world, &arn).await.unwrap();
    world.settle().await;
    assert_eq!(world.status(&arn).await, "Stopping");
    stop(&world, &arn).await.expect("a stop that is under way");
    world.double.release(FUNCTION);

    assert_eq!(world.finished(&arn).await, "Stopped");
    assert_eq!(world.steps(&arn).await["F"]["StepStatus"], "Succeeded");
}

#[tokio::test]
async fn a_function_that_takes_too_long_fails_the_execution_that_waited_for_it() {
    let world = World::new();
    world.double.hold(FUNCTION);
    world.create("demand", json!([function("F", json!({}), &[])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("invoke", 1).await;
    stop(&world, &arn).await.unwrap();
    world.settle().await;

    world.clock.advance(600_000);

    assert_eq!(world.finished(&arn).await, "Failed");
}

#[tokio::test]
async fn a_step_that_waits_for_its_next_attempt_is_stopped_at_once() {
    let world = World::new();
    world.double.reply("A", [Reply::Fail("CapacityError: none")]);
    let policy = json!({"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 3600});
    let step = processing("A", json!("s3://data/x"), json!({"RetryPolicies": [policy]}));
    world.create("demand", json!([step])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("A", 1).await;
    world.settle().await;

    stop(&world, &arn).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Stopped");
    assert_eq!(world.double.calls_to("A").len(), 1);
}

#[tokio::test]
async fn what_is_over_cannot_be_stopped() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let arn = world.start("demand", json!({})).await;
    world.finished(&arn).await;

    let refused = stop(&world, &arn).await.unwrap_err();

    assert_eq!(refused.code, "ValidationException");
    assert!(refused.message.contains("Succeeded"), "{refused}");
}

#[tokio::test]
async fn an_execution_that_was_stopping_when_the_engine_was_killed_stops() {
    let mut world = World::new();
    world.double.hold(FUNCTION);
    world.create("demand", json!([function("F", json!({}), &[]), after("A", &["F"])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("invoke", 1).await;
    stop(&world, &arn).await.unwrap();

    world.restart().await;

    assert_eq!(world.finished(&arn).await, "Stopped");
    assert_eq!(world.steps(&arn).await["F"]["StepStatus"], "Stopped");
}

#[tokio::test]
async fn a_stopped_execution_can_be_retried() {
    let world = World::new();
    world.double.hold("A");
    world.create("demand", json!([after("A", &[]), after("B", &["A"])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("A", 1).await;
    stop(&world, &arn).await.unwrap();
    world.finished(&arn).await;
    world.double.release("A");

    let retry = json!({"PipelineExecutionArn": arn, "ClientRequestToken": token("again")});
    world.ask("RetryPipelineExecution", retry).await.unwrap();

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.steps(&arn).await["A"]["AttemptCount"], 2);
}

/// Runs until the given call, stops there, and lets it go on; false if there is no such call.
async fn stopped_at(definition: &Value, call: usize, moment: Moment) -> bool {
    let mut world = World::new();
    golden::prepare(&world, definition, true, true);
    world.create_with("demand", definition).await;
    world.double.freeze_at(call, moment);
    let mut frozen = world.double.is_frozen();
    let given = json!({"PipelineParameters": golden::parameters(definition)});
    let arn = world.start("demand", given).await;
    tokio::select! {
        biased;
        it = frozen.wait_for(|frozen| *frozen) => drop(it.unwrap()),
        _ = world.finished(&arn) => return false,
    }
    stop(&world, &arn).await.unwrap();
    // What is frozen does not hear of the stop; killed, it is stopped when it is found.
    world.kill().await;
    world.double.thaw();
    world.start_again();

    assert_eq!(world.finished(&arn).await, "Stopped", "{moment:?} call {call}");
    let before = world.double.calls().len();
    world.settle().await;
    assert_eq!(world.double.calls().len(), before, "{moment:?} call {call}: it went on");
    for step in world.steps(&arn).await.values() {
        let status = step["StepStatus"].as_str().unwrap();
        assert!(["Succeeded", "Stopped"].contains(&status), "{moment:?} call {call}: {step}");
        assert!(step["EndTime"].is_number(), "{moment:?} call {call}: {step}");
    }
    true
}

#[tokio::test]
async fn stopped_at_any_call_an_execution_stops_even_if_the_engine_is_killed_then() {
    let definitions = golden::definitions();
    let (_, definition) =
        definitions.into_iter().find(|(name, _)| name == "turnover-train-almanac").unwrap();
    for moment in [Moment::Before, Moment::After] {
        let mut call = 0;
        while stopped_at(&definition, call, moment).await {
            call += 1;
        }
        assert!(call > 10, "{call} calls");
    }
}
