//! A training job: channels below `input/data`, hyperparameters as texts, a model.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::Shared;
use crate::end::{Attempt, JobEnd};
use crate::environment::base;
use crate::error::ContainerError;
use crate::folder::make;
use crate::inputs::Asker;
use crate::instances::{blocking, failed, fetch, host, hosts, resources, said, write_json};
use crate::job::Sharing;
use crate::job::training::{Packing, TrainingJob};
use crate::outputs::{Files, merged, upload};
use crate::process::Launch;
use crate::script::Script;
use crate::stop::Stop;
use crate::storage::{Storage, Uri};

pub(crate) async fn run(shared: &Shared, job: &TrainingJob, stop: &Stop) -> JobEnd {
    let mut attempt = Attempt::begin(shared, &job.name);
    let done = whole(shared, job, stop, &mut attempt).await;
    attempt.end(&done)
}

async fn whole(
    shared: &Shared,
    job: &TrainingJob,
    stop: &Stop,
    attempt: &mut Attempt<'_>,
) -> Result<(), ContainerError> {
    let folder = attempt.folder()?;
    let request = &job.request;
    let (log, storage) = shared.start(&job.name, &request.role_arn, job.metrics.clone())?;
    let count = request.resource_config.instance_count;
    let instances: Vec<PathBuf> = hosts(count).iter().map(|host| folder.join(host)).collect();
    let asker = Asker {
        storage: storage.as_ref(),
        region: &shared.machine.identity.region,
        role_arn: &request.role_arn,
    };
    for channel in &job.channels {
        let place = |it: &PathBuf| it.join("input/data").join(&channel.name);
        let places: Vec<PathBuf> = instances.iter().map(place).collect();
        fetch(asker, &channel.source, &places).await?;
    }
    let (mut variables, _key) = shared.variables(&request.role_arn, &job.name);
    variables.extend(
        shared.images.find(&request.algorithm_specification.training_image)?.environment.clone(),
    );
    variables.insert("TRAINING_JOB_NAME".to_owned(), job.name.clone());
    variables.insert("TRAINING_JOB_ARN".to_owned(), job.arn.clone());
    variables.extend(request.environment.clone());
    let mut launches = Vec::new();
    for (number, instance) in instances.iter().enumerate() {
        furnish(job, instance, number)?;
        let (folder, log) = (instance.clone(), Arc::clone(&log));
        let launch =
            Launch { words: Vec::new(), variables: variables.clone(), folder, within: "", log };
        launches.push(entered(shared, job, storage.as_ref(), (launch, number)).await?);
    }
    let ended = shared.run(launches, stop, request.stopping_condition.as_ref()).await;
    log.close();
    let ended = ended?;
    (attempt.outcome.exit_code, attempt.outcome.cut) = (Some(ended.code), ended.cut);
    attempt.outcome.metrics = log.metrics();
    if ended.code != 0 && ended.cut.is_none() {
        let failures = instances.iter().map(|it| said(&it.join("output/failure")));
        let said = failures.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().next();
        return Err(failed(said, &log, ended.code));
    }
    // Also a job that was stopped leaves what it had by then.
    attempt.outcome.model_artifacts = leave(job, storage.as_ref(), &folder, &instances).await?;
    Ok(())
}

/// What is run: the image's command, or the user's script by it.
async fn entered(
    shared: &Shared,
    job: &TrainingJob,
    storage: &dyn Storage,
    (mut launch, number): (Launch, usize),
) -> Result<Launch, ContainerError> {
    let algorithm = &job.request.algorithm_specification;
    let rule = shared.images.find(&algorithm.training_image)?;
    let (entry_point, arguments) =
        (&algorithm.container_entrypoint, &algorithm.container_arguments);
    let script = if rule.script_mode { Script::read(job)? } else { None };
    let Some(script) = script else {
        let train = ["train".to_owned()];
        let untold = entry_point.is_empty() && arguments.is_empty();
        let arguments = if untold { &train[..] } else { arguments };
        launch.words = rule.command(entry_point, arguments)?;
        return Ok(launch);
    };
    let base = base(shared.opt_ml().await, &launch.folder);
    script.unpack(storage, &launch.folder, &launch.log)?;
    launch.words = rule.command(entry_point, &script.words())?;
    launch.variables.extend(script.variables(job, &base, &host(number)));
    launch.within = "code";
    Ok(launch)
}

/// What the contract says is there.
fn furnish(job: &TrainingJob, instance: &Path, number: usize) -> Result<(), ContainerError> {
    for folder in ["input/data", "model", "output/data"] {
        make(&instance.join(folder))?;
    }
    let config = instance.join("input/config");
    let cluster = &job.request.resource_config;
    let resources =
        resources(&host(number), &hosts(cluster.instance_count), &cluster.instance_type);
    write_json(&config.join("resourceconfig.json"), &resources)?;
    write_json(&config.join("hyperparameters.json"), &json!(job.request.hyper_parameters))?;
    write_json(&config.join("inputdataconfig.json"), &input_config(job))
}

/// `inputdataconfig.json`.
pub(crate) fn input_config(job: &TrainingJob) -> Value {
    let channels = job.channels.iter().map(|channel| {
        let sharing = match channel.source.sharing {
            Sharing::FullyReplicated => "FullyReplicated",
            Sharing::ShardedByS3Key => "ShardedByS3Key",
        };
        let content_type = channel.content_type.as_ref().map(|it| ("ContentType", it.as_str()));
        let told = [
            ("TrainingInputMode", "File"),
            ("S3DistributionType", sharing),
            ("RecordWrapperType", "None"),
        ];
        let told = told.into_iter().chain(content_type);
        let told: Map<String, Value> =
            told.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        (channel.name.clone(), Value::Object(told))
    });
    Value::Object(channels.collect::<Map<_, _>>())
}

/// Leaves the model, and what else there is, where the job says.
async fn leave(
    job: &TrainingJob,
    storage: &dyn Storage,
    folder: &Path,
    instances: &[PathBuf],
) -> Result<Option<String>, ContainerError> {
    let below = |place: &str| instances.iter().map(|it| it.join(place)).collect::<Vec<_>>();
    let output = &job.request.output_data_config;
    let place = format!("{}/{}/output", output.s3_output_path.trim_end_matches('/'), job.name);
    let data = merged(&below("output/data"))?;
    if !data.is_empty() {
        packed(storage, data, &folder.join("output.tar.gz"), &format!("{place}/output.tar.gz"))
            .await?;
    }
    let model = merged(&below("model"))?;
    let uri = match output.compression_type {
        Packing::None => {
            let uri = format!("{place}/model/");
            upload(storage, &model, &uri).await?;
            uri
        }
        Packing::Gzip => {
            let uri = format!("{place}/model.tar.gz");
            packed(storage, model, &folder.join("model.tar.gz"), &uri).await?;
            uri
        }
    };
    Ok(Some(uri))
}

async fn packed(
    storage: &dyn Storage,
    files: Files,
    archive: &Path,
    uri: &str,
) -> Result<(), ContainerError> {
    let path = archive.to_owned();
    blocking(move || crate::archive::pack(&files, &path)).await?;
    crate::outputs::leave(storage, archive, &Uri::read(uri)?).await
}
