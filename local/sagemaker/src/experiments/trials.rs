//! Trials: one per run of a pipeline.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use super::{COMPONENT, EXPERIMENT, TRIAL, components_in, first_body, replace, touch, trials_of};
use crate::entity::{Body, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::shapes;

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&TRIAL, request)?;
    let experiment = plane.named(&EXPERIMENT, request)?;
    plane.allow(caller, "CreateTrial", &named.arn)?;
    plane.allow_tags(caller, request, &named.arn)?;
    let body = first_body(plane, caller, &named.name, request);
    plane.change(|batch| {
        experiment.find(batch)?;
        plane.make(batch, &named, request, body)
    })?;
    Ok(json!({"TrialArn": named.arn}))
}

pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&TRIAL, request)?;
    plane.allow(caller, "DescribeTrial", &named.arn)?;
    Ok(Value::Object(shapes::for_answer("DescribeTrial", &plane.find(&named)?)))
}

pub(super) fn update(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&TRIAL, request)?;
    plane.allow(caller, "UpdateTrial", &named.arn)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        replace(&mut body, request, &["DisplayName"]);
        touch(plane, caller, &mut body);
        named.put(batch, &body)
    })?;
    Ok(json!({"TrialArn": named.arn}))
}

pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&TRIAL, request)?;
    plane.allow(caller, "DeleteTrial", &named.arn)?;
    plane.change(|batch| {
        named.find(batch)?;
        if let Some(component) = components_in(batch, &named.key())?.first() {
            return Err(Refusal::invalid(format!(
                "Cannot delete trial '{}': trial components such as '{component}' are associated \
                 with it; disassociate them first.",
                named.name
            )));
        }
        named.remove(batch)
    })?;
    Ok(json!({"TrialArn": named.arn}))
}

pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListTrials", "*")?;
    let mut trials = plane.all(&TRIAL)?;
    if request.get("ExperimentName").is_some() {
        let experiment = plane.named(&EXPERIMENT, request)?;
        plane.find(&experiment)?;
        trials.retain(|body| word(body, "ExperimentName").to_lowercase() == experiment.key());
    }
    if request.get("TrialComponentName").is_some() {
        let component = plane.named(&COMPONENT, request)?;
        plane.find(&component)?;
        let of = plane.change(|batch| trials_of(batch, &component.key()))?;
        let is_of = |body: &Body| of.contains(&word(body, "TrialName").to_lowercase());
        trials.retain(is_of);
    }
    listing::page(&TRIALS, request, trials)
}

const TRIALS: Listing = Listing {
    list: "TrialSummaries",
    summary: "TrialSummary",
    name: "TrialName",
    arn: "TrialArn",
    status: "",
    order: Order::Descending,
};
