//! The trial component that each job leaves behind.

use machine::{Batch, Caller, Refusal};
use serde_json::{Map, Value, json};

use super::components::merge;
use super::{COMPONENT, EXPERIMENT, TRIAL, associations, first_body, touch};
use crate::entity::{Body, Named, word};
use crate::jobs::kind::JobKind;
use crate::metrics;
use crate::plane::Plane;

/// A job begins: its component is made, and put into the trial that the job names.
pub(crate) fn begin(
    plane: &Plane,
    batch: &Batch<'_>,
    (kind, caller): (JobKind, &Caller),
    job: &Body,
) -> Result<(), Refusal> {
    let named = component(plane, kind, job);
    let mut body = first_body(plane, caller, &named.name, &Value::Object(Map::new()));
    let config = job.get("ExperimentConfig").and_then(Value::as_object).cloned();
    let config = config.unwrap_or_default();
    let display = word(&config, "TrialComponentDisplayName");
    if !display.is_empty() {
        body.insert("DisplayName".to_owned(), json!(display));
    }
    let arn = word(job, kind.entity().arn).to_lowercase();
    let source = json!({"SourceArn": arn, "SourceType": format!("SageMaker{}", kind.word())});
    body.insert("Source".to_owned(), source);
    body.insert("Status".to_owned(), json!({"PrimaryStatus": "InProgress"}));
    body.insert("StartTime".to_owned(), plane.now());
    merge(&mut body, "Parameters", Some(&parameters(kind, job)));
    merge(&mut body, "InputArtifacts", Some(&inputs(kind, job)));
    merge(&mut body, "OutputArtifacts", Some(&outputs(kind, job)));
    plane.make(batch, &named, &Value::Null, body)?;
    associate(plane, batch, (caller, &named), &config)
}

/// Puts a component into the trial of a job's ExperimentConfig. Without a trial a new one is made.
fn associate(
    plane: &Plane,
    batch: &Batch<'_>,
    (caller, component): (&Caller, &Named),
    config: &Body,
) -> Result<(), Refusal> {
    let (experiment, trial) = (word(config, "ExperimentName"), word(config, "TrialName"));
    if !experiment.is_empty() {
        plane.name(&EXPERIMENT, experiment).find(batch)?;
    }
    if trial.is_empty() && experiment.is_empty() {
        return Ok(());
    }
    let named = plane.name(&TRIAL, if trial.is_empty() { &component.name } else { trial });
    if trial.is_empty() {
        let request = json!({"ExperimentName": experiment});
        let body = first_body(plane, caller, &named.name, &request);
        plane.make(batch, &named, &request, body)?;
    }
    let found = named.find(batch)?;
    let of = word(&found, "ExperimentName");
    if !experiment.is_empty() && !of.eq_ignore_ascii_case(experiment) {
        return Err(Refusal::invalid(format!(
            "Trial '{trial}' belongs to experiment '{of}', not to '{experiment}'."
        )));
    }
    associations::put(batch, &named.key(), &component.key())
}

/// A job has ended: its component tells how, and with which metrics.
pub(crate) fn end(
    plane: &Plane,
    batch: &Batch<'_>,
    kind: JobKind,
    job: &Body,
) -> Result<(), Refusal> {
    let named = component(plane, kind, job);
    let found: Option<Body> = batch.read(COMPONENT.documents, &named.key())?;
    // Whoever has deleted it does not want it.
    let Some(mut body) = found else { return Ok(()) };
    let mut status = json!({"PrimaryStatus": word(job, kind.status())});
    if let (Some(status), Some(reason)) = (status.as_object_mut(), job.get("FailureReason")) {
        status.insert("Message".to_owned(), reason.clone());
    }
    body.insert("Status".to_owned(), status);
    for (member, of_job) in [("StartTime", kind.times().0), ("EndTime", kind.times().1)] {
        if let Some(time) = job.get(of_job) {
            body.insert(member.to_owned(), time.clone());
        }
    }
    merge(&mut body, "OutputArtifacts", Some(&outputs(kind, job)));
    let caller = Caller { arn: word(job, "RoleArn").to_owned(), role: None };
    touch(plane, &caller, &mut body);
    named.put(batch, &body)?;
    for metric in job.get("FinalMetricDataList").and_then(Value::as_array).into_iter().flatten() {
        metrics::put(batch, &named.key(), metric)?;
    }
    Ok(())
}

fn component(plane: &Plane, kind: JobKind, job: &Body) -> Named {
    let name = word(job, kind.entity().name);
    plane.name(&COMPONENT, &format!("{name}-{}", kind.component()))
}

/// Numbers are kept as numbers, so that Search compares them as such.
fn parameter(text: &str) -> Value {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => json!({"NumberValue": number}),
        _ => json!({"StringValue": text.chars().take(2500).collect::<String>()}),
    }
}

fn parameters(kind: JobKind, job: &Body) -> Value {
    let mut parameters = Map::new();
    let given = match kind {
        JobKind::Training => job.get("HyperParameters"),
        JobKind::Processing | JobKind::Transform => job.get("Environment"),
    };
    for (name, value) in given.and_then(Value::as_object).into_iter().flatten().take(290) {
        parameters.insert(name.clone(), parameter(value.as_str().unwrap_or_default()));
    }
    let resources = match kind {
        JobKind::Training => job.get("ResourceConfig"),
        JobKind::Processing => {
            job.get("ProcessingResources").and_then(|found| found.get("ClusterConfig"))
        }
        JobKind::Transform => job.get("TransformResources"),
    };
    for name in ["InstanceCount", "InstanceType", "VolumeSizeInGB"] {
        let value = match resources.and_then(|found| found.get(name)) {
            Some(Value::String(text)) => json!({"StringValue": text}),
            Some(number) => json!({"NumberValue": number}),
            None => continue,
        };
        parameters.insert(format!("SageMaker.{name}"), value);
    }
    Value::Object(parameters)
}

fn inputs(kind: JobKind, job: &Body) -> Value {
    let job = Value::Object(job.clone());
    let mut found = Vec::new();
    match kind {
        JobKind::Processing => {
            found.push(("SageMaker.ImageUri", job.pointer("/AppSpecification/ImageUri")));
            for input in list(&job, "/ProcessingInputs") {
                found.push((name(input, "InputName"), input.pointer("/S3Input/S3Uri")));
            }
        }
        JobKind::Training => {
            let image = job.pointer("/AlgorithmSpecification/TrainingImage");
            found.push(("SageMaker.ImageUri", image));
            for channel in list(&job, "/InputDataConfig") {
                let uri = channel.pointer("/DataSource/S3DataSource/S3Uri");
                found.push((name(channel, "ChannelName"), uri));
            }
        }
        JobKind::Transform => {
            found.push(("SageMaker.ModelName", job.get("ModelName")));
            let uri = job.pointer("/TransformInput/DataSource/S3DataSource/S3Uri");
            found.push(("SageMaker.TransformInput", uri));
        }
    }
    artifacts(&found)
}

fn outputs(kind: JobKind, job: &Body) -> Value {
    let job = Value::Object(job.clone());
    let mut found = Vec::new();
    match kind {
        JobKind::Processing => {
            for output in list(&job, "/ProcessingOutputConfig/Outputs") {
                found.push((name(output, "OutputName"), output.pointer("/S3Output/S3Uri")));
            }
        }
        JobKind::Training => {
            let model = job.pointer("/ModelArtifacts/S3ModelArtifacts");
            found.push(("SageMaker.ModelArtifact", model));
        }
        JobKind::Transform => {
            let uri = job.pointer("/TransformOutput/S3OutputPath");
            found.push(("SageMaker.TransformOutput", uri));
        }
    }
    artifacts(&found)
}

fn list<'a>(job: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    job.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn name<'a>(of: &'a Value, member: &str) -> &'a str {
    of.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A component has at most 60 artifacts, with keys of at most 128 characters.
fn artifacts(found: &[(&str, Option<&Value>)]) -> Value {
    let artifact = |(name, value): &(&str, Option<&Value>)| {
        let key: String = name.chars().take(128).collect();
        Some((key, json!({"Value": (*value)?})))
    };
    Value::Object(found.iter().filter_map(artifact).take(60).collect())
}
