//! What starts when, and how an execution ends.

use execution::{Ending, State, States};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::driver::{World, condition, fail, lambda, plan, reader, run};

fn check(steps: &Value, failing: &[&str], expected: &Expect) {
    let failing = failing.iter().map(|name| (*name).to_owned()).collect();
    expected.assert_eq(&run(&plan(steps), &World { failing, ..World::default() }));
}

#[test]
fn steps_start_together_once_all_they_need_is_over() {
    let steps = json!([
        reader("D", &["B", "C"]),
        reader("B", &["A"]),
        lambda("C", &["A"]),
        lambda("A", &[])
    ]);

    check(
        &steps,
        &[],
        &expect![[r#"
            1 A
            2 B
            2 C
            3 D
            = Succeeded
        "#]],
    );
}

#[test]
fn a_failed_step_holds_back_its_dependents_and_nothing_else() {
    let steps = json!([
        lambda("A", &[]),
        reader("B", &["A"]),
        lambda("C", &["B"]),
        lambda("X", &[]),
        lambda("Y", &["X"])
    ]);

    check(
        &steps,
        &["A"],
        &expect![[r#"
            1 A: the job failed
            1 X
            2 Y
            = Failed
        "#]],
    );
}

#[test]
fn the_branch_taken_runs_and_the_other_is_skipped_with_all_of_it() {
    let steps = json!([condition(
        "Gate",
        (json!(1), json!(1)),
        [json!([lambda("Yes", &[])]), json!([lambda("No", &[]), lambda("After", &["No"])])],
    )]);

    check(
        &steps,
        &[],
        &expect![[r#"
            1 Gate -> True
            - skip No
            - skip After
            2 Yes
            = Succeeded
        "#]],
    );
}

#[test]
fn a_step_after_a_condition_waits_for_the_branch_taken() {
    let branch = json!([lambda("One", &[]), lambda("Two", &["One"])]);
    let steps = json!([
        lambda("Later", &["Gate"]),
        condition("Gate", (json!(1), json!(1)), [branch, json!([fail("No")])]),
    ]);

    check(
        &steps,
        &[],
        &expect![[r#"
            1 Gate -> True
            - skip No
            2 One
            3 Two
            4 Later
            = Succeeded
        "#]],
    );
}

#[test]
fn a_step_after_a_condition_does_not_run_when_its_branch_failed() {
    let steps = json!([
        condition("Gate", (json!(1), json!(1)), [json!([lambda("One", &[])]), json!([])]),
        lambda("Later", &["Gate"]),
    ]);

    check(
        &steps,
        &["One"],
        &expect![[r#"
            1 Gate -> True
            2 One: the job failed
            = Failed
        "#]],
    );
}

#[test]
fn conditions_nest_and_a_passed_one_takes_its_branches_along() {
    let inner = |name: &str, yes: &str| {
        condition(name, (json!("a"), json!("a")), [json!([lambda(yes, &[])]), json!([])])
    };
    let steps = json!([condition(
        "Gate",
        (json!(1), json!(2)),
        [json!([inner("Left", "LeftYes")]), json!([inner("Right", "RightYes")])],
    )]);

    check(
        &steps,
        &[],
        &expect![[r#"
            1 Gate -> False
            - skip Left
            - skip LeftYes
            2 Right -> True
            3 RightYes
            = Succeeded
        "#]],
    );
}

#[test]
fn a_skipped_condition_takes_along_what_the_driver_has_not_skipped_yet() {
    let branches = [json!([lambda("Yes", &[])]), json!([])];
    let plan = plan(&json!([condition("Gate", (json!(1), json!(1)), branches)]));

    let next = plan.next(&States::from([("Gate".to_owned(), State::Skipped)]));

    assert_eq!(next.skip, [plan.step("Yes").unwrap()]);
    assert_eq!((next.start.len(), next.done), (0, Some(Ending::Succeeded)));
}

#[test]
fn after_a_fail_step_nothing_new_is_started() {
    let steps = json!([
        lambda("Slow", &[]),
        lambda("More", &["Slow"]),
        condition("Gate", (json!(1), json!(1)), [json!([fail("Stop")]), json!([])]),
    ]);
    let plan = plan(&steps);
    let mut states = States::from([
        ("Slow".to_owned(), State::Running),
        ("Gate".to_owned(), State::Decided(execution::Side::If)),
        ("Stop".to_owned(), State::Failed),
    ]);

    assert_eq!(plan.next(&states).done, None, "what runs may finish");
    states.insert("Slow".to_owned(), State::Succeeded);
    let next = plan.next(&states);
    assert!(next.start.is_empty());
    assert_eq!(next.done, Some(Ending::Failed));
    assert!(plan.ended_by_fail(&states));
}

#[test]
fn an_execution_with_a_stopped_step_ends_stopped_and_a_failure_outweighs_it() {
    let plan = plan(&json!([lambda("A", &[]), lambda("B", &["A"]), lambda("C", &[])]));
    let mut states =
        States::from([("A".to_owned(), State::Stopped), ("C".to_owned(), State::Succeeded)]);

    assert_eq!(plan.next(&states).done, Some(Ending::Stopped));
    states.insert("C".to_owned(), State::Failed);
    assert_eq!(plan.next(&states).done, Some(Ending::Failed));
}

#[test]
fn a_condition_without_a_side_ends_the_execution_failed() {
    let steps =
        json!([condition("Gate", (json!(1), json!(1)), [json!([lambda("A", &[])]), json!([])])]);
    let states = States::from([("Gate".to_owned(), State::Succeeded)]);

    assert_eq!(plan(&steps).next(&states).done, Some(Ending::Failed));
}

#[test]
fn dependents_are_found_through_others() {
    let plan = plan(&json!([
        lambda("A", &[]),
        reader("B", &["A"]),
        lambda("C", &["B"]),
        lambda("X", &[])
    ]));

    let names: Vec<&str> = plan.dependents("A").iter().map(|step| step.name.as_str()).collect();

    assert_eq!(names, ["B", "C"]);
}
