//! `UpdateEndpointWeightsAndCapacities`: how requests are shared, without a new configuration.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use super::plan::Plan;
use super::{ENDPOINT, changes, endpoints, events};
use crate::entity::{required, word};
use crate::plane::{Answer, Plane};

/// The change is made at once: weights need no server, and instances are only told of.
pub(super) fn update(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&ENDPOINT, request)?;
    plane.allow(caller, "UpdateEndpointWeightsAndCapacities", &named.arn)?;
    let wanted = request.get("DesiredWeightsAndCapacities").and_then(Value::as_array);
    let wanted = wanted.cloned().unwrap_or_default();
    let plan = plane.change(|batch| {
        let mut body = named.find(batch)?;
        endpoints::refuse_busy(&body)?;
        let status = word(&body, "EndpointStatus");
        if status != "InService" {
            return Err(Refusal::invalid(format!(
                "Cannot update endpoint \"{}\", which is {status}.",
                named.arn
            )));
        }
        let mut plan = changes::plan(&body, changes::PLAN)?;
        for one in &wanted {
            adjust(&mut plan, one)?;
        }
        changes::set_plan(&mut body, changes::PLAN, &plan)?;
        let now = plane.machine.clock.now();
        body.insert("LastModifiedTime".to_owned(), plane.now());
        events::tell(plane, batch, &body, "Updating")?;
        body.insert("ProductionVariants".to_owned(), plan.summaries(now));
        named.put(batch, &body)?;
        events::tell(plane, batch, &body, "InService")?;
        Ok(plan)
    })?;
    plane.fleets.adjust(&named.key(), &plan);
    Ok(json!({"EndpointArn": named.arn}))
}

fn adjust(plan: &mut Plan, wanted: &Value) -> Result<(), Refusal> {
    let name = required(wanted, "VariantName")?;
    let variant = plan.variants.iter_mut().find(|variant| variant.name == name);
    let variant = variant.ok_or_else(|| {
        Refusal::invalid(format!("The endpoint has no production variant \"{name}\"."))
    })?;
    let number = |pointer: &str| {
        let number = wanted.pointer(pointer).and_then(Value::as_u64);
        number.and_then(|number| u32::try_from(number).ok())
    };
    if let Some(weight) = wanted.get("DesiredWeight").and_then(Value::as_f64) {
        variant.weight = weight;
    }
    let of_other_kind = if let Some(serverless) = &mut variant.serverless {
        if let Some(most) = number("/ServerlessUpdateConfig/MaxConcurrency") {
            serverless.max_concurrency = most;
        }
        if let Some(ready) = number("/ServerlessUpdateConfig/ProvisionedConcurrency") {
            serverless.provisioned_concurrency = Some(ready);
        }
        if serverless.provisioned_concurrency > Some(serverless.max_concurrency) {
            let words = "ProvisionedConcurrency cannot be more than MaxConcurrency.";
            return Err(Refusal::invalid(words));
        }
        "DesiredInstanceCount"
    } else {
        variant.instances = number("/DesiredInstanceCount").or(variant.instances);
        "ServerlessUpdateConfig"
    };
    if wanted.get(of_other_kind).is_some() {
        let words = format!("{of_other_kind} does not fit the variant \"{name}\".");
        return Err(Refusal::invalid(words));
    }
    Ok(())
}
