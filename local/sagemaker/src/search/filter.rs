//! Search expressions: filters, nested filters and sub-expressions, with And or Or.

use std::cmp::Ordering;

use machine::Refusal;
use serde_json::Value;

use super::property;
use crate::entity::text;

/// The most conditions of an expression with all that is in it.
const MOST: usize = 50;

/// Refuses expressions that the service refuses.
pub(super) fn check(expression: &Value) -> Result<(), Refusal> {
    let count = count(expression)?;
    if count > MOST {
        return Err(Refusal::invalid(format!(
            "The search expression has {count} conditions; it can have at most {MOST}."
        )));
    }
    Ok(())
}

fn count(expression: &Value) -> Result<usize, Refusal> {
    let mut conditions = 0;
    for filter in list(expression, "Filters") {
        check_filter(filter)?;
        conditions += 1;
    }
    for nested in list(expression, "NestedFilters") {
        for filter in list(nested, "Filters") {
            check_filter(filter)?;
            conditions += 1;
        }
    }
    for sub in list(expression, "SubExpressions") {
        conditions += count(sub)?;
    }
    Ok(conditions)
}

fn check_filter(filter: &Value) -> Result<(), Refusal> {
    let needs_value = !matches!(text(filter, "Operator"), Some("Exists" | "NotExists"));
    if needs_value && text(filter, "Value").is_none() {
        return Err(Refusal::invalid(format!(
            "The filter on {} needs a Value.",
            text(filter, "Name").unwrap_or_default()
        )));
    }
    Ok(())
}

fn list<'a>(of: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    of.get(member).and_then(Value::as_array).into_iter().flatten()
}

/// Whether a record is what an expression asks for.
pub(super) fn matches(expression: &Value, record: &Value) -> bool {
    let mut parts = list(expression, "Filters")
        .map(|filter| holds(filter, record, text(filter, "Name").unwrap_or_default()))
        .chain(list(expression, "NestedFilters").map(|nested| nested_holds(nested, record)))
        .chain(list(expression, "SubExpressions").map(|sub| matches(sub, record)));
    match text(expression, "Operator") {
        Some("Or") => parts.any(|holds| holds),
        _ => parts.all(|holds| holds),
    }
}

/// Nested filters hold if one item of a list fulfils them all.
fn nested_holds(nested: &Value, record: &Value) -> bool {
    let name = text(nested, "NestedPropertyName").unwrap_or_default();
    let pointer = format!("/{}", name.replace('.', "/"));
    let items = record.pointer(&pointer).and_then(Value::as_array);
    items.into_iter().flatten().any(|item| {
        list(nested, "Filters").all(|filter| {
            let of = text(filter, "Name").unwrap_or_default();
            let inner = of.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
            holds(filter, item, inner.unwrap_or(of))
        })
    })
}

fn holds(filter: &Value, record: &Value, name: &str) -> bool {
    let values = property::values(record, name);
    let wanted = text(filter, "Value").unwrap_or_default();
    let order = if name.starts_with("HyperParameters.") { order_of_hyperparameter } else { order };
    let any =
        |is: fn(Ordering) -> bool| values.iter().any(|value| order(value, wanted).is_some_and(is));
    match text(filter, "Operator").unwrap_or("Equals") {
        "Equals" => any(Ordering::is_eq),
        "NotEquals" => !any(Ordering::is_eq),
        "GreaterThan" => any(Ordering::is_gt),
        "GreaterThanOrEqualTo" => any(Ordering::is_ge),
        "LessThan" => any(Ordering::is_lt),
        "LessThanOrEqualTo" => any(Ordering::is_le),
        "Contains" => {
            values.iter().any(|value| value.as_str().is_some_and(|text| text.contains(wanted)))
        }
        "Exists" => !values.is_empty(),
        "NotExists" => values.is_empty(),
        "In" => wanted.split(',').any(|one| {
            values.iter().any(|value| order(value, one.trim()) == Some(Ordering::Equal))
        }),
        _ => false,
    }
}

/// Compares a property with a filter's text; none where they cannot be compared.
///
/// Numbers compare as numbers, and times with ISO 8601.
fn order(value: &Value, wanted: &str) -> Option<Ordering> {
    match value {
        Value::Number(number) => {
            let number = number.as_f64()?;
            number.partial_cmp(&wanted.parse().ok().or_else(|| moment(wanted))?)
        }
        Value::Bool(is) => Some(is.to_string().as_str().cmp(&wanted.to_lowercase())),
        Value::String(text) => match (text.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(_), Ok(_)) => {
                let number = serde_json::Number::from_f64(text.parse().ok()?)?;
                order(&Value::Number(number), wanted)
            }
            _ => Some(text.as_str().cmp(wanted)),
        },
        _ => None,
    }
}

/// Compares a hyperparameter. With an integer text, SageMaker takes its decimals for integers.
fn order_of_hyperparameter(value: &Value, wanted: &str) -> Option<Ordering> {
    match value.as_str().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) if wanted.parse::<i64>().is_ok() => {
            number.trunc().partial_cmp(&wanted.parse().ok()?)
        }
        _ => order(value, wanted),
    }
}

/// The seconds of an ISO 8601 time, which is in UTC unless it says otherwise.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
fn moment(text: &str) -> Option<f64> {
    let time =
        text.parse::<jiff::Timestamp>().or_else(|_| format!("{text}Z").parse::<jiff::Timestamp>());
    let time = time.or_else(|_| format!("{text}T00:00:00Z").parse::<jiff::Timestamp>());
    time.ok().map(|time| time.as_millisecond() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Value {
        json!({
            "DisplayName": "demand-acme",
            "CreationTime": 1_771_926_067.12,
            "Parameters": {"wape": {"NumberValue": 1.5}},
            "HyperParameters": {"eta": "0.3"},
            "InputDataConfig": [
                {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://a/train"}}},
                {"ChannelName": "test", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/test"}}},
            ],
        })
    }

    fn holds_for(name: &str, operator: &str, value: &str) -> bool {
        let filter = json!({"Name": name, "Operator": operator, "Value": value});
        matches(&json!({"Filters": [filter]}), &record())
    }

    #[test]
    fn each_operator_does_what_its_name_says() {
        for (name, operator, value, expected) in [
            ("DisplayName", "Equals", "demand-acme", true),
            ("DisplayName", "Equals", "demand", false),
            ("DisplayName", "NotEquals", "demand", true),
            ("Nothing", "NotEquals", "demand", true),
            ("DisplayName", "Contains", "acme", true),
            ("DisplayName", "In", "other, demand-acme", true),
            ("DisplayName", "Exists", "", true),
            ("Nothing", "Exists", "", false),
            ("Nothing", "NotExists", "", true),
            ("Parameters.wape", "GreaterThan", "1.4", true),
            ("Parameters.wape", "LessThan", "1.5", false),
            ("Parameters.wape", "LessThanOrEqualTo", "1.5", true),
            ("Parameters.wape", "GreaterThanOrEqualTo", "1.6", false),
            ("HyperParameters.eta", "LessThan", "0.31", true),
            ("CreationTime", "GreaterThan", "2026-02-24T09:41:00", true),
            ("CreationTime", "LessThan", "2026-02-24", false),
        ] {
            assert_eq!(holds_for(name, operator, value), expected, "{name} {operator} {value}");
        }
    }

    #[test]
    fn an_integer_text_compares_hyperparameters_alone_as_integers() {
        assert!(holds_for("HyperParameters.eta", "Equals", "0"));
        assert!(!holds_for("HyperParameters.eta", "GreaterThan", "0"));
        assert!(holds_for("HyperParameters.eta", "GreaterThan", "0.0"));
        assert!(!holds_for("Parameters.wape", "Equals", "1"));
        assert!(holds_for("Parameters.wape", "GreaterThan", "1"));
        assert!(holds_for("Parameters.wape", "LessThan", "2"));
    }

    #[test]
    fn nested_filters_must_hold_for_one_item() {
        let nested = |channel: &str, uri: &str| {
            let filters = json!([
                {"Name": "InputDataConfig.ChannelName", "Value": channel},
                {"Name": "InputDataConfig.DataSource.S3DataSource.S3Uri", "Operator": "Contains",
                 "Value": uri},
            ]);
            let nested = json!([{"NestedPropertyName": "InputDataConfig", "Filters": filters}]);
            matches(&json!({"NestedFilters": nested}), &record())
        };

        assert!(nested("train", "/train"));
        assert!(!nested("train", "/test"));
    }

    #[test]
    fn sub_expressions_are_joined_by_or_or_and() {
        let sub = |value: &str| json!({"Filters": [{"Name": "DisplayName", "Value": value}]});
        let both = |operator: &str| {
            let expression =
                json!({"SubExpressions": [sub("demand-acme"), sub("x")], "Operator": operator});
            matches(&expression, &record())
        };

        assert!(both("Or"));
        assert!(!both("And"));
    }

    #[test]
    fn too_many_conditions_and_filters_without_value_are_refused() {
        let filter = json!({"Name": "a", "Operator": "Exists"});
        let many = json!({"SubExpressions": vec![json!({"Filters": vec![filter; 17]}); 3]});

        assert!(check(&many).unwrap_err().message.contains("51 conditions"));
        assert!(check(&json!({"Filters": [{"Name": "a"}]})).is_err());
    }
}
