//! Trial components: parameters, artifacts and metrics of one step.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Map, Value, json};

use super::{COMPONENT, EXPERIMENT, TRIAL, components_in, first_body, replace, touch, trials_of};
use crate::entity::{Body, text, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::{metrics, shapes};

/// The maps that an update merges by key, and the most entries of each.
const MAPS: [(&str, &str, usize); 3] = [
    ("Parameters", "ParametersToRemove", 300),
    ("InputArtifacts", "InputArtifactsToRemove", 60),
    ("OutputArtifacts", "OutputArtifactsToRemove", 60),
];

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&COMPONENT, request)?;
    plane.allow(caller, "CreateTrialComponent", &named.arn)?;
    plane.allow_tags(caller, request, &named.arn)?;
    let body = first_body(plane, caller, &named.name, request);
    check(&body)?;
    plane.change(|batch| plane.make(batch, &named, request, body))?;
    Ok(json!({"TrialComponentArn": named.arn}))
}

pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&COMPONENT, request)?;
    plane.allow(caller, "DescribeTrialComponent", &named.arn)?;
    let body = with_metrics(plane, plane.find(&named)?)?;
    Ok(Value::Object(shapes::for_answer("DescribeTrialComponent", &body)))
}

/// A component with the summaries of its metrics.
pub(crate) fn with_metrics(plane: &Plane, mut body: Body) -> Result<Body, Refusal> {
    let summaries = metrics::summaries(plane, &body)?;
    if !summaries.is_empty() {
        body.insert("Metrics".to_owned(), Value::Array(summaries));
    }
    Ok(body)
}

pub(super) fn update(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&COMPONENT, request)?;
    plane.allow(caller, "UpdateTrialComponent", &named.arn)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        replace(&mut body, request, &["DisplayName", "Status", "StartTime", "EndTime"]);
        for (map, removed, _) in MAPS {
            merge(&mut body, map, request.get(map));
            for key in request.get(removed).and_then(Value::as_array).into_iter().flatten() {
                let entries = body.get_mut(map).and_then(Value::as_object_mut);
                if let (Some(entries), Some(key)) = (entries, key.as_str()) {
                    entries.remove(key);
                }
            }
        }
        check(&body)?;
        touch(plane, caller, &mut body);
        named.put(batch, &body)
    })?;
    Ok(json!({"TrialComponentArn": named.arn}))
}

/// Adds entries to a map of a component, over those of the same key.
pub(super) fn merge(body: &mut Body, map: &str, given: Option<&Value>) {
    let Some(given) = given.and_then(Value::as_object).filter(|given| !given.is_empty()) else {
        return;
    };
    let entries = body.entry(map).or_insert_with(|| Value::Object(Map::new()));
    if let Some(entries) = entries.as_object_mut() {
        entries.extend(given.clone());
    }
}

fn check(body: &Body) -> Result<(), Refusal> {
    let entries = |map: &str| body.get(map).and_then(Value::as_object);
    for (map, _, most) in MAPS {
        if entries(map).is_some_and(|entries| entries.len() > most) {
            let words = format!("A trial component has at most {most} {map}.");
            return Err(Refusal::invalid(words));
        }
    }
    for (name, value) in entries("Parameters").into_iter().flatten() {
        if value.as_object().is_none_or(|value| value.len() != 1) {
            return Err(Refusal::invalid(format!(
                "The parameter '{name}' must have either a StringValue or a NumberValue."
            )));
        }
    }
    Ok(())
}

pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&COMPONENT, request)?;
    plane.allow(caller, "DeleteTrialComponent", &named.arn)?;
    plane.change(|batch| {
        named.find(batch)?;
        if let Some(trial) = trials_of(batch, &named.key())?.first() {
            return Err(Refusal::invalid(format!(
                "Cannot delete trial component '{}': it is associated with trials such as \
                 '{trial}'; disassociate it first.",
                named.name
            )));
        }
        metrics::forget(batch, &named.key())?;
        named.remove(batch)
    })?;
    Ok(json!({"TrialComponentArn": named.arn}))
}

pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListTrialComponents", "*")?;
    let filters = ["ExperimentName", "TrialName", "SourceArn"];
    if filters.iter().filter(|name| request.get(**name).is_some()).count() > 1 {
        return Err(Refusal::invalid(
            "Only one of ExperimentName, TrialName and SourceArn can be given.",
        ));
    }
    let mut found = plane.all(&COMPONENT)?;
    if let Some(arn) = text(request, "SourceArn") {
        found.retain(|body| source(body) == Some(arn));
    }
    let trials = if request.get("TrialName").is_some() {
        let trial = plane.named(&TRIAL, request)?;
        plane.find(&trial)?;
        Some(vec![trial.key()])
    } else if request.get("ExperimentName").is_some() {
        let experiment = plane.named(&EXPERIMENT, request)?;
        plane.find(&experiment)?;
        let trials = plane.all(&TRIAL)?.into_iter();
        let of = trials.filter(|it| word(it, "ExperimentName").to_lowercase() == experiment.key());
        Some(of.map(|trial| word(&trial, "TrialName").to_lowercase()).collect())
    } else {
        None
    };
    if let Some(trials) = trials {
        let of = plane.change(|batch| {
            let found: Result<Vec<_>, _> =
                trials.iter().map(|trial| components_in(batch, trial)).collect();
            Ok(found?.concat())
        })?;
        found.retain(|body| of.contains(&word(body, "TrialComponentName").to_lowercase()));
    }
    listing::page(&COMPONENTS, request, found)
}

/// The ARN of the job that a component is of.
fn source(body: &Body) -> Option<&str> {
    body.get("Source")?.get("SourceArn")?.as_str()
}

const COMPONENTS: Listing = Listing {
    list: "TrialComponentSummaries",
    summary: "TrialComponentSummary",
    name: "TrialComponentName",
    arn: "TrialComponentArn",
    status: "",
    order: Order::Descending,
};
