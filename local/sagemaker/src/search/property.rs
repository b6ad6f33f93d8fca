//! The properties of records, by the names that filters and sorting use.

use serde_json::{Value, json};

/// The values that a record has of a property: none, one, or several where a list is on the way.
pub(super) fn values(record: &Value, name: &str) -> Vec<Value> {
    if let Some(key) = name.strip_prefix("Tags.") {
        let tags = record.get("Tags").and_then(Value::as_array).into_iter().flatten();
        let of_key = tags.filter(|tag| tag.get("Key") == Some(&json!(key)));
        return of_key.filter_map(|tag| tag.get("Value").cloned()).collect();
    }
    if let Some(rest) = name.strip_prefix("Metrics.") {
        return metric(record, rest);
    }
    let mut found = Vec::new();
    descend(record, name, &mut found);
    found
}

/// The statistics of metrics, as names end with them, and the members that have them.
const STATISTICS: [(&str, &str); 6] = [
    (".max", "Max"),
    (".min", "Min"),
    (".last", "Last"),
    (".avg", "Avg"),
    (".count", "Count"),
    (".stddev", "StdDev"),
];

/// A metric of a component, which needs a statistic, or the last value of one of a training job.
fn metric(record: &Value, name: &str) -> Vec<Value> {
    if let Some(list) = record.get("FinalMetricDataList").and_then(Value::as_array) {
        let of_name = list.iter().filter(|metric| metric.get("MetricName") == Some(&json!(name)));
        return of_name.filter_map(|metric| metric.get("Value").cloned()).collect();
    }
    let metrics = record.get("Metrics").and_then(Value::as_array).into_iter().flatten();
    let lower = name.to_lowercase();
    let statistic = STATISTICS.into_iter().find(|(end, _)| lower.ends_with(end));
    let Some((end, member)) = statistic else { return Vec::new() };
    let name = name.get(..name.len() - end.len()).unwrap_or_default();
    let of_name = metrics.filter(|metric| metric.get("MetricName") == Some(&json!(name)));
    of_name.filter_map(|metric| metric.get(member).cloned()).collect()
}

/// Goes down a path. Keys of maps may have dots of their own, so the longest key is tried first.
fn descend(at: &Value, path: &str, found: &mut Vec<Value>) {
    match at {
        Value::Array(items) => items.iter().for_each(|item| descend(item, path, found)),
        Value::Object(members) => {
            if let Some(value) = members.get(path) {
                leaf(value, found);
                return;
            }
            for (dot, _) in path.rmatch_indices('.') {
                let (Some(head), Some(tail)) = (path.get(..dot), path.get(dot + 1..)) else {
                    continue;
                };
                if let Some(next) = members.get(head) {
                    descend(next, tail, found);
                    return;
                }
            }
        }
        _ => {}
    }
}

/// A simple value, or the one in a parameter; of a list, each.
fn leaf(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaf(item, found)),
        Value::Object(members) => {
            let inner = members.get("NumberValue").or_else(|| members.get("StringValue"));
            found.push(inner.unwrap_or(value).clone());
        }
        simple => found.push(simple.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_by_the_names_that_the_sdk_uses() {
        let record = json!({
            "TrialComponentName": "a",
            "Source": {"SourceArn": "arn"},
            "Parents": [{"TrialName": "t1"}, {"TrialName": "t2"}],
            "Parameters": {"hp1": {"NumberValue": 0.5}, "a.b": {"StringValue": "x"}},
            "Tags": [{"Key": "team", "Value": "blue"}],
            "Metrics": [{"MetricName": "validation:rmse", "Max": 3.0, "Last": 1.0}],
        });

        for (name, expected) in [
            ("Source.SourceArn", json!(["arn"])),
            ("Parents.TrialName", json!(["t1", "t2"])),
            ("Parameters.hp1", json!([0.5])),
            ("Parameters.a.b", json!(["x"])),
            ("Tags.team", json!(["blue"])),
            ("Metrics.validation:rmse.max", json!([3.0])),
            ("Metrics.validation:rmse.last", json!([1.0])),
            ("Metrics.validation:rmse", json!([])),
            ("Nothing.AtAll", json!([])),
        ] {
            assert_eq!(json!(values(&record, name)), expected, "{name}");
        }
    }

    #[test]
    fn a_metric_of_a_training_job_has_no_statistic() {
        let record = json!({"FinalMetricDataList": [{"MetricName": "a.b/c", "Value": 2.0}]});

        assert_eq!(values(&record, "Metrics.a.b/c"), [json!(2.0)]);
    }
}
