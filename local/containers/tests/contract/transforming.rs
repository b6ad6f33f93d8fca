use containers::{JobEnd, JobStatus, TransformJob};
use serde_json::{Value, json};

use crate::bench::{BOTH, Bench, bench, model};

fn request() -> Value {
    json!({
        "ModelName": "sums",
        "BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1, "MaxConcurrentTransforms": 3,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in"}},
            "ContentType": "text/csv", "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": "s3://data/out", "AssembleWith": "Line", "Accept": "text/csv",
        },
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    })
}

async fn run(bench: &Bench, request: &Value) -> JobEnd {
    let (_stopper, stop) = containers::stop();
    let job = TransformJob::new("job", request, model("model:1")).unwrap();
    bench.containers.transform(&job, &stop).await
}

#[tokio::test]
async fn each_object_has_an_answer_beside_it() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        bench.put("in/a.csv", "1,2\n3,4\n").await;
        bench.put("in/deep/b.csv", "5,6").await;
        let mut request = request();
        request["TransformResources"]["InstanceCount"] = json!(2);

        let end = run(&bench, &request).await;

        assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None));
        assert_eq!(bench.keys("out/"), ["out/a.csv.out", "out/deep/b.csv.out"]);
        assert_eq!(bench.text("out/a.csv.out").await, "3\n7\n");
        assert_eq!(bench.text("out/deep/b.csv.out").await, "11\n");
        assert!(bench.work().is_empty());
    }
}

#[tokio::test]
async fn identifiers_go_round_the_model_and_many_requests_keep_their_order() {
    let bench = bench(BOTH[1]);
    let rows: Vec<String> = (0..200).map(|row| format!("id-{row},x,{row},1\n")).collect();
    bench.put("in/rows.csv", rows.concat()).await;
    let mut request = request();
    request["BatchStrategy"] = json!("SingleRecord");
    request["DataProcessing"] =
        json!({"InputFilter": "$[2:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"});

    let end = run(&bench, &request).await;

    assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None));
    let wanted: Vec<String> = (0..200).map(|row| format!("id-{row},{}\n", row + 1)).collect();
    assert_eq!(bench.text("out/rows.csv.out").await, wanted.concat());
}

#[tokio::test]
async fn an_object_that_is_not_split_is_sent_whole() {
    let bench = bench(BOTH[1]);
    bench.put("in/a.csv", "1\n2\n").await;
    let mut request = request();
    request["TransformInput"]["SplitType"] = json!("None");
    request["TransformOutput"]["AssembleWith"] = json!("None");

    run(&bench, &request).await;

    assert_eq!(bench.text("out/a.csv.out").await, "1\n2\n");
}

#[tokio::test]
async fn what_the_model_refuses_is_not_asked_again_and_what_it_fails_at_is() {
    let bench = bench(BOTH[1]);
    bench.put("in/a.csv", "bad").await;
    let end = run(&bench, &request()).await;
    let reason = end.failure_reason.unwrap();
    assert_eq!(reason, "ClientError: a.csv: the model answered 400: no such feature");

    bench.put("in/a.csv", "fail").await;
    let mut once = request();
    once["ModelClientConfig"] = json!({"InvocationsMaxRetries": 0});
    let end = run(&bench, &once).await;
    let reason = end.failure_reason.unwrap();
    assert_eq!(reason, "AlgorithmError: a.csv: the model answered 500: broken");

    bench.put("in/a.csv", "later").await;
    let end = run(&bench, &request()).await;
    assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None));
}

#[tokio::test]
async fn a_model_that_crashes_is_a_failed_job() {
    let bench = bench(BOTH[0]);
    bench.put("in/a.csv", "crash").await;

    let end = run(&bench, &request()).await;

    let reason = end.failure_reason.unwrap();
    assert!(reason.contains("exit code 9: out of memory"), "{reason}");
}

#[tokio::test]
async fn a_transform_job_can_be_stopped() {
    let bench = bench(BOTH[0]);
    bench.put("in/a.csv", "sleep").await;
    let (stopper, stop) = containers::stop();
    let job = TransformJob::new("job", &request(), model("model:1")).unwrap();
    let stopping = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        stopper.stop();
    };

    let (end, ()) = tokio::join!(bench.containers.transform(&job, &stop), stopping);

    assert_eq!((end.status, end.failure_reason), (JobStatus::Stopped, None));
}
