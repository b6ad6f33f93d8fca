//! Models, configurations and endpoints, with the states that take time.

use std::collections::BTreeMap;

use super::Account;
use crate::hosting::{
    Blueprints, DescribeEndpoint, Endpoint, EndpointStatus, Endpoints, ListEndpoints, NewEndpoint,
    NewEndpointConfig, NewModel,
};
use crate::registry::Approval;
use crate::{CallError, Reason};

type Answer<T> = Result<T, (Reason, String)>;

/// What is hosted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosting {
    /// Models by name.
    pub models: BTreeMap<String, NewModel>,
    /// Configurations by name.
    pub configs: BTreeMap<String, NewEndpointConfig>,
    /// Endpoints by name.
    pub endpoints: BTreeMap<String, Endpoint>,
}

impl Hosting {
    /// Ends a change under way: the endpoint serves, or is gone; answers whether there was one.
    pub fn settle(&mut self, name: &str, now: i64) -> bool {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return false };
        match endpoint.status {
            EndpointStatus::Creating | EndpointStatus::Updating => {
                if let Some(config) = endpoint.pending_config.take() {
                    endpoint.config = config;
                }
                endpoint.failure = None;
                endpoint.status = EndpointStatus::InService;
            }
            EndpointStatus::RollingBack => {
                endpoint.pending_config = None;
                endpoint.status = EndpointStatus::InService;
            }
            EndpointStatus::Deleting => {
                self.endpoints.remove(name);
                return true;
            }
            _ => return false,
        }
        endpoint.modified = now;
        true
    }

    /// Makes a change under way fail: a creation ends `Failed`, an update goes back to the
    /// configuration before.
    pub fn fail(&mut self, name: &str, why: &str, now: i64) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        endpoint.status = match endpoint.status {
            EndpointStatus::Creating => EndpointStatus::Failed,
            _ => EndpointStatus::InService,
        };
        endpoint.pending_config = None;
        endpoint.failure = Some(why.to_owned());
        endpoint.modified = now;
    }

    /// The package version that the endpoint's configuration runs, if it serves at all.
    pub fn serving(&self, name: &str) -> Option<&str> {
        let endpoint = self.endpoints.get(name)?;
        let serves = !matches!(
            endpoint.status,
            EndpointStatus::Creating | EndpointStatus::Failed | EndpointStatus::OutOfService
        );
        let config = self.configs.get(&endpoint.config).filter(|_| serves)?;
        self.models.get(&config.model).map(|model| model.package_arn.as_str())
    }

    fn take_change(&mut self, name: &str) -> Answer<&mut Endpoint> {
        let endpoint = self.endpoints.get_mut(name).ok_or_else(|| missing("endpoint", name))?;
        if endpoint.status.is_busy() {
            let message = format!("Cannot update in-progress endpoint \"{name}\"");
            return Err((Reason::InProgress, message));
        }
        Ok(endpoint)
    }
}

fn missing(kind: &str, name: &str) -> (Reason, String) {
    (Reason::NotFound, format!("Could not find {kind} \"{name}\"."))
}

fn taken(kind: &str, name: &str) -> (Reason, String) {
    (Reason::AlreadyExists, format!("Cannot create already existing {kind} \"{name}\"."))
}

impl DescribeEndpoint for Account {
    async fn describe_endpoint(&self, name: &str) -> Result<Endpoint, CallError> {
        self.call("sagemaker:DescribeEndpoint", name, |state| {
            let endpoint = state.hosting.endpoints.get(name).cloned();
            endpoint.ok_or_else(|| missing("endpoint", name))
        })
        .await
    }
}

impl ListEndpoints for Account {
    async fn list_endpoints(&self, part: &str) -> Result<Vec<String>, CallError> {
        self.call("sagemaker:ListEndpoints", part, |state| {
            let names = state.hosting.endpoints.keys();
            Ok(names.filter(|name| name.contains(part)).cloned().collect())
        })
        .await
    }
}

impl Blueprints for Account {
    async fn create_model(&self, model: &NewModel) -> Result<(), CallError> {
        self.call("sagemaker:CreateModel", &model.name, |state| {
            let package = state.registry.packages.get(&model.package_arn);
            let approved = package.is_some_and(|it| it.summary.approval == Approval::Approved);
            if !approved {
                return Err((Reason::Refused, "the model package is not approved".to_owned()));
            }
            if state.hosting.models.contains_key(&model.name) {
                return Err(taken("model", &model.name));
            }
            state.hosting.models.insert(model.name.clone(), model.clone());
            Ok(())
        })
        .await
    }

    async fn delete_model(&self, name: &str) -> Result<(), CallError> {
        self.call("sagemaker:DeleteModel", name, |state| {
            let removed = state.hosting.models.remove(name);
            removed.map(|_| ()).ok_or_else(|| missing("model", name))
        })
        .await
    }

    async fn create_endpoint_config(&self, config: &NewEndpointConfig) -> Result<(), CallError> {
        self.call("sagemaker:CreateEndpointConfig", &config.name, |state| {
            if !state.hosting.models.contains_key(&config.model) {
                return Err(missing("model", &config.model));
            }
            if state.hosting.configs.contains_key(&config.name) {
                return Err(taken("endpoint configuration", &config.name));
            }
            state.hosting.configs.insert(config.name.clone(), config.clone());
            Ok(())
        })
        .await
    }

    async fn list_endpoint_configs(&self, part: &str) -> Result<Vec<String>, CallError> {
        self.call("sagemaker:ListEndpointConfigs", part, |state| {
            Ok(state.hosting.configs.keys().filter(|name| name.contains(part)).cloned().collect())
        })
        .await
    }

    async fn delete_endpoint_config(&self, name: &str) -> Result<(), CallError> {
        self.call("sagemaker:DeleteEndpointConfig", name, |state| {
            let removed = state.hosting.configs.remove(name);
            removed.map(|_| ()).ok_or_else(|| missing("endpoint configuration", name))
        })
        .await
    }
}

impl Endpoints for Account {
    async fn create_endpoint(&self, endpoint: &NewEndpoint) -> Result<(), CallError> {
        self.call("sagemaker:CreateEndpoint", &endpoint.name, |state| {
            if !state.hosting.configs.contains_key(&endpoint.config) {
                return Err(missing("endpoint configuration", &endpoint.config));
            }
            if state.hosting.endpoints.contains_key(&endpoint.name) {
                return Err(taken("endpoint", &endpoint.name));
            }
            let made = Endpoint {
                status: EndpointStatus::Creating,
                config: endpoint.config.clone(),
                pending_config: None,
                failure: None,
                modified: state.now,
            };
            state.hosting.endpoints.insert(endpoint.name.clone(), made);
            Ok(())
        })
        .await
    }

    async fn update_endpoint(&self, name: &str, config: &str) -> Result<(), CallError> {
        self.call("sagemaker:UpdateEndpoint", name, |state| {
            let now = state.now;
            if !state.hosting.configs.contains_key(config) {
                return Err(missing("endpoint configuration", config));
            }
            let endpoint = state.hosting.take_change(name)?;
            let open = [EndpointStatus::InService, EndpointStatus::OutOfService];
            if !open.contains(&endpoint.status) {
                return Err((Reason::Refused, format!("Cannot update failed endpoint \"{name}\"")));
            }
            endpoint.status = EndpointStatus::Updating;
            endpoint.pending_config = Some(config.to_owned());
            endpoint.modified = now;
            Ok(())
        })
        .await
    }

    async fn delete_endpoint(&self, name: &str) -> Result<(), CallError> {
        self.call("sagemaker:DeleteEndpoint", name, |state| {
            let now = state.now;
            let endpoint = state.hosting.take_change(name)?;
            endpoint.status = EndpointStatus::Deleting;
            endpoint.modified = now;
            Ok(())
        })
        .await
    }
}
