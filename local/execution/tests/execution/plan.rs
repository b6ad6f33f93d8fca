//! What a definition must be to be executed, and what a step says about itself.

use execution::{Kind, Plan, Side};
use expect_test::expect;
use serde_json::json;

use crate::driver::{condition, definition, fail, lambda, plan, reader};

/// The message, a line for each part.
fn refusal(steps: &serde_json::Value) -> String {
    let message = Plan::read(&definition(steps, &json!([]))).unwrap_err().to_string();
    message.replace("; ", ";\n").replace(". ", ".\n")
}

#[test]
fn every_problem_is_in_one_message_as_the_service_begins_it() {
    let mut typo = lambda("A", &["Nobody"]);
    typo["Colour"] = json!("red");

    let message = refusal(&json!([typo, fail("F"), lambda("B", &["F"])]));
    expect![[r#"
        Unable to parse pipeline definition.
        /Steps/0/DependsOn/0: there is no step `Nobody` (known: A, F, B);
        /Steps/0/Colour: a Lambda step knows no `Colour` (known: Name, Type, DisplayName, Description, DependsOn, Arguments, FunctionArn, OutputParameters, CacheConfig);
        /Steps/2/DependsOn/0: `F` is a Fail step: it ends the execution, nothing can follow (depend on the step before it)"#]].assert_eq(&message);
}

#[test]
fn a_step_type_that_the_engine_does_not_run_is_refused_by_name() {
    let arguments =
        json!({"ClusterId": "j-1", "StepConfig": {"HadoopJarStep": {"Jar": "s3://b/j.jar"}}});
    let emr = json!({"Name": "Spark", "Type": "EMR", "Arguments": arguments});

    let message = refusal(&json!([emr]));
    expect![[r#"
        Unable to parse pipeline definition.
        step `Spark` is of type EMR, which the local engine does not run;
        it runs Processing, Training, Transform, Model, RegisterModel, Lambda, Callback, Condition, Fail"#]].assert_eq(&message);
}

#[test]
fn what_the_engine_would_ignore_is_refused() {
    let mut triggered = lambda("B", &[]);
    triggered["DependsOn"] = json!([{"Step": "A", "Trigger": "Failed"}]);
    assert!(refusal(&json!([lambda("A", &[]), triggered])).contains("trigger"));

    let mlflow = json!({
        "Version": "2020-12-01",
        "MlflowConfig": {
            "MlflowResourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/a",
            "MlflowExperimentName": "e",
        },
        "Steps": [lambda("A", &[])],
    });
    assert!(Plan::read(&mlflow.to_string()).unwrap_err().to_string().contains("MlflowConfig"));
}

#[test]
fn a_step_of_a_branch_cannot_wait_for_a_step_that_waits_for_the_branch() {
    let branch = json!([reader("Inside", &["After"])]);
    let steps = json!([
        condition("Gate", (json!(1), json!(1)), [branch, json!([])]),
        lambda("After", &["Gate"]),
    ]);

    let message = refusal(&steps);
    expect![[r#"
        Unable to parse pipeline definition.
        steps wait for each other: Inside, After;
        a step that waits for a Condition waits for the steps of its branches, too"#]]
    .assert_eq(&message);
}

#[test]
fn text_that_is_no_definition_is_refused() {
    for text in ["", "[]", "{", "{\"Version\": \"2020-12-01\"}", "null"] {
        let message = Plan::read(text).unwrap_err().to_string();
        assert!(message.starts_with("Unable to parse pipeline definition. "), "{message}");
    }
}

#[test]
fn a_nested_step_knows_its_branch_and_a_condition_only_its_conditions() {
    let plan = plan(&json!([
        condition(
            "Gate",
            (json!(1), json!(1)),
            [json!([]), json!([reader("Inside", &["Before"]), fail("Stop")])],
        ),
        lambda("Before", &[])
    ]));

    let names: Vec<&str> = plan.steps().iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["Gate", "Inside", "Stop", "Before"]);
    let inside = plan.step("Inside").unwrap();
    let branch = inside.branch.as_ref().unwrap();
    assert_eq!((branch.condition.as_str(), branch.side), ("Gate", Side::Else));
    assert_eq!(inside.needs().into_iter().collect::<Vec<_>>(), ["Before"]);
    let gate = plan.step("Gate").unwrap();
    assert_eq!(gate.kind, Kind::Condition);
    assert_eq!(gate.needs().len(), 0);
    assert!(gate.arguments.get("ElseSteps").is_none());
}

#[test]
fn a_lambda_step_has_its_function_and_its_outputs() {
    let plan = plan(&json!([lambda("A", &[])]));
    let step = plan.step("A").unwrap();

    assert_eq!(
        step.function_arn.as_deref(),
        Some("arn:aws:lambda:eu-west-1:111122223333:function:f")
    );
    assert_eq!(step.output_parameters.len(), 4);
    assert_eq!(step.arguments, json!({}));
}
