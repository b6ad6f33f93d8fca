//! `almanac status`: how far executions are, how long they took, and what came of their steps.

use std::io::Write;
use std::process::ExitCode;

use cloud::failure::absent_as_none;
use cloud::pipelines::{Execution, Progress, RunPipelines, Step};
use cloud::sdk::Aws;
use machine::Clock;
use serde_json::{Map, Value, json};

use crate::arguments::Status;
use crate::failure::{FAILED, Failure};
use crate::moment::{duration, moment, whole};
use crate::place::connected;
use crate::run::follow::note;
use crate::table::Table;

/// How many executions, of how many pipelines, are shown where none is named.
const SHOWN: usize = 20;
/// How much of a function's answer is shown.
const ANSWERS: usize = 3;
/// How many executions of a pipeline are shown beside its latest.
const EARLIER: usize = 5;

pub(crate) async fn status(arguments: &Status, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let aws = connected(&arguments.place).await?;
    let now = Clock::default().now().seconds();
    let Some(what) = &arguments.what else {
        let executions = latest(&aws).await?;
        if arguments.json {
            let told: Vec<Value> = executions.iter().map(|it| told(it).into()).collect();
            writeln!(out, "{:#}", Value::from(told))?;
        } else {
            list(&executions, now, out)?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let (arn, earlier) = meant(&aws, what).await?;
    let execution = aws.execution(&arn).await?;
    let steps = aws.steps(&arn).await?;
    if arguments.json {
        writeln!(out, "{:#}", Value::from(told_in_full(&execution, &steps)))?;
    } else {
        detail(&execution, &steps, now, out)?;
        if !earlier.is_empty() {
            writeln!(out, "\nbefore it:")?;
            list(&in_full(&aws, earlier, EARLIER).await?, now, out)?;
        }
    }
    let failed = execution.progress == Progress::Failed;
    Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// The execution that a text means, and those of its pipeline before it if that was named.
async fn meant(aws: &Aws, what: &str) -> Result<(String, Vec<Execution>), Failure> {
    if what.contains("/execution/") {
        return Ok((what.to_owned(), Vec::new()));
    }
    let name = what.rsplit_once(":pipeline/").map_or(what, |(_, name)| name);
    if let Some(executions) = absent_as_none(aws.executions(name).await)? {
        let mut executions = executions.into_iter();
        let newest = executions.next();
        let newest = newest.ok_or_else(|| Failure::NeverStarted { pipeline: name.to_owned() })?;
        return Ok((newest.arn, executions.collect()));
    }
    let pipelines = aws.pipelines().await?;
    for pipeline in &pipelines {
        let executions = absent_as_none(aws.executions(pipeline).await)?.unwrap_or_default();
        if let Some(found) = executions.into_iter().find(|it| id(it) == what) {
            return Ok((found.arn, Vec::new()));
        }
    }
    let meant = pipeline::lint::nearest(what, pipelines.iter().map(String::as_str));
    let known = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if pipelines.is_empty() => "there is no pipeline at all".to_owned(),
        None => format!("there are the pipelines {}", pipelines.join(", ")),
    };
    Err(Failure::NoSuchExecution { what: what.to_owned(), known })
}

/// The newest executions of all pipelines, newest first.
async fn latest(aws: &Aws) -> Result<Vec<Execution>, Failure> {
    let mut found = Vec::new();
    for pipeline in aws.pipelines().await?.iter().take(SHOWN) {
        found.extend(absent_as_none(aws.executions(pipeline).await)?.unwrap_or_default());
    }
    found.sort_by(|one, other| other.started.total_cmp(&one.started));
    in_full(aws, found, SHOWN).await
}

/// A listing does not say when an execution ended.
async fn in_full(
    aws: &Aws,
    listed: Vec<Execution>,
    most: usize,
) -> Result<Vec<Execution>, Failure> {
    let mut executions = Vec::new();
    for execution in listed.into_iter().take(most) {
        executions.push(aws.execution(&execution.arn).await?);
    }
    Ok(executions)
}

fn id(execution: &Execution) -> &str {
    execution.arn.rsplit('/').next().unwrap_or_default()
}

/// The pipeline, as the ARN has it.
fn pipeline(execution: &Execution) -> &str {
    let after = execution.arn.split_once(":pipeline/").map_or("", |(_, after)| after);
    after.split_once('/').map_or(after, |(name, _)| name)
}

/// How long it has been under way, or was.
fn took(execution: &Execution, now: f64) -> f64 {
    if execution.progress.is_over() {
        execution.modified - execution.started
    } else {
        now - execution.started
    }
}

fn list(executions: &[Execution], now: f64, out: &mut impl Write) -> Result<(), Failure> {
    if executions.is_empty() {
        writeln!(out, "no execution yet: `almanac run` or `almanac start PIPELINE` begins one")?;
        return Ok(());
    }
    let mut table = Table::new(["pipeline", "execution", "state", "started (UTC)", "took"]);
    for it in executions {
        table.row([
            pipeline(it).to_owned(),
            id(it).to_owned(),
            it.progress.word().to_owned(),
            moment(whole(it.started)),
            lasted(took(it, now), it.progress),
        ]);
    }
    table.write(out)
}

fn lasted(seconds: f64, progress: Progress) -> String {
    let so_far = if progress.is_over() { "" } else { " so far" };
    format!("{}{so_far}", duration(seconds))
}

fn detail(
    execution: &Execution,
    steps: &[Step],
    now: f64,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (pipeline, id, word) = (pipeline(execution), id(execution), execution.progress.word());
    writeln!(out, "{pipeline}, execution {id}: {word}")?;
    let took = lasted(took(execution, now), execution.progress);
    writeln!(out, "started {} UTC, took {took}", moment(whole(execution.started)))?;
    for step in steps {
        let seconds = step.started.map(|from| step.ended.unwrap_or(now) - from);
        let took = seconds.map(duration).unwrap_or_default();
        let (name, word) = (&step.name, step.progress.word());
        let line = format!("  {name:<24} {word:<10} {took:>12}  {}", outcome(step));
        writeln!(out, "{}", line.trim_end())?;
    }
    if let Some(why) = &execution.failure {
        writeln!(out, "{why}")?;
    }
    Ok(())
}

/// What came of a step: the verdict of compare-models with its reason, or what a function answered
/// that nobody here knows.
fn outcome(step: &Step) -> String {
    let note = note(step);
    if let Some(reason) = step.outputs.get("reason").filter(|reason| !reason.is_empty()) {
        let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, words)| words);
        return format!("{note}: {reason}");
    }
    if !note.is_empty() || step.outputs.contains_key("arn") {
        return note;
    }
    let outputs = step.outputs.iter().take(ANSWERS);
    outputs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// An execution for programs.
fn told(execution: &Execution) -> Map<String, Value> {
    let over = execution.progress.is_over();
    [
        ("pipeline", json!(pipeline(execution))),
        ("execution_id", json!(id(execution))),
        ("execution_arn", json!(execution.arn)),
        ("status", json!(execution.progress)),
        ("failure", json!(execution.failure)),
        ("started", json!(execution.started)),
        ("ended", json!(over.then_some(execution.modified))),
        ("seconds", json!(over.then_some(execution.modified - execution.started))),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

/// The same with its steps.
fn told_in_full(execution: &Execution, steps: &[Step]) -> Map<String, Value> {
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            json!({
                "name": step.name,
                "status": step.progress,
                "started": step.started,
                "ended": step.ended,
                "seconds": step.started.zip(step.ended).map(|(from, to)| to - from),
                "failure": step.failure,
                "cached_from": step.cached_from,
                "outputs": step.outputs,
            })
        })
        .collect();
    let mut told = told(execution);
    told.insert("steps".to_owned(), Value::from(steps));
    told
}
