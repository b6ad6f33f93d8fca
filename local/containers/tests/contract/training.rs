use std::collections::BTreeMap;
use std::io::Read;

use containers::{JobStatus, OptMl, TrainingJob};
use serde_json::{Value, json};

use crate::bench::{BASE, BOTH, Bench, ROLE, bench};

fn request(script: &str) -> Value {
    json!({
        "AlgorithmSpecification": {
            "TrainingImage": "sh:1", "TrainingInputMode": "File",
            "ContainerEntrypoint": ["/bin/sh", "-c", format!("{BASE}{script}")],
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
        "HyperParameters": {"depth": "7"},
        "InputDataConfig": [{
            "ChannelName": "train", "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/"}},
        }],
        "OutputDataConfig": {"S3OutputPath": "s3://data/models/"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "RoleArn": ROLE,
    })
}

async fn unpacked(bench: &Bench, key: &str) -> BTreeMap<String, String> {
    let bytes = bench.objects.get("data", key).await.unwrap().unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        files.insert(name, text);
    }
    files
}

#[tokio::test]
async fn a_job_leaves_its_model_and_what_else_it_wrote_and_its_metrics() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        bench.put("train/rows.csv", "1,2\n").await;

        let end = bench
            .train(&request(
                "mkdir $B/model/code; cp $B/input/data/train/rows.csv $B/model/code/rows; \
                 cp $B/input/config/*.json $B/output/data; echo $TRAINING_JOB_NAME $TRAINING_JOB_ARN; \
                 echo loss=0.5; echo loss=0.25; \
                 printf '[0]\\ttrain-rmse:2\\tvalidation-rmse:3\\n'",
            ))
            .await;

        assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None));
        assert_eq!(
            end.model_artifacts.as_deref(),
            Some("s3://data/models/job/output/model.tar.gz")
        );
        let model = unpacked(&bench, "models/job/output/model.tar.gz").await;
        assert_eq!(model, BTreeMap::from([("code/rows".to_owned(), "1,2\n".to_owned())]));
        let data = unpacked(&bench, "models/job/output/output.tar.gz").await;
        assert_eq!(data["hyperparameters.json"], "{\"depth\":\"7\"}");
        let config: Value = serde_json::from_str(&data["inputdataconfig.json"]).unwrap();
        assert_eq!(config["train"]["ContentType"], "text/csv");
        assert!(data["resourceconfig.json"].contains("\"hosts\":[\"algo-1\"]"));
        let metrics = end.metrics.iter().map(|it| (it.name.as_str(), it.value));
        let metrics: Vec<(&str, f64)> = metrics.collect();
        assert_eq!(metrics, [("loss", 0.25), ("train:rmse", 2.0), ("validation:rmse", 3.0)]);
        assert!(std::fs::read_to_string(end.log).unwrap().starts_with("job arn:job\n"));
    }
}

#[tokio::test]
async fn a_model_may_be_left_as_its_files() {
    let bench = bench(OptMl::Variable);
    bench.put("train/rows.csv", "1,2\n").await;
    let mut request = request("echo w > $B/model/weights");
    request["OutputDataConfig"]["CompressionType"] = json!("NONE");

    let end = bench.train(&request).await;

    assert_eq!(end.model_artifacts.as_deref(), Some("s3://data/models/job/output/model/"));
    assert_eq!(bench.keys("models/"), ["models/job/output/model/weights"]);
}

#[tokio::test]
async fn a_job_that_fails_is_quoted() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        bench.put("train/rows.csv", "1,2\n").await;

        let end = bench
            .train(&request("echo x > $B/model/x; printf 'bad rows' > $B/output/failure; exit 1"))
            .await;

        assert_eq!(end.status, JobStatus::Failed);
        assert_eq!(end.failure_reason.as_deref(), Some("AlgorithmError: bad rows, exit code: 1"));
        assert_eq!((end.model_artifacts, bench.keys("models/")), (None, Vec::new()));
    }
}

#[tokio::test]
async fn the_image_is_told_to_train() {
    let bench = bench(OptMl::Variable);
    bench.put("train/rows.csv", "1,2\n").await;
    let mut request = request("");
    request["AlgorithmSpecification"]["ContainerEntrypoint"] = Value::Null;
    request["AlgorithmSpecification"].as_object_mut().unwrap().remove("ContainerEntrypoint");

    let end = bench.train(&request).await;

    // The shell looks for a script of that name.
    let reason = end.failure_reason.unwrap();
    assert!(reason.contains("train"), "{reason}");
    assert_ne!(end.exit_code, Some(0));
}

#[tokio::test]
async fn a_script_is_run_with_its_hyperparameters_and_variables() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        bench.put("train/rows.csv", "1,2\n").await;
        let program = "echo \"$@\" > $SM_MODEL_DIR/arguments; \
                       cp $SM_CHANNEL_TRAIN/rows.csv $SM_MODEL_DIR; \
                       . ./settings; echo \"$SM_HP_LEARNING_RATE $SM_HOSTS $SET\" > $SM_MODEL_DIR/told; \
                       echo \"$SM_HPS\" > $SM_MODEL_DIR/all";
        let mut archive = tar::Builder::new(Vec::new());
        for (name, text) in [("train.sh", program), ("settings", "SET=here\n")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        bench.put("code/sourcedir.tar.gz", archive.into_inner().unwrap()).await;
        let mut request = request("");
        request["AlgorithmSpecification"] = json!({"TrainingImage": "script:1"});
        request["HyperParameters"] = json!({
            "sagemaker_program": "\"train.sh\"",
            "sagemaker_submit_directory": "\"s3://data/code/sourcedir.tar.gz\"",
            "learning-rate": "0.10", "name": "\"two words\"", "verbose": "true", "e": "3",
        });

        let end = bench.train(&request).await;

        assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None));
        let model = unpacked(&bench, "models/job/output/model.tar.gz").await;
        let arguments = "-e 3 --learning-rate 0.10 --name two words --verbose True\n";
        assert_eq!(model["arguments"], arguments);
        assert_eq!(model["rows.csv"], "1,2\n");
        assert_eq!(model["told"], "0.10 [\"algo-1\"] here\n");
        let told: Value = serde_json::from_str(&model["all"]).unwrap();
        let wanted = json!({"e": 3, "learning-rate": 0.1, "name": "two words", "verbose": true});
        assert_eq!(told, wanted);
    }
}

#[test]
fn two_channels_of_one_name_are_refused() {
    let mut request = request("true");
    let channel = request["InputDataConfig"][0].clone();
    request["InputDataConfig"] = json!([channel, channel]);

    let refused = TrainingJob::new("job", "arn", &request).unwrap_err();

    assert_eq!(refused.message, "channel `train` is given twice; give each a name of its own");
}
