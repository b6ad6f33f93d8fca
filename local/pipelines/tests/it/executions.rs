//! Executions as such.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use machine::{Caller, Permissions, Refusal};
use serde_json::{Value, json};

use crate::double::Reply;
use crate::world::{World, after, definition, function, merge, output_of, processing, token};

#[tokio::test]
async fn an_execution_runs_its_steps_and_tells_of_each_change() {
    let world = World::new();
    let steps = json!([
        after("Prepare", &[]),
        processing("Evaluate", output_of("Prepare"), json!({"DisplayName": "Measure"})),
    ]);
    world.create("Demand", steps).await;
    let further = json!({
        "PipelineExecutionDisplayName": "first",
        "PipelineExecutionDescription": "by hand",
    });
    let arn = world.start("Demand", further).await;

    assert_eq!(world.finished(&arn).await, "Succeeded");

    let id = arn.rsplit('/').next().unwrap();
    assert!(arn.contains(":pipeline/demand/execution/"), "{arn}");
    assert_eq!(id.len(), 12);
    let described = world.describe(&arn).await;
    assert_eq!(described["PipelineExecutionDisplayName"], "first");
    assert!(described.get("FailureReason").is_none());
    let steps = world.steps(&arn).await;
    assert_eq!(steps["Evaluate"]["StepDisplayName"], "Measure");
    assert_eq!(steps["Evaluate"]["AttemptCount"], 1);
    let job = steps["Evaluate"]["Metadata"]["ProcessingJob"]["Arn"].as_str().unwrap();
    assert!(job.contains(&format!(":processing-job/pipelines-{id}-Evaluate-")), "{job}");
    let read = &world.double.calls_to("Evaluate")[0].request;
    assert_eq!(read["ProcessingInputs"][0]["S3Input"]["S3Uri"], "s3://out/Prepare");

    let statuses: Vec<Value> = world
        .events("Pipeline Execution Status Change")
        .into_iter()
        .map(|event| event["detail"]["currentPipelineExecutionStatus"].clone())
        .collect();
    assert_eq!(statuses, ["Executing", "Succeeded"]);
    let steps: Vec<String> = world
        .events("Pipeline Execution Step Status Change")
        .iter()
        .map(|event| {
            format!("{} {}", event["detail"]["stepName"], event["detail"]["currentStepStatus"])
        })
        .collect();
    assert_eq!(
        steps,
        [
            r#""Prepare" "Executing""#,
            r#""Prepare" "Succeeded""#,
            r#""Evaluate" "Executing""#,
            r#""Evaluate" "Succeeded""#,
        ]
    );
}

#[tokio::test]
async fn events_look_as_the_service_sends_them() {
    let world = World::new();
    world.run(json!([after("Prepare", &[])])).await;

    let last = world.events("Pipeline Execution Status Change").pop().unwrap();
    assert_eq!(last["source"], "aws.sagemaker");
    assert_eq!(last["detail"]["previousPipelineExecutionStatus"], "Executing");
    let ended = last["detail"]["executionEndTime"].as_str().unwrap();
    assert!(ended.ends_with('Z') && !ended.contains('.'), "{ended}");
    assert_eq!(last["resources"][0], last["detail"]["pipelineArn"]);
    assert_eq!(last["resources"][1], last["detail"]["pipelineExecutionArn"]);

    let step = world.events("Step Status Change").pop().unwrap();
    assert_eq!(step["detail"]["stepType"], "Processing");
    assert_eq!(step["detail"]["previousStepStatus"], "Executing");
    assert!(step["detail"]["metadata"]["processingJob"]["arn"].is_string(), "{step}");
}

#[tokio::test]
async fn the_same_token_starts_one_execution_also_at_the_same_time() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let request = json!({"PipelineName": "demand", "ClientRequestToken": token("same")});

    let (first, second) = tokio::join!(
        world.ask("StartPipelineExecution", request.clone()),
        world.ask("StartPipelineExecution", request.clone()),
    );
    let first = first.unwrap();
    assert_eq!(first, second.unwrap());
    world.finished(first["PipelineExecutionArn"].as_str().unwrap()).await;

    assert_eq!(world.ask("StartPipelineExecution", request).await.unwrap(), first);
    assert_eq!(world.double.calls_to("A").len(), 1);
}

#[tokio::test]
async fn two_executions_of_a_pipeline_run_beside_each_other() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    world.double.hold("A");
    let first = world.start("demand", json!({})).await;
    let second = world.start("demand", json!({})).await;

    world.called("A", 2).await;
    world.double.release("A");

    assert_ne!(first, second);
    assert_eq!(world.finished(&first).await, "Succeeded");
    assert_eq!(world.finished(&second).await, "Succeeded");
    let listed = world.ask("ListPipelineExecutions", json!({"PipelineName": "demand"})).await;
    let listed = listed.unwrap();
    let arns: Vec<&Value> = listed["PipelineExecutionSummaries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["PipelineExecutionArn"])
        .collect();
    assert_eq!(arns, [&json!(second), &json!(first)]);
}

#[tokio::test]
async fn no_more_steps_run_at_once_than_allowed() {
    for most in [1, 3] {
        let world = World::new();
        let steps: Vec<Value> = (0..7).map(|number| after(&format!("S{number}"), &[])).collect();
        world.create("demand", json!(steps)).await;
        let limit = json!({"ParallelismConfiguration": {"MaxParallelExecutionSteps": most}});
        let arn = world.start("demand", limit.clone()).await;

        assert_eq!(world.finished(&arn).await, "Succeeded");
        assert_eq!(world.double.most_running(), most);
        let described = world.describe(&arn).await;
        assert_eq!(described["ParallelismConfiguration"], limit["ParallelismConfiguration"]);
    }
}

#[tokio::test]
async fn an_update_of_the_pipeline_does_not_change_an_execution_that_runs() {
    let world = World::new();
    world.create("demand", json!([after("A", &[]), after("B", &["A"])])).await;
    world.double.hold("A");
    let arn = world.start("demand", json!({})).await;
    world.called("A", 1).await;
    let other = definition(json!([]), json!([after("C", &[])])).to_string();
    let update = json!({"PipelineName": "demand", "PipelineDefinition": other});
    world.ask("UpdatePipeline", update).await.unwrap();

    world.double.release("A");

    assert_eq!(world.finished(&arn).await, "Succeeded");
    assert!(world.steps(&arn).await.contains_key("B"));
    let request = json!({"PipelineExecutionArn": arn});
    let run = world.ask("DescribePipelineDefinitionForExecution", request).await.unwrap();
    assert!(run["PipelineDefinition"].as_str().unwrap().contains("\"B\""));
}

pub(crate) fn with_parameters() -> Value {
    let parameters = json!([
        {"Name": "Input", "Type": "String"},
        {"Name": "Rows", "Type": "Integer", "DefaultValue": 10},
    ]);
    definition(parameters, json!([processing("A", json!({"Get": "Parameters.Input"}), json!({}))]))
}

#[tokio::test]
async fn parameters_are_bound_kept_and_listed() {
    let world = World::new();
    world.create_with("demand", &with_parameters()).await;
    let given =
        json!([{"Name": "Input", "Value": "s3://data/mine"}, {"Name": "Rows", "Value": "7"}]);
    let arn = world.start("demand", json!({"PipelineParameters": given})).await;
    world.finished(&arn).await;

    let read = &world.double.calls_to("A")[0].request["ProcessingInputs"][0];
    assert_eq!(read["S3Input"]["S3Uri"], "s3://data/mine");
    let request = json!({"PipelineExecutionArn": arn, "MaxResults": 1});
    let listed = world.ask("ListPipelineParametersForExecution", request).await.unwrap();
    assert_eq!(listed["PipelineParameters"], json!([given[0]]));
    assert!(listed["NextToken"].is_string());
}

#[tokio::test]
async fn parameters_that_do_not_fit_start_nothing() {
    let world = World::new();
    world.create_with("demand", &with_parameters()).await;
    let cases = [
        json!([]),
        json!([{"Name": "Input", "Value": "s3://x/y"}, {"Name": "Rows", "Value": "many"}]),
        json!([{"Name": "Input", "Value": "s3://x/y"}, {"Name": "Unknown", "Value": "1"}]),
    ];

    for parameters in cases {
        let request = json!({
            "PipelineName": "demand",
            "PipelineParameters": parameters,
            "ClientRequestToken": token("1"),
        });
        let refused = world.ask("StartPipelineExecution", request).await.unwrap_err();
        assert_eq!(refused.code, "ValidationException");
    }
    assert!(world.double.calls().is_empty());
}

#[tokio::test]
async fn each_execution_has_its_trial_and_each_job_is_told() {
    let world = World::new();
    let mut definition = definition(json!([]), json!([after("A", &[])]));
    let names = json!({
        "ExperimentName": {"Get": "Execution.PipelineName"},
        "TrialName": {"Get": "Execution.PipelineExecutionId"},
    });
    merge(&mut definition, json!({"PipelineExperimentConfig": names}));
    world.create_with("demand", &definition).await;

    for _ in 0..2 {
        let arn = world.start("demand", json!({})).await;
        assert_eq!(world.finished(&arn).await, "Succeeded");
        let id = arn.rsplit('/').next().unwrap();
        let config = json!({"ExperimentName": "demand", "TrialName": id});
        assert_eq!(world.describe(&arn).await["PipelineExperimentConfig"], config);
        let job = world.double.calls_to("A").pop().unwrap();
        assert_eq!(job.request["ExperimentConfig"], config);
    }
    assert_eq!(world.double.calls_to("CreateTrial").len(), 2);
}

#[tokio::test]
async fn an_experiment_that_cannot_be_made_fails_the_execution() {
    let world = World::new();
    let mut definition = definition(json!([]), json!([after("A", &[])]));
    let names = json!({"ExperimentName": "demand", "TrialName": "one"});
    merge(&mut definition, json!({"PipelineExperimentConfig": names}));
    world.create_with("demand", &definition).await;
    world.double.reply("CreateExperiment", [Reply::Refuse(Refusal::denied("not you"))]);

    let arn = world.start("demand", json!({})).await;

    assert_eq!(world.finished(&arn).await, "Failed");
    let reason = world.describe(&arn).await["FailureReason"].as_str().unwrap().to_owned();
    assert!(reason.contains("not you"), "{reason}");
    assert!(world.double.calls_to("A").is_empty());
}

#[tokio::test]
async fn steps_are_run_as_the_pipelines_role_or_as_that_of_the_start() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let other = "arn:aws:iam::000000000000:role/other";

    for (further, role) in [(json!({}), crate::world::ROLE), (json!({"RoleArn": other}), other)] {
        let arn = world.start("demand", further).await;
        world.finished(&arn).await;
        let caller = world.double.calls_to("A").pop().unwrap().caller;
        assert_eq!(caller.role.as_deref(), Some(role));
    }
}

#[tokio::test]
async fn an_execution_can_be_renamed() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let arn = world.start("demand", json!({})).await;
    world.finished(&arn).await;

    let update = json!({"PipelineExecutionArn": arn, "PipelineExecutionDisplayName": "kept"});
    world.ask("UpdatePipelineExecution", update).await.unwrap();

    assert_eq!(world.describe(&arn).await["PipelineExecutionDisplayName"], "kept");
}

/// Lets a caller do only some things.
#[derive(Debug)]
struct Only(BTreeSet<&'static str>);

impl Permissions for Only {
    fn check_in(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        if action == "iam:PassRole" {
            assert_eq!(context["iam:PassedToService"], "sagemaker.amazonaws.com");
        }
        let allowed = caller.role.is_none() || self.0.contains(action);
        let refusal = || Refusal::denied(format!("{} may not {action} on {resource}", caller.arn));
        if allowed { Ok(()) } else { Err(refusal()) }
    }
}

#[tokio::test]
async fn each_operation_wants_its_permission() {
    let allowed = BTreeSet::from(["sagemaker:StartPipelineExecution"]);
    let world = World::with(Arc::new(Only(allowed)));
    world.create("demand", json!([after("A", &[])])).await;
    let caller = world.machine().credentials.assumed("arn:aws:iam::000000000000:role/api", "s");
    let start = json!({"PipelineName": "demand", "ClientRequestToken": token("1")});

    let started = world.ask_as(&caller, "StartPipelineExecution", start).await.unwrap();
    let of = json!({"PipelineExecutionArn": started["PipelineExecutionArn"]});
    let refused = world.ask_as(&caller, "DescribePipelineExecution", of).await.unwrap_err();
    assert_eq!(refused.code, "AccessDeniedException");
    assert!(refused.message.contains("/execution/"), "{refused}");
    let list = world.ask_as(&caller, "ListPipelines", json!({})).await.unwrap_err();
    assert!(list.message.ends_with("sagemaker:ListPipelines on *"), "{list}");
}

#[tokio::test]
async fn the_role_of_the_pipeline_must_be_allowed_to_read_the_files_that_it_refers_to() {
    let world = World::with(Arc::new(Only(BTreeSet::new())));
    world.double.put("s3://data/x.json", "{\"a\": 1}");
    let file = json!({"Std:JsonGet": {"S3Uri": "s3://data/x.json", "Path": "a"}});
    let (status, steps) = world.run(json!([function("F", json!({"a": file}), &[])])).await;

    assert_eq!(status, "Failed");
    let reason = steps["F"]["FailureReason"].as_str().unwrap();
    assert!(reason.contains("s3:GetObject"), "{reason}");
}
