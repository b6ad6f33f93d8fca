//! Properties that hold for every definition, not only for those somebody thought of.

use std::collections::BTreeMap;

use execution::{Ending, Facts, Kind, Plan, Side, State, States, Step};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::driver::{condition, definition, lambda, reader};

/// Words that bring random documents close to definitions.
const WORDS: &str = "Steps Parameters Name Type Arguments DependsOn Get Std:Join Std:JsonGet Values \
     On Path PropertyFile S3Uri PropertyFiles OutputName FilePath PropertyFileName Conditions \
     IfSteps ElseSteps LeftValue RightValue Equals In Or Not Condition QueryValue Processing \
     Training Lambda Fail OutputParameters OutputType RetryPolicies CacheConfig Enabled \
     Steps.A.OutputParameters['text'] Steps.A.B[0] Parameters.A Execution.PipelineName \
     Steps.A.PropertyFiles.F Steps.A['x].y A B a.b[1] 2020-12-01 Version";

fn word() -> impl Strategy<Value = String> {
    let words: Vec<String> = WORDS.split_whitespace().map(ToOwned::to_owned).collect();
    prop_oneof![4 => proptest::sample::select(words), 1 => ".{0,12}"]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..3)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A step of a random graph: what it is, whom it waits for (by distance), and how it will go.
#[derive(Debug, Clone)]
struct Draft {
    shape: u8,
    waits: Vec<Index>,
    fails: bool,
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let waits = proptest::collection::vec(any::<Index>(), 0..3);
    let draft = (0_u8..6, waits, proptest::bool::weighted(0.1))
        .prop_map(|(shape, waits, fails)| Draft { shape, waits, fails });
    proptest::collection::vec(draft, 1..14)
}

/// Top-level steps that wait for earlier ones; some are Conditions with a step in each branch.
fn graph(drafts: &[Draft]) -> Value {
    let mut steps = Vec::new();
    let mut conditions = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let name = format!("S{place}");
        let earlier: Vec<String> = match place {
            0 => Vec::new(),
            _ => draft.waits.iter().map(|wait| format!("S{}", wait.index(place))).collect(),
        };
        let mut names: Vec<&str> = earlier.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        steps.push(match draft.shape {
            0 => {
                let yes = reader(&format!("{name}last"), &[&format!("{name}yes")]);
                let first = lambda(&format!("{name}yes"), &[]);
                let no = lambda(&format!("{name}no"), &[]);
                let branches = [json!([first, yes]), json!([no])];
                let mut step = condition(&name, (json!(1), json!(1)), branches);
                step["DependsOn"] = json!(names);
                conditions.push(name);
                step
            }
            1 => {
                names.retain(|other| !conditions.iter().any(|condition| condition == other));
                reader(&name, &names)
            }
            _ => lambda(&name, &names),
        });
    }
    // The order in the document means nothing.
    steps.reverse();
    json!(steps)
}

/// Runs the graph; whichever running step `picks` says is over next.
fn walk(plan: &Plan, drafts: &[Draft], picks: &[Index]) -> (Vec<String>, States, Ending) {
    let mut states = States::new();
    let mut started: Vec<String> = Vec::new();
    for turn in 0..1000 {
        let next = plan.next(&states);
        for step in next.skip {
            states.insert(step.name.clone(), State::Skipped);
        }
        for step in next.start {
            check_needs(plan, step, &states);
            assert!(!started.contains(&step.name), "{} started twice", step.name);
            started.push(step.name.clone());
            states.insert(step.name.clone(), State::Running);
        }
        if let Some(ending) = next.done {
            return (started, states, ending);
        }
        let running = states.iter().filter(|(_, state)| **state == State::Running);
        let running: Vec<String> = running.map(|(name, _)| name.clone()).collect();
        let name = running[picks[turn % picks.len()].index(running.len())].clone();
        let state = outcome(plan.step(&name).unwrap(), drafts);
        states.insert(name, state);
    }
    panic!("the execution does not end");
}

/// All that a step needs succeeded; of a Condition needed from outside, the branch, too.
fn check_needs(plan: &Plan, step: &Step, states: &States) {
    let over = |name: &str| matches!(states.get(name), Some(State::Succeeded | State::Decided(_)));
    for needed in step.needs() {
        assert!(over(needed), "{} started before {needed}", step.name);
        for inside in plan.steps() {
            if inside.branch.as_ref().is_some_and(|branch| branch.condition == needed) {
                let passed = states.get(&inside.name) == Some(&State::Skipped);
                assert!(passed || over(&inside.name), "{} before {}", step.name, inside.name);
            }
        }
    }
}

/// How a step goes, as the draft it was made from says.
fn outcome(step: &Step, drafts: &[Draft]) -> State {
    let digits = step.name.trim_start_matches('S');
    let digits = digits.split(char::is_alphabetic).next().unwrap();
    let draft = &drafts[digits.parse::<usize>().unwrap()];
    match step.kind {
        _ if draft.fails => State::Failed,
        Kind::Condition if draft.waits.len().is_multiple_of(2) => State::Decided(Side::If),
        Kind::Condition => State::Decided(Side::Else),
        _ => State::Succeeded,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_document_makes_reading_or_resolving_panic(document in document(), steps in document()) {
        let _ = Plan::read(&document.to_string());
        let _ = Plan::read(&definition(&json!([steps]), &json!([])));
        let plan = Plan::read(&definition(&json!([lambda("A", &[])]), &json!([]))).unwrap();
        let facts = Facts {
            properties: BTreeMap::from([("A".to_owned(), document.clone())]),
            parameters: BTreeMap::from([("A".to_owned(), document.clone())]),
            ..Facts::default()
        };
        let _ = plan.unread_files(&document, &facts);
        let _ = plan.resolve(&document, &facts);
        let mut step = plan.step("A").unwrap().clone();
        step.arguments = json!({"Conditions": document});
        let _ = plan.evaluate(&step, &facts);
    }

    #[test]
    fn every_graph_runs_each_step_once_after_its_needs_and_ends(
        drafts in drafts(),
        picks in proptest::collection::vec(any::<Index>(), 1..20),
    ) {
        let steps = graph(&drafts);
        let plan = Plan::read(&definition(&steps, &json!([]))).unwrap();
        let (started, states, ending) = walk(&plan, &drafts, &picks);

        let failed = states.values().any(|state| *state == State::Failed);
        prop_assert_eq!(ending, if failed { Ending::Failed } else { Ending::Succeeded });
        if !failed {
            for step in plan.steps() {
                let skipped = states.get(&step.name) == Some(&State::Skipped);
                prop_assert!(skipped != started.contains(&step.name), "{} is left over", step.name);
            }
        }
        let is_failed = |step: &&Step| states.get(&step.name) == Some(&State::Failed);
        for step in plan.steps().iter().filter(is_failed) {
            for dependent in plan.dependents(&step.name) {
                prop_assert!(!started.contains(&dependent.name), "{} ran", dependent.name);
            }
        }
    }
}
