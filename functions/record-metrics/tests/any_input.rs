//! No event and no report makes the function panic.

use cloud::double::Account;
use proptest::prelude::*;
use record_metrics::handle;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!("s3://bucket/key")),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{0,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(1_000)))]

    #[test]
    fn any_event_and_any_report_are_answered(
        event in any_json(),
        key in 0..9_usize,
        value in any_json(),
        figures in any_json(),
        now in any::<i64>(),
    ) {
        let keys = [
            "retailer", "scenario", "execution_id", "execution_arn", "experiment", "trial",
            "job_arn", "evaluation_s3_uri", "metric",
        ];
        let mut near = json!({
            "retailer": "acme", "scenario": "store-item", "execution_id": "run",
            "evaluation_s3_uri": "s3://bucket/run",
        });
        near[keys[key]] = value;
        let report = json!({
            "schema_version": 1, "metrics": {"rmse": {"value": 2}}, "groups": figures,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let account = Account::new();
        account.change(|state| {
            let uri = "s3://bucket/run/evaluation.json".parse().unwrap();
            state.objects.put(&uri, report.to_string(), 0);
        });

        for event in [event, near] {
            let _outcome = runtime.block_on(handle(&account, now, event));
        }
    }
}
