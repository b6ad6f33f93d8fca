//! No event makes the function panic.

use cloud::double::Account;
use compare_models::handle;
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,20}".prop_map(Value::from),
        Just(json!("s3://bucket/key")),
        Just(json!("rmse")),
        Just(json!("rmse<=1,r2>=2")),
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
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2_000)))]

    #[test]
    fn any_json_is_answered(event in any_json(), key in 0..12_usize, value in any_json()) {
        let keys = [
            "model_group", "evaluation_s3_uri", "metric", "min_improvement", "max_value",
            "thresholds", "beat_baseline_on", "on_different_holdout", "source", "experiment",
            "retailer", "execution_id",
        ];
        let mut near = json!({
            "model_group": "retail-a", "evaluation_s3_uri": "s3://bucket/run", "metric": "rmse",
            "min_improvement": 0.01, "execution_id": "run",
        });
        near[keys[key]] = value;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let account = Account::new();
        account.change(|state| {
            let uri = "s3://bucket/run/evaluation.json".parse().unwrap();
            state.objects.put(&uri, r#"{"schema_version":1,"metrics":{"rmse":{"value":2}}}"#, 0);
        });

        for event in [event, near] {
            let _outcome = runtime.block_on(handle(&account, event));
        }
    }
}
