//! The records that Search shows: entities with their tags and relations.

use machine::Refusal;
use serde_json::{Value, json};

use crate::entity::{Body, Kind, not_here, word};
use crate::experiments::components::with_metrics;
use crate::experiments::{self, COMPONENT, EXPERIMENT, TRIAL};
use crate::hosting::ENDPOINT;
use crate::jobs::kind::{JobKind, TRAINING};
use crate::plane::Plane;
use crate::registry::{GROUP, PACKAGE};
use crate::{shapes, tags};

/// The member that holds a record of a resource; none if we have no such records.
pub(super) fn member(resource: &str) -> Option<&'static str> {
    Some(match resource {
        "ExperimentTrialComponent" => "TrialComponent",
        "ExperimentTrial" => "Trial",
        "Experiment" => "Experiment",
        "TrainingJob" => "TrainingJob",
        "ModelPackage" => "ModelPackage",
        "ModelPackageGroup" => "ModelPackageGroup",
        "Endpoint" => "Endpoint",
        "Pipeline" => "Pipeline",
        "PipelineExecution" => "PipelineExecution",
        _ => return None,
    })
}

/// Every record of a resource.
pub(super) fn all(plane: &Plane, resource: &str) -> Result<Vec<Value>, Refusal> {
    let strange = || not_here(&format!("Search for {resource}"));
    let member = member(resource).ok_or_else(strange)?;
    let kind = match resource {
        "ExperimentTrialComponent" => &COMPONENT,
        "ExperimentTrial" => &TRIAL,
        "Experiment" => &EXPERIMENT,
        "TrainingJob" => &TRAINING,
        "ModelPackage" => &PACKAGE,
        "ModelPackageGroup" => &GROUP,
        "Endpoint" => &ENDPOINT,
        _ => {
            let lender = plane.lender().ok_or_else(strange)?;
            return lender.records(resource);
        }
    };
    let all = plane.all(kind)?.into_iter();
    all.map(|body| record(plane, (kind, member), body)).collect()
}

fn record(
    plane: &Plane,
    (kind, shape): (&'static Kind, &str),
    body: Body,
) -> Result<Value, Refusal> {
    let mut body = body;
    if kind.name == COMPONENT.name {
        body = with_metrics(plane, body)?;
        body.insert("Parents".to_owned(), parents(plane, &body)?);
        if let Some(source) = source(plane, &body)? {
            body.insert("SourceDetail".to_owned(), source);
        }
    }
    if kind.name == TRIAL.name {
        body.insert("TrialComponentSummaries".to_owned(), components(plane, &body)?);
    }
    let tags = tags::of(plane, word(&body, kind.arn))?;
    let mut record = shapes::for_shape(shape, &body);
    if !tags.is_empty() {
        record.insert("Tags".to_owned(), Value::Array(tags));
    }
    Ok(Value::Object(record))
}

/// The trials that a component is in, with their experiments.
fn parents(plane: &Plane, component: &Body) -> Result<Value, Refusal> {
    let key = word(component, COMPONENT.name).to_lowercase();
    plane.change(|batch| {
        let mut parents = Vec::new();
        for trial in experiments::trials_of(batch, &key)? {
            let found: Option<Body> = batch.read(TRIAL.documents, &trial)?;
            parents.extend(found.map(|trial| {
                json!({
                    "TrialName": word(&trial, TRIAL.name),
                    "ExperimentName": word(&trial, EXPERIMENT.name),
                })
            }));
        }
        Ok(Value::Array(parents))
    })
}

/// The job that a component is of.
fn source(plane: &Plane, component: &Body) -> Result<Option<Value>, Refusal> {
    let arn = component.get("Source").and_then(|source| source.get("SourceArn"));
    let Some(arn) = arn.and_then(Value::as_str) else { return Ok(None) };
    let mut detail = json!({"SourceArn": arn});
    for kind in [JobKind::Processing, JobKind::Training, JobKind::Transform] {
        let prefix = plane.arn(&format!("{}/", kind.entity().path));
        let Some(key) = arn.strip_prefix(&prefix) else { continue };
        let found: Option<Body> = plane.machine.store.read(kind.entity().documents, key)?;
        if let (Some(detail), Some(job)) = (detail.as_object_mut(), found) {
            let job = shapes::for_shape(kind.word(), &job);
            detail.insert(kind.word().to_owned(), Value::Object(job));
        }
    }
    Ok(Some(detail))
}

fn components(plane: &Plane, trial: &Body) -> Result<Value, Refusal> {
    let key = word(trial, TRIAL.name).to_lowercase();
    plane.change(|batch| {
        let mut summaries = Vec::new();
        for component in experiments::components_in(batch, &key)? {
            let found: Option<Body> = batch.read(COMPONENT.documents, &component)?;
            summaries.extend(found.map(|mut component| {
                if let Some(source) = component.get("Source").cloned() {
                    component.insert("TrialComponentSource".to_owned(), source);
                }
                Value::Object(shapes::for_shape("TrialComponentSimpleSummary", &component))
            }));
        }
        Ok(Value::Array(summaries))
    })
}

/// The ARN of a record, by which pages go on.
pub(super) fn arn(record: &Value) -> Value {
    const OF_RECORDS: [&str; 9] = [
        "TrialComponentArn",
        "TrialArn",
        "ExperimentArn",
        "TrainingJobArn",
        "ModelPackageArn",
        "ModelPackageGroupArn",
        "EndpointArn",
        "PipelineExecutionArn",
        "PipelineArn",
    ];
    let arn = OF_RECORDS.into_iter().find_map(|name| record.get(name));
    arn.cloned().unwrap_or_default()
}
