//! `upsert` and `start`: against AWS or a local engine, alike.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use cloud::Reason;
use cloud::pipelines::{Definition, Progress, RunPipelines};
use cloud::sdk::Aws;
use serde_json::Value;

use crate::arguments::{Start, Upsert};
use crate::failure::Failure;
use crate::place::connected;
use crate::render;
use crate::run::follow::{Screen, follow};
use crate::run::pipeline_name;
use crate::settings;

pub(crate) async fn upsert(arguments: &Upsert, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let mut rendered = arguments.render.clone();
    if let (None, Some(home)) = (&rendered.deployment, &arguments.place.home) {
        rendered.deployment = Some(home.join("outputs.json"));
    }
    let definition = render::rendered(&rendered)?.to_json();
    let scenario = render::scenario(&rendered.scenario)?;
    if arguments.name.is_none() {
        render::tell_shared_names(&rendered.scenario, &scenario)?;
    }
    let pipeline =
        arguments.name.clone().unwrap_or_else(|| pipeline_name(&scenario, rendered.pipeline));
    let role_arn = match &arguments.role {
        Some(role) => role.clone(),
        None => role_of_stack(rendered.deployment.as_deref())?,
    };
    let definition = Definition { pipeline: &pipeline, json: &definition, role_arn: &role_arn };
    let arn = connected(&arguments.place).await?.upsert(&definition).await?;
    writeln!(out, "{arn}")?;
    Ok(ExitCode::SUCCESS)
}

/// The stack tells the role of its pipelines, in the file that the definition was rendered for.
fn role_of_stack(outputs: Option<&Path>) -> Result<String, Failure> {
    let path = outputs.ok_or(Failure::NoRole)?;
    let text = fs::read_to_string(path).map_err(Failure::read(path))?;
    let outputs: Vec<Value> = serde_json::from_str(&text)?;
    let role = outputs.iter().find(|output| output["OutputKey"] == "PipelineRoleArn");
    let role = role.and_then(|output| output["OutputValue"].as_str()).ok_or(Failure::NoRole)?;
    Ok(role.to_owned())
}

pub(crate) async fn start(arguments: &Start, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let aws = connected(&arguments.place).await?;
    check_settings(&aws, arguments).await?;
    let settings = arguments.set.iter();
    let parameters: BTreeMap<String, String> =
        settings.map(|it| (it.key.clone(), it.value.clone())).collect();
    let start = cloud::pipelines::Start {
        pipeline: &arguments.pipeline,
        parameters: &parameters,
        token: arguments.token.clone(),
        selected: None,
    };
    let arn = aws.start(&start).await?;
    writeln!(out, "{arn}")?;
    if !arguments.wait {
        return Ok(ExitCode::SUCCESS);
    }
    let (execution, _) = follow(&aws, &arn, None, &mut Screen::new(out)).await?;
    if execution.progress == Progress::Succeeded {
        return Ok(ExitCode::SUCCESS);
    }
    let why = execution.failure.map(|why| format!(": {why}")).unwrap_or_default();
    Err(Failure::Execution { why })
}

/// Who may start a pipeline but not look at it has its settings judged by the service.
async fn check_settings(aws: &Aws, arguments: &Start) -> Result<(), Failure> {
    if arguments.set.is_empty() {
        return Ok(());
    }
    match aws.definition(&arguments.pipeline).await {
        Ok(definition) => settings::check(&arguments.pipeline, &definition, &arguments.set),
        Err(error) if error.reason == Reason::Denied => Ok(()),
        Err(error) => Err(error.into()),
    }
}
