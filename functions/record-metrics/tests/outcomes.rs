//! What record-metrics does and answers, case by case.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how to fail"
)]

use std::collections::BTreeMap;

use cloud::Reason;
use cloud::double::Account;
use cloud::experiments::{ParameterValue, PointRefusal};
use invocation::{Failure, Kind};
use record_metrics::{Answer, handle};
use serde_json::{Map, Value, json};

const NOW: i64 = 1_790_000_000;
const REPORT: &str = "s3://artefacts/run/evaluation/evaluation.json";
const OWN: &str = "k2x7q9mw3t5a-evaluation";

fn account_with(report: impl Into<Vec<u8>>) -> Account {
    let account = Account::new();
    account.change(|state| {
        state.objects.put(&REPORT.parse().unwrap(), report, NOW - 60);
        state.experiments.add_trial("retail-store-item", "k2x7q9mw3t5a");
    });
    account
}

/// A report of three headline metrics and as many group figures as asked for.
fn report_with(groups: usize) -> String {
    let figures = (0..groups).map(|group| (format!("{group:04}"), json!({"rmse": group})));
    json!({
        "schema_version": 1,
        "holdout": {"fingerprint": "sha256:aa"},
        "metrics": {"rmse": {"value": 7.4}, "wape": {"value": 0.12}, "mase": {"value": 0.8}},
        "groups": {"series": figures.collect::<Map<_, _>>()},
        "undefined": [],
    })
    .to_string()
}

fn event(changes: &Value) -> Value {
    let mut event = json!({
        "retailer": "acme", "scenario": "store-item", "execution_id": "k2x7q9mw3t5a",
        "evaluation_s3_uri": "s3://artefacts/run/evaluation", "trial": "k2x7q9mw3t5a",
    });
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

async fn record(account: &Account, changes: Value) -> Answer {
    handle(account, NOW, event(&changes)).await.unwrap()
}

async fn failure(account: &Account, changes: Value) -> Failure {
    handle(account, NOW, event(&changes)).await.unwrap_err()
}

fn parameters_of(account: &Account, component: &str) -> BTreeMap<String, ParameterValue> {
    account.look(|state| state.experiments.components[component].parameters.clone())
}

fn calls(account: &Account, operation: &str) -> usize {
    account
        .look(|state| state.faults.calls.iter().filter(|call| call.operation == operation).count())
}

#[tokio::test]
async fn every_number_becomes_a_parameter_and_a_point_of_an_own_component_in_the_trial() {
    let account = account_with(report_with(2));

    let answer = record(&account, json!({"horizon": 90, "min_rows": "1000"})).await;

    assert_eq!(answer.trial_component, OWN);
    assert_eq!((answer.recorded.as_str(), answer.parameters.as_str()), ("5", "5"));
    assert_eq!((answer.complete.as_str(), answer.associated.as_str()), ("true", "true"));
    assert_eq!(
        (answer.primary_metric_name.as_str(), answer.primary_metric.as_str()),
        ("rmse", "7.4")
    );
    let parameters = parameters_of(&account, OWN);
    let text = |text: &str| ParameterValue::Text(text.to_owned());
    assert_eq!(parameters["rmse"], ParameterValue::Number(7.4));
    assert_eq!(parameters["series.0001.rmse"], ParameterValue::Number(1.0));
    assert_eq!(parameters["horizon"], ParameterValue::Number(90.0));
    assert_eq!(parameters["min_rows"], text("1000"));
    assert_eq!(parameters["holdout_fingerprint"], text("sha256:aa"));
    assert_eq!(parameters["retailer"], text("acme"));
    account.look(|state| {
        assert!(state.experiments.trials["k2x7q9mw3t5a"].1.contains(OWN));
        let points = &state.experiments.points[&(OWN.to_owned(), "rmse".to_owned())];
        assert_eq!(points, &[(NOW - 60, 7.4)]);
    });
}

#[tokio::test]
async fn repeating_an_event_changes_nothing_more() {
    let account = account_with(report_with(20));
    let first = record(&account, json!({})).await;
    let before = account.look(|state| state.experiments.clone());

    let second = record(&account, json!({})).await;

    assert_eq!(first, second);
    assert_eq!(before, account.look(|state| state.experiments.clone()));
    assert_eq!(calls(&account, "sagemaker:UpdateTrialComponent"), 0);
}

#[tokio::test]
async fn the_component_of_the_evaluation_job_is_used_and_what_it_holds_is_kept() {
    let account = account_with(report_with(0));
    let job = "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/pipelines-k2-Evaluate-x";
    let name = "pipelines-k2-Evaluate-x-aws-processing-job";
    account.change(|state| {
        state.experiments.add_job_component(job, name);
        let component = state.experiments.components.get_mut(name).unwrap();
        let image = ParameterValue::Text("jobs:1".to_owned());
        component.parameters.insert("ImageUri".to_owned(), image);
    });

    let answer = record(&account, json!({"job_arn": job})).await;

    assert_eq!(answer.trial_component, name);
    assert_eq!(answer.associated, "not needed");
    let parameters = parameters_of(&account, name);
    assert_eq!(parameters["ImageUri"], ParameterValue::Text("jobs:1".to_owned()));
    assert_eq!(parameters["rmse"], ParameterValue::Number(7.4));
    let lower = (name.to_lowercase(), "rmse".to_owned());
    assert!(account.look(|state| state.experiments.points.contains_key(&lower)));
}

#[tokio::test]
async fn more_than_ten_metrics_go_in_calls_of_ten() {
    let account = account_with(report_with(30));

    let answer = record(&account, json!({})).await;

    assert_eq!((answer.recorded.as_str(), answer.complete.as_str()), ("33", "true"));
    assert_eq!(calls(&account, "sagemaker:BatchPutMetrics"), 4);
}

#[tokio::test]
async fn more_than_300_metrics_fill_the_parameters_from_the_headline_down_and_the_answer_says_so() {
    let account = account_with(report_with(400));

    let answer = record(&account, json!({})).await;

    let parameters = parameters_of(&account, OWN);
    assert_eq!(parameters.len(), 300);
    assert!(["rmse", "wape", "mase", "retailer"].iter().all(|it| parameters.contains_key(*it)));
    let facts = 5;
    assert_eq!(answer.parameters, (300 - facts).to_string());
    assert_eq!(answer.parameters_left_out, (403 - 300 + facts).to_string());
    assert_eq!((answer.recorded.as_str(), answer.complete.as_str()), ("403", "false"));
}

#[tokio::test]
async fn points_refused_inside_a_200_answer_are_named_and_internal_errors_are_tried_again() {
    let account = account_with(report_with(0));
    account.change(|state| {
        let refusals = &mut state.experiments.refusals;
        refusals.push(("mase".to_owned(), PointRefusal::Internal));
        refusals.push(("wape".to_owned(), PointRefusal::Invalid));
        refusals.push(("rmse".to_owned(), PointRefusal::Conflict));
    });

    let answer = record(&account, json!({})).await;

    assert_eq!(answer.refused, "wape (refused as invalid)");
    assert_eq!((answer.recorded.as_str(), answer.complete.as_str()), ("2", "false"));
    assert!(account.look(|state| {
        state.experiments.points.contains_key(&(OWN.to_owned(), "mase".to_owned()))
    }));
}

#[tokio::test]
async fn a_point_that_fails_three_times_is_named() {
    let account = account_with(report_with(0));
    account.change(|state| {
        let failing = ("mase".to_owned(), PointRefusal::Internal);
        state.experiments.refusals.extend(std::iter::repeat_n(failing, 9));
    });

    let answer = record(&account, json!({})).await;

    assert_eq!(answer.refused, "mase (internal error)");
    assert_eq!(calls(&account, "sagemaker:BatchPutMetrics"), 3);
}

#[tokio::test]
async fn throttled_charts_leave_the_parameters_and_the_answer_says_what_is_missing() {
    let account = account_with(report_with(30));
    account.change(|state| {
        state.faults.pass_next("sagemaker:BatchPutMetrics", 2);
        state.faults.fail_next("sagemaker:BatchPutMetrics", Reason::Throttled);
    });

    let answer = record(&account, json!({})).await;

    assert_eq!((answer.recorded.as_str(), answer.complete.as_str()), ("20", "false"));
    assert_eq!(answer.parameters, "33");
    assert!(answer.refused.starts_with("13 points not sent: "), "{}", answer.refused);
    assert!(answer.refused.contains("throttled"), "{}", answer.refused);

    let repeated = record(&account, json!({})).await;
    assert_eq!((repeated.recorded.as_str(), repeated.complete.as_str()), ("33", "true"));
}

#[tokio::test]
async fn throttling_before_anything_is_written_asks_the_caller_to_try_again() {
    for operation in [
        "s3:GetObject",
        "sagemaker:DescribeTrialComponent",
        "sagemaker:ListTrialComponents",
        "sagemaker:CreateTrialComponent",
    ] {
        let account = account_with(report_with(0));
        account.change(|state| state.faults.fail_next(operation, Reason::Throttled));

        let failure = failure(&account, json!({"job_arn": "arn:aws:job"})).await;

        assert_eq!(failure.kind(), Kind::Transient, "{failure}");
        assert!(account.look(|state| state.experiments.components.is_empty()), "{operation}");
    }
}

#[tokio::test]
async fn a_missing_report_is_rejected_whether_it_is_answered_404_or_403() {
    for reason in [Reason::NotFound, Reason::Denied] {
        let account = account_with(report_with(0));
        account.change(|state| state.faults.fail_next("s3:GetObject", reason));

        let failure = failure(&account, json!({})).await;

        assert_eq!(failure.kind(), Kind::Rejected, "{failure}");
        assert!(failure.to_string().contains(REPORT), "{failure}");
        assert!(account.look(|state| state.experiments.components.is_empty()));
    }
}

#[tokio::test]
async fn a_report_that_cannot_be_used_is_rejected_and_nothing_is_written() {
    let cases = [
        ("not json at all", "not JSON"),
        (r#"{"schema_version": 9, "metrics": {}}"#, "schema_version 9"),
        (r#"{"schema_version": 1, "metrics": {"rmse": {"value": NaN}}}"#, "NaN"),
        (r#"{"schema_version": 1, "metrics": {"rmse": {"value": 1e999}}}"#, "1e999"),
        (r#"{"schema_version": 1, "metrics": {"mase": {}}}"#, "no number"),
    ];
    for (report, named) in cases {
        let account = account_with(report);

        let failure = failure(&account, json!({})).await;

        assert_eq!(failure.kind(), Kind::Rejected, "{failure}");
        assert!(failure.to_string().contains(named), "{failure}");
        assert!(account.look(|state| state.experiments.components.is_empty()), "{named}");
    }
}

#[tokio::test]
async fn a_trial_that_does_not_exist_leaves_the_numbers_recorded_and_is_said() {
    let account = account_with(report_with(0));

    let answer = record(&account, json!({"trial": "no-such-trial"})).await;

    assert!(answer.associated.starts_with("false: "), "{}", answer.associated);
    assert!(answer.associated.contains("does not exist"), "{}", answer.associated);
    assert_eq!((answer.recorded.as_str(), answer.complete.as_str()), ("3", "false"));
}

#[tokio::test]
async fn the_metric_that_the_step_names_is_the_primary_one() {
    let account = account_with(report_with(0));

    let answer = record(&account, json!({"metric": "wape"})).await;
    let missing = failure(&account, json!({"metric": "wmae"})).await;

    assert_eq!(answer.primary_metric, "0.12");
    assert!(missing.to_string().contains("wmae"), "{missing}");
}

#[tokio::test]
async fn a_report_older_than_two_weeks_is_charted_within_what_the_service_takes() {
    let account = account_with(report_with(0));
    account.change(|state| {
        state.objects.put(&REPORT.parse().unwrap(), report_with(0), NOW - 90 * 24 * 3600);
    });

    record(&account, json!({})).await;

    let points = account
        .look(|state| state.experiments.points[&(OWN.to_owned(), "rmse".to_owned())].clone());
    assert_eq!(points, [(NOW - 13 * 24 * 3600, 7.4)]);
}

#[tokio::test]
async fn an_event_that_cannot_be_used_is_rejected_with_its_key() {
    let account = account_with(report_with(0));
    let cases = [
        (json!({"retailer": ""}), "retailer"),
        (json!({"execution_id": null}), "execution_id"),
        (json!({"evaluation_s3_uri": "evaluation.json"}), "evaluation_s3_uri"),
        (json!({"settings": {"horizon": 90}}), "settings"),
        (json!({"note": "x".repeat(2501)}), "note"),
    ];
    for (changes, named) in cases {
        let failure = failure(&account, changes).await;

        assert_eq!(failure.kind(), Kind::Rejected, "{failure}");
        assert!(failure.to_string().contains(named), "{failure}");
    }
    let no_object = handle(&account, NOW, json!(["retailer"])).await.unwrap_err();
    assert_eq!(no_object.kind(), Kind::Rejected);
}
