//! Hosting: models, endpoint configurations and endpoints.

use std::collections::BTreeMap;
use std::future::Future;

use crate::CallError;

/// Where an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointStatus {
    /// Being made for the first time.
    Creating,
    /// Moving to another configuration, or under maintenance by AWS.
    Updating,
    /// Going back to the configuration before.
    RollingBack,
    /// Serving.
    InService,
    /// Not serving, but open to an update.
    OutOfService,
    /// Being deleted.
    Deleting,
    /// Could not be made: only deletion is possible.
    Failed,
    /// Update and roll back both failed: traffic goes to a mix, a person must look.
    UpdateRollbackFailed,
    /// A word that this version of the suite does not know.
    Unknown,
}

impl EndpointStatus {
    /// Whether the endpoint refuses every change at the moment.
    pub fn is_busy(self) -> bool {
        matches!(
            self,
            Self::Creating | Self::Updating | Self::RollingBack | Self::Deleting | Self::Unknown
        )
    }
}

/// An endpoint as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it stands.
    pub status: EndpointStatus,
    /// The configuration that it has: after a failed update the old one again.
    pub config: String,
    /// The configuration that an update under way moves to.
    pub pending_config: Option<String>,
    /// Why the last change failed, also while an older configuration serves on.
    pub failure: Option<String>,
    /// Seconds since 1970 of its last change of state.
    pub modified: i64,
}

/// What a variant runs on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Capacity {
    /// A serverless variant.
    Serverless {
        /// 1024 to 6144 in steps of 1024.
        memory_mb: u16,
        /// 1 to 200.
        max_concurrency: u16,
        /// Kept warm; at most `max_concurrency`.
        provisioned_concurrency: Option<u16>,
    },
    /// Instances, for models that do not fit serverless limits.
    Instances {
        /// For instance `ml.m5.large`.
        instance_type: String,
        /// How many.
        count: u16,
    },
}

/// A model to make from a version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewModel {
    /// Its name, at most 63 characters.
    pub name: String,
    /// The approved version that it runs.
    pub package_arn: String,
    /// The role that it runs under.
    pub role_arn: String,
    /// For bills and searches.
    pub tags: BTreeMap<String, String>,
}

/// An endpoint configuration to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpointConfig {
    /// Its name, at most 63 characters.
    pub name: String,
    /// The model of its only variant.
    pub model: String,
    /// What it runs on.
    pub capacity: Capacity,
    /// For bills and searches.
    pub tags: BTreeMap<String, String>,
}

/// An endpoint to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// Its constant name.
    pub name: String,
    /// The configuration that it starts with.
    pub config: String,
    /// For bills and searches.
    pub tags: BTreeMap<String, String>,
}

/// Describes endpoints (`sagemaker:DescribeEndpoint`).
pub trait DescribeEndpoint {
    /// The endpoint; `NotFound` if there is none.
    fn describe_endpoint(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Endpoint, CallError>> + Send;
}

/// Lists endpoints (`sagemaker:ListEndpoints`).
pub trait ListEndpoints {
    /// Every name that contains `part`, over all pages.
    fn list_endpoints(
        &self,
        part: &str,
    ) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;
}

/// Models and configurations: immutable things with deterministic names.
pub trait Blueprints {
    /// `sagemaker:CreateModel` (with `iam:PassRole` and `sagemaker:AddTags`).
    fn create_model(&self, model: &NewModel) -> impl Future<Output = Result<(), CallError>> + Send;

    /// `sagemaker:DeleteModel`.
    fn delete_model(&self, name: &str) -> impl Future<Output = Result<(), CallError>> + Send;

    /// `sagemaker:CreateEndpointConfig` (with `sagemaker:AddTags`).
    fn create_endpoint_config(
        &self,
        config: &NewEndpointConfig,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// `sagemaker:ListEndpointConfigs`: every name that contains `part`, over all pages.
    fn list_endpoint_configs(
        &self,
        part: &str,
    ) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;

    /// `sagemaker:DeleteEndpointConfig`.
    fn delete_endpoint_config(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// Changes to what serves.
pub trait Endpoints: DescribeEndpoint {
    /// `sagemaker:CreateEndpoint`.
    fn create_endpoint(
        &self,
        endpoint: &NewEndpoint,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// `sagemaker:UpdateEndpoint`; `InProgress` while it changes.
    fn update_endpoint(
        &self,
        name: &str,
        config: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// `sagemaker:DeleteEndpoint`.
    fn delete_endpoint(&self, name: &str) -> impl Future<Output = Result<(), CallError>> + Send;
}
