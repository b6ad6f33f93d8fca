use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use containers::{JobStatus, OptMl};
use machine::{Caller, Permissions, Refusal};
use serde_json::json;

use crate::bench::{BOTH, bench, bench_for, input, output, running, shell, until};

#[tokio::test]
async fn a_job_reads_its_inputs_and_leaves_its_outputs() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        bench.put("in/a.csv", "1\n").await;
        bench.put("in/deep/b.csv", "2\n").await;
        let mut request = shell(
            "mkdir $B/processing/output/all/sum; \
             cat $B/processing/input/train/a.csv $B/processing/input/train/deep/b.csv \
               > $B/processing/output/all/sum/ab.csv; \
             ln -s /etc/passwd $B/processing/output/all/link; \
             cp $B/config/*.json $B/processing/output/all; \
             printf 'done with it' > $B/output/message; \
             test -d $B && echo to the log",
        );
        request["ProcessingInputs"] = json!([input("train", "s3://data/in")]);
        request["ProcessingOutputConfig"]["Outputs"] = json!([output("all", "s3://data/out/")]);

        let end = bench.process(request).await;

        assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None), "{opt_ml:?}");
        assert_eq!(end.exit_message.as_deref(), Some("done with it"));
        assert_eq!(end.exit_code, Some(0));
        assert_eq!(
            bench.keys("out/"),
            ["out/processingjobconfig.json", "out/resourceconfig.json", "out/sum/ab.csv"]
        );
        assert_eq!(bench.text("out/sum/ab.csv").await, "1\n2\n");
        let config = bench.text("out/processingjobconfig.json").await;
        assert!(config.contains("\"ProcessingJobName\":\"job\""), "{config}");
        assert!(config.contains("\"ImageUri\":\"sh:1\""), "{config}");
        assert_eq!(std::fs::read_to_string(&end.log).unwrap(), "to the log\n");
        assert!(bench.work().is_empty(), "{:?}", bench.work());
    }
}

#[tokio::test]
async fn a_job_has_the_variables_of_the_contract_and_no_others() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        let mut request = shell("env > $B/processing/output/env/env");
        request["Environment"] = json!({"MINE": "x y"});
        request["ProcessingOutputConfig"]["Outputs"] = json!([output("env", "s3://data/out")]);

        bench.process(request).await;

        let env = bench.text("out/env").await;
        let names = env.lines().filter_map(|line| Some(line.split_once('=')?.0));
        let known = ["PATH", "HOME", "LANG", "TMPDIR", "MINE", "SAGEMAKER_BASE_DIR"];
        let shells = ["PWD", "SHLVL", "_", "OLDPWD", "B"];
        let strange: Vec<&str> = names
            .filter(|name| !known.contains(name) && !shells.contains(name))
            .filter(|name| !name.starts_with("AWS_"))
            .collect();
        assert_eq!(strange, Vec::<&str>::new());
        assert!(env.contains("MINE=x y\n"), "{env}");
        assert!(env.contains("AWS_ENDPOINT_URL=http://127.0.0.1:4510\n"), "{env}");
        assert!(env.contains("AWS_REGION=eu-west-1\n"), "{env}");
        let fell_back = bench.containers.opt_ml().await == OptMl::Variable;
        assert_eq!(env.contains("SAGEMAKER_BASE_DIR="), fell_back, "{env}");
        let key = env.lines().find_map(|line| line.strip_prefix("AWS_ACCESS_KEY_ID=")).unwrap();
        assert!(bench.machine.credentials.find(key).is_none(), "the key outlives its job");
    }
}

#[tokio::test]
async fn a_job_that_fails_says_why_and_leaves_only_what_is_continuous() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        let mut request = shell(
            "for o in end all; do echo x > $B/processing/output/$o/x; done; \
             echo first >&2; echo 'no such column' >&2; exit 3",
        );
        let mut continuous = output("all", "s3://data/all");
        continuous["S3Output"]["S3UploadMode"] = json!("Continuous");
        request["ProcessingOutputConfig"]["Outputs"] =
            json!([output("end", "s3://data/end"), continuous]);

        let end = bench.process(request).await;

        assert_eq!(end.status, JobStatus::Failed);
        assert_eq!(
            end.failure_reason.as_deref(),
            Some("AlgorithmError: no such column, exit code: 3")
        );
        assert_eq!(bench.keys(""), ["all/x"]);
        assert_eq!(bench.work(), ["failed-job"]);
    }
}

#[tokio::test]
async fn a_prefix_without_objects_is_a_failed_job_that_names_it() {
    let bench = bench(OptMl::Variable);
    let mut request = shell("true");
    request["ProcessingInputs"] = json!([input("train", "s3://data/nothing/here")]);

    let end = bench.process(request).await;

    let reason = end.failure_reason.unwrap();
    let begins = "ClientError: Data download failed:No S3 objects found under S3 URL \
                  \"s3://data/nothing/here\"";
    assert!(reason.starts_with(begins), "{reason}");
}

#[tokio::test]
async fn an_unknown_image_and_a_missing_program_are_failed_jobs() {
    let bench = bench(OptMl::Variable);
    let mut request = shell("true");
    request["AppSpecification"]["ImageUri"] = json!("python:3");
    let end = bench.process(request).await;
    let reason = end.failure_reason.unwrap();
    assert!(reason.contains("[[images]] image = \"python:3\""), "{reason}");

    let mut request = shell("true");
    request["AppSpecification"]["ContainerEntrypoint"] = json!(["no-such-program"]);
    let end = bench.process(request).await;
    assert_eq!(end.exit_code, Some(127));
    let reason = end.failure_reason.unwrap();
    assert!(reason.contains("`no-such-program` cannot be started"), "{reason}");
}

#[tokio::test]
async fn an_entry_point_in_an_input_is_found() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        bench.put("code/run.sh", "echo \"ran with $1\" >&2; exit 4").await;
        let mut request = shell("");
        request["ProcessingInputs"] = json!([input("code", "s3://data/code/run.sh")]);
        request["AppSpecification"]["ContainerEntrypoint"] =
            json!(["/bin/sh", "/opt/ml/processing/input/code/run.sh"]);
        request["AppSpecification"]["ContainerArguments"] = json!(["x"]);

        let end = bench.process(request).await;

        let reason = end.failure_reason.unwrap();
        assert_eq!(reason, "AlgorithmError: ran with x, exit code: 4");
    }
}

#[tokio::test]
async fn instances_share_an_input_and_their_outputs_meet() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        for name in ["a", "b", "c"] {
            bench.put(&format!("in/{name}"), name).await;
        }
        let script = |target: &str| {
            format!(
                "HOST=$(sed 's/.*\"current_host\":\"\\([^\"]*\\)\".*/\\1/' $B/config/resourceconfig.json); \
                 cat $B/processing/input/train/* > $B/processing/output/all/{target}"
            )
        };
        let request = |script: &str| {
            let mut request = shell(script);
            let mut train = input("train", "s3://data/in");
            train["S3Input"]["S3DataDistributionType"] = json!("ShardedByS3Key");
            request["ProcessingInputs"] = json!([train]);
            request["ProcessingOutputConfig"]["Outputs"] = json!([output("all", "s3://data/out")]);
            request["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = json!(2);
            request
        };

        let end = bench.process(request(&script("$HOST"))).await;
        assert_eq!((end.status, end.failure_reason), (JobStatus::Completed, None));
        assert_eq!(bench.text("out/algo-1").await, "ac");
        assert_eq!(bench.text("out/algo-2").await, "b");

        let end = bench.process(request(&script("same"))).await;
        let reason = end.failure_reason.unwrap();
        assert!(reason.contains("two instances wrote same"), "{reason}");
    }
}

#[tokio::test]
async fn an_input_may_be_a_manifest_and_may_be_unpacked() {
    let bench = bench(OptMl::Variable);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"unpacked").unwrap();
    bench.put("in/x/a.gz", packed.finish().unwrap()).await;
    bench.put("in/other", "not wanted").await;
    bench.put("manifest", r#"[{"prefix": "s3://data/in/"}, "x/a.gz"]"#).await;
    let mut request =
        shell("cat $B/processing/input/m/x/a; find $B/processing/input -type f | wc -l");
    let mut manifest = input("m", "s3://data/manifest");
    manifest["S3Input"]["S3DataType"] = json!("ManifestFile");
    manifest["S3Input"]["S3CompressionType"] = json!("Gzip");
    request["ProcessingInputs"] = json!([manifest]);

    let end = bench.process(request).await;

    assert_eq!(end.failure_reason, None);
    assert_eq!(std::fs::read_to_string(end.log).unwrap(), "unpacked1\n");
}

#[tokio::test]
async fn a_job_that_is_stopped_ends_with_all_that_it_started() {
    for (opt_ml, seconds) in BOTH.into_iter().zip(["7101", "7102"]) {
        let bench = bench(opt_ml);
        let (stopper, stop) = containers::stop();
        let request = shell(&format!("sleep {seconds} & echo ready; wait"));
        let stopping = async {
            bench.printed("ready").await;
            until(|| running(seconds) == 1).await;
            stopper.stop();
        };

        let (end, ()) = tokio::join!(bench.process_until(request, &stop), stopping);

        assert_eq!((end.status, end.timed_out), (JobStatus::Stopped, false));
        assert_eq!(end.failure_reason, None);
        until(|| running(seconds) == 0).await;
        assert!(bench.work().is_empty());
    }
}

#[tokio::test]
async fn a_job_that_takes_too_long_is_asked_and_then_killed_by_the_clock() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        let mut request = shell("trap 'echo asked' TERM; echo ready; while :; do sleep 0.01; done");
        request["StoppingCondition"] = json!({"MaxRuntimeInSeconds": 3600});
        let advancing = async {
            bench.printed("ready").await;
            bench.machine.clock.advance(3_600_000);
            bench.printed("asked").await;
            bench.machine.clock.advance(120_000);
        };

        let (end, ()) = tokio::join!(bench.process(request), advancing);

        assert_eq!((end.status, end.timed_out), (JobStatus::Stopped, true));
        assert!(end.ended.since(end.started) >= Duration::from_mins(62));
    }
}

#[tokio::test]
async fn what_a_job_leaves_in_the_background_ends_with_it() {
    for (opt_ml, seconds) in BOTH.into_iter().zip(["7201", "7202"]) {
        let bench = bench(opt_ml);

        let end = bench.process(shell(&format!("sleep {seconds} & echo ready"))).await;

        assert_eq!(end.status, JobStatus::Completed);
        until(|| running(seconds) == 0).await;
    }
}

#[tokio::test]
async fn a_message_that_is_no_text_is_an_error_and_a_long_one_is_cut() {
    let bench = bench(OptMl::Variable);
    let end = bench.process(shell("printf '\\377\\376' > $B/output/message")).await;
    let reason = end.failure_reason.unwrap();
    assert_eq!(reason, "ClientError: /opt/ml/output/message is not UTF-8");

    let end = bench.process(shell("printf '%2000s' x > $B/output/message")).await;
    assert_eq!(end.exit_message.unwrap().len(), 1024);
}

#[tokio::test]
async fn a_job_may_do_what_its_role_may_and_no_more() {
    let bench = bench_for(OptMl::Variable, Arc::new(Nothing));
    bench.put("in/a", "1").await;
    let mut request = shell("true");
    request["ProcessingInputs"] = json!([input("train", "s3://data/in")]);

    let end = bench.process(request).await;

    let reason = end.failure_reason.unwrap();
    assert!(reason.starts_with("ClientError: AccessDenied"), "{reason}");
}

/// Nobody may do anything, but the engine itself.
#[derive(Debug)]
struct Nothing;

impl Permissions for Nothing {
    fn check_in(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        _: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let arn = &caller.arn;
        let words = format!("{arn} is not authorized to perform {action} on {resource}");
        Err(Refusal::new(403, "AccessDenied", words))
    }
}

#[tokio::test]
async fn the_folder_of_a_job_that_was_running_when_the_engine_was_killed_is_put_aside() {
    let bench = bench(OptMl::Variable);
    std::fs::create_dir(bench.machine.home.work().join("killed")).unwrap();
    std::fs::create_dir(bench.machine.home.models().join("server")).unwrap();

    bench.again();

    assert_eq!(bench.work(), ["failed-killed"]);
    assert!(!bench.machine.home.models().join("server").exists());
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_named() {
    let bench = bench(OptMl::Variable);
    let mut from = shell("true");
    from["ProcessingInputs"] = json!([input("train", "s3://nowhere/in")]);
    let mut to = shell("echo x > $B/processing/output/all/x");
    to["ProcessingOutputConfig"]["Outputs"] = json!([output("all", "s3://nowhere/out")]);

    let (from, to) = (bench.process(from).await, bench.process(to).await);

    let reason = from.failure_reason.unwrap();
    assert!(reason.starts_with("ClientError: Data download failed:"), "{reason}");
    assert!(reason.contains("\"s3://nowhere/in\""), "{reason}");
    assert_eq!(
        to.failure_reason.unwrap(),
        "ClientError: Data upload to s3://nowhere/out/x failed: NoSuchBucket: The specified bucket \
         does not exist"
    );
}
