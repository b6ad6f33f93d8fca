//! Input from somebody who means no good.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cloud::S3Uri;
use cloud::objects::{ReadObject, UploadFile};
use serde_json::{Value, json};

use crate::engine::{Engine, Site, processes_of, until};
use crate::random::Random;
use crate::wire::{Signed, raw};

const SEED: u64 = 31_337;
const MUTATIONS: usize = 500;

fn call(engine: &Engine, operation: &str, request: &Value) -> (u16, Value) {
    let (body, target) = (request.to_string(), format!("SageMaker.{operation}"));
    let request =
        Signed { service: "sagemaker", path: "/", target: &target, body: body.as_bytes() };
    request.send(engine)
}

#[test]
fn every_port_is_on_the_loopback_and_other_names_are_not_answered() {
    let site = Site::new();
    let engine = site.start();
    let address = engine.address();

    for host in ["attacker.example", "127.0.0.1.attacker.example", "169.254.169.254", ""] {
        for path in ["/", "/_almanac/health", "/bucket/key", "/_runtime/a/2018-06-01/runtime"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let answered = raw(&address, request.as_bytes());
            assert_eq!(answered.as_ref().map(|it| it.0), Some(421), "{host}{path}: {answered:?}");
        }
    }
    let no_host = raw(&address, b"GET /_almanac/health HTTP/1.0\r\n\r\n").unwrap();
    assert_eq!(no_host.0, 421);
    let others: Vec<u32> = processes_of(&engine.url).iter().map(|it| it.number).collect();
    let mut ports = 0;
    for process in others.into_iter().chain([engine.process()]) {
        for listening in listening(process) {
            // 127.0.0.1, as the kernel writes it.
            assert!(listening.starts_with("0100007F:"), "{listening} is open to others");
            ports += 1;
        }
    }
    assert!(ports > 0);
}

/// The addresses that a process listens at.
fn listening(process: u32) -> Vec<String> {
    let sockets = fs::read_dir(format!("/proc/{process}/fd")).unwrap().flatten();
    let sockets: Vec<String> = sockets
        .filter_map(|it| fs::read_link(it.path()).ok())
        .filter_map(|it| Some(it.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').into()))
        .collect();
    let tables = ["tcp", "tcp6", "udp", "udp6"].map(|table| format!("/proc/{process}/net/{table}"));
    let rows = tables.map(|table| fs::read_to_string(table).unwrap_or_default()).join("\n");
    rows.lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>())
        .filter(|row| row.len() > 9 && sockets.iter().any(|it| it == row[9]))
        // TCP that listens, and UDP that is bound.
        .filter(|row| matches!(row[3], "0A" | "07"))
        .map(|row| row[1].to_owned())
        .collect()
}

#[test]
fn what_is_malformed_is_refused_and_the_engine_lives() {
    eprintln!("seed {SEED}, {MUTATIONS} mutations");
    let site = Site::new();
    let mut engine = site.start();
    let address = engine.address();
    for bytes in [
        b"\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00".to_vec(),
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\na".to_vec(),
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=\r\n\r\n".to_vec(),
        b"PUT /%00/%ff HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"POST /_runtime/guessed/2018-06-01/runtime/init/error HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"POST /_almanac/clock HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 21\r\n\r\n{\"advance_seconds\":9}".to_vec(),
    ] {
        let answered = raw(&address, &bytes);
        let refused = answered.as_ref().is_none_or(|it| (400..500).contains(&it.0));
        assert!(refused, "{}: {answered:?}", String::from_utf8_lossy(&bytes));
    }
    for body in ["", "[]", "null", "{", "{\"a\":1}{", "\u{0}", "{\"PipelineName\":{}}"] {
        let target = "SageMaker.DescribePipeline";
        let request = Signed { service: "sagemaker", path: "/", target, body: body.as_bytes() };
        let (status, answer) = request.send(&engine);
        assert_eq!(status, 400, "{body}: {answer}");
    }
    let mut random = Random(SEED);
    let target = "SageMaker.ListPipelines";
    let request = Signed { service: "sagemaker", path: "/", target, body: b"{\"MaxResults\":10}" };
    let right = request.bytes(&engine);
    for _ in 0..MUTATIONS {
        let wrong = mutated(&right, &mut random);
        let answered = raw(&address, &wrong);
        let fair = answered.as_ref().is_none_or(|it| it.0 < 500 || it.0 == 501);
        assert!(fair, "{}: {answered:?}", String::from_utf8_lossy(&wrong));
    }
    assert!(engine.is_well());
    assert_eq!(request.send(&engine).0, 200);
}

/// Bytes changed, cut out and put in, but always to an end that the engine can see.
fn mutated(right: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = right.to_vec();
    for _ in 0..=random.below(4) {
        let length = u64::try_from(bytes.len()).unwrap();
        let at = usize::try_from(random.below(length)).unwrap();
        match random.below(3) {
            0 => bytes[at] = random.next().to_le_bytes()[0],
            1 => drop(bytes.remove(at)),
            _ => bytes.splice(at..at, random.bytes(9)).for_each(drop),
        }
    }
    // Whatever length is announced now, so much is there.
    bytes.extend(std::iter::repeat_n(b'\n', 4096));
    bytes
}

#[test]
fn what_is_too_large_is_refused() {
    let site = Site::new();
    let mut engine = site.start();
    let address = engine.address();

    let large = vec![b' '; 9 << 20];
    let target = "SageMaker.ListPipelines";
    let request = Signed { service: "sagemaker", path: "/", target, body: &large };
    let answered = raw(&address, &request.bytes(&engine));
    assert!(answered.as_ref().is_none_or(|it| it.0 == 413), "{answered:?}");
    let deep = "[".repeat(200_000);
    let request = Signed { service: "sagemaker", path: "/", target, body: deep.as_bytes() };
    assert_eq!(request.send(&engine).0, 400);
    for head in [
        format!("GET /{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "a".repeat(1 << 20)),
        format!("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: {}\r\n\r\n", "a".repeat(1 << 20)),
        format!("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n", "A: a\r\n".repeat(100_000)),
    ] {
        let answered = raw(&address, head.as_bytes());
        let refused = answered.as_ref().is_none_or(|it| (400..500).contains(&it.0));
        assert!(refused, "{}: {answered:?}", &head[..60]);
    }
    assert!(engine.is_well());
}

#[tokio::test]
async fn names_that_lead_elsewhere_lead_nowhere() {
    let site = Site::new();
    let engine = site.start();
    let aws = engine.client().await;
    let bucket = site.outputs()["ArtefactBucketName"].clone();
    let scratch = site.folder().join("scratch");
    fs::write(&scratch, "evil").unwrap();
    let before = files(site.folder(), &site.home());

    let keys = ["../../../evil", "in/../../../../../evil", "/etc/evil", "..", "a/./b", "in//evil"];
    for key in keys {
        let uri = S3Uri::new(&bucket, key).unwrap();
        aws.upload(&scratch, &uri).await.unwrap();
        assert_eq!(aws.read(&uri).await.unwrap().bytes, b"evil", "{key}");
    }
    let reason = job_with_input(&site, &engine, &format!("s3://{bucket}/in")).await;
    assert!(reason.contains("evil"), "{reason}");
    refused_names(&engine, &site);

    assert_eq!(files(site.folder(), &site.home()), before, "files appeared outside the home");
    let strays = files(&site.home(), &site.home().join("objects"));
    assert!(!strays.keys().any(|it| it.ends_with("evil")), "{strays:?}");
    engine.kill().await;
}

/// What becomes of a job that is to read what cannot be a file in its folder.
async fn job_with_input(site: &Site, engine: &Engine, input: &str) -> String {
    let request = json!({
        "ProcessingJobName": "reads-evil",
        "AppSpecification": {
            "ImageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/fault-job:1",
            "ContainerArguments": ["1", "0"],
        },
        "ProcessingInputs": [{"InputName": "in", "S3Input": {
            "S3Uri": input, "LocalPath": "/opt/ml/processing/input/in",
            "S3DataType": "S3Prefix", "S3InputMode": "File",
        }}],
        "ProcessingResources": {"ClusterConfig": {
            "InstanceCount": 1, "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 1,
        }},
        "RoleArn": site.outputs()["JobRoleArn"],
    });
    let (status, answer) = call(engine, "CreateProcessingJob", &request);
    assert_eq!(status, 200, "{answer}");
    until(async || {
        let name = json!({"ProcessingJobName": "reads-evil"});
        let (_, found) = call(engine, "DescribeProcessingJob", &name);
        match found["ProcessingJobStatus"].as_str() {
            Some("Failed") => Ok(found["FailureReason"].to_string()),
            _ => Err(found.to_string()),
        }
    })
    .await
}

fn refused_names(engine: &Engine, site: &Site) {
    let role = &site.outputs()["PipelineRoleArn"];
    let evil = "../../../evil";
    for (operation, request) in [
        (
            "CreatePipeline",
            json!({"PipelineName": evil, "PipelineDefinition": "{}", "RoleArn": role, "ClientRequestToken": "a".repeat(32)}),
        ),
        ("CreateModelPackageGroup", json!({"ModelPackageGroupName": evil})),
        ("CreateExperiment", json!({"ExperimentName": evil})),
        ("CreateTrialComponent", json!({"TrialComponentName": evil})),
        ("CreateModel", json!({"ModelName": evil, "ExecutionRoleArn": role})),
        ("CreateEndpoint", json!({"EndpointName": evil, "EndpointConfigName": evil})),
        ("DescribeEndpoint", json!({"EndpointName": evil})),
    ] {
        let (status, answer) = call(engine, operation, &request);
        assert_eq!(status, 400, "{operation}: {answer}");
    }
    for (service, path) in [
        ("sagemaker", "/endpoints/..%2F..%2Fevil/invocations"),
        ("sagemaker", "/endpoints/../../invocations"),
        ("lambda", "/2015-03-31/functions/..%2F..%2Fevil/invocations"),
        ("events", "/../../evil"),
    ] {
        let (status, answer) = Signed { service, path, target: "", body: b"{}" }.send(engine);
        assert!((400..500).contains(&status), "{path}: {status} {answer}");
    }
}

/// The files below a folder with their sizes, without those below another.
fn files(folder: &Path, without: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path == without || path.ends_with("engine.log") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, without));
        } else if let Ok(about) = entry.metadata() {
            found.insert(path.display().to_string(), about.len());
        }
    }
    found
}
