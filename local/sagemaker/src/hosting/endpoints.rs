//! Endpoints: what may be asked of one in each of its states.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use super::plan::Plan;
use super::{CONFIG, ENDPOINT, changes, events};
use crate::entity::{Body, members, not_here, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::shapes;

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&ENDPOINT, request)?;
    let config = plane.named(&CONFIG, request)?;
    for arn in [&named.arn, &config.arn] {
        plane.allow(caller, "CreateEndpoint", arn)?;
    }
    plane.allow_tags(caller, request, &named.arn)?;
    refuse_strange(request)?;
    let found = plane.find(&config)?;
    let plan = Plan::read(plane, &found)?;
    let mut body = members(request);
    body.insert("EndpointStatus".to_owned(), json!("Creating"));
    body.insert("LastModifiedTime".to_owned(), plane.now());
    changes::set_plan(&mut body, changes::PLAN, &plan)?;
    plane.change(|batch| {
        let body = plane.make(batch, &named, request, body)?;
        events::tell(plane, batch, &body, "Creating")
    })?;
    changes::create(plane, named.clone(), plan);
    Ok(json!({"EndpointArn": named.arn}))
}

fn refuse_strange(request: &Value) -> Result<(), Refusal> {
    if request.get("DeploymentConfig").is_some() {
        return Err(not_here("deployments with a DeploymentConfig; leave it out"));
    }
    for member in ["RetainAllVariantProperties", "RetainDeploymentConfig"] {
        if request.get(member) == Some(&json!(true)) {
            return Err(not_here(&format!("updates with {member}")));
        }
    }
    Ok(())
}

/// Describes an endpoint. What is private to it is not in the shape.
pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&ENDPOINT, request)?;
    plane.allow(caller, "DescribeEndpoint", &named.arn)?;
    Ok(Value::Object(shapes::for_answer("DescribeEndpoint", &plane.find(&named)?)))
}

pub(super) fn update(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&ENDPOINT, request)?;
    let config = plane.named(&CONFIG, request)?;
    for arn in [&named.arn, &config.arn] {
        plane.allow(caller, "UpdateEndpoint", arn)?;
    }
    refuse_strange(request)?;
    refuse_busy(&plane.find(&named)?)?;
    let found = plane.find(&config)?;
    let plan = Plan::read(plane, &found)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        refuse_busy(&body)?;
        let status = word(&body, "EndpointStatus").to_owned();
        if status == "Failed" {
            return Err(Refusal::invalid(format!(
                "Cannot update failed endpoint \"{}\"; it can only be deleted.",
                named.arn
            )));
        }
        if plan.is_serverless() && !changes::plan(&body, changes::PLAN)?.is_serverless() {
            return Err(Refusal::invalid(format!(
                "Cannot update endpoint \"{}\" from instances to serverless; delete it first.",
                named.arn
            )));
        }
        body.insert("EndpointStatus".to_owned(), json!("Updating"));
        body.insert("LastModifiedTime".to_owned(), plane.now());
        body.remove("FailureReason");
        let pending = json!({"EndpointConfigName": plan.config, "StartTime": plane.now()});
        body.insert("PendingDeploymentSummary".to_owned(), pending);
        changes::set_plan(&mut body, changes::PENDING, &plan)?;
        named.put(batch, &body)?;
        events::tell(plane, batch, &body, "Updating")
    })?;
    changes::update(plane, named.clone(), plan);
    Ok(json!({"EndpointArn": named.arn}))
}

/// Refuses while an endpoint is on its way to another state.
pub(super) fn refuse_busy(body: &Body) -> Result<(), Refusal> {
    const BUSY: [&str; 5] = ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"];
    if !BUSY.contains(&word(body, "EndpointStatus")) {
        return Ok(());
    }
    let arn = word(body, "EndpointArn");
    Err(Refusal::invalid(format!("Cannot update in-progress endpoint \"{arn}\".")))
}

pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&ENDPOINT, request)?;
    plane.allow(caller, "DeleteEndpoint", &named.arn)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        refuse_busy(&body)?;
        body.insert("EndpointStatus".to_owned(), json!("Deleting"));
        body.insert("LastModifiedTime".to_owned(), plane.now());
        named.put(batch, &body)?;
        events::tell(plane, batch, &body, "Deleting")
    })?;
    changes::delete(plane, named);
    Ok(json!({}))
}

pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListEndpoints", "*")?;
    listing::page(&ENDPOINTS, request, plane.all(&ENDPOINT)?)
}

const ENDPOINTS: Listing = Listing {
    list: "Endpoints",
    summary: "EndpointSummary",
    name: "EndpointName",
    arn: "EndpointArn",
    status: "EndpointStatus",
    order: Order::Descending,
};
