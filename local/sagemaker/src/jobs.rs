//! Processing, training and transform jobs: created, described, listed, stopped.

pub(crate) mod kind;
mod lifetime;
pub(crate) mod running;

use std::sync::Arc;

use containers::{ProcessingJob, Stop, TrainingJob, TransformJob};
use machine::{Caller, Refusal, StoreError};
use serde_json::{Value, json};

use crate::call::{self, Handler};
use crate::entity::{Body, Kind, Named, members, required, text, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::runs::Job;
use crate::{experiments, hosting, shapes};
use kind::JobKind;

/// The kinds that can have tags.
pub(crate) const KINDS: &[&Kind] = &[&kind::PROCESSING, &kind::TRAINING, &kind::TRANSFORM];

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    use JobKind::{Processing, Training, Transform};
    Some(match operation {
        "CreateProcessingJob" => {
            |plane, caller, request| create(plane, caller, Processing, request)
        }
        "CreateTrainingJob" => |plane, caller, request| create(plane, caller, Training, request),
        "CreateTransformJob" => |plane, caller, request| create(plane, caller, Transform, request),
        "DescribeProcessingJob" => |plane, caller, it| describe(plane, caller, Processing, it),
        "DescribeTrainingJob" => |plane, caller, it| describe(plane, caller, Training, it),
        "DescribeTransformJob" => |plane, caller, it| describe(plane, caller, Transform, it),
        "StopProcessingJob" => |plane, caller, request| stop(plane, caller, Processing, request),
        "StopTrainingJob" => |plane, caller, request| stop(plane, caller, Training, request),
        "StopTransformJob" => |plane, caller, request| stop(plane, caller, Transform, request),
        "ListProcessingJobs" => |plane, caller, request| list(plane, caller, Processing, request),
        "ListTrainingJobs" => |plane, caller, request| list(plane, caller, Training, request),
        "ListTransformJobs" => |plane, caller, request| list(plane, caller, Transform, request),
        _ => return None,
    })
}

fn create(plane: &Arc<Plane>, caller: &Caller, kind: JobKind, request: &Value) -> Answer {
    let named = plane.named(kind.entity(), request)?;
    plane.allow(caller, &format!("Create{}", kind.word()), &named.arn)?;
    plane.allow_role(caller, text(request, "RoleArn"))?;
    plane.allow_tags(caller, request, &named.arn)?;
    let job = accept(plane, kind, &named, request)?;
    plane.change(|batch| {
        let body = plane.make(batch, &named, request, first_body(plane, kind, &named, request))?;
        experiments::of_jobs::begin(plane, batch, (kind, caller), &body)
    })?;
    lifetime::start(plane, kind, named.clone(), job);
    Ok(json!({ (kind.entity().arn): named.arn }))
}

/// Refuses what cannot be run here.
fn accept(plane: &Plane, kind: JobKind, named: &Named, request: &Value) -> Result<Job, Refusal> {
    Ok(match kind {
        JobKind::Processing => {
            Job::Processing(ProcessingJob::new(&named.name, &named.arn, request.clone())?)
        }
        JobKind::Training => Job::Training(TrainingJob::new(&named.name, &named.arn, request)?),
        JobKind::Transform => {
            let model = hosting::models::spec(plane, required(request, "ModelName")?)?;
            Job::Transform(TransformJob::new(&named.name, request, model)?)
        }
    })
}

/// What is known of a job when it begins.
fn first_body(plane: &Plane, kind: JobKind, named: &Named, request: &Value) -> Body {
    let mut body = members(request);
    let now = plane.now();
    body.insert(kind.status().to_owned(), json!("InProgress"));
    body.insert("LastModifiedTime".to_owned(), now.clone());
    if kind == JobKind::Training {
        let path = request.pointer("/OutputDataConfig/S3OutputPath").and_then(Value::as_str);
        let path = path.unwrap_or_default().trim_end_matches('/');
        let model = format!("{path}/{}/output/model.tar.gz", named.name);
        body.insert("ModelArtifacts".to_owned(), json!({"S3ModelArtifacts": model}));
        body.insert("SecondaryStatus".to_owned(), json!("Starting"));
        let starting = lifetime::transition("Starting", &now);
        body.insert("SecondaryStatusTransitions".to_owned(), json!([starting]));
    }
    body
}

fn describe(plane: &Arc<Plane>, caller: &Caller, kind: JobKind, request: &Value) -> Answer {
    let named = plane.named(kind.entity(), request)?;
    let operation = format!("Describe{}", kind.word());
    plane.allow(caller, &operation, &named.arn)?;
    Ok(Value::Object(shapes::for_answer(&operation, &plane.find(&named)?)))
}

fn stop(plane: &Arc<Plane>, caller: &Caller, kind: JobKind, request: &Value) -> Answer {
    let named = plane.named(kind.entity(), request)?;
    plane.allow(caller, &format!("Stop{}", kind.word()), &named.arn)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        let status = word(&body, kind.status());
        if status != "InProgress" && status != "Stopping" {
            return Err(Refusal::invalid(format!(
                "The request was rejected because the {} job is in status {status}.",
                kind.word().trim_end_matches("Job").to_lowercase()
            )));
        }
        body.insert(kind.status().to_owned(), json!("Stopping"));
        if kind == JobKind::Training {
            lifetime::turn(plane, &mut body, "Stopping");
        }
        named.put(batch, &body)
    })?;
    plane.running.stop(&named.arn);
    Ok(json!({}))
}

fn list(plane: &Arc<Plane>, caller: &Caller, kind: JobKind, request: &Value) -> Answer {
    let (listing, operation) = match kind {
        JobKind::Processing => (&PROCESSING_JOBS, "ListProcessingJobs"),
        JobKind::Training => (&TRAINING_JOBS, "ListTrainingJobs"),
        JobKind::Transform => (&TRANSFORM_JOBS, "ListTransformJobs"),
    };
    plane.allow(caller, operation, "*")?;
    for member in ["WarmPoolStatusEquals", "TrainingPlanArnEquals"] {
        if request.get(member).is_some() {
            return Err(crate::entity::not_here(&format!("warm pools and plans ({member})")));
        }
    }
    listing::page(listing, request, plane.all(kind.entity())?)
}

const PROCESSING_JOBS: Listing = Listing {
    list: "ProcessingJobSummaries",
    summary: "ProcessingJobSummary",
    name: "ProcessingJobName",
    arn: "ProcessingJobArn",
    status: "ProcessingJobStatus",
    order: Order::Ascending,
};

const TRAINING_JOBS: Listing = Listing {
    list: "TrainingJobSummaries",
    summary: "TrainingJobSummary",
    name: "TrainingJobName",
    arn: "TrainingJobArn",
    status: "TrainingJobStatus",
    order: Order::Ascending,
};

const TRANSFORM_JOBS: Listing = Listing {
    list: "TransformJobSummaries",
    summary: "TransformJobSummary",
    name: "TransformJobName",
    arn: "TransformJobArn",
    status: "TransformJobStatus",
    order: Order::Descending,
};

/// Starts a job and waits for its end.
pub(crate) async fn run_to_end(
    plane: &Arc<Plane>,
    caller: &Caller,
    (kind, name): (JobKind, &str),
    request: Value,
    stop: &Stop,
) -> Answer {
    let (word, entity) = (kind.word(), kind.entity());
    let mut request = members(&request);
    request.insert(entity.name.to_owned(), json!(name));
    let request = Value::Object(request);
    call::apart(call::control, plane, caller, (&format!("Create{word}"), request)).await?;
    let named = plane.name(entity, name);
    tokio::select! {
        () = plane.running.ended(&named.arn) => {}
        () = stop.stopped() => {
            let job = json!({ (entity.name): name });
            let stop = format!("Stop{word}");
            match call::apart(call::control, plane, caller, (&stop, job)).await {
                // It may have ended just now.
                Ok(_) => {}
                Err(refusal) if refusal.code == "ValidationException" => {}
                Err(refusal) => return Err(refusal),
            }
            plane.running.ended(&named.arn).await;
        }
    }
    let operation = format!("Describe{word}");
    let request = json!({ (entity.name): name });
    call::apart(call::control, plane, caller, (&operation, request)).await
}

/// Marks the jobs that ran when the engine last ended: their processes are gone.
pub(crate) fn recover(plane: &Arc<Plane>) -> Result<(), StoreError> {
    lifetime::recover(plane)
}

/// Stops every job and waits until that is written down.
pub(crate) async fn stop_all(plane: &Arc<Plane>) {
    for arn in plane.running.close() {
        plane.running.ended(&arn).await;
    }
}
