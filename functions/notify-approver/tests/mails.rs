//! What an approver receives, and how often.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how to fail"
)]

use cloud::Reason;
use cloud::double::{Account, Mail};
use cloud::registry::{Approval, Readiness};
use expect_test::expect_file;
use invocation::{Failure, Kind, Settings};
use notify_approver::{Answer, NotifySettings, handle};
use serde_json::{Value, json};

const NOW: i64 = 1_790_000_000;
const GROUP: &str = "retail-store-item";

fn settings() -> NotifySettings {
    let settings = Settings::of(|name| {
        let value = match name {
            "TOPIC_ARN" => "arn:aws:sns:eu-west-1:111122223333:almanac-approvals",
            "MARKER_PREFIX" => "s3://artefacts/notified",
            "MODEL_GROUP_PREFIX" => "retail-",
            _ => return None,
        };
        Some(value.to_owned())
    });
    NotifySettings::read(&settings).unwrap()
}

fn report(rmse: f64, stores: &[(&str, f64)], fingerprint: &str) -> Value {
    let stores = stores.iter().map(|(store, rmse)| ((*store).to_owned(), json!({"rmse": rmse})));
    json!({
        "schema_version": 1, "scenario": "store-item", "retailer": "acme",
        "holdout": {"start": "2017-10-03", "end": "2017-12-31", "horizon": 90, "series": 500,
                    "points": 45000, "fingerprint": fingerprint},
        "metrics": {"rmse": {"value": rmse}, "mase": {"value": rmse / 9.0},
                    "bias": {"value": 0.012}, "coverage_80": {"value": 0.76 + rmse / 200.0}},
        "groups": {"store": stores.collect::<serde_json::Map<_, _>>()},
        "baselines": {"seasonal_naive": {"rmse": 10.9}},
        "best_baseline": {"name": "seasonal_naive", "rmse": 10.9},
        "undefined": [],
    })
}

fn register(account: &Account, run: &str, report: &Value) -> String {
    let uri = format!("s3://artefacts/{run}/evaluation");
    account.change(|state| {
        let file = format!("{uri}/evaluation.json").parse().unwrap();
        state.objects.put(&file, report.to_string(), NOW);
        let rmse = report["metrics"]["rmse"]["value"].to_string();
        let metadata = [
            ("rmse", rmse.as_str()),
            ("retailer", "acme"),
            ("scenario", "store-item"),
            ("execution_id", run),
            ("evaluation_s3_uri", uri.as_str()),
        ];
        state.registry.register(GROUP, &metadata, NOW)
    })
}

/// A candidate, version 2, against an approved version 1.
fn account() -> (Account, String) {
    let account = Account::new();
    let stores = [("1", 7.1), ("2", 7.2), ("3", 7.6)];
    let champion = register(&account, "c8v1n4z6r0ud", &report(7.6, &stores, "sha256:aa"));
    account.change(|state| state.registry.decide(&champion, Approval::Approved, NOW));
    let stores = [("1", 7.0), ("2", 7.9), ("3", 7.7), ("4", 9.0)];
    let candidate = register(&account, "k2x7q9mw3t5a", &report(7.4, &stores, "sha256:aa"));
    (account, candidate)
}

fn event(arn: &str) -> Value {
    json!({
        "version": "0", "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker", "account": "111122223333", "region": "eu-west-1",
        "detail": {"ModelPackageArn": arn, "ModelPackageGroupName": GROUP,
                   "ModelPackageStatus": "Completed",
                   "ModelApprovalStatus": "PendingManualApproval"},
    })
}

async fn notify(account: &Account, arn: &str, now: i64) -> Answer {
    handle(account, &settings(), now, event(arn)).await.unwrap()
}

async fn failure(account: &Account, event: Value) -> Failure {
    handle(account, &settings(), NOW, event).await.unwrap_err()
}

fn mails(account: &Account) -> Vec<Mail> {
    account.look(|state| state.mailbox.mails.clone())
}

fn as_read(mail: &Mail) -> String {
    format!("To: {}\nSubject: {}\n\n{}", mail.topic_arn, mail.subject, mail.message)
}

#[tokio::test]
async fn the_mail_compares_candidate_and_champion_and_says_where_to_decide() {
    let (account, candidate) = account();

    let answer = notify(&account, &candidate, NOW).await;

    assert_eq!(answer.sent, "true");
    let mails = mails(&account);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.chars().count() < 100, "{}", mails[0].subject);
    expect_file!["golden/against_champion.txt"].assert_eq(&as_read(&mails[0]));
}

#[tokio::test]
async fn the_metric_that_the_gate_judged_by_leads_the_mail() {
    let (account, candidate) = account();
    account.change(|state| {
        let package = state.registry.packages.get_mut(&candidate).unwrap();
        package.metadata.insert("metric".to_owned(), "mase".to_owned());
    });

    notify(&account, &candidate, NOW).await;

    let mail = &mails(&account)[0];
    assert!(mail.subject.ends_with("version 2? mase 0.8222, 2.6 % better"), "{}", mail.subject);
    let order: Vec<_> = mail.message.lines().filter_map(|it| it.split_once("  ")).collect();
    assert_eq!(order[1].0, "mase", "{}", mail.message);
}

#[tokio::test]
async fn the_mail_of_the_first_version_says_that_it_is_the_first() {
    let account = Account::new();
    let first = register(&account, "k2x7q9mw3t5a", &report(7.4, &[], "sha256:aa"));

    notify(&account, &first, NOW).await;

    expect_file!["golden/first_version.txt"].assert_eq(&as_read(&mails(&account)[0]));
}

#[tokio::test]
async fn without_reports_the_mail_shows_what_the_registry_holds() {
    let (account, candidate) = account();
    account.change(|state| state.objects.stored.clear());

    notify(&account, &candidate, NOW).await;

    expect_file!["golden/without_reports.txt"].assert_eq(&as_read(&mails(&account)[0]));
}

#[tokio::test]
async fn the_mail_warns_when_the_two_were_measured_on_different_data() {
    let (account, candidate) = account();
    let stores = [("1", 7.1)];
    register(&account, "c8v1n4z6r0ud-unused", &report(7.6, &stores, "sha256:bb"));
    account.change(|state| {
        let uri = "s3://artefacts/c8v1n4z6r0ud/evaluation/evaluation.json".parse().unwrap();
        state.objects.put(&uri, report(7.6, &stores, "sha256:bb").to_string(), NOW);
    });

    notify(&account, &candidate, NOW).await;

    assert!(mails(&account)[0].message.contains("measured on different data"));
}

#[tokio::test]
async fn a_repeated_event_sends_no_second_mail() {
    let (account, candidate) = account();
    notify(&account, &candidate, NOW).await;

    let again = notify(&account, &candidate, NOW + 3600).await;

    assert_eq!((again.sent.as_str(), mails(&account).len()), ("false", 1));
}

#[tokio::test]
async fn of_two_deliveries_at_once_the_second_is_asked_to_come_back() {
    let (account, candidate) = account();
    account.change(|state| {
        let marker = format!("s3://artefacts/notified/{GROUP}/2.json").parse().unwrap();
        let claim = json!({"state": "claimed", "until": NOW + 30}).to_string();
        state.objects.put(&marker, claim, NOW);
    });

    let during = failure(&account, event(&candidate)).await;
    let after_a_crash = notify(&account, &candidate, NOW + 60).await;

    assert_eq!(during.kind(), Kind::Transient, "{during}");
    assert_eq!((after_a_crash.sent.as_str(), mails(&account).len()), ("true", 1));
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_when_the_event_is_repeated() {
    for operation in ["sns:Publish", "sagemaker:ListModelPackages", "s3:GetObject"] {
        let (account, candidate) = account();
        account.change(|state| state.faults.fail_next(operation, Reason::Throttled));

        let first = failure(&account, event(&candidate)).await;
        assert_eq!(first.kind(), Kind::Transient, "{first}");
        assert!(mails(&account).is_empty());

        let second = notify(&account, &candidate, NOW + 1).await;
        assert_eq!((second.sent.as_str(), mails(&account).len()), ("true", 1), "{operation}");
    }
}

#[tokio::test]
async fn a_mail_whose_marker_could_not_be_kept_says_so() {
    let (account, candidate) = account();
    account.change(|state| {
        state.faults.pass_next("s3:PutObject", 1);
        state.faults.fail_next("s3:PutObject", Reason::Unavailable);
    });

    let answer = notify(&account, &candidate, NOW).await;

    assert_eq!((answer.sent.as_str(), mails(&account).len()), ("true", 1));
    assert!(answer.reason.contains("may send it again"), "{}", answer.reason);
}

#[tokio::test]
async fn nobody_is_asked_about_a_version_that_is_decided_incomplete_or_not_ours() {
    let (decided, candidate) = account();
    decided.change(|state| state.registry.decide(&candidate, Approval::Rejected, NOW));
    let (incomplete, _) = account();
    incomplete.change(|state| {
        let package = state.registry.packages.get_mut(&candidate).unwrap();
        package.summary.readiness = Readiness::NotUsable;
    });
    for account in [decided, incomplete] {
        assert_eq!(notify(&account, &candidate, NOW).await.sent, "false");
        assert!(mails(&account).is_empty());
    }

    let (account, candidate) = account();
    let mut foreign = event(&candidate);
    foreign["detail"]["ModelPackageGroupName"] = json!("churn-model");
    let answer = handle(&account, &settings(), NOW, foreign).await.unwrap();
    assert_eq!(answer.sent, "false");
    assert!(account.look(|state| state.faults.calls.is_empty()));
}

#[tokio::test]
async fn an_event_that_cannot_be_used_is_rejected_with_its_key() {
    let (account, candidate) = account();
    let mut no_arn = event(&candidate);
    no_arn["detail"].as_object_mut().unwrap().remove("ModelPackageArn");
    let mut other = event(&candidate);
    other["detail-type"] = json!("SageMaker Endpoint State Change");
    let cases = [
        (no_arn, "ModelPackageArn"),
        (other, "detail-type"),
        (json!({"detail": {}}), "ModelPackageArn"),
        (json!(7), "invalid type"),
        (event("arn:aws:sagemaker:eu-west-1:111122223333:model-package/retail-x/9"), "retail-x/9"),
    ];
    for (event, named) in cases {
        let failure = failure(&account, event).await;

        assert_eq!(failure.kind(), Kind::Rejected, "{failure}");
        assert!(failure.to_string().contains(named), "{failure}");
    }
}

#[test]
fn a_missing_setting_ends_the_function_with_its_name() {
    let error = NotifySettings::read(&Settings::of(|_| None)).unwrap_err();

    assert!(error.to_string().contains("MARKER_PREFIX"), "{error}");
}
