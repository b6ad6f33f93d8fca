//! What compare-models answers, case by case.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how to fail"
)]

use std::time::Duration;

use cloud::Reason;
use cloud::double::Account;
use cloud::experiments::{Component, ParameterValue};
use cloud::registry::Approval;
use compare_models::{Answer, handle};
use invocation::{Failure, Kind};
use serde_json::{Value, json};

const GROUP: &str = "retail-store-item";
const CANDIDATE: &str = "s3://artefacts/run-2/evaluation";

fn report(rmse: f64, fingerprint: &str) -> String {
    json!({
        "schema_version": 1,
        "holdout": {"fingerprint": fingerprint},
        "metrics": {"rmse": {"value": rmse}, "wmae": {"value": 1500.0}, "r2": {"value": 0.7}},
        "baselines": {"seasonal_naive": {"rmse": 9.0, "wmae": 1490.0}},
        "best_baseline": {"name": "seasonal_naive", "rmse": 9.0, "wmae": 1490.0},
        "undefined": [],
    })
    .to_string()
}

/// An account whose candidate has this RMSE, measured on holdout `sha256:aa`.
fn candidate_of(rmse: f64) -> Account {
    let account = Account::new();
    account.change(|state| {
        let uri = format!("{CANDIDATE}/evaluation.json").parse().unwrap();
        state.objects.put(&uri, report(rmse, "sha256:aa"), 0);
    });
    account
}

/// Registers a version with this metadata and decides on it.
fn add_version(account: &Account, metadata: &[(&str, &str)], approval: Approval) -> String {
    account.change(|state| {
        let arn = state.registry.register(GROUP, metadata, 0);
        state.registry.decide(&arn, approval, 1);
        arn
    })
}

fn add_approved(account: &Account, rmse: &str) -> String {
    let metadata = [("rmse", rmse), ("holdout_fingerprint", "sha256:aa")];
    add_version(account, &metadata, Approval::Approved)
}

fn event(changes: &Value) -> Value {
    let mut event = json!({
        "model_group": GROUP, "evaluation_s3_uri": CANDIDATE, "metric": "rmse",
        "min_improvement": 0.01, "source": "registry", "execution_id": "run-2",
    });
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

async fn compare(account: &Account, changes: Value) -> Answer {
    handle(account, event(&changes)).await.unwrap()
}

async fn failure(account: &Account, changes: Value) -> Failure {
    handle(account, event(&changes)).await.unwrap_err()
}

#[tokio::test]
async fn without_a_previous_model_the_candidate_is_promoted() {
    let answer = compare(&candidate_of(8.0), json!({})).await;

    assert_eq!(answer.promote, "true");
    assert_eq!(answer.candidate, "8");
    assert_eq!(
        (answer.previous.as_str(), answer.improvement.as_str(), answer.comparable.as_str()),
        ("none", "none", "true")
    );
    assert_eq!(answer.previous_model_package_arn, "none");
}

#[tokio::test]
async fn a_better_model_is_promoted() {
    let account = candidate_of(7.6);
    let previous = add_approved(&account, "8");

    let answer = compare(&account, json!({})).await;

    assert_eq!((answer.promote.as_str(), answer.previous.as_str()), ("true", "8"));
    assert_eq!(answer.previous_model_package_arn, previous);
    let improvement: f64 = answer.improvement.parse().unwrap();
    assert!((improvement - 0.05).abs() < 1e-12);
}

#[tokio::test]
async fn a_model_that_is_better_by_too_little_is_not_promoted() {
    let account = candidate_of(7.95);
    add_approved(&account, "8");

    let answer = compare(&account, json!({})).await;

    assert_eq!(answer.promote, "false");
    assert!(answer.reason.contains("1 %"), "{}", answer.reason);
}

#[tokio::test]
async fn a_worse_model_is_not_promoted() {
    let account = candidate_of(8.5);
    add_approved(&account, "8");

    let answer = compare(&account, json!({})).await;

    assert_eq!(answer.promote, "false");
    assert!(answer.improvement.starts_with('-'), "{}", answer.improvement);
}

#[tokio::test]
async fn an_equal_model_is_not_promoted_even_if_nothing_was_asked() {
    let account = candidate_of(8.0);
    add_approved(&account, "8");

    assert_eq!(compare(&account, json!({"min_improvement": 0})).await.promote, "false");
}

#[tokio::test]
async fn a_model_above_the_ceiling_is_not_promoted_even_if_it_is_the_first() {
    let answer = compare(&candidate_of(8.0), json!({"max_value": "7.5"})).await;

    assert_eq!(answer.promote, "false");
    assert!(answer.reason.contains("7.5"), "{}", answer.reason);
}

#[tokio::test]
async fn a_model_that_a_baseline_beats_on_one_named_metric_is_not_promoted() {
    let answer = compare(&candidate_of(8.0), json!({"beat_baseline_on": "rmse, wmae"})).await;

    assert_eq!(answer.promote, "false");
    assert!(answer.reason.contains("wmae"), "{}", answer.reason);
}

#[tokio::test]
async fn several_thresholds_must_all_hold() {
    let account = candidate_of(8.0);

    let met = compare(&account, json!({"thresholds": "rmse<=8,r2>=0.7"})).await;
    let missed = compare(&account, json!({"thresholds": "rmse<=8,r2>=0.71"})).await;

    assert_eq!((met.promote.as_str(), missed.promote.as_str()), ("true", "false"));
    assert!(missed.reason.contains("r2"), "{}", missed.reason);
}

#[tokio::test]
async fn a_number_from_another_holdout_is_no_proof_unless_the_event_says_so() {
    let account = candidate_of(7.0);
    let metadata = [("rmse", "8"), ("holdout_fingerprint", "sha256:bb")];
    add_version(&account, &metadata, Approval::Approved);

    let refused = compare(&account, json!({})).await;
    let compared = compare(&account, json!({"on_different_holdout": "compare"})).await;

    assert_eq!((refused.promote.as_str(), refused.comparable.as_str()), ("false", "false"));
    assert!(refused.reason.contains("holdout"), "{}", refused.reason);
    assert_eq!((compared.promote.as_str(), compared.comparable.as_str()), ("true", "false"));
}

#[tokio::test]
async fn a_champion_on_the_same_holdout_goes_before_a_better_one_on_another() {
    let account = candidate_of(7.0);
    add_version(
        &account,
        &[("rmse", "3"), ("holdout_fingerprint", "sha256:bb")],
        Approval::Approved,
    );
    let comparable = add_approved(&account, "8");

    let answer = compare(&account, json!({})).await;

    assert_eq!(answer.previous_model_package_arn, comparable);
    assert_eq!(answer.promote, "true");
}

#[tokio::test]
async fn pending_and_rejected_versions_are_no_previous_models() {
    let account = candidate_of(8.0);
    add_version(&account, &[("rmse", "1")], Approval::Pending);
    add_version(&account, &[("rmse", "1")], Approval::Rejected);

    let answer = compare(&account, json!({})).await;

    assert_eq!((answer.promote.as_str(), answer.previous.as_str()), ("true", "none"));
}

#[tokio::test(start_paused = true)]
async fn the_best_of_350_versions_is_found_on_page_4_within_3_seconds_at_20_ms_a_call() {
    let account = candidate_of(7.0).with_latency(Duration::from_millis(20));
    let best = add_approved(&account, "7.001");
    for _ in 1..350 {
        add_approved(&account, "9");
    }
    let start = tokio::time::Instant::now();

    let answer = compare(&account, json!({})).await;

    assert_eq!(answer.previous_model_package_arn, best);
    assert_eq!((answer.promote.as_str(), answer.considered.as_str()), ("false", "350"));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    let pages = account.look(|state| {
        let listings =
            state.faults.calls.iter().filter(|it| it.operation == "sagemaker:ListModelPackages");
        listings.count()
    });
    assert_eq!(pages, 4);
}

#[tokio::test]
async fn the_metric_of_an_old_version_without_it_is_read_from_its_report() {
    let account = candidate_of(7.0);
    let old = "s3://artefacts/run-1/evaluation/evaluation.json";
    add_version(&account, &[("evaluation_s3_uri", old)], Approval::Approved);
    account.change(|state| {
        state.objects.put(&old.parse().unwrap(), report(7.01, "sha256:aa"), 0);
    });

    let answer = compare(&account, json!({})).await;

    assert_eq!((answer.previous.as_str(), answer.promote.as_str()), ("7.01", "false"));
}

#[tokio::test]
async fn a_version_whose_metric_is_nowhere_does_not_keep_a_new_one_out_and_the_reason_says_so() {
    let account = candidate_of(8.0);
    let gone = [("evaluation_s3_uri", "s3://artefacts/gone/evaluation.json")];
    let package = add_version(&account, &gone, Approval::Approved);

    let answer = compare(&account, json!({})).await;

    assert_eq!((answer.promote.as_str(), answer.previous.as_str()), ("true", "none"));
    assert_eq!(answer.previous_model_package_arn, package);
    assert!(answer.reason.contains("rmse"), "{}", answer.reason);
}

#[tokio::test]
async fn a_run_is_never_compared_with_the_package_that_it_registered_itself() {
    let account = candidate_of(8.0);
    add_version(&account, &[("rmse", "8"), ("execution_id", "run-2")], Approval::Approved);

    assert_eq!(compare(&account, json!({})).await.promote, "true");
}

#[tokio::test]
async fn registry_and_experiments_give_the_same_verdict() {
    for rmse in [7.0, 7.95, 8.0, 9.0] {
        let account = candidate_of(rmse);
        add_approved(&account, "8");
        add_approved(&account, "8.4");
        account.change(|state| {
            state.experiments.add_trial("store-item", "trial");
            for (run, value) in [("run-0", 8.0), ("run-1", 8.4), ("run-2", rmse)] {
                let text = |text: &str| ParameterValue::Text(text.to_owned());
                let parameters = [
                    ("rmse", ParameterValue::Number(value)),
                    ("holdout_fingerprint", text("sha256:aa")),
                    ("execution_id", text(run)),
                ];
                let component = Component {
                    name: run.to_owned(),
                    parameters: parameters.map(|(key, it)| (key.to_owned(), it)).into(),
                    ..Component::default()
                };
                state.experiments.components.insert(run.to_owned(), component);
                let trial = state.experiments.trials.get_mut("trial").unwrap();
                trial.1.insert(run.to_owned());
            }
        });

        let registry = compare(&account, json!({})).await;
        let runs = json!({"source": "experiments", "experiment": "store-item"});
        let experiments = compare(&account, runs).await;

        assert_eq!(registry.promote, experiments.promote, "{rmse}");
        assert_eq!(registry.previous, experiments.previous, "{rmse}");
        assert_eq!(registry.improvement, experiments.improvement, "{rmse}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_used_is_rejected_with_its_key() {
    let account = candidate_of(8.0);
    let cases = [
        (json!({"metric": "rsme"}), "rsme"),
        (json!({"metric": ""}), "metric"),
        (json!({"min_improvement": "a little"}), "min_improvement"),
        (json!({"evaluation_s3_uri": "/tmp/evaluation.json"}), "evaluation_s3_uri"),
        (json!({"min_improvment": 0.1}), "min_improvment"),
        (json!({"source": "registries"}), "source"),
        (json!({"source": "experiments"}), "experiment"),
        (json!({"thresholds": "rmse<8"}), "rmse<8"),
        (json!({"on_different_holdout": "maybe"}), "maybe"),
        (json!({"metric": "mase"}), "mase"),
    ];
    for (changes, named) in cases {
        let failure = failure(&account, changes).await;

        assert_eq!(failure.kind(), Kind::Rejected, "{failure}");
        assert!(failure.to_string().contains(named), "{failure}");
    }
}

#[tokio::test]
async fn a_report_that_is_missing_or_damaged_is_rejected_with_its_address() {
    let account = candidate_of(8.0);
    let damaged = "s3://artefacts/damaged/evaluation.json";
    account.change(|state| state.objects.put(&damaged.parse().unwrap(), "{\"metrics\": ", 0));

    for uri in ["s3://artefacts/missing", damaged] {
        let failure = failure(&account, json!({"evaluation_s3_uri": uri})).await;

        assert_eq!(failure.kind(), Kind::Rejected);
        assert!(failure.to_string().contains(uri), "{failure}");
    }
}

#[tokio::test]
async fn throttling_asks_the_caller_to_try_again_and_denial_does_not() {
    for (reason, kind) in [(Reason::Throttled, Kind::Transient), (Reason::Denied, Kind::Rejected)] {
        for operation in
            ["s3:GetObject", "sagemaker:ListModelPackages", "sagemaker:DescribeModelPackage"]
        {
            let account = candidate_of(8.0);
            add_approved(&account, "9");
            account.change(|state| state.faults.fail_next(operation, reason));

            let failure = failure(&account, json!({})).await;

            assert_eq!(failure.kind(), kind, "{failure}");
            assert!(failure.to_string().contains(operation), "{failure}");
        }
    }
}

#[tokio::test]
async fn nothing_is_ever_changed() {
    let account = candidate_of(7.0);
    add_approved(&account, "8");
    compare(&account, json!({})).await;

    assert_eq!(account.look(|state| state.faults.changes().count()), 0);
}
