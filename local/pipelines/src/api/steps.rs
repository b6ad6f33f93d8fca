//! What an execution runs: its steps, parameters and definition.

use machine::{Refusal, Time};
use serde_json::{Map, Value, json};

use super::{Asked, answer};
use crate::record::StepRecord;
use crate::request::Listing;
use crate::services::Services;

impl<S: Services> Asked<'_, S> {
    pub(super) fn list_steps(&self) -> Result<Value, Refusal> {
        let execution = self.execution("ListPipelineExecutionSteps")?;
        let steps = self.shared.ledger.steps(&execution.key())?;
        let items = steps.iter().enumerate();
        let items = items.map(|(place, step)| (format!("{place:06}"), shown(step)));
        let listing = Listing {
            operation: "ListPipelineExecutionSteps",
            member: "PipelineExecutionSteps",
            order: "Descending",
            length: 100,
        };
        listing.page(self.request, items.collect())
    }

    pub(super) fn list_parameters(&self) -> Result<Value, Refusal> {
        let execution = self.execution("ListPipelineParametersForExecution")?;
        let given = execution.given.iter().enumerate().map(|(place, (name, value))| {
            (format!("{place:06}"), json!({"Name": name, "Value": value}))
        });
        let listing = Listing {
            operation: "ListPipelineParametersForExecution",
            member: "PipelineParameters",
            order: "Ascending",
            length: 100,
        };
        listing.page(self.request, given.collect())
    }

    pub(super) fn describe_definition(&self) -> Result<Value, Refusal> {
        let execution = self.execution("DescribePipelineDefinitionForExecution")?;
        Ok(json!({
            "PipelineDefinition": self.shared.ledger.definition(&execution.key())?,
            "CreationTime": execution.created.at.seconds(),
        }))
    }
}

fn shown(step: &StepRecord) -> Value {
    let source = |arn: &Option<String>| {
        arn.as_ref().map_or(Value::Null, |arn| json!({"SourcePipelineExecutionArn": arn}))
    };
    let metadata = Some(&step.metadata).filter(|metadata| !metadata.is_empty());
    answer([
        ("StepName", json!(step.name)),
        ("StepDisplayName", json!(step.display_name)),
        ("StepDescription", json!(step.description)),
        ("StepStatus", json!(step.status.name())),
        ("StartTime", json!(step.started.seconds())),
        ("EndTime", json!(step.ended.map(Time::seconds))),
        ("AttemptCount", json!(step.attempts)),
        ("FailureReason", json!(step.failure)),
        ("CacheHitResult", source(&step.cache_source)),
        ("SelectiveExecutionResult", source(&step.selective_source)),
        ("Metadata", json!(metadata)),
    ])
}

/// Metadata with one entry.
pub(crate) fn metadata(kind: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(kind.to_owned(), value)])
}
