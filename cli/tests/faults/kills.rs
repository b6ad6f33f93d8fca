//! The engine is killed at random moments and started again.

use std::process::Child;
use std::time::Duration;

use cloud::pipelines::Progress;

use crate::engine::{Engine, Site};
use crate::pipeline;
use crate::promises::Promises;

const SEED: u64 = 20_261_121;
const KILLS: u64 = 50;
/// The latest moment after an engine was ready, in milliseconds.
const LATEST: u64 = 900;

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_fifty_kills_of_the_engine() {
    eprintln!("seed {SEED}, {KILLS} kills");
    let site = Site::new();
    let engine = site.start();
    pipeline::upsert(&site, &engine.client().await).await.unwrap();
    let bucket = site.outputs()["ArtefactBucketName"].clone();
    let promises = Promises::new(SEED, bucket, site.folder().join("scratch"));
    engine.kill().await;

    for _ in 0..KILLS {
        if promises.below(5) == 0 {
            killed_as_it_begins(site.spawn(), &promises).await;
        } else {
            Box::pin(killed_at_work(site.start(), &promises)).await;
        }
    }

    let engine = site.start();
    let aws = engine.client().await;
    promises.check(&aws).await;
    let arns = promises.all_executions(&aws).await;
    let ended = pipeline::all_over(&aws, &arns).await;
    let failed: Vec<_> = ended.iter().filter(|it| it.progress != Progress::Succeeded).collect();
    assert!(failed.is_empty(), "they began again and yet did not succeed: {failed:#?}");
    let packages = pipeline::nothing_is_registered_twice(&aws).await;
    let serving = pipeline::the_endpoint_is_right(&engine, &aws).await;
    let (objects, executions, decisions) = promises.counts();
    eprintln!(
        "{objects} objects, {executions} executions, {} versions, {decisions} decisions; {serving:?} serves",
        packages.len()
    );
    assert!(!packages.is_empty() && decisions > 0, "there was nothing to lose");
    engine.kill().await;
}

async fn killed_at_work(engine: Engine, promises: &Promises) {
    let aws = engine.client().await;
    promises.check(&aws).await;
    let moment = Duration::from_millis(promises.below(LATEST));
    // The moment comes while more and more is asked for, which has no end.
    let asked = tokio::time::timeout(moment, Box::pin(promises.ask(&aws))).await;
    assert!(asked.is_err());
    engine.kill().await;
}

async fn killed_as_it_begins(mut engine: Child, promises: &Promises) {
    let moment = Duration::from_millis(promises.below(LATEST / 4));
    let ended = async {
        while matches!(engine.try_wait(), Ok(None)) {
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::time::timeout(moment, ended).await;
    assert!(ended.is_err(), "the engine ended by itself");
    engine.kill().unwrap();
    engine.wait().unwrap();
}
