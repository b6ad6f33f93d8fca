//! Hosting, over SageMaker.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::{
    ContainerDefinition, EndpointStatus as Word, ProductionVariant, ProductionVariantInstanceType,
    ProductionVariantServerlessConfig, Tag,
};

use super::{Aws, errors};
use crate::CallError;
use crate::hosting::{
    Blueprints, Capacity, DescribeEndpoint, Endpoint, EndpointStatus, Endpoints, ListEndpoints,
    NewEndpoint, NewEndpointConfig, NewModel,
};

const DESCRIBE: &str = "sagemaker:DescribeEndpoint";
const LIST: &str = "sagemaker:ListEndpoints";
const CREATE_MODEL: &str = "sagemaker:CreateModel";
const DELETE_MODEL: &str = "sagemaker:DeleteModel";
const CREATE_CONFIG: &str = "sagemaker:CreateEndpointConfig";
const LIST_CONFIGS: &str = "sagemaker:ListEndpointConfigs";
const DELETE_CONFIG: &str = "sagemaker:DeleteEndpointConfig";
const CREATE: &str = "sagemaker:CreateEndpoint";
const UPDATE: &str = "sagemaker:UpdateEndpoint";
const DELETE: &str = "sagemaker:DeleteEndpoint";

impl DescribeEndpoint for Aws {
    async fn describe_endpoint(&self, name: &str) -> Result<Endpoint, CallError> {
        let request = self.sagemaker().describe_endpoint().endpoint_name(name);
        let found = request.send().await.map_err(|error| errors::read(DESCRIBE, name, &error))?;
        Ok(Endpoint {
            status: status(found.endpoint_status.as_ref()),
            config: found.endpoint_config_name.unwrap_or_default(),
            pending_config: found
                .pending_deployment_summary
                .and_then(|pending| pending.endpoint_config_name),
            failure: found.failure_reason,
            modified: found.last_modified_time.map_or(0, |time| time.secs()),
        })
    }
}

impl ListEndpoints for Aws {
    async fn list_endpoints(&self, part: &str) -> Result<Vec<String>, CallError> {
        let (mut names, mut next) = (Vec::new(), None);
        loop {
            let request = self.sagemaker().list_endpoints().name_contains(part).max_results(100);
            let page = request.set_next_token(next).send().await;
            let page = page.map_err(|error| errors::read(LIST, part, &error))?;
            let found = page.endpoints.unwrap_or_default().into_iter();
            names.extend(found.filter_map(|endpoint| endpoint.endpoint_name));
            next = page.next_token;
            if next.is_none() {
                return Ok(names);
            }
        }
    }
}

fn status(word: Option<&Word>) -> EndpointStatus {
    match word {
        Some(Word::Creating) => EndpointStatus::Creating,
        Some(Word::Updating | Word::SystemUpdating) => EndpointStatus::Updating,
        Some(Word::RollingBack) => EndpointStatus::RollingBack,
        Some(Word::InService) => EndpointStatus::InService,
        Some(Word::OutOfService) => EndpointStatus::OutOfService,
        Some(Word::Deleting) => EndpointStatus::Deleting,
        Some(Word::Failed) => EndpointStatus::Failed,
        Some(Word::UpdateRollbackFailed) => EndpointStatus::UpdateRollbackFailed,
        _ => EndpointStatus::Unknown,
    }
}

fn tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn variant(config: &NewEndpointConfig) -> ProductionVariant {
    let variant = ProductionVariant::builder()
        .variant_name("AllTraffic")
        .model_name(&config.model)
        .initial_variant_weight(1.0);
    let variant = match &config.capacity {
        Capacity::Serverless { memory_mb, max_concurrency, provisioned_concurrency } => variant
            .serverless_config(
                ProductionVariantServerlessConfig::builder()
                    .memory_size_in_mb(i32::from(*memory_mb))
                    .max_concurrency(i32::from(*max_concurrency))
                    .set_provisioned_concurrency(provisioned_concurrency.map(i32::from))
                    .build(),
            ),
        Capacity::Instances { instance_type, count } => variant
            .instance_type(ProductionVariantInstanceType::from(instance_type.as_str()))
            .initial_instance_count(i32::from(*count)),
    };
    variant.build()
}

impl Blueprints for Aws {
    async fn create_model(&self, model: &NewModel) -> Result<(), CallError> {
        let container =
            ContainerDefinition::builder().model_package_name(&model.package_arn).build();
        let request = self
            .sagemaker()
            .create_model()
            .model_name(&model.name)
            .primary_container(container)
            .execution_role_arn(&model.role_arn)
            .set_tags(Some(tags(&model.tags)));
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(CREATE_MODEL, &model.name, &error))
    }

    async fn delete_model(&self, name: &str) -> Result<(), CallError> {
        let sent = self.sagemaker().delete_model().model_name(name).send().await;
        sent.map(|_| ()).map_err(|error| errors::read(DELETE_MODEL, name, &error))
    }

    async fn create_endpoint_config(&self, config: &NewEndpointConfig) -> Result<(), CallError> {
        let request = self
            .sagemaker()
            .create_endpoint_config()
            .endpoint_config_name(&config.name)
            .production_variants(variant(config))
            .set_tags(Some(tags(&config.tags)));
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(CREATE_CONFIG, &config.name, &error))
    }

    async fn list_endpoint_configs(&self, part: &str) -> Result<Vec<String>, CallError> {
        let mut names = Vec::new();
        let mut next = None;
        loop {
            let request = self
                .sagemaker()
                .list_endpoint_configs()
                .name_contains(part)
                .max_results(100)
                .set_next_token(next);
            let page =
                request.send().await.map_err(|error| errors::read(LIST_CONFIGS, part, &error))?;
            let found = page.endpoint_configs.unwrap_or_default().into_iter();
            names.extend(found.filter_map(|config| config.endpoint_config_name));
            next = page.next_token;
            if next.is_none() {
                return Ok(names);
            }
        }
    }

    async fn delete_endpoint_config(&self, name: &str) -> Result<(), CallError> {
        let request = self.sagemaker().delete_endpoint_config().endpoint_config_name(name);
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(DELETE_CONFIG, name, &error))
    }
}

impl Endpoints for Aws {
    async fn create_endpoint(&self, endpoint: &NewEndpoint) -> Result<(), CallError> {
        let request = self
            .sagemaker()
            .create_endpoint()
            .endpoint_name(&endpoint.name)
            .endpoint_config_name(&endpoint.config)
            .set_tags(Some(tags(&endpoint.tags)));
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(CREATE, &endpoint.name, &error))
    }

    async fn update_endpoint(&self, name: &str, config: &str) -> Result<(), CallError> {
        let request =
            self.sagemaker().update_endpoint().endpoint_name(name).endpoint_config_name(config);
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| errors::read(UPDATE, name, &error))
    }

    async fn delete_endpoint(&self, name: &str) -> Result<(), CallError> {
        let sent = self.sagemaker().delete_endpoint().endpoint_name(name).send().await;
        sent.map(|_| ()).map_err(|error| errors::read(DELETE, name, &error))
    }
}
