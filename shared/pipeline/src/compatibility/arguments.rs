//! Differences in the arguments of jobs.

use serde_json::Value;

use crate::compatibility::Refusals;
use crate::lint::definition::Step;
use crate::lint::pointer::Pointer;
use crate::lint::reference;

/// Maps whose keys are the author's, and the one among them whose values are too.
const FREE: [&str; 5] =
    ["Environment", "HyperParameters", "CollectionParameters", "HookParameters", "RuleParameters"];
const OPEN: &str = "StaticHyperParameters";

/// Slots that the schema wants written out, without any function.
const LITERAL: &str = "MaxNumberOfTrainingJobs MaxParallelTrainingJobs ProblemType Strategy \
     RepositoryAccessMode ModelCacheSetting TrainingJobEarlyStoppingType MaxCandidates \
     MaxAutoMLJobRuntimeInSeconds MaxRuntimePerTrainingJobInSeconds ScalingType";

/// Arguments that the service knows and the schema does not.
fn unknown(kind: &str) -> &'static str {
    match kind {
        "Processing" | "QualityCheck" | "ClarifyCheck" => "ExperimentConfig",
        "Training" => {
            "ExperimentConfig ProfilerConfig ProfilerRuleConfigurations Environment RetryStrategy \
             RemoteDebugConfig InfraCheckConfig SessionChainingConfig ServerlessJobConfig \
             MlflowConfig ModelPackageConfig"
        }
        "Transform" => "DataCaptureConfig ExperimentConfig",
        "RegisterModel" => {
            "ModelPackageName ModelPackageRegistrationType ValidationSpecification \
             SourceAlgorithmSpecification Tags ModelApprovalStatus MetadataProperties ClientToken \
             Domain Task SamplePayloadUrl CustomerMetadataProperties DriftCheckBaselines \
             AdditionalInferenceSpecifications SkipModelValidation SourceUri SecurityConfig \
             ModelCard ModelLifeCycle ManagedStorageType"
        }
        "Tuning" => "Autotune",
        "EMR" => "ClusterConfig ExecutionRoleArn",
        "Endpoint" => "DeploymentConfig",
        _ => "",
    }
}

/// The same, for what lies deeper.
fn unknown_inside(kind: &str) -> &'static str {
    match kind {
        "Processing" | "QualityCheck" | "ClarifyCheck" => {
            "AppManaged DatasetDefinition FeatureStoreOutput"
        }
        "Training" => {
            "ContainerEntrypoint ContainerArguments TrainingImageConfig InstanceGroups \
             KeepAlivePeriodInSeconds TrainingPlanArn InstancePlacementConfig \
             MaxPendingTimeInSeconds InstanceGroupNames ModelAccessConfig HubAccessConfig"
        }
        "Tuning" => {
            "Environment RandomSeed StrategyConfig MaxRuntimeInSeconds AutoParameters \
             BestObjectiveNotImproving ConvergenceDetected HyperParameterTuningResourceConfig \
             TrainingImageConfig InstanceGroups"
        }
        "Transform" => "TransformAmiVersion",
        "Model" => "ModelDataSource AdditionalModelDataSources ContainerMetricsConfig",
        "RegisterModel" => {
            "Environment Framework FrameworkVersion NearestModelName ModelInput ModelDataSource \
             AdditionalModelDataSources AdditionalS3DataSource ModelDataETag IsCheckpoint \
             BaseModel PreTrainingReport PostTrainingReport"
        }
        "AutoML" => "AlgorithmsConfig",
        _ => "",
    }
}

/// Adds what the schema refuses about the arguments of a step that makes a request.
pub(crate) fn collect(step: &Step<'_>, refusals: &mut Refusals) {
    required(step, refusals);
    let Some((arguments, at)) = step.arguments() else { return };

    for (key, value) in arguments {
        let at = at.key(key);
        if unknown(step.kind).split(' ').any(|name| name == key) {
            refusals.add(&at, format!("{key} is unknown on a {} step", step.kind));
        } else {
            walk(step.kind, (key, value), &at, refusals);
        }
    }
}

/// The little that the schema requires.
fn required(step: &Step<'_>, refusals: &mut Refusals) {
    let keys: &[&str] = match step.kind {
        "Model" => &["ExecutionRoleArn"],
        "AutoML" => &["AutoMLJobConfig", "InputDataConfig", "OutputDataConfig", "RoleArn"],
        "Tuning" => &["HyperParameterTuningJobConfig"],
        "EMR" => &["ClusterId", "StepConfig"],
        "Endpoint" => &["EndpointConfigName"],
        _ => &[],
    };
    let Some((arguments, at)) = step.arguments() else { return };
    for key in keys.iter().filter(|key| !arguments.contains_key(**key)) {
        refusals.add(&at, format!("{key} is required"));
    }
    if step.kind == "AutoML" {
        let config = arguments.get("AutoMLJobConfig");
        if config.is_some_and(|config| config.get("Mode").is_none()) {
            refusals.add(&at.key("AutoMLJobConfig"), "Mode is required");
        }
    }
}

fn walk(kind: &str, (key, value): (&str, &Value), at: &Pointer, refusals: &mut Refusals) {
    if key == OPEN {
        return;
    }
    let literal = LITERAL.split(' ').any(|name| name == key);
    let url = kind == "Model" && key == "ModelDataUrl";
    if (literal || url) && reference::is_function(value) {
        refusals.add(at, format!("{key} is literal"));
        return;
    }
    match value {
        Value::Null => refusals.add(at, format!("{key} is not null")),
        Value::Object(members) => {
            if reference::get(value).is_some() || calls(value, at, refusals) {
                return;
            }
            let free = FREE.contains(&key);
            for (name, value) in members {
                let at = at.key(name);
                if free {
                    walk(kind, ("", value), &at, refusals);
                } else if unknown_inside(kind).split(' ').any(|known| known == name) {
                    refusals.add(&at, format!("{name} is unknown there"));
                } else {
                    walk(kind, (name, value), &at, refusals);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(kind, ("", item), &at.index(index), refusals);
            }
        }
        _ => {}
    }
}

/// Adds every function but `Get` under `value`: the schema takes a Std:Join nowhere, and does not
/// know Std:JsonGet.
pub(crate) fn functions(value: &Value, at: &Pointer, refusals: &mut Refusals) {
    match value {
        Value::Object(members) if !calls(value, at, refusals) => {
            for (key, value) in members {
                functions(value, &at.key(key), refusals);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                functions(item, &at.index(index), refusals);
            }
        }
        _ => {}
    }
}

/// Whether `value` calls a function other than `Get`, which is then refused.
fn calls(value: &Value, at: &Pointer, refusals: &mut Refusals) -> bool {
    let name = value.as_object().into_iter().flatten().find(|(key, _)| key.starts_with("Std:"));
    if let Some((name, _)) = name {
        refusals.add(at, format!("{name} is not taken"));
    } else if reference::single(value, "Get").is_some_and(|text| !text.is_string()) {
        refusals.add(at, "Get holds text");
    }
    reference::is_meant_as_function(value)
}
