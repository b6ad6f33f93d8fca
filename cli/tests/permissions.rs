//! A statement that is missing from template.yaml is found on this machine, not in production.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what the tests share may fail them too"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use containers::OptMl;
use engine::{Engine, Settings};
use machine::Identity;
use serde_json::{Value, json};
use tempfile::TempDir;

fn template() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    std::fs::read_to_string(path).unwrap()
}

async fn engine(home: &TempDir, template: String) -> Engine {
    let settings = Settings {
        home: home.path().to_owned(),
        port: 0,
        identity: Identity::default(),
        template,
        parameters: BTreeMap::new(),
        program: PathBuf::from(env!("CARGO_BIN_EXE_almanac")),
        functions: None,
        images: Vec::new(),
        opt_ml: OptMl::default(),
        search_path: "/usr/bin:/bin".to_owned(),
        retry_wait: Duration::from_millis(10),
    };
    Engine::start(settings).await.unwrap()
}

/// What compare-models answers of a candidate, and whether it failed.
async fn compared(engine: &Engine) -> (bool, Value) {
    let bucket = engine.stack().buckets[0].name.clone();
    let report = json!({
        "schema_version": 1,
        "metrics": {"rmse": {"value": 7.4}},
        "holdout": {"fingerprint": "sha256:aa"},
    });
    engine.objects().put(&bucket, "run/evaluation.json", report.to_string(), None).await.unwrap();
    let event = json!({
        "model_group": "retail-store-item",
        "evaluation_s3_uri": format!("s3://{bucket}/run"),
        "metric": "rmse",
        "min_improvement": 0.0,
        "source": "registry",
        "execution_id": "k2x7q9mw3t5a",
    });
    let user = engine.machine().credentials.root_caller();
    let name = "almanac-compare-models";
    let answer = engine.delivery().invoke(&user, name, event.to_string().into()).await.unwrap();
    let payload = serde_json::from_slice(&answer.payload).unwrap();
    (answer.function_error.is_some(), payload)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_does_what_its_role_grants() {
    let home = TempDir::new().unwrap();
    let engine = engine(&home, template()).await;

    let (failed, answer) = compared(&engine).await;

    assert!(!failed, "{answer}");
    assert_eq!(answer["promote"], "true");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_calls_what_its_role_does_not_grant_is_denied_and_the_action_named() {
    let home = TempDir::new().unwrap();
    let granted = "Action: [sagemaker:ListModelPackages, sagemaker:ListTrialComponents]";
    let template = template();
    assert!(template.contains(granted));
    let poorer = template.replace(granted, "Action: [sagemaker:ListTrialComponents]");
    let engine = engine(&home, poorer).await;

    let (failed, answer) = compared(&engine).await;

    assert!(failed, "{answer}");
    assert_eq!(answer["errorType"], "Rejected");
    let words = answer["errorMessage"].as_str().unwrap();
    let denied = "assumed-role/almanac-compare-models-eu-west-1/";
    assert!(words.contains(denied), "{words}");
    let action = "is not authorized to perform: sagemaker:ListModelPackages on resource: ";
    assert!(words.contains(action), "{words}");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_may_not_read_the_bucket_learns_no_more_than_in_aws() {
    let home = TempDir::new().unwrap();
    let template = template();
    let granted =
        "Sid: ReadReports\n                Effect: Allow\n                Action: s3:GetObject";
    assert!(template.contains(granted));
    let poorer = template.replace(granted, &granted.replace("Effect: Allow", "Effect: Deny"));
    let engine = engine(&home, poorer).await;

    let (failed, answer) = compared(&engine).await;

    assert!(failed, "{answer}");
    let words = answer["errorMessage"].as_str().unwrap();
    assert!(words.contains("s3:GetObject") && words.contains("was denied"), "{words}");
    engine.stop().await;
}
