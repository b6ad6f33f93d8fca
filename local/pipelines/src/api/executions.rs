//! Executions: describe, update, list.

use machine::Refusal;
use serde_json::{Value, json};

use super::definitions::{by, parallelism};
use super::{Asked, answer};
use crate::ledger::{EXECUTIONS, pipeline_key};
use crate::record::Execution;
use crate::request::{Listing, by_time};
use crate::services::Services;

impl<S: Services> Asked<'_, S> {
    /// The execution that the request names, if the caller may do this to it.
    pub(super) fn execution(&self, operation: &str) -> Result<Execution, Refusal> {
        let arn = self.request.required("PipelineExecutionArn")?;
        self.check(operation, arn)?;
        self.shared.ledger.execution_of(arn)
    }

    pub(super) fn describe_execution(&self) -> Result<Value, Refusal> {
        let execution = self.execution("DescribePipelineExecution")?;
        Ok(described(&execution))
    }

    pub(super) fn update_execution(&self) -> Result<Value, Refusal> {
        let found = self.execution("UpdatePipelineExecution")?;
        let request = self.request;
        self.shared.ledger.change_execution(&found.key(), |_, execution| {
            let replace = |member: &str, old: &mut Option<String>| {
                *old = request.owned(member).or(old.take());
            };
            replace("PipelineExecutionDisplayName", &mut execution.display_name);
            replace("PipelineExecutionDescription", &mut execution.description);
            execution.parallel = request.parallel().or(execution.parallel);
            execution.modified.by.clone_from(&self.caller.arn);
            Ok(())
        })?;
        Ok(json!({"PipelineExecutionArn": found.arn}))
    }

    pub(super) fn list_executions(&self) -> Result<Value, Refusal> {
        let request = self.request;
        request.without(&["PipelineVersionAlias"])?;
        let name = request.required("PipelineName")?;
        let ledger = &self.shared.ledger;
        self.check("ListPipelineExecutions", &ledger.pipeline_arn(&pipeline_key(name)))?;
        let prefix = format!("{}/", pipeline_key(&ledger.pipeline(name)?.name));
        let by_arn = request.text("SortBy") == Some("PipelineExecutionArn");
        let found = ledger.machine.store.with_prefix::<Execution>(EXECUTIONS, &prefix)?;
        let found = found.into_iter().filter(|(_, it)| request.covers(it.created.at));
        let items = found.enumerate().map(|(place, (_, execution))| {
            // Executions of one millisecond come in the order in which they were started.
            let place = format!("{place:012}");
            let arn = execution.arn.clone();
            let sorted = if by_arn { arn } else { by_time(execution.created.at, &place) };
            (sorted, summary(&execution))
        });
        let listing = Listing {
            operation: "ListPipelineExecutions",
            member: "PipelineExecutionSummaries",
            order: "Descending",
            length: 10,
        };
        listing.page(request, items.collect())
    }
}

/// DescribePipelineExecution.
pub(super) fn described(execution: &Execution) -> Value {
    let experiment = Some(&execution.experiment).filter(|names| !names.is_empty());
    answer([
        ("PipelineArn", json!(execution.pipeline_arn)),
        ("PipelineExecutionArn", json!(execution.arn)),
        ("PipelineExecutionDisplayName", json!(execution.display_name)),
        ("PipelineExecutionStatus", json!(execution.status.name())),
        ("PipelineExecutionDescription", json!(execution.description)),
        ("PipelineExperimentConfig", json!(experiment)),
        ("FailureReason", json!(execution.failure)),
        ("CreationTime", json!(execution.created.at.seconds())),
        ("LastModifiedTime", json!(execution.modified.at.seconds())),
        ("CreatedBy", by(&execution.created)),
        ("LastModifiedBy", by(&execution.modified)),
        ("ParallelismConfiguration", parallelism(execution.parallel)),
        ("SelectiveExecutionConfig", json!(execution.selective)),
        ("PipelineVersionId", json!(execution.version)),
        ("RoleArn", json!(execution.role)),
    ])
}

fn summary(execution: &Execution) -> Value {
    answer([
        ("PipelineExecutionArn", json!(execution.arn)),
        ("StartTime", json!(execution.created.at.seconds())),
        ("PipelineExecutionStatus", json!(execution.status.name())),
        ("PipelineExecutionDescription", json!(execution.description)),
        ("PipelineExecutionDisplayName", json!(execution.display_name)),
        ("PipelineExecutionFailureReason", json!(execution.failure)),
    ])
}
