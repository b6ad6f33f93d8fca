//! Models: which containers serve, from which data.

use std::collections::BTreeMap;
use std::sync::Arc;

use containers::{ModelContainer, ModelSpec};
use machine::{Caller, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::MODEL;
use crate::entity::{Body, members, not_here, text, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::registry::packages;
use crate::shapes;

/// The member, private to us, with the containers of a model as they were when it was made: a
/// package that is rejected or deleted later takes nothing from it.
const RESOLVED: &str = "Resolved";

/// A container as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Container {
    pub(super) image: String,
    model_data_url: Option<String>,
    environment: BTreeMap<String, String>,
}

impl From<ModelContainer> for Container {
    fn from(container: ModelContainer) -> Self {
        let ModelContainer { image, model_data_url, environment } = container;
        Self { image, model_data_url, environment }
    }
}

impl From<Container> for ModelContainer {
    fn from(container: Container) -> Self {
        let Container { image, model_data_url, environment } = container;
        Self { image, model_data_url, environment }
    }
}

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&MODEL, request)?;
    plane.allow(caller, "CreateModel", &named.arn)?;
    plane.allow_role(caller, text(request, "ExecutionRoleArn"))?;
    plane.allow_tags(caller, request, &named.arn)?;
    let mut body = members(request);
    let containers = resolve_all(plane, &body)?.into_iter().map(Container::from);
    body.insert(RESOLVED.to_owned(), json!(containers.collect::<Vec<_>>()));
    plane.change(|batch| {
        body.entry("EnableNetworkIsolation").or_insert_with(|| json!(false));
        plane.make(batch, &named, request, body)
    })?;
    Ok(json!({"ModelArn": named.arn}))
}

/// What serves the model of a name.
pub(crate) fn spec(plane: &Plane, name: &str) -> Result<ModelSpec, Refusal> {
    let model = plane.find(&plane.name(&MODEL, name))?;
    let containers = model.get(RESOLVED).cloned().unwrap_or_default();
    let containers: Vec<Container> =
        serde_json::from_value(containers).map_err(Refusal::internal)?;
    Ok(ModelSpec {
        containers: containers.into_iter().map(ModelContainer::from).collect(),
        role_arn: word(&model, "ExecutionRoleArn").to_owned(),
    })
}

/// The containers of a model, its packages resolved. Refuses what cannot be served here.
fn resolve_all(plane: &Plane, model: &Body) -> Result<Vec<ModelContainer>, Refusal> {
    let given = match (model.get("PrimaryContainer"), model.get("Containers")) {
        (Some(one), None) => vec![one.clone()],
        (None, Some(several)) => several.as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    };
    if given.is_empty() {
        return Err(Refusal::invalid(
            "You must provide either a PrimaryContainer or Containers, and not both.",
        ));
    }
    if word(model, "ExecutionRoleArn").is_empty() {
        return Err(Refusal::invalid("A model needs an ExecutionRoleArn."));
    }
    let mut containers = Vec::new();
    for container in &given {
        containers.extend(resolve(plane, container)?);
    }
    for container in &containers {
        check_data(plane, container.model_data_url.as_deref())?;
    }
    Ok(containers)
}

/// A container, or those of the package that it names, with its variables over theirs.
fn resolve(plane: &Plane, given: &Value) -> Result<Vec<ModelContainer>, Refusal> {
    let Some(package) = text(given, "ModelPackageName") else { return Ok(vec![container(given)?]) };
    if given.get("Image").is_some() || given.get("ModelDataUrl").is_some() {
        return Err(Refusal::invalid(
            "A container with a ModelPackageName can have neither Image nor ModelDataUrl.",
        ));
    }
    let named = packages::named(plane, package)?;
    let body = plane.find(&named)?;
    let approval = word(&body, "ModelApprovalStatus");
    if body.contains_key("ModelPackageVersion") && approval != "Approved" {
        return Err(Refusal::invalid(format!(
            "Cannot use ModelPackage {}: its ModelApprovalStatus is {approval}, and must be Approved.",
            named.arn
        )));
    }
    let specification = Value::Object(body);
    let containers = specification.pointer("/InferenceSpecification/Containers");
    let containers = containers.and_then(Value::as_array).cloned().unwrap_or_default();
    if containers.is_empty() {
        let words = format!("ModelPackage {} has no InferenceSpecification.", named.arn);
        return Err(Refusal::invalid(words));
    }
    let own = environment(given);
    let with_own = |mut container: ModelContainer| {
        container.environment.extend(own.clone());
        container
    };
    containers.iter().map(|it| container(it).map(with_own)).collect()
}

fn container(given: &Value) -> Result<ModelContainer, Refusal> {
    let strange = [
        "ModelDataSource",
        "AdditionalModelDataSources",
        "AdditionalS3DataSource",
        "MultiModelConfig",
        "ModelInput",
        "ProductId",
        "InferenceSpecificationName",
    ];
    if let Some(member) = strange.into_iter().find(|member| given.get(*member).is_some()) {
        return Err(not_here(&format!("containers with {member}")));
    }
    if text(given, "Mode") == Some("MultiModel") {
        return Err(not_here("containers of several models (Mode MultiModel)"));
    }
    let image = text(given, "Image")
        .ok_or_else(|| Refusal::invalid("A container needs an Image or a ModelPackageName."))?;
    Ok(ModelContainer {
        image: image.to_owned(),
        model_data_url: text(given, "ModelDataUrl").map(str::to_owned),
        environment: environment(given),
    })
}

fn environment(given: &Value) -> BTreeMap<String, String> {
    let variables = given.get("Environment").and_then(Value::as_object).into_iter().flatten();
    let texts = variables.map(|(name, it)| (name.clone(), it.as_str().unwrap_or_default()));
    texts.map(|(name, value)| (name, value.to_owned())).collect()
}

fn check_data(plane: &Plane, url: Option<&str>) -> Result<(), Refusal> {
    let Some(url) = url else { return Ok(()) };
    let parts = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    let Some((bucket, key)) = parts else {
        return Err(Refusal::invalid(format!("The ModelDataUrl {url} is not of S3.")));
    };
    if plane.runs.has_object(bucket, key)? {
        Ok(())
    } else {
        Err(Refusal::invalid(format!("Could not find model data at {url}.")))
    }
}

pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&MODEL, request)?;
    plane.allow(caller, "DescribeModel", &named.arn)?;
    Ok(Value::Object(shapes::for_answer("DescribeModel", &plane.find(&named)?)))
}

/// Endpoints that serve the model go on, as they do in the service.
pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&MODEL, request)?;
    plane.allow(caller, "DeleteModel", &named.arn)?;
    plane.change(|batch| named.remove(batch))?;
    Ok(json!({}))
}

pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListModels", "*")?;
    listing::page(&MODELS, request, plane.all(&MODEL)?)
}

const MODELS: Listing = Listing {
    list: "Models",
    summary: "ModelSummary",
    name: "ModelName",
    arn: "ModelArn",
    status: "",
    order: Order::Descending,
};
