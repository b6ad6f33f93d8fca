//! The engine is killed and started again.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::double::Moment;
use crate::golden;
use crate::world::{World, after, processing};

#[tokio::test]
async fn a_job_that_ran_begins_again_as_a_new_attempt_with_a_new_name() {
    let mut world = World::new();
    world.double.hold("B");
    world.create("demand", json!([after("A", &[]), after("B", &["A"])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("B", 1).await;

    world.restart().await;
    world.double.release("B");

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.double.calls_to("A").len(), 1);
    let jobs = world.double.calls_to("B");
    assert_eq!(jobs.len(), 2);
    assert_ne!(jobs[0].request["ProcessingJobName"], jobs[1].request["ProcessingJobName"]);
    assert_eq!(world.steps(&arn).await["B"]["AttemptCount"], 2);
}

#[tokio::test]
async fn what_waited_for_a_retry_goes_on() {
    let mut world = World::new();
    let policy = json!({"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 3600});
    let step = processing("A", json!("s3://data/x"), json!({"RetryPolicies": [policy]}));
    world.double.reply("A", [crate::double::Reply::Fail("CapacityError: none")]);
    world.create("demand", json!([step])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("A", 1).await;
    world.settle().await;

    world.restart().await;

    assert_eq!(world.finished(&arn).await, "Succeeded");
}

#[tokio::test]
async fn executions_that_are_over_stay_over() {
    let mut world = World::new();
    let (status, steps) = world.run(json!([after("A", &[])])).await;

    world.restart().await;
    world.settle().await;

    let listed = world.ask("ListPipelineExecutions", json!({"PipelineName": "demand"})).await;
    let listed = listed.unwrap();
    let execution = &listed["PipelineExecutionSummaries"][0];
    assert_eq!(execution["PipelineExecutionStatus"], status);
    let arn = execution["PipelineExecutionArn"].as_str().unwrap();
    assert_eq!(world.steps(arn).await, steps);
    assert_eq!(world.double.calls_to("A").len(), 1);
}

/// Runs until the given call, kills the engine there, and goes on; none if there is no such call.
async fn killed_at(definition: &Value, call: usize, moment: Moment) -> Option<World> {
    let mut world = World::new();
    golden::prepare(&world, definition, true, true);
    world.double.put("s3://data/given/x.csv", "1");
    world.create_with("demand", definition).await;
    world.double.freeze_at(call, moment);
    let mut frozen = world.double.is_frozen();
    let given = json!({"PipelineParameters": golden::parameters(definition)});
    let arn = world.start("demand", given).await;
    tokio::select! {
        biased;
        it = frozen.wait_for(|frozen| *frozen) => drop(it.unwrap()),
        status = world.finished(&arn) => {
            assert_eq!(status, "Succeeded");
            return None;
        }
    }
    world.kill().await;
    world.double.thaw();
    world.start_again();

    let status = world.finished(&arn).await;
    let steps = world.steps(&arn).await;
    assert_eq!(status, "Succeeded", "killed {moment:?} call {call}: {steps:#?}");
    for step in golden::all_steps(&definition["Steps"]) {
        let name = step["Name"].as_str().unwrap();
        if step["Type"] != "Fail" {
            assert_eq!(steps[name]["StepStatus"], "Succeeded", "killed {moment:?} call {call}");
        }
    }
    Some(world)
}

#[tokio::test]
async fn killed_at_any_call_an_execution_goes_on_and_ends_as_if_nothing_had_happened() {
    let definitions = golden::definitions();
    let (_, definition) =
        definitions.into_iter().find(|(name, _)| name == "walmart-train-xgboost").unwrap();
    for moment in [Moment::Before, Moment::After] {
        let mut call = 0;
        while let Some(world) = killed_at(&definition, call, moment).await {
            let packages: BTreeSet<String> = world
                .double
                .calls_to("CreateModelPackage")
                .iter()
                .map(|call| call.request["ClientToken"].to_string())
                .collect();
            assert_eq!(packages.len(), 1, "a version is registered once");
            call += 1;
        }
        assert!(call > 10, "{call} calls");
    }
}

#[tokio::test]
async fn killed_again_and_again_an_execution_still_ends() {
    let mut world = World::new();
    let steps: Vec<Value> = (0..6)
        .map(|number| match number {
            0 => after("S0", &[]),
            _ => after(&format!("S{number}"), &[&format!("S{}", number - 1)]),
        })
        .collect();
    world.create("demand", json!(steps)).await;
    let arn = world.start("demand", json!({})).await;

    for turns in 0..12 {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        world.restart().await;
    }

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.steps(&arn).await.len(), 6);
    let events = world.events("Pipeline Execution Status Change");
    assert_eq!(events.len(), 2, "each change is told once");
}
