//! Are numbers given as text where the job wants text, and as numbers where it wants numbers?
//!
//! Environment variables, container arguments and hyperparameters are text. A reference to an
//! Integer, Float or Boolean is refused there; `Std:Join` of the one value turns it into text.

use serde_json::Value;

use crate::lint::argument_tables;
use crate::lint::definition::{Definition, Step};
use crate::lint::kinds;
use crate::lint::pointer::Pointer;
use crate::lint::reference::{self, Segment, Target};
use crate::lint::report::Report;

const TEXT_MAPS: [&str; 4] =
    ["Environment", "HyperParameters", "StaticHyperParameters", "CustomerMetadataProperties"];
const TEXT_LISTS: [&str; 2] = ["ContainerArguments", "ContainerEntrypoint"];

/// Single values of one kind, wherever they stand in the arguments of a job.
const TEXTS: &str = "S3Uri LocalPath S3DataType S3InputMode S3UploadMode S3DataDistributionType \
     S3CompressionType S3OutputPath InstanceType RoleArn ExecutionRoleArn ImageUri TrainingImage \
     TrainingInputMode AlgorithmName ModelName ModelDataUrl Image ModelPackageName ErrorMessage \
     ModelPackageGroupName ModelApprovalStatus SkipModelValidation InputName OutputName \
     ContentType ChannelName EndpointConfigName ClusterId KmsKeyId VolumeKmsKeyId SplitType \
     AssembleWith Accept CompressionType BatchStrategy TargetAttributeName JobName";
const BOOLEANS: &str = "AppManaged EnableNetworkIsolation EnableManagedSpotTraining \
     EnableInterContainerTrafficEncryption";

/// Lists of texts.
const LISTS: &str = "SecurityGroupIds Subnets SupportedContentTypes SupportedResponseMIMETypes \
     SupportedRealtimeInferenceInstanceTypes SupportedTransformInstanceTypes";

/// The same beside the arguments.
const STEP_TEXTS: [&str; 3] =
    ["ModelPackageGroupName", "SuppliedBaselineStatistics", "SuppliedBaselineConstraints"];
const STEP_BOOLEANS: [&str; 3] = ["SkipCheck", "FailOnViolation", "RegisterNewBaseline"];
const NUMBERS: &str = "InstanceCount VolumeSizeInGB MaxRuntimeInSeconds MaxWaitTimeInSeconds \
     MaxConcurrentTransforms MaxPayloadInMB InvocationsTimeoutInSeconds InvocationsMaxRetries \
     InitialInstanceCount MaxNumberOfTrainingJobs MaxParallelTrainingJobs";

/// What a value will be when the step runs, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    String,
    /// An integer or a fraction.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Not known before it runs.
    Unknown,
}

impl Kind {
    /// What a value of this kind is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Unknown => "a single value",
        }
    }
}

/// Reports numbers that should be text, and the reverse.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for key in ["PipelineExperimentConfig", "MlflowConfig"] {
        let config = definition.members.get(key).and_then(Value::as_object);
        for (name, value) in config.into_iter().flatten() {
            single(Kind::String, (name, value), &Pointer::default().key(key).key(name), report);
        }
    }
    for step in &definition.steps {
        for (keys, kind) in
            [(STEP_TEXTS.as_slice(), Kind::String), (STEP_BOOLEANS.as_slice(), Kind::Boolean)]
        {
            for key in keys {
                if let Some((value, at)) = step.member(key) {
                    single(kind, (key, value), &at, report);
                }
            }
        }
        let Some((arguments, at)) = step.arguments() else { continue };
        // Their arguments are the author's, steps, or of no known shape.
        if argument_tables::known(step.kind).is_none()
            || matches!(step.kind, "Condition" | "ForEach")
        {
            continue;
        }
        for (key, value) in arguments {
            walk(definition, key, value, &at.key(key), report);
        }
    }
}

fn walk(definition: &Definition<'_>, key: &str, value: &Value, at: &Pointer, report: &mut Report) {
    let named = |list: &str| list.split(' ').any(|name| name == key);
    match value {
        _ if named(NUMBERS) => numeric(definition, key, value, at, report),
        _ if named(TEXTS) => single(Kind::String, (key, value), at, report),
        _ if named(BOOLEANS) => single(Kind::Boolean, (key, value), at, report),
        Value::Array(items) if named(LISTS) => {
            for (index, item) in items.iter().enumerate() {
                single(Kind::String, ("element", item), &at.index(index), report);
            }
        }
        Value::Object(members) if TEXT_MAPS.contains(&key) => {
            for (name, value) in members {
                textual(definition, value, &at.key(name), report);
            }
        }
        Value::Array(items) if TEXT_LISTS.contains(&key) => {
            for (index, item) in items.iter().enumerate() {
                textual(definition, item, &at.index(index), report);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                walk(definition, name, value, &at.key(name), report);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(definition, "", item, &at.index(index), report);
            }
        }
        _ => {}
    }
}

fn textual(definition: &Definition<'_>, value: &Value, at: &Pointer, report: &mut Report) {
    match (kind_of(definition, value), reference::get(value)) {
        (Kind::Number | Kind::Boolean, Some(text)) => report.error(
            at,
            "number-needs-join",
            format!("`{text}` is no text, and text is wanted here"),
            format!("write {{\"Std:Join\":{{\"On\":\"\",\"Values\":[{{\"Get\":\"{text}\"}}]}}}}"),
        ),
        (Kind::Number | Kind::Boolean, None) => report.error(
            at,
            "number-as-text",
            format!("{value} is no text, and text is wanted here"),
            format!("write \"{value}\""),
        ),
        (Kind::Unknown, None) => single(Kind::String, ("the value", value), at, report),
        _ => {}
    }
}

/// Reports a value that can never be a single one of the wanted kind.
pub(crate) fn single(
    wanted: Kind,
    (key, value): (&str, &Value),
    at: &Pointer,
    report: &mut Report,
) {
    let fits = match value {
        Value::Null => true,
        Value::Object(_) => reference::is_meant_as_function(value),
        Value::Array(_) => false,
        Value::String(_) => matches!(wanted, Kind::String | Kind::Unknown),
        Value::Number(_) => matches!(wanted, Kind::Number | Kind::Unknown),
        Value::Bool(_) => matches!(wanted, Kind::Boolean | Kind::Unknown),
    };
    if !fits && wanted == Kind::String && !value.is_array() && !value.is_object() {
        report.error(
            at,
            "number-as-text",
            format!("`{key}` is {value}, and text is wanted here"),
            format!("write \"{value}\""),
        );
    } else if !fits {
        report.error(
            at,
            "wrong-kind",
            format!("`{key}` is {}, not {}", wanted.name(), kinds::name(value)),
            "write a single value, or a function that gives one",
        );
    }
}

fn numeric(
    definition: &Definition<'_>,
    key: &str,
    value: &Value,
    at: &Pointer,
    report: &mut Report,
) {
    if value.is_string() {
        report.error(
            at,
            "text-as-number",
            format!("{value} is text, and `{key}` is a number"),
            "remove the quotes, or use an Integer parameter",
        );
    } else if kind_of(definition, value) == Kind::String {
        report.warning(
            at,
            "text-as-number",
            format!("`{key}` is a number, and this gives text"),
            "declare the parameter as Integer",
        );
    } else {
        single(Kind::Number, (key, value), at, report);
    }
}

/// What `value` will be.
pub(crate) fn kind_of(definition: &Definition<'_>, value: &Value) -> Kind {
    match value {
        Value::String(_) => Kind::String,
        Value::Number(_) => Kind::Number,
        Value::Bool(_) => Kind::Boolean,
        _ if reference::single(value, "Std:Join").is_some() => Kind::String,
        _ => reference::get(value).map_or(Kind::Unknown, |text| referred(definition, text)),
    }
}

fn referred(definition: &Definition<'_>, text: &str) -> Kind {
    match reference::target(text) {
        Target::Parameter(name) => {
            definition.parameter(name).map_or(Kind::Unknown, |parameter| named(parameter.kind))
        }
        Target::Execution(_) | Target::Experiment(_) => Kind::String,
        Target::Step(name, path) => {
            definition.step(name).map_or(Kind::Unknown, |(_, step)| output(step, &path))
        }
        _ => Kind::Unknown,
    }
}

fn output(step: &Step<'_>, path: &[Segment<'_>]) -> Kind {
    let [Segment::Member("OutputParameters"), Segment::Key(name)] = path else {
        return Kind::Unknown;
    };
    let outputs = step.list("OutputParameters");
    let declared = outputs
        .iter()
        .find(|(output, _)| output.get("OutputName").and_then(Value::as_str) == Some(name))
        .and_then(|(output, _)| output.get("OutputType").and_then(Value::as_str));
    declared.map_or(Kind::Unknown, named)
}

fn named(kind: &str) -> Kind {
    match kind {
        "String" => Kind::String,
        "Integer" | "Float" => Kind::Number,
        "Boolean" => Kind::Boolean,
        _ => Kind::Unknown,
    }
}
