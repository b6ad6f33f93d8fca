//! What EventBridge is told of executions and steps.

use machine::{Event, Time};
use serde_json::{Map, Value, json};

use crate::record::{Execution, StepRecord};

/// An execution has another status.
pub(crate) fn execution(execution: &Execution, before: Option<&str>) -> Event {
    let ended = execution.status.is_over().then(|| seconds(execution.modified.at));
    let detail = [
        ("pipelineArn", json!(execution.pipeline_arn)),
        ("pipelineExecutionArn", json!(execution.arn)),
        ("pipelineExecutionDisplayName", json!(execution.display_name)),
        ("pipelineExecutionDescription", json!(execution.description)),
        ("currentPipelineExecutionStatus", json!(execution.status.name())),
        ("previousPipelineExecutionStatus", json!(before)),
        ("executionStartTime", json!(seconds(execution.created.at))),
        ("executionEndTime", json!(ended)),
    ];
    event("SageMaker Model Building Pipeline Execution Status Change", execution, detail)
}

/// A step has another status.
pub(crate) fn step(execution: &Execution, step: &StepRecord, before: Option<&str>) -> Event {
    let source = step.cache_source.as_ref();
    let detail = [
        ("pipelineArn", json!(execution.pipeline_arn)),
        ("pipelineExecutionArn", json!(execution.arn)),
        ("stepName", json!(step.name)),
        ("stepType", json!(step.kind)),
        ("currentStepStatus", json!(step.status.name())),
        ("previousStepStatus", json!(before)),
        ("failureReason", json!(step.failure)),
        (
            "cacheHitResult",
            source.map_or(Value::Null, |arn| json!({"sourcePipelineExecutionArn": arn})),
        ),
        ("metadata", camel_case(&Value::Object(step.metadata.clone()))),
        ("stepStartTime", json!(seconds(step.started))),
        ("stepEndTime", json!(step.ended.map(seconds))),
    ];
    event("SageMaker Model Building Pipeline Execution Step Status Change", execution, detail)
}

fn event<const N: usize>(kind: &str, execution: &Execution, detail: [(&str, Value); N]) -> Event {
    let told = detail.into_iter().filter(|(_, value)| !value.is_null());
    Event {
        source: "aws.sagemaker".to_owned(),
        detail_type: kind.to_owned(),
        resources: vec![execution.pipeline_arn.clone(), execution.arn.clone()],
        detail: told.map(|(key, value)| (key.to_owned(), value)).collect(),
    }
}

/// Whole seconds, as events have them.
fn seconds(time: Time) -> String {
    Time(time.0 - time.0.rem_euclid(1000)).iso().replace(".000", "")
}

/// Member names of events begin with a small letter, unlike those of the API.
fn camel_case(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let renamed = members.iter().map(|(key, value)| {
                let mut letters = key.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                (first.into_iter().chain(letters).collect(), camel_case(value))
            });
            Value::Object(renamed.collect::<Map<String, Value>>())
        }
        Value::Array(items) => items.iter().map(camel_case).collect(),
        single => single.clone(),
    }
}
