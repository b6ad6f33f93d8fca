//! Will the retry policies be accepted, and do they retry anything?

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;
use crate::lint::suggest;

const MEMBERS: [&str; 5] =
    ["ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"];
const STEP: [&str; 2] = ["Step.SERVICE_FAULT", "Step.THROTTLING"];
const JOB: [&str; 4] = [
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
    "Emr.RESOURCE_LIMIT",
];

/// Reports policies that are refused, contradictory or without effect.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        let Some((_, at)) = step.member("RetryPolicies") else { continue };
        if matches!(step.kind, "Lambda" | "Callback" | "Condition" | "Fail" | "Endpoint") {
            report.error(
                &at,
                "retry-unsupported",
                format!("a {} step has no retry policies", step.kind),
                "retry inside the function, or remove the policies",
            );
            continue;
        }
        for (policy, at) in step.list("RetryPolicies") {
            if !policy.is_object() {
                continue;
            }
            members(policy, &at, report);
            exceptions(step, policy, &at, report);
            ranges(policy, &at, report);
        }
    }
}

fn members(policy: &Value, at: &Pointer, report: &mut Report) {
    for key in policy.as_object().into_iter().flatten().map(|(key, _)| key) {
        if !MEMBERS.contains(&key.as_str()) {
            report.error(
                &at.key(key),
                "unknown-key",
                format!("a retry policy knows no `{key}`"),
                suggest::remedy(key, MEMBERS),
            );
        }
    }
    if policy.get("MaxAttempts").is_some() && policy.get("ExpireAfterMin").is_some() {
        report.error(
            at,
            "retry-conflict",
            "MaxAttempts and ExpireAfterMin exclude each other",
            "keep one of them",
        );
    }
}

fn exceptions(step: &Step<'_>, policy: &Value, at: &Pointer, report: &mut Report) {
    let Some(types) = policy.get("ExceptionType") else {
        report.error(
            at,
            "missing-key",
            "a retry policy has no `ExceptionType`",
            format!("known: {}, {}", STEP.join(", "), JOB.join(", ")),
        );
        return;
    };
    let at = at.key("ExceptionType");
    let listed: Vec<(&Value, Pointer)> = match types {
        Value::Array(types) if types.is_empty() => {
            report.error(&at, "retry-exception", "the list is empty", "name an exception type");
            return;
        }
        Value::Array(types) => {
            types.iter().enumerate().map(|(index, kind)| (kind, at.index(index))).collect()
        }
        single => vec![(single, at)],
    };
    for (kind, at) in listed {
        exception(step, kind.as_str().unwrap_or_default(), &at, report);
    }
}

/// Whether the service knows an exception type of this name.
pub(crate) fn is_exception(name: &str) -> bool {
    STEP.contains(&name) || JOB.contains(&name)
}

fn exception(step: &Step<'_>, kind: &str, at: &Pointer, report: &mut Report) {
    let job = JOB.contains(&kind);

    if !job && !STEP.contains(&kind) {
        report.error(
            at,
            "retry-exception",
            format!("`{kind}` is no exception type"),
            suggest::remedy(kind, STEP.into_iter().chain(JOB)),
        );
    } else if job && matches!(step.kind, "Model" | "RegisterModel") {
        report.error(
            at,
            "retry-exception",
            format!("a {} step runs no job, so {kind} is refused", step.kind),
            "use Step.SERVICE_FAULT or Step.THROTTLING",
        );
    } else if kind == "SageMaker.JOB_INTERNAL_ERROR" && matches!(step.kind, "Tuning" | "AutoML") {
        report.warning(
            at,
            "retry-exception",
            format!("a {} step does not retry {kind}", step.kind),
            "remove it",
        );
    }
}

fn ranges(policy: &Value, at: &Pointer, report: &mut Report) {
    let limits =
        [("IntervalSeconds", 1, 43_200), ("MaxAttempts", 1, 20), ("ExpireAfterMin", 1, 14_400)];

    for (key, least, most) in limits {
        let Some(value) = policy.get(key).filter(|value| !value.is_null()) else { continue };
        if !value.as_u64().is_some_and(|number| (least..=most).contains(&number)) {
            report.error(
                &at.key(key),
                "retry-range",
                format!("{key} is {value}"),
                format!("an integer from {least} to {most}"),
            );
        }
    }
    if let Some(rate) = policy.get("BackoffRate")
        && !rate.as_f64().is_some_and(|rate| rate >= 0.0)
    {
        report.error(
            &at.key("BackoffRate"),
            "retry-range",
            format!("BackoffRate is {rate}"),
            "a number that is not negative, such as 2.0",
        );
    }
}
