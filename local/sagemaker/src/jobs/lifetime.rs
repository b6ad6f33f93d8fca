//! A job from its start to its end, and what is written down of it.

use std::sync::Arc;

use containers::{JobEnd, JobStatus};
use machine::{Batch, Refusal, StoreError};
use serde_json::{Value, json};

use super::kind::JobKind;
use crate::entity::{Body, Named, set, word};
use crate::experiments;
use crate::plane::Plane;
use crate::runs::Job;

/// Pipelines take a reason that begins so for the platform's fault, and try again.
const ENGINE_STOPPED: &str = "InternalServerError: the engine stopped while the job ran";

/// Starts a job that was accepted and written down.
pub(super) fn start(plane: &Arc<Plane>, kind: JobKind, named: Named, job: Job) {
    let (stopper, stop) = containers::stop();
    plane.running.begin(&named.arn, stopper);
    let plane = plane.clone();
    tokio::spawn(async move {
        if let Err(refusal) = begun(&plane, kind, &named) {
            tracing::error!(job = %named.name, %refusal, "the start of a job is not written down");
        }
        let end = plane.runs.run(&job, &stop).await;
        if let Err(refusal) = ended(&plane, kind, &named, &end) {
            tracing::error!(job = %named.name, %refusal, "the end of a job is not written down");
        }
        plane.running.end(&named.arn);
    });
}

fn begun(plane: &Plane, kind: JobKind, named: &Named) -> Result<(), Refusal> {
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        body.insert(kind.times().0.to_owned(), plane.now());
        if kind == JobKind::Training && word(&body, kind.status()) == "InProgress" {
            turn(plane, &mut body, "Training");
        }
        named.put(batch, &body)
    })
}

fn ended(plane: &Plane, kind: JobKind, named: &Named, end: &JobEnd) -> Result<(), Refusal> {
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        let (started, finished) = kind.times();
        body.insert(started.to_owned(), json!(end.started.seconds()));
        body.insert(finished.to_owned(), json!(end.ended.seconds()));
        set(&mut body, "ExitMessage", end.exit_message.clone().filter(|it| !it.is_empty()));
        if kind == JobKind::Training {
            trained(&mut body, end);
        }
        let status = match end.status {
            JobStatus::Completed => "Completed",
            JobStatus::Stopped if !plane.running.is_closing() => "Stopped",
            JobStatus::Stopped | JobStatus::Failed => "Failed",
        };
        let closed = plane.running.is_closing() && status == "Failed";
        let reason =
            if closed { Some(ENGINE_STOPPED.to_owned()) } else { end.failure_reason.clone() };
        set(&mut body, "FailureReason", reason);
        let secondary = if end.timed_out { "MaxRuntimeExceeded" } else { status };
        close(plane, batch, (kind, named), (body, status, secondary))
    })
}

/// What only training jobs leave behind.
fn trained(body: &mut Body, end: &JobEnd) {
    if let Some(model) = &end.model_artifacts {
        body.insert("ModelArtifacts".to_owned(), json!({"S3ModelArtifacts": model}));
    }
    let metric = |metric: &containers::Metric| {
        json!({
            "MetricName": metric.name,
            "Value": metric.value,
            "Timestamp": metric.time.seconds(),
        })
    };
    if !end.metrics.is_empty() {
        let metrics: Vec<Value> = end.metrics.iter().map(metric).collect();
        body.insert("FinalMetricDataList".to_owned(), Value::Array(metrics));
    }
    let seconds = end.ended.since(end.started).as_secs().max(1);
    body.insert("TrainingTimeInSeconds".to_owned(), json!(seconds));
    body.insert("BillableTimeInSeconds".to_owned(), json!(seconds));
}

fn close(
    plane: &Plane,
    batch: &Batch<'_>,
    (kind, named): (JobKind, &Named),
    (mut body, status, secondary): (Body, &str, &str),
) -> Result<(), Refusal> {
    body.insert(kind.status().to_owned(), json!(status));
    body.insert("LastModifiedTime".to_owned(), plane.now());
    if kind == JobKind::Training {
        turn(plane, &mut body, secondary);
    }
    named.put(batch, &body)?;
    experiments::of_jobs::end(plane, batch, kind, &body)
}

/// The next secondary status of a training job.
pub(super) fn turn(plane: &Plane, body: &mut Body, status: &str) {
    let now = plane.now();
    body.insert("SecondaryStatus".to_owned(), json!(status));
    body.insert("LastModifiedTime".to_owned(), now.clone());
    let transitions = body.entry("SecondaryStatusTransitions").or_insert_with(|| json!([]));
    if let Some(transitions) = transitions.as_array_mut() {
        if let Some(last) = transitions.last_mut().and_then(Value::as_object_mut) {
            last.insert("EndTime".to_owned(), now.clone());
        }
        transitions.push(transition(status, &now));
    }
}

/// A secondary status with the words that the service has for it; clients show them.
pub(super) fn transition(status: &str, since: &Value) -> Value {
    let message = match status {
        "Starting" => "Starting the training job",
        "Training" => "Training in-progress",
        "Completed" => "Training job completed",
        "Stopping" => "Stopping the training job",
        "Stopped" => "Training job stopped",
        "MaxRuntimeExceeded" => "Training job runtime exceeded MaxRuntimeInSeconds provided",
        _ => "Training job failed",
    };
    json!({"Status": status, "StartTime": since, "StatusMessage": message})
}

/// Marks the jobs that were running as failed.
pub(super) fn recover(plane: &Arc<Plane>) -> Result<(), StoreError> {
    for kind in [JobKind::Processing, JobKind::Training, JobKind::Transform] {
        let entity = kind.entity();
        let jobs = plane.machine.store.all::<Body>(entity.documents)?;
        let runs = |body: &Body| matches!(word(body, kind.status()), "InProgress" | "Stopping");
        for (_, mut body) in jobs.into_iter().filter(|(_, body)| runs(body)) {
            let named = plane.name(entity, word(&body, entity.name));
            body.insert("FailureReason".to_owned(), json!(ENGINE_STOPPED));
            body.insert(kind.times().1.to_owned(), plane.now());
            let failed = (body, "Failed", "Failed");
            let written = plane.change(|batch| close(plane, batch, (kind, &named), failed));
            if let Err(refusal) = written {
                tracing::error!(job = %named.name, %refusal, "a job cannot be marked as failed");
            }
        }
    }
    Ok(())
}
