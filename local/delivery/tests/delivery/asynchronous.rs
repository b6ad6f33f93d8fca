//! Functions that are called and not waited for.

use std::fs;
use std::sync::Arc;

use delivery::Mapping;
use serde_json::{Value, json};

use crate::world::{World, arn, fake_programs, length, until};

#[tokio::test]
async fn an_event_is_accepted_at_once_and_run_once() {
    let world = World::new().await;

    world.send_event("echo", &json!({"mark": world.path("ran")})).await;
    world.delivery.settled().await.unwrap();

    assert_eq!(length(&world.file("ran")), 1);
    assert!(world.delivery.idle());
}

#[tokio::test]
async fn one_that_fails_is_tried_after_one_and_two_minutes_and_then_given_up() {
    let world = World::new().await;
    let ran = world.file("ran");

    world.send_event("echo", &json!({"do": "fail", "mark": ran})).await;
    for (tries, wait) in [(1, 61), (2, 121)] {
        until(|| length(&ran) == tries).await;
        settle_attempt(&world).await;
        world.advance(wait - 5);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(length(&ran), tries, "tried too soon");
        world.advance(5);
    }
    world.delivery.settled().await.unwrap();

    assert_eq!(length(&ran), 3);
    let message = world.message("failures").await;
    let record: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    let function = format!("{}:$LATEST", arn("lambda", "function:echo"));
    assert_eq!(record["requestContext"]["functionArn"], function);
    assert_eq!(record["requestPayload"]["do"], "fail");
    assert_eq!(record["responseContext"]["functionError"], "Unhandled");
    assert_eq!(record["responsePayload"]["errorType"], "Rejected");
}

/// Waits until the attempt that runs has been written off.
async fn settle_attempt(world: &World) {
    let running = || {
        world
            .machine
            .store
            .look(|connection| {
                connection.query_row("SELECT sum(running) FROM invocations", [], |row| {
                    row.get::<_, Option<i64>>(0)
                })
            })
            .unwrap()
    };
    until(|| running() == Some(0)).await;
}

#[tokio::test]
async fn a_throttled_event_waits_for_its_turn_and_counts_no_attempt() {
    let world = World::new().await;
    let (go, ran) = (world.path("go"), world.path("ran"));
    let begun = world.begin("single", json!({"until": go})).await;

    world.send_event("single", &json!({"mark": ran})).await;
    settle_attempt(&world).await;
    fs::write(&go, "").unwrap();
    begun.await.unwrap().unwrap();
    world.advance(300);
    world.delivery.settled().await.unwrap();

    assert_eq!(length(&world.file("ran")), 1);
}

#[tokio::test]
async fn an_event_that_is_too_old_is_given_up_without_another_attempt() {
    let world = World::new().await;
    let ran = world.file("ran");
    world.send_event("echo", &json!({"do": "fail", "mark": ran})).await;
    until(|| length(&ran) == 1).await;
    settle_attempt(&world).await;

    world.advance(3700);
    world.delivery.settled().await.unwrap();

    assert_eq!(length(&ran), 1);
    let message = world.message("failures").await;
    let record: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
}

#[test]
fn one_that_ran_when_the_engine_was_killed_runs_again() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let ran = folder.path().join("ran");
    let event = json!({"mark": ran, "until": folder.path().join("go")});
    let runtime = || tokio::runtime::Runtime::new().unwrap();

    let first = runtime();
    first.block_on(async {
        let world = World::again(Arc::clone(&folder), fake_programs()).await;
        world.send_event("echo", &event).await;
        until(|| length(&ran) == 1).await;
    });
    // Every task and process of it ends, wherever it was.
    drop(first);
    fs::write(folder.path().join("go"), "").unwrap();
    runtime().block_on(async {
        let world = World::again(Arc::clone(&folder), fake_programs()).await;
        world.delivery.settled().await.unwrap();
    });

    assert_eq!(length(&ran), 2);
}

#[tokio::test]
async fn a_function_is_fed_from_a_queue_and_what_it_reports_stays_there() {
    let world = World::new().await;
    for body in ["good", "bad", "fine"] {
        world.sqs("SendMessage", json!({"queue": "work", "MessageBody": body})).await.unwrap();
    }
    let mapping = Mapping {
        queue: "work".to_owned(),
        function: "echo".to_owned(),
        batch_size: 10,
        reports_failures: true,
    };
    world.delivery.map_queue(mapping);
    let (running, told) = tokio::sync::watch::channel(false);
    let delivery = world.delivery.clone();
    tokio::spawn(async move { delivery.run(told).await });

    let left = || {
        let counts = world.machine.store.look(|connection| {
            connection.query_row(
                "SELECT count(*) FROM sqs_messages WHERE queue = 'work'",
                [],
                |row| row.get::<_, i64>(0),
            )
        });
        counts.unwrap()
    };
    until(|| left() == 1).await;
    running.send_replace(true);
    world.advance(31);

    assert_eq!(world.message("work").await["Body"], "bad");
}
