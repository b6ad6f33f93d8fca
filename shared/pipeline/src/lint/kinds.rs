//! Is a list where a list is wanted, and an object where an object is?
//!
//! The service says "Expecting start of Json Array" and does not say where. The common cause is a
//! parameter that stands for a whole list, which no function can give.

use serde_json::Value;

use crate::lint::definition::{Definition, elements, nesting};
use crate::lint::pointer::Pointer;
use crate::lint::reference;
use crate::lint::report::Report;

const TOP_LISTS: [&str; 2] = ["Parameters", "Steps"];
const TOP_OBJECTS: [&str; 3] = ["Metadata", "PipelineExperimentConfig", "MlflowConfig"];
const STEP_LISTS: [&str; 4] = ["DependsOn", "RetryPolicies", "PropertyFiles", "OutputParameters"];
const STEP_OBJECTS: [&str; 2] = ["Arguments", "CacheConfig"];

/// Lists and objects inside the arguments of a job, at any depth.
const LISTS: &str = "ProcessingInputs Outputs ContainerArguments ContainerEntrypoint Containers \
     Conditions IfSteps ElseSteps ForEachBody SecurityGroupIds Subnets Tags ProductionVariants \
     TrainingJobDefinitions SupportedContentTypes SupportedResponseMIMETypes InstanceGroups \
     SupportedRealtimeInferenceInstanceTypes SupportedTransformInstanceTypes MetricDefinitions \
     InputDataConfig";

/// Lists of objects among them, beside arguments and inside.
const STRUCTURES: &str = "ProcessingInputs Outputs Containers Conditions Tags ProductionVariants \
     TrainingJobDefinitions InstanceGroups MetricDefinitions InputDataConfig RetryPolicies \
     PropertyFiles OutputParameters";
const OBJECTS: &str = "Environment HyperParameters StaticHyperParameters AppSpecification \
     ProcessingResources ClusterConfig ProcessingOutputConfig StoppingCondition ResourceConfig \
     AlgorithmSpecification OutputDataConfig InferenceSpecification PrimaryContainer \
     CustomerMetadataProperties TransformInput TransformOutput TransformResources VpcConfig \
     NetworkConfig ModelMetrics S3Input S3Output DataSource S3DataSource AutoMLJobConfig \
     ModelClientConfig DataProcessing HyperParameterTuningJobConfig ResourceLimits \
     TrainingJobDefinition StepConfig Selector";

/// Reports values of the wrong JSON kind.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    let root = Pointer::default();
    for (key, value) in definition.members {
        expect((key, value), (&TOP_LISTS, &TOP_OBJECTS), &root.key(key), report);
    }
    for list in TOP_LISTS {
        let elements = definition.members.get(list).and_then(Value::as_array);
        for (index, element) in elements.into_iter().flatten().enumerate() {
            object(element, &root.key(list).index(index), report);
        }
    }
    for step in &definition.steps {
        for (key, value) in step.members {
            let wanted: (&[&str], &[&str]) = (&STEP_LISTS, &STEP_OBJECTS);
            expect((key, value), wanted, &step.at.key(key), report);
            structures(key, value, &step.at.key(key), report);
        }
        let Some((arguments, at)) = step.arguments() else { continue };
        // What a Lambda function and a queue get is the author's.
        if matches!(step.kind, "Lambda" | "Callback") {
            continue;
        }
        for (key, value) in arguments {
            within(key, value, &at.key(key), report);
        }
        for (key, _) in nesting(step.kind) {
            let elements = arguments.get(*key).and_then(Value::as_array).into_iter().flatten();
            for (index, element) in elements.enumerate() {
                object(element, &at.key(key).index(index), report);
            }
        }
    }
}

fn expect(
    (key, value): (&str, &Value),
    (lists, objects): (&[&str], &[&str]),
    at: &Pointer,
    report: &mut Report,
) {
    if value.is_null() {
    } else if lists.contains(&key) && !value.is_array() {
        wrong(key, "array", value, at, report);
    } else if objects.contains(&key) && (!value.is_object() || reference::is_function(value)) {
        wrong(key, "object", value, at, report);
    }
}

/// Reports elements of a list of objects that are none.
fn structures(key: &str, value: &Value, at: &Pointer, report: &mut Report) {
    if STRUCTURES.split(' ').any(|name| name == key) {
        for (element, at) in elements(value, at) {
            object(element, &at, report);
        }
    }
}

fn object(value: &Value, at: &Pointer, report: &mut Report) {
    if !value.is_object() || reference::is_function(value) {
        wrong("element", "object", value, at, report);
    }
}

fn within(key: &str, value: &Value, at: &Pointer, report: &mut Report) {
    let named = |list: &str| list.split(' ').any(|name| name == key);

    if value.is_null() {
        return;
    }
    if named(LISTS) && !value.is_array() {
        wrong(key, "array", value, at, report);
        return;
    }
    if named(OBJECTS) && (!value.is_object() || reference::is_function(value)) {
        wrong(key, "object", value, at, report);
        return;
    }
    // Free maps may have keys of any name, and nested steps are examined as steps.
    let free = matches!(key, "Environment" | "HyperParameters" | "CustomerMetadataProperties");
    if free || matches!(key, "IfSteps" | "ElseSteps" | "ForEachBody") {
        return;
    }
    structures(key, value, at, report);
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                within(key, value, &at.key(key), report);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                within("", item, &at.index(index), report);
            }
        }
        _ => {}
    }
}

/// What kind of JSON a value is.
pub(crate) fn name(value: &Value) -> &'static str {
    match value {
        _ if reference::is_function(value) => "a reference",
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn wrong(key: &str, wanted: &str, value: &Value, at: &Pointer, report: &mut Report) {
    let found = name(value);
    report.error(
        at,
        "wrong-kind",
        format!("`{key}` is a JSON {wanted}, not {found}"),
        if found == "a reference" {
            "a reference gives a single value: put references inside, one an entry"
        } else {
            "the service answers \"Expecting start of Json\" to this"
        },
    );
}
