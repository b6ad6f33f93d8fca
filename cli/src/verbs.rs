//! `upsert`, `start`, `status`, `approve` and `reject`: against AWS or a local engine, alike.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use cloud::pipelines::{Definition, Execution, Progress, RunPipelines, Step};
use cloud::registry::{Approval, DecidePackage, PackageQuery, Readiness, all_packages};
use cloud::sdk::{self, Aws};
use serde_json::{Value, json};

use crate::arguments::{Decide, Place, Start, Status, Upsert};
use crate::failure::{FAILED, Failure};
use crate::render;
use crate::run::follow::{Screen, follow};
use crate::run::pipeline_name;

pub(crate) async fn upsert(arguments: &Upsert, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let mut rendered = arguments.render.clone();
    if let (None, Some(home)) = (&rendered.deployment, &arguments.place.home) {
        rendered.deployment = Some(home.join("outputs.json"));
    }
    let definition = render::rendered(&rendered)?.to_json();
    let scenario = render::scenario(&rendered.scenario)?;
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

pub(crate) async fn status(arguments: &Status, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let aws = connected(&arguments.place).await?;
    if !arguments.what.contains(":execution/") && !arguments.what.contains("/execution/") {
        let executions = aws.executions(&arguments.what).await?;
        if arguments.json {
            let all: Vec<Value> = executions.iter().map(|it| told(it, &[])).collect();
            writeln!(out, "{:#}", Value::from(all))?;
            return Ok(ExitCode::SUCCESS);
        }
        for execution in executions {
            let id = execution.arn.rsplit('/').next().unwrap_or_default();
            let why = execution.failure.unwrap_or_default();
            writeln!(out, "{id}  {:<10} {why}", execution.progress.word())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let execution = aws.execution(&arguments.what).await?;
    let steps = aws.steps(&arguments.what).await?;
    if arguments.json {
        writeln!(out, "{:#}", told(&execution, &steps))?;
    } else {
        writeln!(out, "{}", execution.progress.word())?;
        for step in &steps {
            let seconds = step.started.zip(step.ended).map(|(from, to)| to - from);
            let seconds = seconds.map(|it| format!("{it:.1} s")).unwrap_or_default();
            let why = step.failure.as_deref().unwrap_or_default();
            writeln!(out, "  {:<24} {:<10} {seconds:>9}  {why}", step.name, step.progress.word())?;
        }
        if let Some(why) = &execution.failure {
            writeln!(out, "{why}")?;
        }
    }
    let failed = execution.progress == Progress::Failed;
    Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

fn told(execution: &Execution, steps: &[Step]) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            json!({
                "name": step.name,
                "status": step.progress,
                "started": step.started,
                "ended": step.ended,
                "failure": step.failure,
                "cached_from": step.cached_from,
                "outputs": step.outputs,
            })
        })
        .collect();
    json!({
        "execution_arn": execution.arn,
        "status": execution.progress,
        "failure": execution.failure,
        "started": execution.started,
        "steps": steps,
    })
}

pub(crate) async fn decide(
    arguments: &Decide,
    approval: Approval,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let aws = connected(&arguments.place).await?;
    let arn = if arguments.version.starts_with("arn:") {
        arguments.version.clone()
    } else {
        let group = arguments.version.clone();
        let query = PackageQuery { group: group.clone(), approval: Some(Approval::Pending) };
        let waiting = all_packages(&aws, &query).await?;
        let newest = waiting.into_iter().find(|it| it.readiness == Readiness::Completed);
        newest.ok_or(Failure::NothingPending { group })?.arn
    };
    aws.decide(&arn, approval, &arguments.note).await?;
    writeln!(out, "{} {arn}", approval.word().to_lowercase())?;
    Ok(ExitCode::SUCCESS)
}

/// AWS as the options say, or the engine of a home folder.
async fn connected(place: &Place) -> Result<Aws, Failure> {
    let mut wanted = sdk::Place {
        endpoint_url: place.endpoint_url.clone(),
        region: place.region.clone(),
        profile: place.profile.clone(),
        key: None,
    };
    if let Some(home) = &place.home {
        let path = home.join("environment");
        let text = fs::read_to_string(&path);
        let text = text.map_err(|_| Failure::NoEngine { path: path.clone() })?;
        let value = |name: &str| {
            let words = text.split_whitespace();
            let mut values = words
                .filter_map(|word| word.strip_prefix(name)?.strip_prefix('=').map(str::to_owned));
            values.next()
        };
        wanted.endpoint_url = value("AWS_ENDPOINT_URL");
        // What a run left says where an engine was.
        let address =
            wanted.endpoint_url.as_deref().unwrap_or_default().trim_start_matches("http://");
        if std::net::TcpStream::connect(address).is_err() {
            return Err(Failure::NotUp { path: home.clone() });
        }
        wanted.region = wanted.region.or_else(|| value("AWS_REGION"));
        wanted.key = value("AWS_ACCESS_KEY_ID").zip(value("AWS_SECRET_ACCESS_KEY"));
    }
    Ok(Aws::connect_to(wanted).await)
}
