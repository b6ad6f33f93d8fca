//! Functions that are called and waited for.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use bytes::Bytes;
use delivery::Programs;
use http::Request;
use serde_json::{Value, json};

use crate::world::{World, arn, until};

#[tokio::test]
async fn a_function_is_given_the_event_and_a_deadline_to_come() {
    let world = World::new().await;
    let before = world.machine.clock.now().0;

    let (error, answer) = world.invoke("echo", json!({"retailer": "acme"})).await;

    assert_eq!(error, None);
    assert_eq!(answer["event"], json!({"retailer": "acme"}));
    assert_eq!(answer["arn"], arn("lambda", "function:echo"));
    let deadline: i64 = answer["deadline"].as_str().unwrap().parse().unwrap();
    assert!((before + 3000..before + 33_000).contains(&deadline), "{deadline}");
}

#[tokio::test]
async fn a_function_sees_the_variables_that_lambda_sets_and_no_others() {
    let world = World::new().await;

    let (_, seen) = world.invoke("echo", json!({"do": "environment"})).await;

    let names: Vec<&str> = seen.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_FORMAT",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_LEVEL",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "COLOUR",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TZ",
        "_HANDLER",
    ];
    assert_eq!(names, expected);
    let key = seen["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    let (_, caller) = world.machine.credentials.find(key).unwrap();
    assert_eq!(caller.role.as_deref(), Some("arn:aws:iam::000000000000:role/echo"));
}

#[tokio::test]
async fn a_process_is_kept_warm_for_five_minutes() {
    let world = World::new().await;
    let pid = |answer: (Option<String>, Value)| answer.1["pid"].as_u64().unwrap();

    let first = pid(world.invoke("echo", json!({})).await);
    let second = pid(world.invoke("echo", json!({})).await);
    world.advance(290);
    let third = pid(world.invoke("echo", json!({})).await);
    world.advance(331);
    until(|| !std::path::Path::new(&format!("/proc/{third}")).exists()).await;
    let fourth = pid(world.invoke("echo", json!({})).await);

    assert_eq!([first, second], [third, third]);
    assert_ne!(fourth, third);
}

#[tokio::test]
async fn invocations_at_once_have_a_process_each() {
    let world = World::new().await;
    let go = world.path("go");

    let one = world.begin("echo", json!({"until": go})).await;
    let two = world.begin("echo", json!({"until": go})).await;
    std::fs::write(&go, "").unwrap();

    let pid = |payload: &Bytes| serde_json::from_slice::<Value>(payload).unwrap()["pid"].clone();
    let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
    assert_ne!(pid(&one.payload), pid(&two.payload));
}

#[tokio::test]
async fn an_error_of_the_function_is_told_as_it_told_it() {
    let world = World::new().await;

    let (error, answer) = world.invoke("echo", json!({"do": "fail"})).await;

    assert_eq!(error.as_deref(), Some("Unhandled"));
    assert_eq!(answer, json!({"errorType": "Rejected", "errorMessage": "no"}));
}

#[tokio::test]
async fn a_function_that_hangs_is_killed_at_its_deadline() {
    let world = World::new().await;
    let begun = world.begin("echo", json!({"do": "hang"})).await;

    world.advance(4);

    let ended = begun.await.unwrap().unwrap();
    let told: Value = serde_json::from_slice(&ended.payload).unwrap();
    let message =
        format!("RequestId: {} Error: Task timed out after 3.00 seconds", ended.request_id);
    assert_eq!(told, json!({"errorType": "Sandbox.Timedout", "errorMessage": message}));
    assert_eq!(world.invoke("echo", json!({})).await.0, None);
}

#[tokio::test]
async fn a_function_that_crashes_is_told_and_the_next_one_runs() {
    let world = World::new().await;
    for (act, how) in [("crash", "exit status 3"), ("abort", "signal: abrt")] {
        let ended = world.try_invoke("echo", &json!({"do": act})).await.unwrap();

        let told: Value = serde_json::from_slice(&ended.payload).unwrap();
        let id = &ended.request_id;
        let message = format!("RequestId: {id} Error: Runtime exited with error: {how}");
        assert_eq!(told, json!({"errorType": "Runtime.ExitError", "errorMessage": message}));
        assert_eq!(world.invoke("echo", json!({})).await.0, None);
    }
}

#[tokio::test]
async fn an_answer_of_seven_megabytes_is_too_large() {
    let world = World::new().await;

    let (error, told) = world.invoke("echo", json!({"do": "big"})).await;

    assert_eq!(error.as_deref(), Some("Unhandled"));
    assert_eq!(told["errorType"], "Function.ResponseSizeTooLarge");
    assert_eq!(world.invoke("echo", json!({})).await.0, None);
}

#[tokio::test]
async fn a_function_that_cannot_begin_tells_why() {
    let world = World::new().await;

    let (_, exits) = world.invoke("exits", json!({})).await;
    let (_, errs) = world.invoke("errs", json!({})).await;

    assert_eq!(exits["errorType"], "Runtime.ExitError");
    let message = exits["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("Runtime exited with error: exit status 7"), "{message}");
    assert_eq!(errs, json!({"errorType": "Rejected", "errorMessage": "TOPIC_ARN is missing"}));
}

#[tokio::test]
async fn one_that_is_slow_to_begin_is_started_again_and_given_its_own_time() {
    let world = World::new().await;
    let (delivery, root) = (world.delivery.clone(), world.root.clone());
    let begun =
        tokio::spawn(
            async move { delivery.invoke(&root, "slow", Bytes::from_static(b"{}")).await },
        );
    let clock = world.machine.clock.clone();
    let start = clock.now();
    let ended = tokio::spawn(async move { begun.await.unwrap().unwrap() });
    while !ended.is_finished() {
        clock.advance(1000);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    let told: Value = serde_json::from_slice(&ended.await.unwrap().payload).unwrap();
    assert_eq!(told["errorType"], "Sandbox.Timedout");
    assert!(clock.now().since(start).as_secs() >= 13);
}

#[tokio::test]
async fn more_at_once_than_reserved_are_refused() {
    let world = World::new().await;
    let go = world.path("go");
    let begun = world.begin("single", json!({"until": go})).await;

    let refused = world.try_invoke("single", &json!({})).await.unwrap_err();
    std::fs::write(&go, "").unwrap();
    begun.await.unwrap().unwrap();

    assert_eq!((refused.status, refused.code.as_ref()), (429, "TooManyRequestsException"));
    assert_eq!(refused.members["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_eq!(world.invoke("single", json!({})).await.0, None);
}

#[tokio::test]
async fn a_process_answers_for_nobody_else_and_only_once() {
    let world = World::new().await;
    let done = world.try_invoke("echo", &json!({"do": "environment"})).await.unwrap();
    let seen: Value = serde_json::from_slice(&done.payload).unwrap();
    let address = seen["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();
    let own = address.splitn(4, '/').nth(3).unwrap();
    let other = "_runtime/0123456789abcdef";
    let go = world.path("go");
    let begun = world.begin("echo", json!({"until": go})).await;
    for (process, request_id) in
        [(own, done.request_id.as_str()), (own, "made-up"), (other, &done.request_id)]
    {
        let path = format!("/{process}/2018-06-01/runtime/invocation/{request_id}/response");
        let request = Request::post(path).body(Bytes::from_static(b"\"forged\"")).unwrap();

        let answer = world.delivery.runtime_api(request).await;

        assert_eq!(answer.status(), 400);
        assert!(String::from_utf8_lossy(answer.body()).contains("InvalidRequestID"));
    }
    std::fs::write(&go, "").unwrap();
    assert_ne!(begun.await.unwrap().unwrap().payload, Bytes::from_static(b"\"forged\""));
}

#[tokio::test]
async fn what_a_function_writes_is_in_its_log_and_the_end_of_it_in_the_answer() {
    let world = World::new().await;
    let path = "/2015-03-31/functions/echo/invocations";

    let answer = world.lambda(path, &[("x-amz-log-type", "Tail")], r#"{"do": "say"}"#).await;

    let tail = answer.headers()["x-amz-log-result"].to_str().unwrap();
    // 4096 bytes are 5464 letters of base64.
    assert_eq!(tail.len(), 5464);
    let log = world.machine.home.logs().join("lambda-echo.log");
    until(|| std::fs::read_to_string(&log).unwrap().contains(" last\n")).await;
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("first ---"));
    assert!(log.contains(r#""type":"platform.report""#));
}

#[tokio::test]
async fn the_wire_tells_errors_in_headers_and_refuses_what_is_no_json() {
    let world = World::new().await;
    let path = "/2015-03-31/functions/echo/invocations";

    let failed = world.lambda(path, &[], r#"{"do": "fail"}"#).await;
    let no_json = world.lambda(path, &[], "{").await;
    let large = world
        .lambda(
            path,
            &[("x-amz-invocation-type", "Event")],
            &json!("x".repeat(1 << 20)).to_string(),
        )
        .await;
    let unknown = world.lambda("/2015-03-31/functions/nope/invocations", &[], "{}").await;
    let versioned = world.lambda("/2015-03-31/functions/echo:7/invocations", &[], "{}").await;
    let other = world.lambda("/2015-03-31/layers", &[], "").await;
    let dry = world.lambda(path, &[("x-amz-invocation-type", "DryRun")], "{}").await;

    assert_eq!(failed.status(), 200);
    assert_eq!(failed.headers()["x-amz-function-error"], "Unhandled");
    let told = |answer: &http::Response<Bytes>| {
        let code = answer.headers().get("x-amzn-errortype").unwrap().to_str().unwrap().to_owned();
        (answer.status().as_u16(), code)
    };
    assert_eq!(told(&no_json), (400, "InvalidRequestContentException".to_owned()));
    assert_eq!(told(&large), (413, "RequestTooLargeException".to_owned()));
    assert_eq!(told(&unknown), (404, "ResourceNotFoundException".to_owned()));
    assert_eq!(told(&versioned), (404, "ResourceNotFoundException".to_owned()));
    assert_eq!(told(&other), (404, "UnknownOperationException".to_owned()));
    assert_eq!(dry.status(), 204);
}

#[tokio::test]
async fn functions_are_listed_and_found_by_arn() {
    let world = World::new().await;
    let path =
        format!("/2015-03-31/functions/{}", arn("lambda", "function:echo").replace(':', "%3A"));

    let listed = world.lambda("/2015-03-31/functions/", &[], "").await;
    let found = world.lambda(&path, &[], "").await;
    let latest = world.lambda(&format!("{path}?Qualifier=%24LATEST"), &[], "").await;
    let versioned = world.lambda(&format!("{path}?Qualifier=7"), &[], "").await;

    assert_eq!((latest.status().as_u16(), versioned.status().as_u16()), (200, 404));
    let listed: Value = serde_json::from_slice(listed.body()).unwrap();
    let found: Value = serde_json::from_slice(found.body()).unwrap();
    assert_eq!(listed["Functions"].as_array().unwrap().len(), 5);
    assert_eq!(found["Configuration"]["FunctionName"], "echo");
    assert_eq!(found["Configuration"]["Environment"]["Variables"]["COLOUR"], "blue");
}

#[tokio::test]
async fn programs_are_taken_from_the_folder_that_cargo_lambda_fills() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let this = std::env::current_exe().unwrap();
    let script =
        format!("#!/bin/sh\nexec {} --exact fake_function_main --nocapture\n", this.display());
    for name in ["echo", "single", "exits", "errs", "slow"] {
        let file = folder.path().join("built").join(name).join("bootstrap");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &script).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let programs = Programs::Folder(folder.path().join("built"));
    let world = World::again(folder, programs).await;

    let (error, seen) = world.invoke("echo", json!({"do": "environment"})).await;

    assert_eq!(error, None);
    assert!(seen["LAMBDA_TASK_ROOT"].as_str().unwrap().ends_with("/built/echo"));
}
