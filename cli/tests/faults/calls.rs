//! Calls are throttled, events come twice and late, and the clock is set.

use std::collections::BTreeSet;

use cloud::pipelines::Progress;
use cloud::registry::{Approval, DecidePackage};
use cloud::sdk::Aws;
use cloud::{CallError, Reason};
use serde_json::{Value, json};

use crate::engine::{Engine, Site, until};
use crate::pipeline;
use crate::wire::{Signed, switch};

const SEED: u64 = 7;
const EXECUTIONS: u32 = 10;

/// Asks again while the answer is that there are too many calls, as a patient client does.
async fn insist<T>(mut ask: impl AsyncFnMut() -> Result<T, CallError>) -> T {
    until(async || match ask().await {
        Err(error) if error.reason == Reason::Throttled => Err(error.to_string()),
        other => Ok(other.unwrap()),
    })
    .await
}

async fn decide_all(aws: &Aws) {
    for version in insist(async || pipeline::versions(aws).await).await {
        if version.approval == Approval::Pending {
            let rejects = version.version % 4 == 0;
            let approval = if rejects { Approval::Rejected } else { Approval::Approved };
            insist(async || aws.decide(&version.arn, approval, "a fault test").await).await;
        }
    }
}

#[tokio::test]
async fn throttled_calls_and_repeated_and_late_events_lead_to_a_right_end() {
    eprintln!("seed {SEED}, 30 % of calls throttled, 30 % of events repeated, 30 % late");
    let site = Site::new();
    let engine = site.start();
    let aws = engine.client().await;
    pipeline::upsert(&site, &aws).await.unwrap();
    let faults =
        json!({"throttle": 0.3, "duplicate_events": 0.3, "late_events": 0.3, "seed": SEED});
    switch(&engine, "/_almanac/faults", &faults);

    let mut arns = BTreeSet::new();
    for number in 0..EXECUTIONS {
        arns.insert(insist(async || pipeline::start(&aws, number, "0").await).await);
        decide_all(&aws).await;
    }
    let ended = pipeline::all_over(&aws, &arns).await;
    decide_all(&aws).await;
    until(async || {
        let settled = switch(&engine, "/_almanac/settled", &Value::Null);
        if settled["settled"] == json!(true) { Ok(()) } else { Err("events wait".to_owned()) }
    })
    .await;

    let happened = switch(&engine, "/_almanac/faults", &json!({}));
    let failed = ended.iter().filter(|it| it.progress == Progress::Failed).count();
    eprintln!("{happened}; {failed} of {EXECUTIONS} executions failed, and say why");
    for fault in ["throttled", "duplicated", "late"] {
        assert!(happened[fault].as_u64() > Some(5), "{happened}");
    }
    assert!(failed < ended.len(), "{ended:?}");
    // What was given up is in the queue for it, and not lost: a decision that is repeated does
    // what an operator does who sends it again.
    let given_up = dead_letters(&engine, &site);
    eprintln!("{given_up} events were given up");
    if given_up > 0 {
        let newest = pipeline::versions(&aws).await.unwrap().into_iter().next().unwrap();
        aws.decide(&newest.arn, newest.approval, "once more").await.unwrap();
    }
    pipeline::nothing_is_registered_twice(&aws).await;
    assert!(pipeline::the_endpoint_is_right(&engine, &aws).await.is_some());
    engine.kill().await;
}

fn dead_letters(engine: &Engine, site: &Site) -> u64 {
    let queue = &site.outputs()["UndeliveredEventsQueueUrl"];
    let asked = json!({"QueueUrl": queue, "AttributeNames": ["ApproximateNumberOfMessages"]});
    let body = asked.to_string();
    let target = "AmazonSQS.GetQueueAttributes";
    let request = Signed { service: "sqs", path: "/", target, body: body.as_bytes() };
    let (status, answer) = request.send(engine);
    assert_eq!(status, 200, "{answer}");
    answer["Attributes"]["ApproximateNumberOfMessages"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_clock_that_jumps_leaves_every_execution_in_a_true_state() {
    let jumps = [3600, -1800, 86_400, -88_200, 400_000, -400_000];
    eprintln!("{} jumps of the clock, in seconds: {jumps:?}", jumps.len());
    let site = Site::new();
    let engine = site.start();
    let aws = engine.client().await;
    pipeline::upsert(&site, &aws).await.unwrap();

    let mut arns = BTreeSet::new();
    for (number, jump) in (0_u32..).zip(jumps) {
        arns.insert(pipeline::start(&aws, number, "0.2").await.unwrap());
        decide_all(&aws).await;
        switch(&engine, "/_almanac/clock", &json!({"advance_seconds": jump}));
    }
    let ended = pipeline::all_over(&aws, &arns).await;
    decide_all(&aws).await;

    let failed = ended.iter().filter(|it| it.progress == Progress::Failed).count();
    eprintln!("{failed} of {} executions failed, and say why", ended.len());
    assert!(failed < ended.len(), "{ended:?}");
    pipeline::nothing_is_registered_twice(&aws).await;
    assert!(pipeline::the_endpoint_is_right(&engine, &aws).await.is_some());
    engine.kill().await;
}
