//! The definitions that this project ships, executed to the end.

use std::fs;
use std::path::Path;

use execution::Plan;
use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use crate::driver::{World, run};

fn shipped(name: &str) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines").join(name);
    Plan::read(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn evaluation() -> Value {
    let metric = |name: &str| (name.to_owned(), json!({"value": 0.9}));
    let metrics: Map<String, Value> =
        ["r2", "wape", "rmse", "mase", "mae", "mape", "smape"].map(metric).into_iter().collect();
    json!({"metrics": metrics, "holdout": {"fingerprint": "f"}})
}

/// Data that passed or not, and a comparison that promotes or not.
fn world(plan: &Plan, passed: &Value, promote: &str) -> World {
    let given: Vec<(&str, &str)> = plan
        .parameters()
        .iter()
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| (parameter.name.as_str(), "s3://bucket/acme"))
        .collect();
    World::given(&given)
        .file("quality.json", json!({"passed": passed}))
        .file("evaluation.json", evaluation())
        .answer(
            "CompareModels",
            json!({"promote": promote, "candidate": 0.1, "reason": "better", "previous": null}),
        )
}

fn check(name: &str, passed: bool, promote: &str, expected: &Expect) {
    let plan = shipped(name);
    expected.assert_eq(&run(&plan, &world(&plan, &json!(passed), promote)));
}

#[test]
fn a_better_model_is_registered() {
    check(
        "store-item.train.almanac.json",
        true,
        "true",
        &expect![[r#"
            1 DataQuality
            2 QualityGate -> True
            - skip DataRefused
            3 Prepare
            4 Train
            5 Evaluate
            6 RecordMetrics
            6 IngestEvaluation
            7 CompareModels
            8 PromoteGate -> True
            9 Register
            = Succeeded
        "#]],
    );
}

#[test]
fn a_model_that_is_no_better_is_not_registered() {
    check(
        "store-item.train.almanac.json",
        true,
        "false",
        &expect![[r#"
            1 DataQuality
            2 QualityGate -> True
            - skip DataRefused
            3 Prepare
            4 Train
            5 Evaluate
            6 RecordMetrics
            6 IngestEvaluation
            7 CompareModels
            8 PromoteGate -> False
            - skip Register
            = Succeeded
        "#]],
    );
}

#[test]
fn data_that_did_not_pass_fails_the_execution_and_nothing_is_trained() {
    check(
        "store-item.train.almanac.json",
        false,
        "true",
        &expect![[r#"
            1 DataQuality
            2 QualityGate -> False
            3 DataRefused: the data of default did not pass the quality check; see s3://bucket/acme/default/abcdefghijkl/quality/report/quality.json
            = Failed
        "#]],
    );
}

#[test]
fn a_model_of_xgboost_is_transformed_and_registered() {
    check(
        "retail-demand.train.xgboost.json",
        true,
        "true",
        &expect![[r#"
            1 DataQuality
            2 QualityGate -> True
            - skip DataRefused
            3 PreprocessRetailDemand
            4 TrainXGBRetailDemand
            5 EvaluateModel
            6 RecordMetrics
            6 IngestEvalToAthena
            7 CompareModels
            8 CheckMetricsAndRegister -> True
            9 RegisterRetailDemandModel-RegisterModel
            = Succeeded
        "#]],
    );
}

#[test]
fn a_model_of_automl_is_waited_for() {
    check(
        "walmart.train.automl.json",
        true,
        "true",
        &expect![[r#"
            1 DataQuality
            2 QualityGate -> True
            - skip DataRefused
            3 Prepare
            4 Explore
            4 Baselines
            4 StartAutoML
            5 WaitAutoML
            6 ForecastHoldout
            7 Evaluate
            8 RecordMetrics
            8 IngestEvaluation
            9 CompareModels
            10 PromoteGate -> True
            11 RegisterAutoML
            = Succeeded
        "#]],
    );
}

#[test]
fn a_forecast_is_made() {
    check(
        "turnover.forecast.almanac.json",
        true,
        "true",
        &expect![[r#"
            1 CreateModel
            2 BatchForecast
            = Succeeded
        "#]],
    );
}

#[test]
fn a_failed_training_holds_back_all_that_follows() {
    let plan = shipped("store-item.train.almanac.json");
    let mut world = world(&plan, &json!(true), "true");
    world.failing.push("Train".to_owned());

    expect![[r#"
        1 DataQuality
        2 QualityGate -> True
        - skip DataRefused
        3 Prepare
        4 Train: the job failed
        = Failed
    "#]]
    .assert_eq(&run(&plan, &world));
}

#[test]
fn every_shipped_definition_succeeds_when_all_is_well() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 25, "{names:?}");

    for name in names {
        let plan = shipped(&name);
        let log = run(&plan, &world(&plan, &json!(true), "true"));
        assert!(log.ends_with("\n= Succeeded\n"), "{name}:\n{log}");
    }
}
