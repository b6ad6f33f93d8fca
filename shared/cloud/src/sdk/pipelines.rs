//! Pipelines, over SageMaker.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::primitives::DateTime;
use aws_sdk_sagemaker::types::{
    Parameter, PipelineExecutionStep, PipelineExecutionStepMetadata, SelectedStep,
    SelectiveExecutionConfig, SortOrder,
};

use super::{Aws, errors};
use crate::pipelines::{Definition, Execution, Progress, RunPipelines, Start, Step};
use crate::{CallError, Reason};

const CREATE: &str = "sagemaker:CreatePipeline";
const UPDATE: &str = "sagemaker:UpdatePipeline";
const LIST_PIPELINES: &str = "sagemaker:ListPipelines";
const DESCRIBE_PIPELINE: &str = "sagemaker:DescribePipeline";
const START: &str = "sagemaker:StartPipelineExecution";
const DESCRIBE: &str = "sagemaker:DescribePipelineExecution";
const LIST: &str = "sagemaker:ListPipelineExecutions";
const STEPS: &str = "sagemaker:ListPipelineExecutionSteps";
const STOP: &str = "sagemaker:StopPipelineExecution";

impl RunPipelines for Aws {
    async fn upsert(&self, definition: &Definition<'_>) -> Result<String, CallError> {
        let Definition { pipeline, json, role_arn } = *definition;
        let create = self.sagemaker().create_pipeline().pipeline_name(pipeline);
        let created = create.pipeline_definition(json).role_arn(role_arn).send().await;
        let created = created.map_err(|error| errors::read(CREATE, pipeline, &error));
        match created {
            Ok(answer) => given(answer.pipeline_arn, CREATE, pipeline, "PipelineArn"),
            Err(error) if error.reason == Reason::AlreadyExists => {
                let update = self.sagemaker().update_pipeline().pipeline_name(pipeline);
                let updated = update.pipeline_definition(json).role_arn(role_arn).send().await;
                let answer = updated.map_err(|error| errors::read(UPDATE, pipeline, &error))?;
                given(answer.pipeline_arn, UPDATE, pipeline, "PipelineArn")
            }
            Err(error) => Err(error),
        }
    }

    async fn pipelines(&self) -> Result<Vec<String>, CallError> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let request = self.sagemaker().list_pipelines().max_results(100);
            let answer = request.set_next_token(next).send().await;
            let answer = answer.map_err(|error| errors::read(LIST_PIPELINES, "*", &error))?;
            found.extend(answer.pipeline_summaries.unwrap_or_default());
            next = answer.next_token;
            if next.is_none() {
                break;
            }
        }
        found.sort_by_key(|summary| std::cmp::Reverse(summary.last_execution_time));
        Ok(found.into_iter().filter_map(|summary| summary.pipeline_name).collect())
    }

    async fn definition(&self, pipeline: &str) -> Result<String, CallError> {
        let request = self.sagemaker().describe_pipeline().pipeline_name(pipeline);
        let found = request.send().await;
        let found = found.map_err(|error| errors::read(DESCRIBE_PIPELINE, pipeline, &error))?;
        given(found.pipeline_definition, DESCRIBE_PIPELINE, pipeline, "PipelineDefinition")
    }

    async fn start(&self, start: &Start<'_>) -> Result<String, CallError> {
        let parameters = start.parameters.iter();
        let parameters =
            parameters.map(|(name, value)| Parameter::builder().name(name).value(value).build());
        let selected = start.selected.as_ref().map(|selected| {
            let steps = selected.steps.iter();
            let steps = steps.map(|name| SelectedStep::builder().step_name(name).build());
            SelectiveExecutionConfig::builder()
                .source_pipeline_execution_arn(&selected.source_arn)
                .set_selected_steps(Some(steps.collect()))
                .build()
        });
        let request = self
            .sagemaker()
            .start_pipeline_execution()
            .pipeline_name(start.pipeline)
            .set_pipeline_parameters(Some(parameters.collect()))
            .set_client_request_token(start.token.clone())
            .set_selective_execution_config(selected);
        let answer = request.send().await;
        let answer = answer.map_err(|error| errors::read(START, start.pipeline, &error))?;
        given(answer.pipeline_execution_arn, START, start.pipeline, "PipelineExecutionArn")
    }

    async fn execution(&self, arn: &str) -> Result<Execution, CallError> {
        let request = self.sagemaker().describe_pipeline_execution().pipeline_execution_arn(arn);
        let found = request.send().await.map_err(|error| errors::read(DESCRIBE, arn, &error))?;
        let status = found.pipeline_execution_status;
        let started = seconds(found.creation_time.as_ref()).unwrap_or_default();
        Ok(Execution {
            arn: arn.to_owned(),
            progress: status.map_or(Progress::Unknown, |it| Progress::from_word(it.as_str())),
            failure: found.failure_reason,
            started,
            modified: seconds(found.last_modified_time.as_ref()).unwrap_or(started),
        })
    }

    async fn executions(&self, pipeline: &str) -> Result<Vec<Execution>, CallError> {
        let request = self.sagemaker().list_pipeline_executions().pipeline_name(pipeline);
        let request = request.sort_order(SortOrder::Descending).max_results(100);
        let found = request.send().await.map_err(|error| errors::read(LIST, pipeline, &error))?;
        let summaries = found.pipeline_execution_summaries.unwrap_or_default().into_iter();
        let executions = summaries.filter_map(|summary| {
            let status = summary.pipeline_execution_status;
            let started = seconds(summary.start_time.as_ref()).unwrap_or_default();
            Some(Execution {
                arn: summary.pipeline_execution_arn?,
                progress: status.map_or(Progress::Unknown, |it| Progress::from_word(it.as_str())),
                failure: summary.pipeline_execution_failure_reason,
                started,
                modified: started,
            })
        });
        Ok(executions.collect())
    }

    async fn steps(&self, arn: &str) -> Result<Vec<Step>, CallError> {
        let (mut steps, mut next) = (Vec::new(), None);
        loop {
            let request =
                self.sagemaker().list_pipeline_execution_steps().pipeline_execution_arn(arn);
            let request = request.sort_order(SortOrder::Ascending).max_results(100);
            let answer = request.set_next_token(next).send().await;
            let answer = answer.map_err(|error| errors::read(STEPS, arn, &error))?;
            let page = answer.pipeline_execution_steps.unwrap_or_default();
            steps.extend(page.into_iter().filter_map(step));
            next = answer.next_token;
            if next.is_none() {
                return Ok(steps);
            }
        }
    }

    async fn stop(&self, arn: &str) -> Result<(), CallError> {
        let request = self.sagemaker().stop_pipeline_execution().pipeline_execution_arn(arn);
        request.send().await.map_err(|error| errors::read(STOP, arn, &error))?;
        Ok(())
    }
}

fn given(
    value: Option<String>,
    operation: &'static str,
    resource: &str,
    lacks: &str,
) -> Result<String, CallError> {
    value.ok_or_else(|| errors::unreadable(operation, resource, lacks))
}

fn step(found: PipelineExecutionStep) -> Option<Step> {
    let status = found.step_status;
    Some(Step {
        name: found.step_name?,
        progress: status.map_or(Progress::Unknown, |it| Progress::from_word(it.as_str())),
        started: seconds(found.start_time.as_ref()),
        ended: seconds(found.end_time.as_ref()),
        failure: found.failure_reason,
        cached_from: found.cache_hit_result.and_then(|hit| hit.source_pipeline_execution_arn),
        outputs: found.metadata.map(outputs).unwrap_or_default(),
    })
}

fn outputs(metadata: PipelineExecutionStepMetadata) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let parameters = metadata.lambda.and_then(|lambda| lambda.output_parameters);
    let parameters =
        parameters.or_else(|| metadata.callback.and_then(|callback| callback.output_parameters));
    for parameter in parameters.into_iter().flatten() {
        if let (Some(name), Some(value)) = (parameter.name, parameter.value) {
            outputs.insert(name, value);
        }
    }
    if let Some(outcome) = metadata.condition.and_then(|condition| condition.outcome) {
        outputs.insert("outcome".to_owned(), outcome.as_str().to_owned());
    }
    let arn = metadata
        .register_model
        .and_then(|made| made.arn)
        .or_else(|| metadata.processing_job.and_then(|made| made.arn))
        .or_else(|| metadata.training_job.and_then(|made| made.arn))
        .or_else(|| metadata.transform_job.and_then(|made| made.arn))
        .or_else(|| metadata.model.and_then(|made| made.arn));
    if let Some(arn) = arn {
        outputs.insert("arn".to_owned(), arn);
    }
    outputs
}

fn seconds(time: Option<&DateTime>) -> Option<f64> {
    time.map(DateTime::as_secs_f64)
}
