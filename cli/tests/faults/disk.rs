//! The disk is full: no file of the engine can grow any more.

use std::collections::BTreeMap;
use std::fs;

use cloud::objects::{ReadObject, UploadFile};
use cloud::pipelines::RunPipelines;
use cloud::{Reason, S3Uri};

use crate::engine::Site;
use crate::pipeline;
use crate::random::Random;

const SEED: u64 = 99;
/// In blocks of 512 bytes, or of 1024 where the shell counts so.
const LIMIT: u32 = 3072;
/// More objects than there is room for.
const OBJECTS: u32 = 2000;
/// Refusals after which the disk is full enough.
const REFUSALS: usize = 3;

#[tokio::test]
async fn what_a_full_disk_does_not_take_is_refused_and_the_rest_is_there_afterwards() {
    eprintln!("seed {SEED}, at most {LIMIT} blocks a file");
    let site = Site::new();
    let mut engine = site.start_with_files_up_to(LIMIT);
    let aws = engine.client().await;
    let bucket = site.outputs()["ArtefactBucketName"].clone();
    let uri = |key: &str| S3Uri::new(&bucket, key).unwrap();
    pipeline::upsert(&site, &aws).await.unwrap();
    let before = pipeline::start(&aws, 0, "0").await.unwrap();
    let (mut random, scratch) = (Random(SEED), site.folder().join("scratch"));

    // One object is too large, and then very many small ones are.
    fs::write(&scratch, random.bytes(8 << 20)).unwrap();
    let refused = aws.upload(&scratch, &uri("large")).await.unwrap_err();
    assert_eq!(refused.reason, Reason::Unavailable, "{refused}");
    let (mut kept, mut refusals) = (BTreeMap::new(), Vec::new());
    for number in 0..OBJECTS {
        let bytes = random.bytes(100);
        fs::write(&scratch, &bytes).unwrap();
        let key = format!("small/{number}");
        match aws.upload(&scratch, &uri(&key)).await {
            Ok(()) => drop(kept.insert(key, bytes)),
            Err(error) => refusals.push((key, error)),
        }
        if refusals.len() == REFUSALS {
            break;
        }
    }
    eprintln!("{} objects were taken and {} refused", kept.len(), refusals.len());
    assert_eq!(refusals.len(), REFUSALS, "the disk never was full");
    assert!(refusals.iter().all(|(_, error)| error.reason == Reason::Unavailable), "{refusals:?}");
    let start = pipeline::start(&aws, 1, "0").await;
    assert!(start.is_err(), "an execution began that nobody can remember: {start:?}");
    assert!(engine.is_well(), "the engine did not survive");
    engine.kill().await;

    let engine = site.start();
    let aws = engine.client().await;
    for (key, bytes) in &kept {
        assert!(aws.read(&uri(key)).await.unwrap().bytes == *bytes, "{key} is another");
    }
    for key in refusals.iter().map(|(key, _)| key.as_str()).chain(["large"]) {
        let found = aws.read(&uri(key)).await;
        assert_eq!(found.unwrap_err().reason, Reason::NotFound, "{key}");
    }
    let executions = aws.executions(pipeline::NAME).await.unwrap();
    assert_eq!(executions.len(), 1);
    pipeline::all_over(&aws, &[before].into()).await;
    let after = pipeline::start(&aws, 2, "0").await.unwrap();
    pipeline::all_over(&aws, &[after].into()).await;
    engine.kill().await;
}
