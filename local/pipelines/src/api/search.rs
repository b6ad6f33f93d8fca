//! What Search finds of pipelines.

use machine::Refusal;
use serde_json::{Value, json};

use crate::ledger::{EXECUTIONS, Ledger, PIPELINES};
use crate::record::{Execution, Pipeline};

/// Every `Pipeline` or `PipelineExecution`; nothing of any other resource.
pub(crate) fn records(ledger: &Ledger, resource: &str) -> Result<Vec<Value>, Refusal> {
    let store = &ledger.machine.store;
    match resource {
        "Pipeline" => {
            let found = store.all::<Pipeline>(PIPELINES)?;
            Ok(found.iter().map(|(_, pipeline)| pipeline_record(pipeline)).collect())
        }
        "PipelineExecution" => {
            let found = store.all::<Execution>(EXECUTIONS)?;
            Ok(found.iter().map(|(_, execution)| execution_record(execution)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The description without the definition.
fn pipeline_record(pipeline: &Pipeline) -> Value {
    let mut record = super::definitions::described(pipeline);
    if let Some(members) = record.as_object_mut() {
        members.remove("PipelineDefinition");
    }
    record
}

/// The description and the parameters.
fn execution_record(execution: &Execution) -> Value {
    let mut record = super::executions::described(execution);
    let parameters: Vec<Value> =
        execution.given.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    if let Some(members) = record.as_object_mut() {
        // Search does not show these two.
        members.remove("RoleArn");
        members.insert("PipelineParameters".to_owned(), Value::from(parameters));
    }
    record
}
