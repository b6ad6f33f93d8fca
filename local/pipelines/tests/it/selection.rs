//! Selective execution.

use serde_json::json;

use crate::executions::with_parameters;
use crate::world::{World, after, output_of, processing, token, training};

#[tokio::test]
async fn selected_steps_run_on_what_an_earlier_execution_left() {
    let world = World::new();
    let steps = json!([
        after("Prepare", &[]),
        training("Train", output_of("Prepare"), json!({})),
        processing(
            "Evaluate",
            json!({"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}),
            json!({})
        ),
        after("Other", &[]),
    ]);
    world.create("demand", steps).await;
    let source = world.start("demand", json!({})).await;
    world.finished(&source).await;

    let config = json!({
        "SourcePipelineExecutionArn": source,
        "SelectedSteps": [{"StepName": "Evaluate"}],
    });
    let arn = world.start("demand", json!({"SelectiveExecutionConfig": config})).await;

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert_eq!(world.double.calls_to("Evaluate").len(), 2);
    assert_eq!(world.double.calls_to("Train").len(), 1);
    let steps = world.steps(&arn).await;
    let names: Vec<&str> = steps.keys().map(String::as_str).collect();
    assert_eq!(names, ["Evaluate", "Train"]);
    let taken = &steps["Train"]["SelectiveExecutionResult"]["SourcePipelineExecutionArn"];
    assert_eq!(taken, &json!(source));
    let calls = world.double.calls_to("Evaluate");
    assert_eq!(calls[0].request["ProcessingInputs"], calls[1].request["ProcessingInputs"]);
    assert_eq!(world.describe(&arn).await["SelectiveExecutionConfig"], config);
}

#[tokio::test]
async fn a_selection_that_lacks_what_it_needs_is_refused() {
    let world = World::new();
    let steps = json!([after("A", &[]), processing("B", output_of("A"), json!({}))]);
    world.create("demand", steps).await;
    let config = json!({"SelectedSteps": [{"StepName": "B"}]});
    let request = json!({
        "PipelineName": "demand",
        "ClientRequestToken": token("1"),
        "SelectiveExecutionConfig": config,
    });

    let refused = world.ask("StartPipelineExecution", request).await.unwrap_err();

    assert!(refused.message.contains("`A`"), "{refused}");
}

#[tokio::test]
async fn a_selection_takes_the_parameters_of_its_source_unless_others_are_given() {
    let world = World::new();
    world.create_with("demand", &with_parameters()).await;
    let given = json!([{"Name": "Input", "Value": "s3://data/mine"}]);
    let source = world.start("demand", json!({"PipelineParameters": given})).await;
    world.finished(&source).await;
    let config =
        json!({"SourcePipelineExecutionArn": source, "SelectedSteps": [{"StepName": "A"}]});

    let further = json!({
        "SelectiveExecutionConfig": config,
        "PipelineParameters": [{"Name": "Rows", "Value": "3"}],
    });
    let arn = world.start("demand", further).await;
    world.finished(&arn).await;

    let read = &world.double.calls_to("A")[1].request["ProcessingInputs"][0];
    assert_eq!(read["S3Input"]["S3Uri"], "s3://data/mine");
}
