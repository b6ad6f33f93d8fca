//! Experiments, their trials, and the components of trials.
//!
//! Names are unique ignoring case. A component may be in several trials; an experiment with trials,
//! a trial with components and a component in a trial cannot be deleted.

mod associations;
pub(crate) mod components;
pub(crate) mod of_jobs;
mod trials;

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use crate::call::Handler;
use crate::entity::{Body, Kind, members, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane, user};
use crate::shapes;

pub(crate) use associations::{components_in, trials_of};

/// The kinds that can have tags.
pub(crate) const KINDS: &[&Kind] = &[&EXPERIMENT, &TRIAL, &COMPONENT];

pub(crate) static EXPERIMENT: Kind = Kind {
    documents: "sagemaker.experiment",
    name: "ExperimentName",
    arn: "ExperimentArn",
    path: "experiment",
    absent: |name, _| Refusal::not_found(format!("Experiment '{name}' does not exist.")),
    taken: |name, _| taken("Experiment", name),
};

pub(crate) static TRIAL: Kind = Kind {
    documents: "sagemaker.trial",
    name: "TrialName",
    arn: "TrialArn",
    path: "experiment-trial",
    absent: |name, _| Refusal::not_found(format!("Trial '{name}' does not exist.")),
    taken: |name, _| taken("Trial", name),
};

pub(crate) static COMPONENT: Kind = Kind {
    documents: "sagemaker.trial-component",
    name: "TrialComponentName",
    arn: "TrialComponentArn",
    path: "experiment-trial-component",
    absent: |name, _| Refusal::not_found(format!("Trial Component '{name}' does not exist.")),
    taken: |name, _| taken("Trial Component", name),
};

fn taken(what: &str, name: &str) -> Refusal {
    Refusal::invalid(format!(
        "{what} names must be unique within an AWS account and region. {what} with name ({name}) \
         already exists."
    ))
}

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateExperiment" => create,
        "DescribeExperiment" => describe,
        "UpdateExperiment" => update,
        "DeleteExperiment" => delete,
        "ListExperiments" => list,
        "CreateTrial" => trials::create,
        "DescribeTrial" => trials::describe,
        "UpdateTrial" => trials::update,
        "DeleteTrial" => trials::delete,
        "ListTrials" => trials::list,
        "CreateTrialComponent" => components::create,
        "DescribeTrialComponent" => components::describe,
        "UpdateTrialComponent" => components::update,
        "DeleteTrialComponent" => components::delete,
        "ListTrialComponents" => components::list,
        "AssociateTrialComponent" => associations::associate,
        "DisassociateTrialComponent" => associations::disassociate,
        _ => return None,
    })
}

/// What all three have from the beginning.
fn first_body(plane: &Plane, caller: &Caller, name: &str, request: &Value) -> Body {
    let mut body = members(request);
    body.entry("DisplayName").or_insert_with(|| json!(name));
    body.insert("CreatedBy".to_owned(), user(caller));
    touch(plane, caller, &mut body);
    body
}

/// Somebody changed it now.
fn touch(plane: &Plane, caller: &Caller, body: &mut Body) {
    body.insert("LastModifiedTime".to_owned(), plane.now());
    body.insert("LastModifiedBy".to_owned(), user(caller));
}

fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&EXPERIMENT, request)?;
    plane.allow(caller, "CreateExperiment", &named.arn)?;
    plane.allow_tags(caller, request, &named.arn)?;
    let body = first_body(plane, caller, &named.name, request);
    plane.change(|batch| plane.make(batch, &named, request, body))?;
    Ok(json!({"ExperimentArn": named.arn}))
}

fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&EXPERIMENT, request)?;
    plane.allow(caller, "DescribeExperiment", &named.arn)?;
    Ok(Value::Object(shapes::for_answer("DescribeExperiment", &plane.find(&named)?)))
}

fn update(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&EXPERIMENT, request)?;
    plane.allow(caller, "UpdateExperiment", &named.arn)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        replace(&mut body, request, &["DisplayName", "Description"]);
        touch(plane, caller, &mut body);
        named.put(batch, &body)
    })?;
    Ok(json!({"ExperimentArn": named.arn}))
}

/// Takes over what a request gives.
fn replace(body: &mut Body, request: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = request.get(*name) {
            body.insert((*name).to_owned(), value.clone());
        }
    }
}

fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&EXPERIMENT, request)?;
    plane.allow(caller, "DeleteExperiment", &named.arn)?;
    plane.change(|batch| {
        named.find(batch)?;
        let of_it = |body: &Body| word(body, "ExperimentName").to_lowercase() == named.key();
        let trials = batch.all::<Body>(TRIAL.documents)?;
        if let Some((_, trial)) = trials.iter().find(|(_, body)| of_it(body)) {
            return Err(Refusal::invalid(format!(
                "Cannot delete experiment '{}': it has trials such as '{}'; delete them first.",
                named.name,
                word(trial, "TrialName")
            )));
        }
        named.remove(batch)
    })?;
    Ok(json!({"ExperimentArn": named.arn}))
}

fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListExperiments", "*")?;
    listing::page(&EXPERIMENTS, request, plane.all(&EXPERIMENT)?)
}

const EXPERIMENTS: Listing = Listing {
    list: "ExperimentSummaries",
    summary: "ExperimentSummary",
    name: "ExperimentName",
    arn: "ExperimentArn",
    status: "",
    order: Order::Descending,
};
