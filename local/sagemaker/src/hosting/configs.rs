//! Configurations of endpoints. They do not change; an update names a new one.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use super::plan::Plan;
use super::{CONFIG, MODEL};
use crate::entity::{Body, members, not_here, text, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::shapes;

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&CONFIG, request)?;
    plane.allow(caller, "CreateEndpointConfig", &named.arn)?;
    plane.allow_role(caller, text(request, "ExecutionRoleArn"))?;
    plane.allow_tags(caller, request, &named.arn)?;
    check(plane, request)?;
    let mut body = members(request);
    let variants = body.get_mut("ProductionVariants").and_then(Value::as_array_mut);
    for variant in variants.into_iter().flatten().filter_map(Value::as_object_mut) {
        variant.entry("InitialVariantWeight").or_insert_with(|| json!(1.0));
    }
    Plan::read(plane, &body)?;
    plane.change(|batch| plane.make(batch, &named, request, body))?;
    Ok(json!({"EndpointConfigArn": named.arn}))
}

fn check(plane: &Plane, request: &Value) -> Result<(), Refusal> {
    let strange = ["AsyncInferenceConfig", "ExplainerConfig", "ShadowProductionVariants"];
    if let Some(member) = strange.into_iter().find(|member| request.get(*member).is_some()) {
        return Err(not_here(&format!("endpoints with {member}")));
    }
    if request.pointer("/DataCaptureConfig/EnableCapture") == Some(&json!(true)) {
        return Err(not_here("the capture of data at endpoints (DataCaptureConfig)"));
    }
    let variants = request.get("ProductionVariants").and_then(Value::as_array);
    let variants = variants.cloned().unwrap_or_default();
    let is_serverless = |variant: &Value| variant.get("ServerlessConfig").is_some();
    if variants.iter().any(is_serverless) {
        if variants.len() > 1 {
            return Err(Refusal::invalid(
                "Serverless endpoints cannot have more than one production variant.",
            ));
        }
        for member in ["VpcConfig", "DataCaptureConfig"] {
            if request.get(member).is_some() {
                return Err(serverless_refuses(member));
            }
        }
    }
    for (index, variant) in variants.iter().enumerate() {
        let name = text(variant, "VariantName");
        if variants.iter().take(index).any(|other| text(other, "VariantName") == name) {
            let words = format!("The variant name {} is used twice.", name.unwrap_or_default());
            return Err(Refusal::invalid(words));
        }
        if is_serverless(variant) {
            check_serverless(plane, variant)?;
        } else {
            check_instances(variant)?;
        }
    }
    Ok(())
}

fn serverless_refuses(member: &str) -> Refusal {
    Refusal::invalid(format!("{member} cannot be used with ServerlessConfig."))
}

fn check_serverless(plane: &Plane, variant: &Value) -> Result<(), Refusal> {
    let of_instances = [
        "InstanceType",
        "InitialInstanceCount",
        "VolumeSizeInGB",
        "ModelDataDownloadTimeoutInSeconds",
        "ContainerStartupHealthCheckTimeoutInSeconds",
        "AcceleratorType",
        "ManagedInstanceScaling",
    ];
    if let Some(member) = of_instances.into_iter().find(|member| variant.get(*member).is_some()) {
        return Err(serverless_refuses(member));
    }
    let number = |name: &str| {
        variant.get("ServerlessConfig").and_then(|it| it.get(name)).and_then(Value::as_i64)
    };
    let memory = number("MemorySizeInMB").unwrap_or_default();
    if memory % 1024 != 0 {
        return Err(Refusal::invalid(format!(
            "MemorySizeInMB is {memory}; it must be 1024, 2048, 3072, 4096, 5120 or 6144."
        )));
    }
    if number("ProvisionedConcurrency") > number("MaxConcurrency") {
        let words = "ProvisionedConcurrency cannot be more than MaxConcurrency.";
        return Err(Refusal::invalid(words));
    }
    let name = text(variant, "ModelName").unwrap_or_default();
    let model = plane.find(&plane.name(&MODEL, name))?;
    if model.contains_key("VpcConfig") {
        return Err(serverless_refuses("A model with VpcConfig"));
    }
    if model.get("EnableNetworkIsolation") == Some(&json!(true)) {
        return Err(serverless_refuses("A model with EnableNetworkIsolation"));
    }
    Ok(())
}

fn check_instances(variant: &Value) -> Result<(), Refusal> {
    for member in ["ManagedInstanceScaling", "InstancePools", "CoreDumpConfig"] {
        if variant.get(member).is_some() {
            return Err(not_here(&format!("variants with {member}")));
        }
    }
    for member in ["InstanceType", "InitialInstanceCount"] {
        if variant.get(member).is_none() {
            return Err(Refusal::invalid(format!(
                "A production variant needs {member}, or a ServerlessConfig."
            )));
        }
    }
    Ok(())
}

pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&CONFIG, request)?;
    plane.allow(caller, "DescribeEndpointConfig", &named.arn)?;
    Ok(Value::Object(shapes::for_answer("DescribeEndpointConfig", &plane.find(&named)?)))
}

pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&CONFIG, request)?;
    plane.allow(caller, "DeleteEndpointConfig", &named.arn)?;
    plane.change(|batch| named.remove(batch))?;
    Ok(json!({}))
}

pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListEndpointConfigs", "*")?;
    listing::page(&CONFIGS, request, plane.all(&CONFIG)?)
}

const CONFIGS: Listing = Listing {
    list: "EndpointConfigs",
    summary: "EndpointConfigSummary",
    name: "EndpointConfigName",
    arn: "EndpointConfigArn",
    status: "",
    order: Order::Descending,
};

/// The variants of a configuration.
pub(super) fn variants(config: &Body) -> Vec<Value> {
    config.get("ProductionVariants").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The model that a variant serves.
pub(super) fn model_of(variant: &Value) -> Result<&str, Refusal> {
    let without = || not_here("variants without a ModelName (inference components)");
    let name = text(variant, "ModelName").ok_or_else(without)?;
    Ok(name)
}

/// The name of a configuration.
pub(super) fn name_of(config: &Body) -> &str {
    word(config, "EndpointConfigName")
}
