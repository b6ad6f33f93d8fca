//! A transform job: each object of the input is sent to the model, and its answers are put
//! together beside it.

mod object;
mod path;
mod payloads;
mod reshape;

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

pub(crate) use self::reshape::Reshaping;

use self::object::Work;
use self::payloads::Cutting;
use crate::Shared;
use crate::end::{Attempt, Cut, JobEnd};
use crate::environment::Variables;
use crate::error::ContainerError;
use crate::folder::Folder;
use crate::inputs::{Asker, Found, find, share};
use crate::job::transform::{BatchStrategy, TransformJob};
use crate::server::Server;
use crate::serving;
use crate::stop::Stop;
use crate::storage::{Storage, Uri};

const USUAL_PAYLOAD: u64 = 6;

/// What a job may do at once.
#[derive(Debug, Clone, Copy)]
struct Limits {
    payload: u64,
    at_once: usize,
    strategy: BatchStrategy,
}

pub(crate) async fn run(shared: &Shared, job: &TransformJob, stop: &Stop) -> JobEnd {
    let mut attempt = Attempt::begin(shared, &job.name);
    let done = whole(shared, job, stop, &mut attempt).await;
    attempt.end(&done)
}

async fn whole(
    shared: &Shared,
    job: &TransformJob,
    stop: &Stop,
    attempt: &mut Attempt<'_>,
) -> Result<(), ContainerError> {
    let caller = shared.machine.credentials.assumed(&job.model.role_arn, "SageMaker");
    let storage = shared.storage.acting_as(&caller);
    let asker = Asker {
        storage: storage.as_ref(),
        region: &shared.machine.identity.region,
        role_arn: &job.model.role_arn,
    };
    let found = find(asker, &job.source)?;
    let folder = attempt.folder()?;
    let mut servers = Vec::new();
    let done = tokio::select! {
        done = through(shared, job, (&storage, &found), (&folder, &mut servers)) => done,
        () = stop.stopped() => {
            attempt.outcome.cut = Some(Cut::Stopped);
            Ok(())
        }
    };
    for server in &servers {
        server.end().await;
    }
    done
}

/// Starts the servers and sends each its share.
async fn through(
    shared: &Shared,
    job: &TransformJob,
    (storage, found): (&Arc<dyn Storage>, &[Found]),
    (folder, servers): (&Path, &mut Vec<Arc<Server>>),
) -> Result<(), ContainerError> {
    let count = job.instances().min(found.len());
    let variables = variables(job);
    for number in 0..count {
        let place = Folder::make(folder, &format!("server-{}", number + 1))?;
        let name = if number == 0 { job.name.clone() } else { format!("{}-{number}", job.name) };
        let server = serving::start_in(shared, &job.model, (place, &name), &variables).await?;
        servers.push(Arc::new(server));
    }
    let mut running = JoinSet::new();
    for (number, server) in servers.iter().enumerate() {
        let limits = limits(job, server).await;
        let request = &job.request;
        let work = Work {
            server: Arc::clone(server),
            storage: Arc::clone(storage),
            folder: folder.to_owned(),
            target: Uri::read(&request.transform_output.s3_output_path)?,
            job: job.clone(),
            cutting: Cutting {
                split: job.split(),
                strategy: limits.strategy,
                most: limits.payload.saturating_mul(1024 * 1024),
                reshaping: job.reshaping.clone(),
            },
            at_once: limits.at_once,
        };
        let own = share(found, job.source.sharing, number, count);
        running.spawn(async move {
            for found in &own {
                work.transform(found).await?;
            }
            Ok(())
        });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap_or(Err(ContainerError::Ending))?;
    }
    Ok(())
}

/// What the containers of a transform job are told.
fn variables(job: &TransformJob) -> Variables {
    let request = &job.request;
    let mut variables = request.environment.clone();
    let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
    set("SAGEMAKER_BATCH", "true".to_owned());
    set("SAGEMAKER_MAX_PAYLOAD_IN_MB", request.max_payload.unwrap_or(USUAL_PAYLOAD).to_string());
    let strategy = match request.batch_strategy.unwrap_or_default() {
        BatchStrategy::MultiRecord => "MULTI_RECORD",
        BatchStrategy::SingleRecord => "SINGLE_RECORD",
    };
    set("SAGEMAKER_BATCH_STRATEGY", strategy.to_owned());
    let at_once = request.max_concurrent_transforms.unwrap_or(1);
    set("SAGEMAKER_MAX_CONCURRENT_TRANSFORMS", at_once.to_string());
    variables
}

/// What the job says, and else the model.
async fn limits(job: &TransformJob, server: &Server) -> Limits {
    let request = &job.request;
    let at_once = request.max_concurrent_transforms.filter(|&number| number > 0);
    let told = match (request.max_payload, at_once, request.batch_strategy) {
        (Some(_), Some(_), Some(_)) => None,
        _ => server.execution_parameters().await,
    };
    let number = |name: &str| told.as_ref().and_then(|told| told.get(name)?.as_u64());
    let strategy = told.as_ref().and_then(|told| told.get("BatchStrategy")).and_then(Value::as_str);
    let strategy = strategy.map(|name| match name {
        "SINGLE_RECORD" | "SingleRecord" => BatchStrategy::SingleRecord,
        _ => BatchStrategy::MultiRecord,
    });
    let told_at_once = number("MaxConcurrentTransforms")
        .and_then(|it| usize::try_from(it).ok())
        .filter(|&it| it > 0);
    Limits {
        payload: request.max_payload.or(number("MaxPayloadInMB")).unwrap_or(USUAL_PAYLOAD),
        at_once: at_once.or(told_at_once).unwrap_or(1),
        strategy: request.batch_strategy.or(strategy).unwrap_or_default(),
    }
}
