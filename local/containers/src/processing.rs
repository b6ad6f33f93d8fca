//! A processing job: inputs below `processing`, outputs from there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::Shared;
use crate::end::{Attempt, JobEnd};
use crate::error::ContainerError;
use crate::folder::make;
use crate::inputs::Asker;
use crate::instances::{failed, fetch, host, hosts, resources, said, write_json};
use crate::job::processing::{Output, ProcessingJob, Upload};
use crate::log::Log;
use crate::metrics::Metrics;
use crate::outputs::{merged, upload};
use crate::process::Launch;
use crate::stop::Stop;
use crate::storage::Storage;

pub(crate) async fn run(shared: &Shared, job: &ProcessingJob, stop: &Stop) -> JobEnd {
    let mut attempt = Attempt::begin(shared, &job.name);
    let done = whole(shared, job, stop, &mut attempt).await;
    attempt.end(&done)
}

async fn whole(
    shared: &Shared,
    job: &ProcessingJob,
    stop: &Stop,
    attempt: &mut Attempt<'_>,
) -> Result<(), ContainerError> {
    let folder = attempt.folder()?;
    let (log, storage) = shared.start(&job.name, &job.request.role_arn, Metrics::default())?;
    let count = job.request.processing_resources.cluster_config.instance_count;
    let instances: Vec<PathBuf> = hosts(count).iter().map(|host| folder.join(host)).collect();
    let asker = Asker {
        storage: storage.as_ref(),
        region: &shared.machine.identity.region,
        role_arn: &job.request.role_arn,
    };
    for input in &job.inputs {
        let places: Vec<PathBuf> = instances.iter().map(|it| it.join(&input.place)).collect();
        fetch(asker, &input.source, &places).await?;
    }
    let (variables, _key) = shared.variables(&job.request.role_arn, &job.name);
    let mut launches = Vec::new();
    for (number, instance) in instances.iter().enumerate() {
        furnish(job, instance, number)?;
        let application = &job.request.app_specification;
        let rule = shared.images.find(&application.image_uri)?;
        let words =
            rule.command(&application.container_entrypoint, &application.container_arguments)?;
        let mut variables = variables.clone();
        variables.extend(rule.environment.clone());
        variables.extend(job.request.environment.clone());
        let (folder, log) = (instance.clone(), Arc::clone(&log));
        launches.push(Launch { words, variables, folder, within: "", log });
    }
    let ended = shared.run(launches, stop, job.request.stopping_condition.as_ref()).await;
    log.close();
    let ended = ended?;
    (attempt.outcome.exit_code, attempt.outcome.cut) = (Some(ended.code), ended.cut);
    let message = said_by(&instances)?;
    attempt.outcome.exit_message.clone_from(&message);
    let well = ended.code == 0 && ended.cut.is_none();
    for output in job.outputs.iter().filter(|output| well || output.upload == Upload::Continuous) {
        take_up(storage.as_ref(), output, &instances).await?;
    }
    if ended.code != 0 && ended.cut.is_none() {
        return Err(failed(message, &log, ended.code));
    }
    Ok(())
}

/// What the contract says is there.
fn furnish(job: &ProcessingJob, instance: &Path, number: usize) -> Result<(), ContainerError> {
    let cluster = &job.request.processing_resources.cluster_config;
    make(&instance.join("processing"))?;
    make(&instance.join("output"))?;
    for output in &job.outputs {
        make(&instance.join(&output.place))?;
    }
    let config = instance.join("config");
    let resources =
        resources(&host(number), &hosts(cluster.instance_count), &cluster.instance_type);
    write_json(&config.join("resourceconfig.json"), &resources)?;
    write_json(&config.join("processingjobconfig.json"), &configuration(job))
}

fn configuration(job: &ProcessingJob) -> Value {
    let members = [
        "AppSpecification",
        "Environment",
        "ProcessingInputs",
        "ProcessingOutputConfig",
        "ProcessingResources",
        "RoleArn",
        "StoppingCondition",
    ];
    let mut known = json!({"ProcessingJobArn": job.arn, "ProcessingJobName": job.name});
    if let Some(known) = known.as_object_mut() {
        let given = members.iter().map(|&name| (name.to_owned(), job.given.get(name)));
        known.extend(given.map(|(name, value)| (name, value.cloned().unwrap_or(Value::Null))));
    }
    known
}

fn said_by(instances: &[PathBuf]) -> Result<Option<String>, ContainerError> {
    for instance in instances {
        if let Some(message) = said(&instance.join("output/message"))? {
            return Ok(Some(message));
        }
    }
    Ok(None)
}

async fn take_up(
    storage: &dyn Storage,
    output: &Output,
    instances: &[PathBuf],
) -> Result<(), ContainerError> {
    let folders: Vec<PathBuf> = instances.iter().map(|it| it.join(&output.place)).collect();
    upload(storage, &merged(&folders)?, &output.uri).await
}

impl Shared {
    /// The log of a job, and the store as its role sees it.
    pub(crate) fn start(
        &self,
        name: &str,
        role_arn: &str,
        metrics: Metrics,
    ) -> Result<(Arc<Log>, Arc<dyn Storage>), ContainerError> {
        let path = self.machine.home.logs().join(format!("{name}.log"));
        let log = Log::create(&path, &self.machine.clock, metrics)?;
        let caller = self.machine.credentials.assumed(role_arn, "SageMaker");
        Ok((log, self.storage.acting_as(&caller)))
    }
}
