//! Is the frame right: the top level, the members of each step, and the step types?

use crate::lint::definition::{Definition, Step, nesting};
use crate::lint::kinds;
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;
use crate::lint::suggest;

const TOP: [&str; 6] =
    ["Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps"];

const COMMON: &str = "Name Type DisplayName Description DependsOn Arguments";

/// Types that are documented, and those that only the SDK or the API's metadata names.
const TYPES: &str = "Condition Training Processing Transform Model RegisterModel Lambda Callback \
     Tuning ClarifyCheck QualityCheck EMR Fail AutoML Endpoint EndpointConfig";
const UNDOCUMENTED: &str = "EMRServerless InferenceComponent Lineage Athena ForEach Cleanup \
     HubContent Job";

/// Reports unknown members, unknown types and what is missing from the frame.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    top(definition, report);
    for step in &definition.steps {
        kind(step, report);
        members(step, report);
        missing(step, report);
        check_type(step, report);
        labels(step, report);
    }
}

fn top(definition: &Definition<'_>, report: &mut Report) {
    let root = Pointer::default();

    for (key, value) in definition.members {
        if !TOP.contains(&key.as_str()) {
            report.error(
                &root.key(key),
                "unknown-key",
                format!("a definition knows no `{key}`"),
                suggest::remedy(key, TOP),
            );
        }
        if key == "Version" && value != "2020-12-01" {
            report.error(
                &root.key(key),
                "version",
                format!("{value} is no version of the definition language"),
                "write \"2020-12-01\"",
            );
        }
    }
    experiment(definition, report);
    match definition.members.get("Steps") {
        None => report.error(
            &root,
            "missing-steps",
            "a definition has a list of steps",
            "add \"Steps\": [...]",
        ),
        Some(steps) if steps.as_array().is_some_and(Vec::is_empty) => report.warning(
            &root.key("Steps"),
            "missing-steps",
            "the list of steps is empty",
            "add a step: nothing would run",
        ),
        Some(_) => {}
    }
}

fn experiment(definition: &Definition<'_>, report: &mut Report) {
    let known = ["ExperimentName", "TrialName"];
    let config = definition.members.get("PipelineExperimentConfig");
    let at = Pointer::default().key("PipelineExperimentConfig");
    let Some(members) = config.and_then(serde_json::Value::as_object) else { return };

    for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
        // A function in place of the object is of the wrong kind.
        if key != "Get" && !key.starts_with("Std:") {
            report.error(
                &at.key(key),
                "unknown-key",
                format!("PipelineExperimentConfig knows no `{key}`"),
                suggest::remedy(key, known),
            );
        }
    }
}

/// What people read is literal.
fn labels(step: &Step<'_>, report: &mut Report) {
    for key in ["DisplayName", "Description"] {
        let Some((value, at)) = step.member(key) else { continue };
        if !value.is_string() {
            report.error(
                &at,
                "wrong-kind",
                format!("`{key}` is literal text, not {}", kinds::name(value)),
                "write it out when the definition is made",
            );
        }
    }
}

/// What the monitor of a check step looks at.
fn check_type(step: &Step<'_>, report: &mut Report) {
    let known: &[&str] = match step.kind {
        "QualityCheck" => &["DATA_QUALITY", "MODEL_QUALITY"],
        "ClarifyCheck" => &["DATA_BIAS", "MODEL_BIAS", "MODEL_EXPLAINABILITY"],
        _ => return,
    };
    let Some((value, at)) = step.member("CheckType") else { return };
    if !value.as_str().is_some_and(|value| known.contains(&value)) {
        report.error(
            &at,
            "unknown-value",
            format!("{value} is no CheckType of a {} step", step.kind),
            format!("known: {}", known.join(", ")),
        );
    }
}

fn kind(step: &Step<'_>, report: &mut Report) {
    let known = |list: &str| list.split(' ').any(|name| name == step.kind);
    let at = step.at.key("Type");

    // A missing type is a missing key, and AutoMLV2 is told where to go.
    if known(TYPES) || step.kind == "AutoMLV2" || step.member("Type").is_none() {
    } else if known(UNDOCUMENTED) || step.kind.starts_with("Bedrock") {
        report.warning(
            &at,
            "undocumented",
            format!("step type {} is known from the SDK or the API's metadata only", step.kind),
            "keep it if the service takes it; it is not examined closely here",
        );
    } else {
        report.error(
            &at,
            "unknown-step-type",
            format!("there is no step type `{}`", step.kind),
            suggest::remedy(step.kind, TYPES.split(' ')),
        );
    }
}

/// What a step of this type may have beside the common members; nothing if it is not known.
fn extras(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Training" | "Processing" | "Transform" | "Tuning" | "AutoML" | "EMR" | "Endpoint"
        | "EndpointConfig" => "CacheConfig",
        "Model" | "RegisterModel" | "Condition" | "Fail" => "",
        "Lambda" => "FunctionArn OutputParameters CacheConfig",
        "Callback" => "SqsQueueUrl OutputParameters CacheConfig",
        "QualityCheck" => {
            "CheckType ModelPackageGroupName SkipCheck FailOnViolation RegisterNewBaseline \
             SuppliedBaselineStatistics SuppliedBaselineConstraints CacheConfig"
        }
        "ClarifyCheck" => {
            "CheckType ModelPackageGroupName ModelName SkipCheck FailOnViolation \
             RegisterNewBaseline SuppliedBaselineConstraints CacheConfig"
        }
        _ => return None,
    })
}

fn members(step: &Step<'_>, report: &mut Report) {
    let Some(extras) = extras(step.kind) else { return };
    let known = || COMMON.split(' ').chain(extras.split(' ')).filter(|name| !name.is_empty());

    for key in step.members.keys() {
        // These two say more precisely what is wrong with them.
        let elsewhere = key == "RetryPolicies" || key == "PropertyFiles";
        if !elsewhere && !known().any(|name| name == key) {
            let nested = nesting(step.kind).iter().any(|(name, _)| name == key);
            let remedy = if nested {
                "move it into Arguments".to_owned()
            } else {
                suggest::remedy(key, known())
            };
            report.error(
                &step.at.key(key),
                "unknown-key",
                format!("a {} step knows no `{key}`", step.kind),
                remedy,
            );
        }
    }
}

fn missing(step: &Step<'_>, report: &mut Report) {
    let needed: &[&str] = match step.kind {
        "Lambda" => &["Name", "Type", "FunctionArn"],
        "Callback" => &["Name", "Type", "SqsQueueUrl"],
        "QualityCheck" | "ClarifyCheck" => &["Name", "Type", "Arguments", "CheckType"],
        "AutoMLV2" => &["Name", "Type"],
        _ => &["Name", "Type", "Arguments"],
    };
    for key in needed {
        if step.member(key).is_none() {
            report.error(
                &step.at,
                "missing-key",
                format!("step `{}` has no `{key}`", step.name),
                format!("a {} step needs {}", step.kind, needed.join(", ")),
            );
        }
    }
}
