//! Jobs, functions and model servers are killed while the engine lives.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cloud::pipelines::{Progress, RunPipelines};
use cloud::registry::{Approval, DecidePackage};
use cloud::sdk::Aws;

use crate::engine::{Process, Site, processes_of, until};
use crate::pipeline;
use crate::random::Random;

const SEED: u64 = 4242;
const EXECUTIONS: u32 = 14;
/// Of each kind of process.
const KILLS: usize = 4;

/// Which of the engine's processes are killed; others are the launchers beside them.
fn kind(process: &Process) -> Option<&'static str> {
    let word = |index: usize| process.words.get(index).map_or("", String::as_str);
    match (word(0), word(1), word(2)) {
        ("/bin/sh", script, _) if script.ends_with("job.sh") => Some("job"),
        (_, "function", "deploy-approved" | "notify-approver") => Some("function of an event"),
        (_, "function", _) => Some("function of a step"),
        (_, "--exact", crate::model::TEST) => Some("model server"),
        _ => None,
    }
}

#[tokio::test]
async fn whoever_is_killed_is_told_of_or_begins_again() {
    eprintln!("seed {SEED}, {KILLS} kills of each kind");
    let site = Site::new();
    let mut engine = site.start();
    let aws = engine.client().await;
    pipeline::upsert(&site, &aws).await.unwrap();
    let mut random = Random(SEED);
    let mut killed = BTreeMap::<&str, usize>::new();
    let mut arns = BTreeSet::new();

    for number in 0..EXECUTIONS {
        let arn = pipeline::start(&aws, number, "0.1").await.unwrap();
        until(async || {
            let victims = processes_of(&engine.url);
            let victims = victims.iter().filter_map(|it| Some((kind(it)?, it.number)));
            let wanted = |kind: &str| killed.get(kind).is_none_or(|count| *count < KILLS);
            let victims: Vec<_> = victims.filter(|(kind, _)| wanted(kind)).collect();
            // Every third that is seen is let go.
            if let Some((kind, victim)) = victims.first()
                && random.below(3) > 0
            {
                kill(*victim);
                *killed.entry(kind).or_default() += 1;
            }
            approve_all(&aws).await;
            let found = aws.execution(&arn).await.map_err(|error| error.to_string())?;
            if found.progress.is_over() { Ok(()) } else { Err(format!("{arn} goes on")) }
        })
        .await;
        arns.insert(arn);
    }

    eprintln!("killed: {killed:?}");
    let ended = pipeline::all_over(&aws, &arns).await;
    let failed = ended.iter().filter(|it| it.progress == Progress::Failed).count();
    eprintln!("{failed} of {} executions failed, and say why", ended.len());
    assert!(ended.iter().any(|it| it.progress == Progress::Succeeded));
    for kind in ["job", "function of an event", "function of a step"] {
        assert!(killed.contains_key(kind), "no {kind} was killed");
    }
    pipeline::nothing_is_registered_twice(&aws).await;
    let serving = pipeline::the_endpoint_is_right(&engine, &aws).await;
    assert!(serving.is_some() && engine.is_well());
    engine.kill().await;
}

async fn approve_all(aws: &Aws) {
    for version in pipeline::versions(aws).await.unwrap() {
        if version.approval == Approval::Pending {
            aws.decide(&version.arn, Approval::Approved, "a fault test").await.unwrap();
        }
    }
}

fn kill(process: u32) {
    // It may have ended by itself meanwhile.
    let script = format!("kill -9 {process} 2> /dev/null; true");
    assert!(Command::new("/bin/sh").args(["-c", &script]).status().unwrap().success());
}
