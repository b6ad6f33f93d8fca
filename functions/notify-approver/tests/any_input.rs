//! No event, metadata or report makes the function panic.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is how to fail")]

use cloud::double::Account;
use invocation::Settings;
use notify_approver::{NotifySettings, handle};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NOW: i64 = 1_790_000_000;
const GROUP: &str = "retail-store-item";

fn any_json(keys: &'static str) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        Just(json!("SageMaker Model Package State Change")),
        Just(json!(GROUP)),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..5)
                .prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

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

/// An account with one version, whose report and metadata are these.
fn account(report: &str, metadata: &[(&str, &str)]) -> (Account, String) {
    let account = Account::new();
    let arn = account.change(|state| {
        let uri = "s3://artefacts/run/evaluation.json".parse().unwrap();
        state.objects.put(&uri, report, NOW);
        state.registry.register(GROUP, metadata, NOW)
    });
    (account, arn)
}

fn announce(account: &Account, event: Value) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _outcome = runtime.block_on(handle(account, &settings(), NOW, event));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2_000)))]

    #[test]
    fn any_event_is_answered(event in any_json("detail|detail-type|ModelPackageArn|[a-z]{0,6}")) {
        announce(&Account::new(), event);
    }

    #[test]
    fn a_version_with_any_report_and_any_metadata_is_announced_or_refused(
        report in any_json("metrics|groups|baselines|holdout|undefined|rmse|value|[a-z]{0,6}"),
        rmse in ".{0,12}",
        retailer in ".{0,300}",
    ) {
        let mut report = report;
        if let Value::Object(members) = &mut report {
            members.insert("schema_version".to_owned(), json!(1));
        }
        let metadata = [
            ("rmse", rmse.as_str()),
            ("retailer", retailer.as_str()),
            ("evaluation_s3_uri", "s3://artefacts/run"),
        ];
        let (account, arn) = account(&report.to_string(), &metadata);

        let detail = json!({"ModelPackageGroupName": GROUP, "ModelPackageArn": arn});
        let kind = "SageMaker Model Package State Change";
        announce(&account, json!({"detail-type": kind, "detail": detail}));

        let mails = account.look(|state| format!("{:?}", state.mailbox));
        prop_assert!(!mails.contains("NaN"), "{mails}");
    }
}
