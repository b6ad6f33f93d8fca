//! Experiments, over SageMaker and its metrics service.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sagemaker::types::{
    SortOrder, SortTrialComponentsBy, TrialComponentParameterValue, TrialComponentPrimaryStatus,
    TrialComponentStatus, TrialComponentSummary,
};
use aws_sdk_sagemakermetrics::primitives::DateTime;
use aws_sdk_sagemakermetrics::types::{BatchPutMetricsError, PutMetricsErrorCode, RawMetricData};

use super::{Aws, errors};
use crate::CallError;
use crate::experiments::{
    Component, ComponentPage, ComponentsOf, DescribeComponent, ListComponents, MetricPoint,
    ParameterValue, PointError, PointRefusal, PutMetrics, WriteComponent,
};

const LIST: &str = "sagemaker:ListTrialComponents";
const DESCRIBE: &str = "sagemaker:DescribeTrialComponent";
const CREATE: &str = "sagemaker:CreateTrialComponent";
const UPDATE: &str = "sagemaker:UpdateTrialComponent";
const ASSOCIATE: &str = "sagemaker:AssociateTrialComponent";
const PUT_METRICS: &str = "sagemaker:BatchPutMetrics";

impl ListComponents for Aws {
    async fn list_components(
        &self,
        of: &ComponentsOf,
        next: Option<String>,
    ) -> Result<ComponentPage, CallError> {
        let request = self
            .sagemaker()
            .list_trial_components()
            .sort_by(SortTrialComponentsBy::CreationTime)
            .sort_order(SortOrder::Descending)
            .max_results(100)
            .set_next_token(next);
        let (request, asked) = match of {
            ComponentsOf::Job(arn) => (request.source_arn(arn), arn),
            ComponentsOf::Experiment(name) => (request.experiment_name(name), name),
        };
        let answer = request.send().await.map_err(|error| errors::read(LIST, asked, &error))?;
        let found = answer.trial_component_summaries.unwrap_or_default();
        let names = found.into_iter().filter(|summary| belongs(summary, of));
        Ok(ComponentPage {
            names: names.filter_map(|summary| summary.trial_component_name).collect(),
            next: answer.next_token,
        })
    }
}

/// Whether a summary really is of the job that was asked for.
fn belongs(summary: &TrialComponentSummary, of: &ComponentsOf) -> bool {
    let ComponentsOf::Job(arn) = of else { return true };
    let source = summary.trial_component_source.as_ref();
    source
        .and_then(|source| source.source_arn.as_ref())
        .is_some_and(|it| it.eq_ignore_ascii_case(arn))
}

impl DescribeComponent for Aws {
    async fn describe_component(&self, name: &str) -> Result<Component, CallError> {
        let request = self.sagemaker().describe_trial_component().trial_component_name(name);
        let found = request.send().await.map_err(|error| errors::read(DESCRIBE, name, &error))?;
        let metrics = found.metrics.unwrap_or_default().into_iter();
        let parameters = found.parameters.unwrap_or_default().into_iter();
        Ok(Component {
            name: found.trial_component_name.unwrap_or_else(|| name.to_owned()),
            arn: found.trial_component_arn.unwrap_or_default(),
            parameters: parameters
                .filter_map(|(name, value)| from_api(value).map(|value| (name, value)))
                .collect(),
            metrics: metrics
                .filter_map(|metric| Some((metric.metric_name?, metric.last?)))
                .collect(),
            created: found.creation_time.map_or(0, |time| time.secs()),
        })
    }
}

fn from_api(value: TrialComponentParameterValue) -> Option<ParameterValue> {
    match value {
        TrialComponentParameterValue::NumberValue(number) => Some(ParameterValue::Number(number)),
        TrialComponentParameterValue::StringValue(text) => Some(ParameterValue::Text(text)),
        _ => None,
    }
}

fn to_api(
    parameters: &BTreeMap<String, ParameterValue>,
) -> HashMap<String, TrialComponentParameterValue> {
    let value = |value: &ParameterValue| match value {
        ParameterValue::Number(number) => TrialComponentParameterValue::NumberValue(*number),
        ParameterValue::Text(text) => TrialComponentParameterValue::StringValue(text.clone()),
    };
    parameters.iter().map(|(name, it)| (name.clone(), value(it))).collect()
}

fn completed() -> TrialComponentStatus {
    TrialComponentStatus::builder().primary_status(TrialComponentPrimaryStatus::Completed).build()
}

impl WriteComponent for Aws {
    async fn create_component(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<(), CallError> {
        let request = self
            .sagemaker()
            .create_trial_component()
            .trial_component_name(name)
            .display_name(name)
            .status(completed())
            .set_parameters(Some(to_api(parameters)));
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(CREATE, name, &error))
    }

    async fn set_parameters(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<(), CallError> {
        let request = self
            .sagemaker()
            .update_trial_component()
            .trial_component_name(name)
            .set_parameters(Some(to_api(parameters)));
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(UPDATE, name, &error))
    }

    async fn associate(&self, component: &str, trial: &str) -> Result<(), CallError> {
        let request = self
            .sagemaker()
            .associate_trial_component()
            .trial_component_name(component)
            .trial_name(trial);
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(ASSOCIATE, trial, &error))
    }
}

impl PutMetrics for Aws {
    async fn put_metrics(
        &self,
        component: &str,
        points: &[MetricPoint],
    ) -> Result<Vec<PointError>, CallError> {
        let data = points.iter().map(point_to_api).collect();
        let request = self
            .metrics()
            .batch_put_metrics()
            .trial_component_name(component)
            .set_metric_data(Some(data));
        let answer =
            request.send().await.map_err(|error| errors::read(PUT_METRICS, component, &error))?;
        Ok(answer.errors.unwrap_or_default().iter().map(point_error).collect())
    }
}

fn point_to_api(point: &MetricPoint) -> RawMetricData {
    RawMetricData::builder()
        .metric_name(&point.name)
        .timestamp(DateTime::from_secs(point.timestamp))
        .value(point.value)
        .build()
}

fn point_error(error: &BatchPutMetricsError) -> PointError {
    let refusal = match error.code() {
        Some(PutMetricsErrorCode::InternalError) => PointRefusal::Internal,
        Some(PutMetricsErrorCode::ConflictError) => PointRefusal::Conflict,
        Some(PutMetricsErrorCode::MetricLimitExceeded) => PointRefusal::LimitExceeded,
        _ => PointRefusal::Invalid,
    };
    let index = error.metric_index().and_then(|index| usize::try_from(index).ok());
    PointError { index: index.unwrap_or(usize::MAX), refusal }
}
