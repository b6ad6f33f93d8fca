//! The operations of the API.

mod callbacks;
mod definitions;
mod executions;
mod search;
mod start;
mod steps;
mod stop;

pub(crate) use search::records;
pub(crate) use steps::metadata;

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::Value;

use crate::Shared;
use crate::request::Request;
use crate::services::Services;

const OPERATIONS: [&str; 16] = [
    "CreatePipeline",
    "UpdatePipeline",
    "DeletePipeline",
    "DescribePipeline",
    "ListPipelines",
    "StartPipelineExecution",
    "StopPipelineExecution",
    "RetryPipelineExecution",
    "DescribePipelineExecution",
    "UpdatePipelineExecution",
    "ListPipelineExecutions",
    "ListPipelineExecutionSteps",
    "ListPipelineParametersForExecution",
    "DescribePipelineDefinitionForExecution",
    "SendPipelineExecutionStepSuccess",
    "SendPipelineExecutionStepFailure",
];

/// Whether there is such an operation here.
pub(crate) fn knows(operation: &str) -> bool {
    OPERATIONS.contains(&operation)
}

/// Answers an operation.
pub(crate) async fn call<S: Services>(
    shared: &Arc<Shared<S>>,
    caller: &Caller,
    operation: &str,
    request: &Value,
) -> Result<Value, Refusal> {
    let asked = Asked { shared, caller, request: Request(request) };
    match operation {
        "CreatePipeline" => asked.create_pipeline().await,
        "UpdatePipeline" => asked.update_pipeline().await,
        "DeletePipeline" => asked.delete_pipeline(),
        "DescribePipeline" => asked.describe_pipeline(),
        "ListPipelines" => asked.list_pipelines(),
        "StartPipelineExecution" => asked.start(),
        "StopPipelineExecution" => asked.stop(),
        "RetryPipelineExecution" => asked.retry(),
        "DescribePipelineExecution" => asked.describe_execution(),
        "UpdatePipelineExecution" => asked.update_execution(),
        "ListPipelineExecutions" => asked.list_executions(),
        "ListPipelineExecutionSteps" => asked.list_steps(),
        "ListPipelineParametersForExecution" => asked.list_parameters(),
        "DescribePipelineDefinitionForExecution" => asked.describe_definition(),
        "SendPipelineExecutionStepSuccess" => asked.send_success(),
        "SendPipelineExecutionStepFailure" => asked.send_failure(),
        _ => Err(Refusal::unknown_operation("SageMaker", operation)),
    }
}

/// A request and who made it.
pub(crate) struct Asked<'a, S> {
    pub(crate) shared: &'a Arc<Shared<S>>,
    pub(crate) caller: &'a Caller,
    pub(crate) request: Request<'a>,
}

impl<S: Services> Asked<'_, S> {
    /// Whether the caller may do this to a resource.
    fn check(&self, operation: &str, resource: &str) -> Result<(), Refusal> {
        self.shared.permissions.check(self.caller, &format!("sagemaker:{operation}"), resource)
    }

    /// Whether the caller may let SageMaker act as a role.
    fn check_role(&self, role: &str) -> Result<(), Refusal> {
        let service = "sagemaker.amazonaws.com".to_owned();
        let context = BTreeMap::from([("iam:PassedToService".to_owned(), service)]);
        self.shared.permissions.check_in(self.caller, "iam:PassRole", role, &context)
    }
}

/// An answer without the members that have no value.
fn answer<const N: usize>(members: [(&str, Value); N]) -> Value {
    let there = members.into_iter().filter(|(_, value)| !value.is_null());
    there.map(|(key, value)| (key.to_owned(), value)).collect()
}
