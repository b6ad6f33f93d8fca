//! Differences in the members of steps.

use serde_json::Value;

use crate::compatibility::{Refusals, arguments, conditions};
use crate::lint::definition::{Definition, Side, Step};
use crate::lint::reference;
use crate::lint::retries;

/// Types that stand in the schema's list of steps; it names EndpointConfig wrongly "Endpoint".
const TYPES: &str = "Condition Training Processing Transform Model RegisterModel Lambda Callback \
     Tuning ClarifyCheck QualityCheck EMR Fail AutoML Endpoint";

/// Types that the schema lets stand in a branch.
const IN_BRANCH: &str = "Training Fail Processing Transform RegisterModel";

/// Adds what the schema refuses about steps.
pub(crate) fn collect(definition: &Definition<'_>, refusals: &mut Refusals) {
    let listed = |list: &str, step: &Step<'_>| list.split(' ').any(|kind| kind == step.kind);

    for step in &definition.steps {
        if !listed(TYPES, step) {
            let typed = step.members.contains_key("Type");
            let at = if typed { step.at.key("Type") } else { step.at.clone() };
            refusals.add(&at, format!("step type `{}` is unknown", step.kind));
            continue;
        }
        let branch = step.inside.is_some_and(|inside| inside.side != Side::Body);
        if branch && !listed(IN_BRANCH, step) {
            refusals.add(&step.at, format!("a {} step in a branch", step.kind));
        }
        members(step, refusals);
        policies(step, refusals);
        for (entry, at) in step.list("DependsOn") {
            if !entry.is_string() {
                refusals.add(&at, "DependsOn holds names only");
            }
        }
        for (output, at) in step.list("OutputParameters") {
            let name = output.get("OutputName").filter(|name| !reference::is_function(name));
            if name.is_some_and(|name| !name.is_string()) {
                refusals.add(&at.key("OutputName"), "the name of an output is text");
            }
        }
        match step.kind {
            "Lambda" | "Callback" => {}
            "Condition" => conditions::collect(step, refusals),
            _ => arguments::collect(step, refusals),
        }
    }
}

fn members(step: &Step<'_>, refusals: &mut Refusals) {
    let unknown: &[&str] = match step.kind {
        "Processing" => &["PropertyFiles"],
        "QualityCheck" | "ClarifyCheck" => &["FailOnViolation"],
        "Endpoint" => &["CacheConfig", "RetryPolicies"],
        "Lambda" | "Callback" | "Condition" | "Fail" | "EMR" => &["RetryPolicies"],
        _ => &[],
    };
    for (key, value) in step.members {
        let at = step.at.key(key);
        if unknown.contains(&key.as_str()) || key == "PropertyFiles" {
            refusals.add(&at, format!("{key} is unknown on a {} step", step.kind));
        } else if value.is_null() {
            refusals.add(&at, format!("{key} is not null"));
        } else if key != "Arguments" {
            arguments::functions(value, &at, refusals);
        }
    }
    let display = step.member("DisplayName").and_then(|(name, _)| name.as_str());
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if display.is_some_and(|name| !(1..=64).contains(&name.len()) || !name.bytes().all(allowed)) {
        refusals.add(&step.at.key("DisplayName"), "a display name is spelt like a name");
    }
    let expiry = step.member("CacheConfig").and_then(|(config, _)| config.get("ExpireAfter"));
    if expiry.is_some_and(|expiry| !expiry.is_string()) {
        refusals.add(&step.at.key("CacheConfig").key("ExpireAfter"), "ExpireAfter is text");
    }
}

fn policies(step: &Step<'_>, refusals: &mut Refusals) {
    for (policy, at) in step.list("RetryPolicies") {
        let kind = policy.get("ExceptionType");
        if kind.is_some_and(|kind| !kind.as_str().is_some_and(retries::is_exception)) {
            refusals.add(&at.key("ExceptionType"), "one known exception type, and no list");
        }
        for key in ["IntervalSeconds", "MaxAttempts", "ExpireAfterMin", "BackoffRate"] {
            let value = policy.get(key);
            let whole = |value: &Value| value.is_i64() || value.is_u64() || key == "BackoffRate";
            if value.is_some_and(|value| !value.is_number() || !whole(value)) {
                refusals.add(&at.key(key), format!("{key} is a number"));
            }
        }
    }
}
