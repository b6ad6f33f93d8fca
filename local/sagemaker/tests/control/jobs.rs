//! Jobs from their creation to their end.

use containers::JobStatus;
use sagemaker::JobKind;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_processing_job_runs_to_its_end_and_is_described_as_it_was_asked_for() {
    let world = World::new();
    let mut end = world.stage.end(JobStatus::Completed);
    end.exit_message = Some("12 series".to_owned());
    world.stage.ends.lock().unwrap().insert("Check-1".to_owned(), end);

    let made = world.ok("CreateProcessingJob", World::processing("Check-1")).await;
    let job = json!({"ProcessingJobName": "Check-1"});
    let done =
        world.until("DescribeProcessingJob", job, ("ProcessingJobStatus", "Completed")).await;

    assert_eq!(made["ProcessingJobArn"], world.arn("processing-job/check-1"));
    assert_eq!(done["ProcessingJobName"], "Check-1");
    assert_eq!(done["ExitMessage"], "12 series");
    assert_eq!(done["ProcessingInputs"], World::processing("")["ProcessingInputs"]);
    assert!(done["ProcessingStartTime"].as_f64() <= done["ProcessingEndTime"].as_f64());
    assert_eq!(done.get("Tags"), None);
}

#[tokio::test]
async fn a_name_is_taken_once_whatever_its_case() {
    let world = World::new();
    world.ok("CreateTrainingJob", World::training("train")).await;

    let refused = world.refused("CreateTrainingJob", World::training("Train")).await;

    assert!(refused.starts_with("ResourceInUse: "), "{refused}");
    assert!(refused.contains("already exists"), "{refused}");
}

#[tokio::test]
async fn a_training_job_has_its_model_metrics_and_transitions() {
    let world = World::new();
    let mut end = world.stage.end(JobStatus::Completed);
    end.model_artifacts = Some("s3://bucket/models/t/output/model.tar.gz".to_owned());
    end.metrics = vec![world.rmse(2.5)];
    world.stage.ends.lock().unwrap().insert("t".to_owned(), end);

    world.ok("CreateTrainingJob", World::training("t")).await;
    let job = json!({"TrainingJobName": "t"});
    let done = world.until("DescribeTrainingJob", job, ("TrainingJobStatus", "Completed")).await;

    let artifacts = &done["ModelArtifacts"]["S3ModelArtifacts"];
    assert_eq!(artifacts, "s3://bucket/models/t/output/model.tar.gz");
    assert_eq!(done["FinalMetricDataList"][0]["MetricName"], "validation:rmse");
    assert_eq!(done["FinalMetricDataList"][0]["Value"], 2.5);
    let steps = done["SecondaryStatusTransitions"].as_array().unwrap();
    // The Python SDK shows the messages, and fails without them.
    assert!(steps.iter().all(|step| step["StatusMessage"].is_string()));
    let steps: Vec<_> = steps.iter().map(|step| step["Status"].as_str().unwrap()).collect();
    assert_eq!(steps, ["Starting", "Training", "Completed"]);
    assert_eq!(done["SecondaryStatus"], "Completed");
}

#[tokio::test]
async fn the_reason_of_a_failure_is_told() {
    let world = World::new();
    let mut end = world.stage.end(JobStatus::Failed);
    end.failure_reason = Some("AlgorithmError: boom, exit code: 3".to_owned());
    world.stage.ends.lock().unwrap().insert("p".to_owned(), end);

    world.ok("CreateProcessingJob", World::processing("p")).await;
    let job = json!({"ProcessingJobName": "p"});
    let done = world.until("DescribeProcessingJob", job, ("ProcessingJobStatus", "Failed")).await;

    assert_eq!(done["FailureReason"], "AlgorithmError: boom, exit code: 3");
}

#[tokio::test]
async fn a_job_that_runs_can_be_stopped_and_one_that_ended_cannot() {
    let world = World::new();
    world.stage.gate.send_replace(false);
    world.ok("CreateTrainingJob", World::training("t")).await;
    let job = json!({"TrainingJobName": "t"});

    world.ok("StopTrainingJob", job.clone()).await;
    world.until("DescribeTrainingJob", job.clone(), ("TrainingJobStatus", "Stopped")).await;

    assert_eq!(
        world.refused("StopTrainingJob", job).await,
        "ValidationException: The request was rejected because the training job is in status \
         Stopped."
    );
}

#[tokio::test]
async fn a_training_job_that_took_too_long_says_so() {
    let world = World::new();
    let mut end = world.stage.end(JobStatus::Stopped);
    end.timed_out = true;
    world.stage.ends.lock().unwrap().insert("t".to_owned(), end);

    world.ok("CreateTrainingJob", World::training("t")).await;
    let job = json!({"TrainingJobName": "t"});
    let done = world.until("DescribeTrainingJob", job, ("TrainingJobStatus", "Stopped")).await;

    assert_eq!(done["SecondaryStatus"], "MaxRuntimeExceeded");
}

#[tokio::test]
async fn jobs_that_are_not_there_are_refused_in_the_words_of_the_service() {
    let world = World::new();

    assert_eq!(
        world.refused("DescribeTrainingJob", json!({"TrainingJobName": "t"})).await,
        "ValidationException: Requested resource not found."
    );
    assert_eq!(
        world.refused("DescribeProcessingJob", json!({"ProcessingJobName": "p"})).await,
        "ValidationException: Could not find requested job with name: p"
    );
}

#[tokio::test]
async fn a_transform_job_needs_its_model() {
    let world = World::new();
    let job = json!({
        "TransformJobName": "x", "ModelName": "m",
        "TransformInput": {"DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in",
        }}},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    });

    let refused = world.refused("CreateTransformJob", job.clone()).await;
    world.model("m", "image").await;
    world.ok("CreateTransformJob", job).await;
    let name = json!({"TransformJobName": "x"});
    world.until("DescribeTransformJob", name, ("TransformJobStatus", "Completed")).await;

    let arn = world.arn("model/m");
    assert_eq!(refused, format!("ValidationException: Could not find model \"{arn}\"."));
}

#[tokio::test]
async fn a_pipeline_runs_a_job_to_its_end() {
    let world = World::new();
    let (_stopper, stop) = containers::stop();
    let mut request = World::processing("");
    request.as_object_mut().unwrap().remove("ProcessingJobName");

    let done = world
        .sagemaker
        .run_job(&world.caller(), (JobKind::Processing, "pipelines-abc-Check-1"), request, &stop)
        .await
        .unwrap();

    assert_eq!(done["ProcessingJobName"], "pipelines-abc-Check-1");
    assert_eq!(done["ProcessingJobStatus"], "Completed");
}

#[tokio::test]
async fn a_pipeline_that_stops_stops_its_job() {
    let world = World::new();
    world.stage.gate.send_replace(false);
    let (stopper, stop) = containers::stop();
    let request = World::training("");
    let caller = world.caller();
    let job = world.sagemaker.run_job(&caller, (JobKind::Training, "t"), request, &stop);

    let (done, ()) = tokio::join!(job, async { stopper.stop() });

    assert_eq!(done.unwrap()["TrainingJobStatus"], "Stopped");
}

#[tokio::test]
async fn an_engine_that_stops_marks_its_jobs_so_that_pipelines_try_again() {
    let world = World::new();
    world.stage.gate.send_replace(false);
    world.ok("CreateTrainingJob", World::training("t")).await;

    world.sagemaker.stop_all().await;
    let done = world.ok("DescribeTrainingJob", json!({"TrainingJobName": "t"})).await;

    assert_eq!(done["TrainingJobStatus"], "Failed");
    assert!(done["FailureReason"].as_str().unwrap().starts_with("InternalServerError: "));
}

#[tokio::test]
async fn an_engine_that_stops_does_not_wait_for_ever() {
    let world = World::new();
    world.stage.gate.send_replace(false);
    world.ok("CreateTrainingJob", World::training("deaf")).await;

    let advance = async {
        tokio::task::yield_now().await;
        world.machine.clock.advance(10_000);
    };
    tokio::join!(world.sagemaker.stop_all(), advance);

    let world = world.restart();
    let job = world.ok("DescribeTrainingJob", json!({"TrainingJobName": "deaf"})).await;
    assert_eq!(job["TrainingJobStatus"], "Failed");
}

#[tokio::test]
async fn what_the_sdk_adds_to_every_training_job_is_taken_and_given_back() {
    let world = World::new();
    let mut job = World::training("t");
    job["DebugHookConfig"] =
        json!({"S3OutputPath": "s3://bucket/models", "CollectionConfigurations": []});
    job["ProfilerConfig"] = json!({"S3OutputPath": "s3://bucket/models", "DisableProfiler": false});
    job["EnableManagedSpotTraining"] = json!(false);

    world.ok("CreateTrainingJob", job.clone()).await;
    let found = world.ok("DescribeTrainingJob", json!({"TrainingJobName": "t"})).await;

    for member in ["DebugHookConfig", "ProfilerConfig", "EnableManagedSpotTraining"] {
        assert_eq!(found[member], job[member], "{member}");
    }
}
