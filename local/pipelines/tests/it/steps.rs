//! Each kind of step.

use machine::Refusal;
use serde_json::{Value, json};

use crate::double::Reply;
use crate::world::{FUNCTION, World, after, function, output_of, processing, training};

#[tokio::test]
async fn a_function_gets_its_arguments_and_nothing_else_and_its_outputs_can_be_used() {
    let world = World::new();
    let outputs = [("count", "Integer"), ("name", "String"), ("rate", "Float"), ("ok", "Boolean")];
    let answer = json!({"count": 3, "name": "x", "rate": 0.5, "ok": true, "extra": [1]});
    world.double.reply(FUNCTION, [Reply::Return(answer)]);
    let get = |name: &str| json!({"Get": format!("Steps.First.OutputParameters['{name}']")});
    let arguments = json!({
        "id": {"Get": "Execution.PipelineExecutionId"},
        "started": {"Get": "Execution.StartDateTime"},
        "threshold": 0.25,
    });
    let used =
        json!({"count": get("count"), "name": get("name"), "rate": get("rate"), "ok": get("ok")});
    world
        .create(
            "demand",
            json!([function("First", arguments, &outputs), function("Second", used, &[])]),
        )
        .await;
    let arn = world.start("demand", json!({})).await;

    assert_eq!(world.finished(&arn).await, "Succeeded");

    let calls = world.double.calls_to("invoke");
    let payload = &calls[0].request["payload"];
    assert_eq!(payload["id"], arn.rsplit('/').next().unwrap());
    assert!(payload["started"].as_str().unwrap().contains('T'));
    assert_eq!(payload["threshold"], 0.25);
    assert_eq!(payload.as_object().unwrap().len(), 3);
    let second = &calls[1].request["payload"];
    assert_eq!(second, &json!({"count": 3, "name": "x", "rate": 0.5, "ok": true}));
    let shown = world.steps(&arn).await["First"]["Metadata"]["Lambda"].clone();
    assert_eq!(shown["Arn"], FUNCTION);
    assert_eq!(shown["OutputParameters"][0], json!({"Name": "count", "Value": "3"}));
    assert_eq!(shown["OutputParameters"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_function_that_fails_fails_its_step_and_is_not_called_again() {
    let world = World::new();
    let error = json!({"errorType": "Rejected", "errorMessage": "no such bucket"});
    world.double.reply(FUNCTION, [Reply::FunctionError(error)]);

    let (status, steps) = world.run(json!([function("F", json!({}), &[])])).await;

    assert_eq!(status, "Failed");
    let reason = steps["F"]["FailureReason"].as_str().unwrap();
    assert!(reason.contains("Rejected: no such bucket"), "{reason}");
    assert_eq!(world.double.calls_to("invoke").len(), 1);
}

#[tokio::test]
async fn a_function_that_is_throttled_is_not_called_again_either() {
    let world = World::new();
    world.double.reply(FUNCTION, [Reply::Refuse(Refusal::throttled())]);

    let (status, steps) = world.run(json!([function("F", json!({}), &[])])).await;

    assert_eq!((status.as_str(), &steps["F"]["AttemptCount"]), ("Failed", &json!(1)));
}

#[tokio::test]
async fn an_output_that_is_too_long_fails_the_step() {
    let world = World::new();
    world.double.reply(FUNCTION, [Reply::Return(json!({"text": "x".repeat(1025)}))]);

    let (status, steps) = world.run(json!([function("F", json!({}), &[("text", "String")])])).await;

    assert_eq!(status, "Failed");
    assert!(steps["F"]["FailureReason"].as_str().unwrap().contains("1025 characters"));
}

#[tokio::test]
async fn a_step_waits_ten_minutes_for_a_function_which_runs_on() {
    let world = World::new();
    world.double.hold(FUNCTION);
    world.create("demand", json!([function("F", json!({}), &[])])).await;
    let arn = world.start("demand", json!({})).await;
    world.called("invoke", 1).await;
    world.settle().await;

    world.clock.advance(599_000);
    world.settle().await;
    assert_eq!(world.status(&arn).await, "Executing");
    world.clock.advance(1_000);

    assert_eq!(world.finished(&arn).await, "Failed");
    let reason = world.steps(&arn).await["F"]["FailureReason"].clone();
    assert!(reason.as_str().unwrap().contains("10 minutes"), "{reason}");
}

#[tokio::test]
async fn a_reason_is_cut_to_what_the_api_allows() {
    let world = World::new();
    let error = json!({"errorType": "Defect", "errorMessage": "ü".repeat(3000)});
    world.double.reply(FUNCTION, [Reply::FunctionError(error)]);

    let (_, steps) = world.run(json!([function("F", json!({}), &[])])).await;

    assert_eq!(steps["F"]["FailureReason"].as_str().unwrap().chars().count(), 1024);
}

fn gate(value: Value, then: Value, otherwise: Value) -> Value {
    json!({
        "Name": "Gate",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [{"Type": "LessThanOrEqualTo", "LeftValue": value, "RightValue": 0.2}],
            "IfSteps": then,
            "ElseSteps": otherwise,
        },
    })
}

fn measured() -> (Value, Value) {
    let files = json!([{"PropertyFileName": "Report", "OutputName": "out", "FilePath": "r.json"}]);
    let step = processing("Evaluate", json!("s3://data/x"), json!({"PropertyFiles": files}));
    let value = json!({"Std:JsonGet": {
        "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"}, "Path": "metrics.wape.value"
    }});
    (step, value)
}

#[tokio::test]
async fn a_condition_reads_a_property_file_and_takes_one_branch() {
    for (wape, outcome, taken) in [(0.1, "True", "Good"), (0.3, "False", "Bad")] {
        let world = World::new();
        let (step, value) = measured();
        let file = json!({"metrics": {"wape": {"value": wape}}});
        world.double.writes("Evaluate", "out", "r.json", file);

        let gate = gate(value, json!([after("Good", &[])]), json!([after("Bad", &[])]));
        let (status, steps) = world.run(json!([step, gate, after("After", &["Gate"])])).await;

        assert_eq!(status, "Succeeded");
        assert_eq!(steps["Gate"]["Metadata"]["Condition"]["Outcome"], outcome);
        let names: Vec<&str> = steps.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["After", taken, "Evaluate", "Gate"]
                .into_iter()
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn a_property_file_that_is_not_there_fails_the_condition_with_its_place() {
    let world = World::new();
    let (step, value) = measured();

    let (status, steps) = world.run(json!([step, gate(value, json!([]), json!([]))])).await;

    assert_eq!(status, "Failed");
    let reason = steps["Gate"]["FailureReason"].as_str().unwrap();
    assert!(reason.contains("s3://out/Evaluate/r.json"), "{reason}");
}

fn fail(name: &str, message: Value, others: &[&str]) -> Value {
    let mut step = json!({"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}});
    if !others.is_empty() {
        step["DependsOn"] = json!(others);
    }
    step
}

#[tokio::test]
async fn a_fail_step_ends_the_execution_while_what_runs_may_finish_and_it_is_never_retried() {
    let world = World::new();
    let message =
        json!({"Std:Join": {"On": " ", "Values": ["bad", {"Get": "Execution.PipelineName"}]}});
    world.double.hold("Slow");
    let steps = json!([
        fail("Stop", message, &["Quick"]),
        after("Quick", &[]),
        after("Slow", &[]),
        after("Next", &["Slow"])
    ]);
    world.create("demand", steps).await;
    let arn = world.start("demand", json!({})).await;
    world.step_is(&arn, "Stop", "Failed").await;
    assert_eq!(world.status(&arn).await, "Executing");

    world.double.release("Slow");

    assert_eq!(world.finished(&arn).await, "Failed");
    let steps = world.steps(&arn).await;
    assert_eq!(steps["Stop"]["FailureReason"], "bad demand");
    assert_eq!(steps["Stop"]["Metadata"]["Fail"]["ErrorMessage"], "bad demand");
    assert_eq!(steps["Slow"]["StepStatus"], "Succeeded");
    assert!(!steps.contains_key("Next"));
    let retry =
        json!({"PipelineExecutionArn": arn, "ClientRequestToken": crate::world::token("1")});
    let refused = world.ask("RetryPipelineExecution", retry).await.unwrap_err();
    assert!(refused.message.contains("Fail step"), "{refused}");
}

#[tokio::test]
async fn a_failed_job_holds_back_what_waits_for_it_and_nothing_else() {
    let world = World::new();
    world.double.reply("A", [Reply::Fail("AlgorithmError: exit code 1")]);
    let steps = json!([after("A", &[]), after("B", &["A"]), after("C", &[]), after("D", &["C"])]);

    let (status, steps) = world.run(steps).await;

    assert_eq!(status, "Failed");
    assert_eq!(steps["A"]["FailureReason"], "AlgorithmError: exit code 1");
    assert_eq!(steps["D"]["StepStatus"], "Succeeded");
    assert!(!steps.contains_key("B"));
    let listed = world.ask("ListPipelineExecutions", json!({"PipelineName": "demand"})).await;
    let reason =
        &listed.unwrap()["PipelineExecutionSummaries"][0]["PipelineExecutionFailureReason"];
    assert_eq!(reason, "Step failure: One or multiple steps failed.");
}

#[tokio::test]
async fn a_job_that_is_refused_shows_no_job() {
    let world = World::new();
    world.double.reply("A", [Reply::Refuse(Refusal::denied("not you"))]);

    let (status, steps) = world.run(json!([after("A", &[])])).await;

    assert_eq!(status, "Failed");
    assert!(steps["A"].get("Metadata").is_none());
    assert_eq!(steps["A"]["FailureReason"], "ClientError: AccessDeniedException: not you");
}

#[tokio::test]
async fn a_model_is_made_and_used_by_a_transform() {
    let world = World::new();
    let model = json!({"Name": "Make_Model", "Type": "Model", "Arguments": {
        "ExecutionRoleArn": "arn:aws:iam::000000000000:role/job",
        "PrimaryContainer": {"ModelPackageName": "arn:aws:sagemaker:eu-west-1:000000000000:model-package/g/1"},
    }});
    let transform = json!({"Name": "Forecast", "Type": "Transform", "Arguments": {
        "ModelName": {"Get": "Steps.Make_Model.ModelName"},
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in"}}},
        "TransformOutput": {"S3OutputPath": "s3://out/forecast"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    }});

    let (status, steps) = world.run(json!([model, transform])).await;

    assert_eq!(status, "Succeeded", "{steps:?}");
    let name = world.double.calls_to("CreateModel")[0].request["ModelName"].clone();
    let text = name.as_str().unwrap();
    assert!(text.starts_with("pipelines-") && text.contains("-Make-Model-"), "{text}");
    assert_eq!(world.double.calls_to("Forecast")[0].request["ModelName"], name);
    assert!(steps["Make_Model"]["Metadata"]["Model"]["Arn"].is_string());
}

#[tokio::test]
async fn names_of_jobs_are_as_long_as_names_may_be_and_no_longer() {
    let world = World::new();
    let name = "A-step-with-a-name-that-is-as-long-as-a-name-of-a-step-may-ever_";
    world.run(json!([after(name, &[])])).await;

    let job = world.double.calls()[0].request["ProcessingJobName"].as_str().unwrap().to_owned();

    assert!(job.len() <= 63 && job.len() > 55, "{job}");
    assert!(!job.contains("--") && !job.contains('_'), "{job}");
}

fn register(group: &str) -> Value {
    json!({"Name": "Register", "Type": "RegisterModel", "Arguments": {
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{
                "Image": "image",
                "ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
            }],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }})
}

#[tokio::test]
async fn a_model_is_registered_in_a_group_that_is_made_if_there_is_none() {
    let world = World::new();
    let steps = json!([training("Train", json!("s3://data/x"), json!({})), register("demand")]);
    world.create("demand", steps).await;

    for _ in 0..2 {
        let arn = world.start("demand", json!({})).await;
        assert_eq!(world.finished(&arn).await, "Succeeded");
        let made = world.double.calls_to("CreateModelPackage").pop().unwrap().request;
        assert_eq!(made["MetadataProperties"]["GeneratedBy"], arn);
        let shown = world.steps(&arn).await["Register"]["Metadata"]["RegisterModel"].clone();
        assert!(shown["Arn"].as_str().unwrap().starts_with("arn:package/"));
    }
    assert_eq!(world.double.calls_to("CreateModelPackageGroup").len(), 1);
}

#[tokio::test]
async fn properties_of_jobs_are_what_describes_them() {
    let world = World::new();
    let arguments = json!({
        "job": {"Get": "Steps.Train.TrainingJobName"},
        "rmse": {"Get": "Steps.Train.FinalMetricDataList['validation:rmse'].Value"},
        "model": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
        "output": output_of("Prepare"),
    });
    let steps = json!([
        after("Prepare", &[]),
        training("Train", json!("s3://data/x"), json!({})),
        function("F", arguments, &[]),
    ]);

    let (status, _) = world.run(steps).await;

    assert_eq!(status, "Succeeded");
    let payload = world.double.calls_to("invoke")[0].request["payload"].clone();
    assert_eq!(payload["rmse"], 0.5);
    assert_eq!(payload["output"], "s3://out/Prepare");
    let job = payload["job"].as_str().unwrap();
    assert_eq!(payload["model"], format!("s3://out/models/{job}/output/model.tar.gz"));
}

#[tokio::test]
async fn a_job_can_be_told_its_own_name() {
    let world = World::new();
    let mut step = after("A", &[]);
    step["Arguments"]["Environment"] = json!({"JOB": {"Get": "Execution.ProcessingJobName"}});

    let (status, _) = world.run(json!([step])).await;

    assert_eq!(status, "Succeeded");
    let request = &world.double.calls_to("A")[0].request;
    assert_eq!(request["Environment"]["JOB"], request["ProcessingJobName"]);
}
