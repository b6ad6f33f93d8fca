//! Results of earlier executions, and the lock file.

use serde_json::{Value, json};

use crate::world::{World, output_of, processing, training};

const DAY: i64 = 24 * 3600 * 1000;

/// Two cached steps, one after the other.
fn steps(further: &Value) -> Value {
    let mut prepare = processing("Prepare", json!("s3://data/sales"), cached());
    prepare["Arguments"]["Environment"] = further.clone();
    json!([prepare, training("Train", output_of("Prepare"), cached())])
}

fn cached() -> Value {
    json!({"CacheConfig": {"Enabled": true, "ExpireAfter": "P30D"}})
}

async fn world() -> World {
    let world = World::new();
    world.double.put("s3://data/sales/1.csv", "1,2,3");
    world.create("demand", steps(&json!({}))).await;
    world
}

/// How often each step was run by one more execution.
async fn run(world: &World) -> (usize, usize, String) {
    let count = |step: &str| world.double.calls_to(step).len();
    let (prepare, train) = (count("Prepare"), count("Train"));
    let arn = world.start("demand", json!({})).await;
    assert_eq!(world.finished(&arn).await, "Succeeded");
    (count("Prepare") - prepare, count("Train") - train, arn)
}

#[tokio::test]
async fn a_step_whose_inputs_are_the_same_takes_over_what_it_had() {
    let world = world().await;
    let (prepare, train, first) = run(&world).await;
    assert_eq!((prepare, train), (1, 1));

    let (prepare, train, second) = run(&world).await;

    assert_eq!((prepare, train), (0, 0));
    let steps = world.steps(&second).await;
    assert_eq!(steps["Train"]["CacheHitResult"]["SourcePipelineExecutionArn"], first);
    let before = world.steps(&first).await;
    assert!(before["Train"].get("CacheHitResult").is_none());
    assert_eq!(steps["Train"]["Metadata"], before["Train"]["Metadata"]);
    let (_, _, third) = run(&world).await;
    let hit = world.steps(&third).await["Train"]["CacheHitResult"].clone();
    assert_eq!(hit["SourcePipelineExecutionArn"], first, "the one that ran, not one that hit");
}

#[tokio::test]
async fn other_contents_under_the_same_name_are_other_inputs() {
    let world = world().await;
    run(&world).await;

    world.double.put("s3://data/sales/1.csv", "1,2,4");
    let (prepare, train, _) = run(&world).await;

    // What Prepare made is the same again, so Train need not run.
    assert_eq!((prepare, train), (1, 0));
}

#[tokio::test]
async fn a_changed_argument_runs_again_what_depends_on_it() {
    let world = world().await;
    run(&world).await;
    let definition = crate::world::definition(json!([]), steps(&json!({"ROWS": "7"})));
    let update = json!({"PipelineName": "demand", "PipelineDefinition": definition.to_string()});
    world.ask("UpdatePipeline", update).await.unwrap();

    assert_eq!(run(&world).await.0, 1);
    assert_eq!(run(&world).await.0, 0);
}

#[tokio::test]
async fn another_version_of_the_tool_runs_everything_again() {
    let world = world().await;
    run(&world).await;

    world.double.change_tool("2");
    let (prepare, train, _) = run(&world).await;

    assert_eq!((prepare, train), (1, 1));
}

#[tokio::test]
async fn a_result_that_is_older_than_allowed_is_not_taken() {
    let world = world().await;
    run(&world).await;

    world.clock.advance(29 * DAY);
    assert_eq!(run(&world).await.0, 0);
    world.clock.advance(2 * DAY);

    assert_eq!(run(&world).await.0, 1);
}

#[tokio::test]
async fn a_result_whose_outputs_are_gone_or_changed_is_not_taken() {
    let world = world().await;
    run(&world).await;

    world.double.forget("s3://out/models/");
    let (prepare, train, _) = run(&world).await;
    assert_eq!((prepare, train), (0, 1));
    world.double.put("s3://out/Prepare/data.csv", "spoiled");

    assert_eq!(run(&world).await.0, 1);
}

#[tokio::test]
async fn a_step_that_does_not_ask_for_it_is_never_taken_from_the_cache() {
    let world = World::new();
    let step = processing("Prepare", json!("s3://data/sales"), json!({}));
    world.create("demand", json!([step])).await;

    for times in 1..=2 {
        let arn = world.start("demand", json!({})).await;
        world.finished(&arn).await;
        assert_eq!(world.double.calls_to("Prepare").len(), times);
    }
}

#[tokio::test]
async fn the_lock_file_says_what_went_in_and_came_out() {
    let world = world().await;
    let (_, _, first) = run(&world).await;
    let file = world.machine().home.pipelines().join("demand.lock");
    let read = || serde_json::from_str::<Value>(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let lock = read();

    let id = first.rsplit('/').next().unwrap();
    assert_eq!(lock["execution"], id);
    let prepare = &lock["steps"]["Prepare"];
    assert!(prepare["inputs"]["s3://data/sales"].is_string(), "{lock}");
    let made = &prepare["outputs"]["s3://out/Prepare"];
    assert_eq!(made, &lock["steps"]["Train"]["inputs"]["s3://out/Prepare"]);

    let (_, _, second) = run(&world).await;
    let again = read();
    assert_eq!(again["execution"], second.rsplit('/').next().unwrap());
    assert_eq!(again["steps"], lock["steps"], "nothing ran, so nothing changed");
    let others = std::fs::read_dir(world.machine().home.pipelines()).unwrap().count();
    assert_eq!(others, 1, "no half file is left behind");
}

#[tokio::test]
async fn a_result_of_inputs_that_changed_while_the_job_ran_is_not_taken_over() {
    let world = world().await;
    world.double.hold("Prepare");
    let arn = world.start("demand", json!({})).await;
    world.called("Prepare", 1).await;
    world.double.put("s3://data/sales/1.csv", "1,2,4");
    world.double.release("Prepare");
    assert_eq!(world.finished(&arn).await, "Succeeded");

    world.double.put("s3://data/sales/1.csv", "1,2,3");

    assert_eq!(run(&world).await.0, 1);
    assert_eq!(run(&world).await.0, 0);
}
