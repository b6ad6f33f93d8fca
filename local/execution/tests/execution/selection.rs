//! Executing some steps on what an earlier execution left.

use execution::{Plan, Side, State, States};
use serde_json::json;

use crate::driver::{condition, lambda, plan, reader};

/// A -> B -> C -> D by reference, then Gate with Yes and No.
fn chain() -> Plan {
    plan(&json!([
        lambda("A", &[]),
        reader("B", &["A"]),
        reader("C", &["B"]),
        reader("D", &["C"]),
        condition(
            "Gate",
            (json!({"Get": "Steps.D.OutputParameters['text']"}), json!("t")),
            [json!([reader("Yes", &["D"])]), json!([lambda("No", &[])])],
        ),
        lambda("Last", &["A"]),
    ]))
}

fn source() -> States {
    let mut states: States =
        ["A", "B", "C", "D", "Yes", "Last"].map(|name| (name.to_owned(), State::Succeeded)).into();
    states.insert("Gate".to_owned(), State::Decided(Side::If));
    states.insert("No".to_owned(), State::Skipped);
    states
}

fn select(steps: &[&str], source: &States) -> Result<(Vec<String>, States), String> {
    let selected: Vec<String> = steps.iter().map(|name| (*name).to_owned()).collect();
    let selection = chain().select(&selected, source).map_err(|error| error.to_string())?;
    Ok((selection.borrowed.into_iter().collect(), selection.states))
}

#[test]
fn only_selected_steps_run_and_they_take_properties_from_the_source() {
    let (borrowed, mut states) = select(&["B", "C"], &source()).unwrap();
    assert_eq!(borrowed, ["A"]);

    let plan = chain();
    for expected in ["B", "C"] {
        let names: Vec<&str> =
            plan.next(&states).start.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, [expected]);
        states.insert(expected.to_owned(), State::Succeeded);
    }
    assert_eq!(plan.next(&states).done, Some(execution::Ending::Succeeded));
}

#[test]
fn a_step_that_is_only_waited_for_need_not_be_in_the_source() {
    let (borrowed, states) = select(&["Last"], &States::new()).unwrap();

    assert!(borrowed.is_empty());
    assert_eq!(states["A"], State::Skipped);
    assert_eq!(chain().next(&states).start[0].name, "Last");
}

#[test]
fn a_step_of_a_branch_runs_if_the_source_took_it() {
    let (borrowed, states) = select(&["Yes"], &source()).unwrap();
    assert_eq!(borrowed, ["D", "Gate"]);
    assert_eq!(chain().next(&states).start[0].name, "Yes");

    assert!(select(&["No"], &source()).unwrap_err().contains("branch of `Gate`"));
}

#[test]
fn a_selection_that_cannot_run_is_refused_with_the_step() {
    let mut failed = source();
    failed.insert("A".to_owned(), State::Failed);

    for (steps, source, expected) in [
        (vec!["B"], &failed, "step `B` refers to `A`, which is not selected"),
        (vec!["B", "D"], &source(), "step `C` lies on a path between two selected steps"),
        (vec!["Nobody"], &source(), "`Nobody`, which is no step"),
        (vec![], &source(), "holds 0 steps"),
    ] {
        let error = select(&steps, source).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}
