//! Any definition ends, and in a true state.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Strategy, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

use crate::double::Reply;
use crate::world::{World, after};

/// For each step, which of those before it it waits for, and whether its job fails.
fn graphs() -> impl Strategy<Value = Vec<(Vec<bool>, bool)>> {
    prop::collection::vec(
        (prop::collection::vec(prop::bool::weighted(0.3), 12), prop::bool::weighted(0.15)),
        1..12,
    )
}

fn name(number: usize) -> String {
    format!("S{number}")
}

fn needs(waits: &[bool], number: usize) -> Vec<String> {
    let earlier = waits.iter().take(number).enumerate();
    earlier.filter(|(_, waits)| **waits).map(|(other, _)| name(other)).collect()
}

async fn run(graph: &[(Vec<bool>, bool)], most: usize) -> (World, String, BTreeMap<String, Value>) {
    let world = World::new();
    let steps: Vec<Value> = graph
        .iter()
        .enumerate()
        .map(|(number, (waits, fails))| {
            if *fails {
                world.double.reply(&name(number), [Reply::Fail("AlgorithmError: chance")]);
            }
            let needs = needs(waits, number);
            after(&name(number), &needs.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    world.create("demand", json!(steps)).await;
    let limit = json!({"ParallelismConfiguration": {"MaxParallelExecutionSteps": most}});
    let arn = world.start("demand", limit).await;
    let status = world.finished(&arn).await;
    let steps = world.steps(&arn).await;
    (world, status, steps)
}

/// The same with no failures, and an engine that is killed again and again.
async fn run_and_kill(
    graph: &[(Vec<bool>, bool)],
    kills: &[u8],
) -> (World, String, BTreeMap<String, Value>) {
    let mut world = World::new();
    let steps: Vec<Value> = graph
        .iter()
        .enumerate()
        .map(|(number, (waits, _))| {
            let needs = needs(waits, number);
            after(&name(number), &needs.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    world.create("demand", json!(steps)).await;
    let arn = world.start("demand", json!({})).await;
    for turns in kills {
        for _ in 0..*turns {
            tokio::task::yield_now().await;
        }
        world.restart().await;
    }
    let status = world.finished(&arn).await;
    let steps = world.steps(&arn).await;
    (world, status, steps)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: 48, failure_persistence: None, ..Default::default()
    })]

    #[test]
    fn each_step_runs_once_after_what_it_waits_for_and_never_after_a_failure(
        graph in graphs(),
        most in 1_usize..5,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (world, status, steps) = runtime.block_on(run(&graph, most));
        let calls: Vec<String> = world.double.calls().into_iter().map(|call| call.what).collect();
        let order: BTreeMap<&str, usize> =
            calls.iter().enumerate().map(|(place, what)| (what.as_str(), place)).collect();
        prop_assert_eq!(order.len(), calls.len(), "a step ran twice");
        prop_assert!(world.double.most_running() <= most);

        let mut lost = BTreeSet::new();
        for (number, (waits, fails)) in graph.iter().enumerate() {
            let needs = needs(waits, number);
            let held_back = needs.iter().any(|other| lost.contains(other));
            let name = name(number);
            prop_assert_eq!(steps.contains_key(&name), !held_back);
            if !held_back {
                let expected = if *fails { "Failed" } else { "Succeeded" };
                prop_assert_eq!(&steps[&name]["StepStatus"], expected);
                prop_assert!(needs.iter().all(|other| order[other.as_str()] < order[name.as_str()]));
            }
            if held_back || *fails {
                lost.insert(name);
            }
        }
        prop_assert_eq!(status, if lost.is_empty() { "Succeeded" } else { "Failed" });
    }

    #[test]
    fn killed_at_random_nothing_is_lost_and_nothing_that_was_over_runs_again(
        graph in graphs(),
        kills in prop::collection::vec(0_u8..24, 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (world, status, steps) = runtime.block_on(run_and_kill(&graph, &kills));
        prop_assert_eq!(status, "Succeeded");
        let calls: Vec<String> = world.double.calls().into_iter().map(|call| call.what).collect();
        let first = |name: &str| calls.iter().position(|what| what == name);
        let last = |name: &str| calls.iter().rposition(|what| what == name);
        for (number, (waits, _)) in graph.iter().enumerate() {
            let name = name(number);
            prop_assert_eq!(&steps[&name]["StepStatus"], "Succeeded");
            let times = calls.iter().filter(|what| **what == name).count();
            prop_assert!(times >= 1 && times as u64 <= steps[&name]["AttemptCount"].as_u64().unwrap());
            for other in needs(waits, number) {
                prop_assert!(last(&other) < first(&name), "{other} ran again after {name} began");
            }
        }
        let told = world.events("Pipeline Execution Status Change");
        prop_assert_eq!(told.len(), 2);
    }
}
