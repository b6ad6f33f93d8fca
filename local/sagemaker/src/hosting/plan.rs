//! What an endpoint serves: a copy of its configuration and models, taken when it is made.
//!
//! Models and configurations may be deleted while an endpoint serves them; it goes on.

use containers::{ModelContainer, ModelSpec};
use machine::{Refusal, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::models::Container;
use super::{configs, models};
use crate::entity::{Body, text};
use crate::plane::Plane;

/// What an endpoint serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The configuration's name.
    pub(crate) config: String,
    pub(crate) variants: Vec<Variant>,
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) weight: f64,
    /// How many instances it is said to have; here it is one process.
    pub(crate) instances: Option<u32>,
    pub(crate) serverless: Option<Serverless>,
    role_arn: String,
    containers: Vec<Container>,
}

/// How a serverless variant scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Serverless {
    #[serde(rename = "MemorySizeInMB")]
    pub(crate) memory: u32,
    pub(crate) max_concurrency: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provisioned_concurrency: Option<u32>,
}

impl Plan {
    /// What a configuration says now.
    pub(crate) fn read(plane: &Plane, config: &Body) -> Result<Self, Refusal> {
        let variants = configs::variants(config);
        let variants: Result<Vec<_>, _> =
            variants.iter().map(|variant| Variant::read(plane, variant)).collect();
        Ok(Self { config: configs::name_of(config).to_owned(), variants: variants? })
    }

    /// Whether it is served without instances.
    pub(crate) fn is_serverless(&self) -> bool {
        self.variants.iter().any(|variant| variant.serverless.is_some())
    }

    /// The variants as DescribeEndpoint shows those that serve.
    pub(crate) fn summaries(&self, time: Time) -> Value {
        self.variants.iter().map(|variant| variant.summary(time)).collect()
    }
}

impl Variant {
    fn read(plane: &Plane, given: &Value) -> Result<Self, Refusal> {
        let model = models::spec(plane, configs::model_of(given)?)?;
        let serverless = given.get("ServerlessConfig").map(Serverless::deserialize).transpose();
        let serverless = serverless.map_err(Refusal::internal)?;
        if serverless.is_some() {
            check_serverless(&model)?;
        }
        let instances = given.get("InitialInstanceCount").and_then(Value::as_u64);
        Ok(Self {
            name: text(given, "VariantName").unwrap_or_default().to_owned(),
            weight: given.get("InitialVariantWeight").and_then(Value::as_f64).unwrap_or(1.0),
            instances: instances.and_then(|count| u32::try_from(count).ok()),
            serverless,
            role_arn: model.role_arn,
            containers: model.containers.into_iter().map(Container::from).collect(),
        })
    }

    /// What serves it.
    pub(crate) fn model(&self) -> ModelSpec {
        ModelSpec {
            containers: self.containers.iter().cloned().map(ModelContainer::from).collect(),
            role_arn: self.role_arn.clone(),
        }
    }

    fn summary(&self, time: Time) -> Value {
        let image = |container: &Container| {
            json!({
                "SpecifiedImage": container.image,
                "ResolvedImage": container.image,
                "ResolutionTime": time.seconds(),
            })
        };
        let mut summary = Map::new();
        let mut put = |name: &str, value: Value| summary.insert(name.to_owned(), value);
        put("VariantName", json!(self.name));
        put("DeployedImages", self.containers.iter().map(image).collect());
        put("CurrentWeight", json!(self.weight));
        put("DesiredWeight", json!(self.weight));
        if let Some(serverless) = self.serverless {
            put("CurrentInstanceCount", json!(0));
            put("CurrentServerlessConfig", json!(serverless));
            put("DesiredServerlessConfig", json!(serverless));
        } else {
            put("CurrentInstanceCount", json!(self.instances));
            put("DesiredInstanceCount", json!(self.instances));
        }
        Value::Object(summary)
    }
}

fn check_serverless(model: &ModelSpec) -> Result<(), Refusal> {
    let [container] = model.containers.as_slice() else {
        return Err(Refusal::invalid(
            "Serverless endpoints cannot serve a model with more than one container.",
        ));
    };
    match &container.model_data_url {
        Some(url) if !url.ends_with(".tar.gz") => Err(Refusal::invalid(format!(
            "The model data {url} of a serverless endpoint must be a .tar.gz file."
        ))),
        _ => Ok(()),
    }
}
