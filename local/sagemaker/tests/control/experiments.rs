//! Experiments, trials, components, and those that jobs leave behind.

use containers::JobStatus;
use serde_json::{Value, json};

use crate::world::World;

async fn trial(world: &World) {
    world.ok("CreateExperiment", json!({"ExperimentName": "demand"})).await;
    world.ok("CreateTrial", json!({"TrialName": "run-1", "ExperimentName": "demand"})).await;
}

async fn names(world: &World, request: Value) -> Vec<String> {
    let page = world.ok("ListTrialComponents", request).await;
    let found = page["TrialComponentSummaries"].as_array().unwrap().iter();
    found.map(|it| it["TrialComponentName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn names_are_unique_ignoring_case() {
    let world = World::new();
    trial(&world).await;

    for (operation, request) in [
        ("CreateExperiment", json!({"ExperimentName": "Demand"})),
        ("CreateTrial", json!({"TrialName": "RUN-1", "ExperimentName": "demand"})),
    ] {
        let refused = world.refused(operation, request).await;
        assert!(refused.starts_with("ValidationException: "), "{refused}");
        assert!(refused.contains("already exists"), "{refused}");
    }
    let found = world.ok("DescribeExperiment", json!({"ExperimentName": "DEMAND"})).await;
    assert_eq!(found["ExperimentArn"], world.arn("experiment/demand"));
    assert_eq!(found["DisplayName"], "demand");
}

#[tokio::test]
async fn what_is_not_there_is_a_resource_that_is_not_found() {
    let world = World::new();

    let refused = [
        world.refused("DescribeExperiment", json!({"ExperimentName": "a"})).await,
        world.refused("CreateTrial", json!({"TrialName": "t", "ExperimentName": "a"})).await,
        world.refused("DescribeTrial", json!({"TrialName": "t"})).await,
        world.refused("DescribeTrialComponent", json!({"TrialComponentName": "c"})).await,
        world.refused("ListTrialComponents", json!({"TrialName": "t"})).await,
    ];

    for refused in refused {
        assert!(refused.starts_with("ResourceNotFound: "), "{refused}");
        assert!(refused.ends_with("does not exist."), "{refused}");
    }
}

#[tokio::test]
async fn an_update_merges_parameters_by_key_and_removes_those_named() {
    let world = World::new();
    let create = json!({"TrialComponentName": "c", "Parameters": {
        "a": {"NumberValue": 1.0}, "b": {"StringValue": "x"},
    }});
    world.ok("CreateTrialComponent", create).await;
    let update = json!({
        "TrialComponentName": "c", "ParametersToRemove": ["b"],
        "Parameters": {"a": {"NumberValue": 2.5}, "d": {"NumberValue": 3}},
        "Status": {"PrimaryStatus": "Completed"},
    });

    world.ok("UpdateTrialComponent", update).await;
    let found = world.ok("DescribeTrialComponent", json!({"TrialComponentName": "c"})).await;

    let expected = json!({"a": {"NumberValue": 2.5}, "d": {"NumberValue": 3}});
    assert_eq!(found["Parameters"], expected);
    assert_eq!(found["Status"]["PrimaryStatus"], "Completed");
}

#[tokio::test]
async fn a_parameter_is_either_a_text_or_a_number_and_there_are_at_most_300() {
    let world = World::new();
    let both = json!({"a": {"NumberValue": 1.0, "StringValue": "x"}});
    let create = |parameters: Value| json!({"TrialComponentName": "c", "Parameters": parameters});

    let refused = world.refused("CreateTrialComponent", create(both)).await;
    assert!(refused.contains("either a StringValue or a NumberValue"), "{refused}");

    let many: serde_json::Map<String, Value> =
        (0..300).map(|index| (format!("p{index}"), json!({"NumberValue": index}))).collect();
    world.ok("CreateTrialComponent", create(Value::Object(many))).await;
    let more = create(json!({"one-more": {"NumberValue": 1}}));
    let refused = world.refused("UpdateTrialComponent", more).await;
    assert!(refused.contains("at most 300"), "{refused}");
}

#[tokio::test]
async fn things_are_deleted_from_the_inside_out() {
    let world = World::new();
    trial(&world).await;
    let both = json!({"TrialComponentName": "c", "TrialName": "run-1"});
    world.ok("CreateTrialComponent", json!({"TrialComponentName": "c"})).await;
    world.ok("AssociateTrialComponent", both.clone()).await;
    let component = json!({"TrialComponentName": "c"});
    let trial = json!({"TrialName": "run-1"});
    let experiment = json!({"ExperimentName": "demand"});

    for (operation, request) in [
        ("DeleteTrialComponent", &component),
        ("DeleteTrial", &trial),
        ("DeleteExperiment", &experiment),
    ] {
        let refused = world.refused(operation, request.clone()).await;
        assert!(refused.starts_with("ValidationException: Cannot delete"), "{refused}");
    }
    world.ok("DisassociateTrialComponent", both.clone()).await;
    assert!(
        world.refused("DisassociateTrialComponent", both).await.starts_with("ResourceNotFound")
    );
    world.ok("DeleteTrialComponent", component).await;
    world.ok("DeleteTrial", trial).await;
    world.ok("DeleteExperiment", experiment.clone()).await;
    assert!(world.refused("DeleteExperiment", experiment).await.contains("does not exist"));
}

#[tokio::test]
async fn a_job_leaves_a_component_in_its_trial() {
    let world = World::new();
    trial(&world).await;
    let mut end = world.stage.end(JobStatus::Completed);
    end.metrics = vec![world.rmse(2.5)];
    world.stage.ends.lock().unwrap().insert("Train-1".to_owned(), end);
    let mut job = World::training("Train-1");
    job["ExperimentConfig"] = json!({
        "ExperimentName": "demand", "TrialName": "run-1", "TrialComponentDisplayName": "Train",
    });

    world.ok("CreateTrainingJob", job).await;
    let name = json!({"TrainingJobName": "Train-1"});
    world.until("DescribeTrainingJob", name, ("TrainingJobStatus", "Completed")).await;
    let component = json!({"TrialComponentName": "Train-1-aws-training-job"});
    let found = world.ok("DescribeTrialComponent", component).await;

    let source = world.arn("training-job/train-1");
    assert_eq!(found["Source"], json!({"SourceArn": source, "SourceType": "SageMakerTrainingJob"}));
    assert_eq!(found["DisplayName"], "Train");
    assert_eq!(found["Status"]["PrimaryStatus"], "Completed");
    assert_eq!(found["Parameters"]["eta"], json!({"NumberValue": 0.3}));
    assert_eq!(found["Parameters"]["objective"], json!({"StringValue": "reg:squarederror"}));
    assert_eq!(found["Metrics"][0]["MetricName"], "validation:rmse");
    assert_eq!(found["Metrics"][0]["Last"], 2.5);
    assert_eq!(
        found["OutputArtifacts"]["SageMaker.ModelArtifact"]["Value"],
        "s3://bucket/models/Train-1/output/model.tar.gz"
    );
    let expected = ["Train-1-aws-training-job"];
    assert_eq!(names(&world, json!({"SourceArn": source})).await, expected);
    assert_eq!(names(&world, json!({"TrialName": "run-1"})).await, expected);
    assert_eq!(names(&world, json!({"ExperimentName": "demand"})).await, expected);
}

#[tokio::test]
async fn a_job_of_an_experiment_without_a_trial_gets_a_trial_of_its_own() {
    let world = World::new();
    trial(&world).await;
    let mut job = World::processing("check");
    job["ExperimentConfig"] = json!({"ExperimentName": "demand"});

    world.ok("CreateProcessingJob", job).await;
    let page = world.ok("ListTrials", json!({"ExperimentName": "demand"})).await;

    assert_eq!(page["TrialSummaries"].as_array().unwrap().len(), 2);
    assert_eq!(page["TrialSummaries"][0]["TrialName"], "check-aws-processing-job");
}

#[tokio::test]
async fn a_job_of_an_experiment_that_is_not_there_is_refused_and_not_made() {
    let world = World::new();
    let mut job = World::processing("check");
    job["ExperimentConfig"] = json!({"ExperimentName": "demand", "TrialName": "run-1"});

    let refused = world.refused("CreateProcessingJob", job).await;
    let described = world.refused("DescribeProcessingJob", json!({"ProcessingJobName": "check"}));

    assert_eq!(refused, "ResourceNotFound: Experiment 'demand' does not exist.");
    assert!(described.await.contains("Could not find"));
}

#[tokio::test]
async fn components_are_listed_by_one_thing_at_a_time() {
    let world = World::new();
    let both = json!({"TrialName": "a", "ExperimentName": "b"});

    let refused = world.refused("ListTrialComponents", both).await;

    assert!(refused.starts_with("ValidationException: Only one of"), "{refused}");
}

#[tokio::test]
async fn trials_are_found_by_their_component() {
    let world = World::new();
    trial(&world).await;
    world.ok("CreateTrial", json!({"TrialName": "run-2", "ExperimentName": "demand"})).await;
    world.ok("CreateTrialComponent", json!({"TrialComponentName": "c"})).await;
    let both = json!({"TrialComponentName": "c", "TrialName": "run-2"});
    world.ok("AssociateTrialComponent", both).await;

    let page = world.ok("ListTrials", json!({"TrialComponentName": "c"})).await;

    let found = page["TrialSummaries"].as_array().unwrap();
    assert_eq!((found.len(), &found[0]["TrialName"]), (1, &json!("run-2")));
}
