//! What endpoints answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use machine::Refusal;

use crate::world::{World, instances, serverless};

async fn endpoint(variant: serde_json::Value) -> World {
    let world = World::new();
    world.config("c1", "one", variant).await;
    world.endpoint("e", "c1").await;
    world
}

fn told(refusal: &Refusal) -> (u16, &str) {
    (refusal.status, refusal.code.as_ref())
}

#[tokio::test]
async fn an_answer_has_the_form_and_the_variant_in_its_headers() {
    let world = endpoint(instances()).await;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/csv"));
    headers.insert("accept", HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-sagemaker-custom-attributes", HeaderValue::from_static("trace=1"));

    let answer = world.invoke_with("e", &headers, b"1,2").await.unwrap();

    assert_eq!(answer.content_type.as_deref(), Some("application/json"));
    assert_eq!(answer.custom_attributes.as_deref(), Some("trace=1"));
    assert_eq!(answer.variant, "AllTraffic");
    assert_eq!(answer.body.as_ref(), b"one");
}

#[tokio::test]
async fn an_error_of_the_model_is_handed_on_with_what_it_said() {
    let world = endpoint(instances()).await;

    let refused = world.invoke("e", b"bad").await.unwrap_err();
    let slow = world.invoke("e", b"slow").await.unwrap_err();

    assert_eq!(told(&refused), (424, "ModelError"));
    assert_eq!(refused.members["OriginalStatusCode"], 415);
    assert_eq!(refused.members["OriginalMessage"], "no such form");
    assert!(refused.members["LogStreamArn"].as_str().unwrap().starts_with("arn:aws:logs:"));
    assert!(refused.message.starts_with("Received client error (415) from primary with message"));
    assert_eq!(told(&slow), (424, "ModelError"));
    assert!(slow.message.starts_with("Your invocation timed out"), "{slow}");
}

#[tokio::test]
async fn a_missing_endpoint_is_a_validation_error_and_names_keep_their_case() {
    let world = World::new();
    world.config("c1", "one", serverless()).await;
    world.endpoint("Demand", "c1").await;
    let world = world.restart();

    for name in ["none", "demand"] {
        let refused = world.invoke(name, b"x").await.unwrap_err();
        assert_eq!(told(&refused), (400, "ValidationError"));
        assert!(refused.message.contains("not found"), "{refused}");
    }
    assert!(world.invoke("Demand", b"x").await.is_ok());
}

static FIVE_MB: [u8; 5 << 20] = [b'x'; 5 << 20];
static SEVEN_MB: [u8; 7 << 20] = [b'x'; 7 << 20];

#[tokio::test]
async fn bodies_have_their_limits() {
    let small = endpoint(serverless()).await;
    let large = endpoint(instances()).await;

    let refused = small.invoke("e", &FIVE_MB).await.unwrap_err();
    assert_eq!(told(&refused), (400, "ValidationError"));
    assert!(refused.message.contains("oversize body"), "{refused}");
    assert!(large.invoke("e", &FIVE_MB).await.is_ok());
    assert_eq!(told(&large.invoke("e", &SEVEN_MB).await.unwrap_err()), (400, "ValidationError"));
    let answer = small.invoke("e", b"much").await.unwrap_err();
    assert_eq!(told(&answer), (424, "ModelError"));
    assert!(answer.message.contains("larger than 4194304 bytes"), "{answer}");
}

#[tokio::test]
async fn more_than_the_concurrency_of_a_serverless_endpoint_is_throttled() {
    let world = endpoint(serverless()).await;
    let waiting = |_| {
        let (sagemaker, caller) = (world.sagemaker.clone(), world.caller());
        tokio::spawn(async move {
            let headers = HeaderMap::new();
            sagemaker.invoke_endpoint(&caller, "e", &headers, "wait".into()).await
        })
    };
    let both: Vec<_> = (0..2).map(waiting).collect();
    tokio::task::yield_now().await;

    let refused = world.invoke("e", b"x").await.unwrap_err();
    both.iter().for_each(tokio::task::JoinHandle::abort);

    assert_eq!(refused.code, "ThrottlingException");
}

#[tokio::test]
async fn a_variant_can_be_asked_for_by_name() {
    let world = endpoint(instances()).await;
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-sagemaker-target-variant", HeaderValue::from_static("AllTraffic"));
    assert!(world.invoke_with("e", &headers, b"x").await.is_ok());

    headers.insert("x-amzn-sagemaker-target-variant", HeaderValue::from_static("Other"));
    let refused = world.invoke_with("e", &headers, b"x").await.unwrap_err();

    assert_eq!(told(&refused), (400, "ValidationError"));
}

#[tokio::test]
async fn a_server_that_died_is_started_again_by_who_asks_next() {
    let world = endpoint(instances()).await;
    world.stage.alive.lock().unwrap()[0].store(true, Ordering::SeqCst);

    world.invoke("e", b"x").await.unwrap();

    assert_eq!(world.stage.served.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn an_idle_serverless_server_ends_after_five_minutes_and_comes_back() {
    let world = endpoint(serverless()).await;
    world.invoke("e", b"x").await.unwrap();
    tokio::task::yield_now().await;

    world.machine.clock.advance(5 * 60 * 1000 + 2000);
    while world.stage.stopped.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    world.invoke("e", b"x").await.unwrap();

    assert_eq!(world.stage.served.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_server_that_does_not_start_again_is_told_by_kind_of_endpoint() {
    for (variant, expected) in [
        (serverless(), (429, "ModelNotReadyException")),
        (instances(), (503, "ServiceUnavailable")),
    ] {
        let world = World::new();
        world.config("c1", "image", variant).await;
        world.endpoint("e", "c1").await;
        // What it serves breaks while the engine is down.
        let broken = |body: String| body.replace("\"image\":\"image\"", "\"image\":\"broken\"");
        let store = &world.machine.store;
        let body = store.read::<serde_json::Value>("sagemaker.endpoint", "e").unwrap().unwrap();
        let body: serde_json::Value = serde_json::from_str(&broken(body.to_string())).unwrap();
        store.write(|batch| batch.put("sagemaker.endpoint", "e", &body)).unwrap();
        let world = world.restart();

        let refused = world.invoke("e", b"x").await.unwrap_err();

        assert_eq!(told(&refused), expected);
    }
}
