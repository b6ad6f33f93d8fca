//! The definitions of this repository, run to the end.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::double::Reply;
use crate::world::World;

/// The definitions and their names.
pub(crate) fn definitions() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines");
    let mut found: Vec<(String, Value)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().replace('.', "-");
            (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    assert!(found.len() > 20);
    found
}

/// All steps, those in branches too.
pub(crate) fn all_steps(steps: &Value) -> Vec<&Value> {
    let steps = steps.as_array().into_iter().flatten();
    steps
        .flat_map(|step| {
            let branch = |side: &str| all_steps(&step["Arguments"][side]);
            [vec![step], branch("IfSteps"), branch("ElseSteps")].concat()
        })
        .collect()
}

/// Lets jobs write good reports, and functions answer what they declare.
pub(crate) fn prepare(world: &World, definition: &Value, promote: bool, passed: bool) {
    let report = json!({
        "passed": passed,
        "holdout": {"fingerprint": "sha256:1"},
        "metrics": {"rmse": {"value": 0.0}, "mase": {"value": 0.0}, "r2": {"value": 0.99}},
    });
    for step in all_steps(&definition["Steps"]) {
        for file in step["PropertyFiles"].as_array().into_iter().flatten() {
            let text = |key: &str| file[key].as_str().unwrap();
            let name = step["Name"].as_str().unwrap();
            world.double.writes(name, text("OutputName"), text("FilePath"), report.clone());
        }
        if let Some(function) = step["FunctionArn"].as_str() {
            let declared = step["OutputParameters"].as_array().into_iter().flatten();
            let answer: Value = declared
                .map(|output| {
                    let name = output["OutputName"].as_str().unwrap();
                    let value =
                        if name == "promote" { promote.to_string() } else { "1".to_owned() };
                    (name.to_owned(), json!(value))
                })
                .collect();
            world.double.reply(function, std::iter::repeat_n(Reply::Return(answer), 20));
        }
    }
}

pub(crate) fn parameters(definition: &Value) -> Value {
    let declared = definition["Parameters"].as_array().unwrap().iter();
    let missing = declared.filter(|it| it.get("DefaultValue").is_none());
    missing.map(|it| json!({"Name": it["Name"], "Value": "s3://data/given"})).collect()
}

/// Answers the callbacks that wait and were not answered.
async fn answer_callbacks(world: &World, definition: &Value) {
    for call in world.double.calls_to("send") {
        let step = all_steps(&definition["Steps"]);
        let outputs = step.iter().filter(|step| step["Type"] == "Callback");
        let outputs = outputs.flat_map(|step| step["OutputParameters"].as_array().unwrap());
        let outputs: Value =
            outputs.map(|it| json!({"Name": it["OutputName"], "Value": "s3://out/x"})).collect();
        let success = json!({"CallbackToken": call.request["token"], "OutputParameters": outputs});
        world.ask("SendPipelineExecutionStepSuccess", success).await.unwrap();
    }
}

async fn run(name: &str, definition: &Value, promote: bool, passed: bool) -> (String, Vec<String>) {
    let world = World::new();
    prepare(&world, definition, promote, passed);
    world.create_with(name, definition).await;
    let arn = world.start(name, json!({"PipelineParameters": parameters(definition)})).await;
    let status = world
        .until("the end", async || {
            answer_callbacks(&world, definition).await;
            let status = world.status(&arn).await;
            (status != "Executing").then_some(status)
        })
        .await;
    let steps = world.steps(&arn).await;
    assert!(status == "Succeeded" || !passed, "{name} is {status}: {steps:#?}");
    (status, steps.into_keys().collect())
}

#[tokio::test]
async fn every_definition_runs_to_its_end_and_registers_what_is_better() {
    for (name, definition) in definitions() {
        let (status, steps) = run(&name, &definition, true, true).await;

        assert_eq!(status, "Succeeded", "{name}");
        let all = all_steps(&definition["Steps"]);
        let taken = all.iter().filter(|step| step["Type"] != "Fail");
        for step in taken {
            let step = step["Name"].as_str().unwrap();
            assert!(steps.iter().any(|it| it == step), "{name}: {step} did not run");
        }
    }
}

#[tokio::test]
async fn what_is_not_better_is_not_registered_and_that_is_no_failure() {
    for (name, definition) in definitions().into_iter().filter(|(name, _)| name.contains("train")) {
        let (status, steps) = run(&name, &definition, false, true).await;

        assert_eq!(status, "Succeeded", "{name}");
        let registered = steps.iter().any(|step| step == "Register");
        assert!(!registered, "{name}: {steps:?}");
    }
}

#[tokio::test]
async fn bad_data_fail_the_execution_before_anything_is_trained() {
    for (name, definition) in definitions().into_iter().filter(|(name, _)| name.contains("train")) {
        let (status, steps) = run(&name, &definition, true, false).await;

        assert_eq!(status, "Failed", "{name}");
        assert_eq!(steps, ["DataQuality", "DataRefused", "QualityGate"], "{name}");
    }
}
