//! An account written down: the `world.json` beside sample events.
//!
//! The same file fills a moto server (`tests/peers/events/world.py`), so that the double and an
//! outside judge start from the same facts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Account, State};
use crate::S3Uri;
use crate::experiments::{Component, ParameterValue};
use crate::hosting::{Capacity, Endpoint, EndpointStatus, NewEndpointConfig, NewModel};
use crate::registry::Approval;

/// Everything that can be written down.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// Where it is; informative.
    pub region: String,
    /// Whose it is; informative.
    pub account: String,
    /// Settings of the function that the expectations rest on.
    pub settings: BTreeMap<String, String>,
    packages: Vec<PackageFact>,
    unversioned: Vec<UnversionedFact>,
    objects: BTreeMap<String, Value>,
    trials: Vec<TrialFact>,
    components: Vec<ComponentFact>,
    models: Vec<ModelFact>,
    endpoint_configs: Vec<ConfigFact>,
    endpoints: Vec<EndpointFact>,
}

#[derive(Debug, Clone, Deserialize)]
struct PackageFact {
    group: String,
    #[serde(default)]
    version: Option<u32>,
    approval: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    statistics_s3_uri: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct UnversionedFact {
    name: String,
    approval: String,
}

#[derive(Debug, Clone, Deserialize)]
struct TrialFact {
    experiment: String,
    trial: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ComponentFact {
    name: String,
    #[serde(default)]
    job_arn: Option<String>,
    #[serde(default)]
    trial: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct ModelFact {
    name: String,
    package: String,
    role: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ConfigFact {
    name: String,
    model: String,
    memory_mb: u16,
    max_concurrency: u16,
}

#[derive(Debug, Clone, Deserialize)]
struct EndpointFact {
    name: String,
    config: String,
}

/// A world that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// The file is not a world.
    #[error("not a world: {0}")]
    Unreadable(String),
    /// Versions of a group are not listed from 1 upwards.
    #[error("version {listed} of {group} is listed where {next} would be made")]
    Version {
        /// The group.
        group: String,
        /// What the file says.
        listed: u32,
        /// What the registry would number it.
        next: u32,
    },
    /// An object's address is none.
    #[error("`{0}` is no address of an object")]
    Address(String),
}

impl World {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        serde_json::from_str(text).map_err(|error| WorldError::Unreadable(error.to_string()))
    }

    /// A fresh account that holds it, at second `now`.
    pub fn account(&self, now: i64) -> Result<Account, WorldError> {
        let account = Account::new();
        account.change(|state| {
            state.now = now;
            self.add_packages(state)?;
            self.add_objects(state)?;
            self.add_experiments(state);
            self.add_hosting(state);
            Ok(())
        })?;
        Ok(account)
    }

    fn add_packages(&self, state: &mut State) -> Result<(), WorldError> {
        let now = state.now;
        for fact in &self.packages {
            let metadata: Vec<_> =
                fact.metadata.iter().map(|(key, value)| (&**key, &**value)).collect();
            let arn = state.registry.register(&fact.group, &metadata, now);
            state.registry.decide(&arn, Approval::from_word(&fact.approval), now);
            let Some(package) = state.registry.packages.get_mut(&arn) else { continue };
            package.statistics_s3_uri.clone_from(&fact.statistics_s3_uri);
            let next = package.summary.version;
            if let Some(listed) = fact.version.filter(|listed| *listed != next) {
                return Err(WorldError::Version { group: fact.group.clone(), listed, next });
            }
        }
        for fact in &self.unversioned {
            let made = state.registry.register("", &[], now);
            let Some(mut package) = state.registry.packages.remove(&made) else { continue };
            let arn = made.replace("model-package//1", &format!("model-package/{}", fact.name));
            package.summary.arn.clone_from(&arn);
            package.summary.approval = Approval::from_word(&fact.approval);
            state.registry.packages.insert(arn, package);
        }
        Ok(())
    }

    fn add_objects(&self, state: &mut State) -> Result<(), WorldError> {
        let now = state.now;
        for (address, content) in &self.objects {
            let uri: S3Uri = address.parse().map_err(|_| WorldError::Address(address.clone()))?;
            let bytes = match content {
                Value::String(text) => text.clone(),
                content => content.to_string(),
            };
            state.objects.put(&uri, bytes, now);
        }
        Ok(())
    }

    fn add_experiments(&self, state: &mut State) {
        let now = state.now;
        let experiments = &mut state.experiments;
        for fact in &self.trials {
            experiments.add_trial(&fact.experiment, &fact.trial);
        }
        for fact in &self.components {
            let parameter = |value: &Value| match value {
                Value::Number(number) => ParameterValue::Number(number.as_f64().unwrap_or(0.0)),
                Value::String(text) => ParameterValue::Text(text.clone()),
                other => ParameterValue::Text(other.to_string()),
            };
            let parameters =
                fact.parameters.iter().map(|(name, value)| (name.clone(), parameter(value)));
            let component = Component {
                name: fact.name.clone(),
                parameters: parameters.collect(),
                created: now,
                ..Component::default()
            };
            experiments.components.insert(fact.name.clone(), component);
            if let Some(job) = &fact.job_arn {
                experiments.by_source.insert(job.to_lowercase(), fact.name.clone());
            }
            if let Some(trial) = fact.trial.as_ref().and_then(|it| experiments.trials.get_mut(it)) {
                trial.1.insert(fact.name.clone());
            }
        }
    }

    fn add_hosting(&self, state: &mut State) {
        let now = state.now;
        let hosting = &mut state.hosting;
        for fact in &self.models {
            let model = NewModel {
                name: fact.name.clone(),
                package_arn: fact.package.clone(),
                role_arn: fact.role.clone(),
                tags: BTreeMap::new(),
            };
            hosting.models.insert(fact.name.clone(), model);
        }
        for fact in &self.endpoint_configs {
            let capacity = Capacity::Serverless {
                memory_mb: fact.memory_mb,
                max_concurrency: fact.max_concurrency,
                provisioned_concurrency: None,
            };
            let config = NewEndpointConfig {
                name: fact.name.clone(),
                model: fact.model.clone(),
                capacity,
                tags: BTreeMap::new(),
            };
            hosting.configs.insert(fact.name.clone(), config);
        }
        for fact in &self.endpoints {
            let endpoint = Endpoint {
                status: EndpointStatus::InService,
                config: fact.config.clone(),
                pending_config: None,
                failure: None,
                modified: now,
            };
            hosting.endpoints.insert(fact.name.clone(), endpoint);
        }
    }
}
