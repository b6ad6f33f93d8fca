//! `almanac run`: the whole loop on this machine.
//!
//! The engine is started in this process, and everything is then done as it would be done in AWS: a
//! definition is upserted, an execution started and followed, a version approved, an endpoint
//! asked. Nothing here knows more than a client does, but when to look; only files go in and out
//! of S3 directly.

mod batch;
mod data;
mod deployed;
pub(crate) mod follow;
mod metrics;
mod summary;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use cloud::failure::absent_as_none;
use cloud::pipelines::{Definition, Progress, RunPipelines, Selected, Start, Step};
use cloud::registry::{Approval, DecidePackage};
use cloud::sdk::Aws;
use engine::Engine;
use pipeline::render::Kind;
use pipeline::render::deployment::Deployment;
use scenario::model::Trainer;
use scenario::{Origin, Scenario};

use crate::arguments::{Pipeline, Run, Setting};
use crate::failure::{FAILED, Failure};
use crate::local;
use crate::render;
use crate::run::data::Placed;
use crate::run::follow::{Screen, follow};
use crate::run::summary::Outcome;
use crate::settings;

/// What every part of a run needs.
struct Loop<'a> {
    arguments: &'a Run,
    scenario: Scenario,
    trainer: Trainer,
    retailer: String,
    engine: &'a Engine,
    aws: Aws,
    deployment: Deployment,
    bucket: String,
}

pub(crate) async fn run(arguments: &Run, out: &mut impl Write) -> Result<ExitCode, Failure> {
    check(arguments)?;
    let told = local::stopped().map_err(Failure::Begin)?;
    let engine = local::start(&arguments.machine, 0).await?;
    let ended = tokio::select! {
        ended = within(arguments, &engine, out) => ended,
        () = told => Err(Failure::Stopped),
    };
    if ended.is_err() {
        stop_executions(&engine, arguments).await;
    }
    engine.stop().await;
    ended
}

/// Refuses what can be known to be wrong before anything is started.
fn check(arguments: &Run) -> Result<(), Failure> {
    let scenario = render::scenario(&arguments.scenario)?;
    retailer(arguments, &scenario)?;
    let sample = Deployment::sample().map_err(Failure::Sample)?;
    let kind = arguments.pipeline.into();
    let definition =
        pipeline::render::render(&scenario, kind, trainer(arguments, &scenario)?, &sample)?;
    let name = pipeline_name(&scenario, arguments.pipeline);
    settings::check(&name, &definition.to_json(), &arguments.set)?;
    render::tell_shared_names(&arguments.scenario, &scenario)
}

/// What was started here is not to go on behind the user's back at the next start.
async fn stop_executions(engine: &Engine, arguments: &Run) {
    let aws = local::client(engine).await;
    let Ok(scenario) = render::scenario(&arguments.scenario) else { return };
    let name = pipeline_name(&scenario, arguments.pipeline);
    let executions = aws.executions(&name).await.unwrap_or_default();
    for execution in executions.iter().filter(|it| it.progress == Progress::Executing) {
        // One that cannot be told any more goes on at the next start, which says so.
        let _ = aws.stop(&execution.arn).await;
    }
}

async fn within(
    arguments: &Run,
    engine: &Engine,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let scenario = render::scenario(&arguments.scenario)?;
    let bucket = engine.stack().buckets.first().map(|bucket| bucket.name.clone());
    let work = Loop {
        arguments,
        trainer: trainer(arguments, &scenario)?,
        retailer: retailer(arguments, &scenario)?,
        scenario,
        engine,
        aws: local::client(engine).await,
        deployment: Deployment::from_stack_outputs(&engine.outputs()).map_err(Failure::Sample)?,
        bucket: bucket.ok_or(Failure::NoBucket)?,
    };
    if arguments.json {
        let mut nothing = std::io::sink();
        let outcome = work.run(&mut Screen::new(&mut nothing)).await?;
        writeln!(out, "{}", serde_json::to_string_pretty(&outcome)?)?;
        return Ok(exit_code(&outcome));
    }
    let outcome = work.run(&mut Screen::new(out)).await?;
    Ok(exit_code(&outcome))
}

fn exit_code(outcome: &Outcome) -> ExitCode {
    if outcome.status == Progress::Succeeded { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
}

/// AutoML is a service of AWS; on this machine our own trainer stands in for it.
fn trainer(arguments: &Run, scenario: &Scenario) -> Result<Trainer, Failure> {
    match arguments.trainer.unwrap_or(scenario.trainer()) {
        Trainer::Automl if arguments.trainer.is_some() => Err(Failure::NoAutoml),
        Trainer::Automl => Ok(Trainer::Almanac),
        trainer => Ok(trainer),
    }
}

/// Whose model it is, if nobody says: where histories hold several retailers, the synthetic one has
/// this one first.
fn retailer(arguments: &Run, scenario: &Scenario) -> Result<String, Failure> {
    let several = scenario.data().retailer.is_some();
    match &arguments.retailer {
        Some(retailer) => {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            if retailer.chars().all(plain) && (1..=20).contains(&retailer.len()) {
                return Ok(retailer.clone());
            }
            Err(Failure::BadRetailer { retailer: retailer.clone() })
        }
        None if several && arguments.data.is_some() => Err(Failure::WhichRetailer),
        None if several => Ok("acme".to_owned()),
        None => Ok("default".to_owned()),
    }
}

/// The name that a scenario's pipeline has.
pub(crate) fn pipeline_name(scenario: &Scenario, pipeline: Pipeline) -> String {
    match pipeline {
        Pipeline::Train => scenario.name().to_string(),
        Pipeline::Forecast => format!("{}-forecast", scenario.name()),
    }
}

impl Loop<'_> {
    async fn run<W: Write>(&self, screen: &mut Screen<'_, W>) -> Result<Outcome, Failure> {
        let clock = &self.engine.machine().clock;
        let began = clock.now();
        let home = self.engine.machine().home.root().display();
        let name = pipeline_name(&self.scenario, self.arguments.pipeline);
        screen.line("almanac", &format!("{name}, on this machine, kept in {home}"))?;
        self.group_is_ours()?;
        self.finish_earlier(&name, screen).await?;
        let made = tempfile::tempdir().map_err(Failure::Temporary)?;
        let files = data::files(self.arguments, &self.scenario, made.path())?;
        let prefix = format!("data/{}/{}", self.scenario.name(), self.retailer);
        let placed = data::place(self.engine.objects(), &files, (&self.bucket, &prefix)).await?;
        let words = match &self.arguments.from {
            Some(_) => "what the execution before left",
            None => files.words.as_str(),
        };
        screen.line("data", words)?;
        let mut outcome = match self.arguments.pipeline {
            Pipeline::Train => self.train(&placed, screen).await?,
            Pipeline::Forecast => self.batch(&placed, screen).await?,
        };
        outcome.seconds.total = clock.now().since(began).as_secs_f64();
        outcome.tell_time(screen)?;
        Ok(outcome)
    }

    async fn train<W: Write>(
        &self,
        placed: &Placed,
        screen: &mut Screen<'_, W>,
    ) -> Result<Outcome, Failure> {
        let mut parameters = self.parameters(placed).await?;
        self.settings(&mut parameters);
        let (mut outcome, steps) = self.execute(Kind::Train, &parameters, screen).await?;
        outcome.seconds.jobs = self.job_seconds(&steps).await?;
        if outcome.status != Progress::Succeeded {
            self.why(&steps, screen)?;
            return Ok(outcome);
        }
        let outcome = self.judged(outcome, &steps, screen).await?;
        self.after(outcome, screen).await
    }

    /// Upserts the definition, starts an execution, and follows it to its end.
    async fn execute<W: Write>(
        &self,
        kind: Kind,
        parameters: &BTreeMap<String, String>,
        screen: &mut Screen<'_, W>,
    ) -> Result<(Outcome, Vec<Step>), Failure> {
        let definition =
            pipeline::render::render(&self.scenario, kind, self.trainer, &self.deployment)?;
        let name = pipeline_name(&self.scenario, self.arguments.pipeline);
        let role = self.engine.stack().outputs.get("PipelineRoleArn");
        let role_arn = role.ok_or(Failure::NoRole)?;
        let json = definition.to_json();
        let selected = self.selected(&name, &json).await?;
        self.aws.upsert(&Definition { pipeline: &name, json: &json, role_arn }).await?;
        let start = Start { pipeline: &name, parameters, token: None, selected };
        let arn = self.aws.start(&start).await?;
        let id = arn.rsplit('/').next().unwrap_or_default().to_owned();
        screen.line("execution", &id)?;
        let changes = self.engine.machine().store.changes();
        let (execution, steps) = follow(&self.aws, &arn, Some(changes), screen).await?;
        let outcome = Outcome::of(&name, &execution, &steps);
        Ok((outcome, steps))
    }

    /// The step of `--from` and all that come after it, with the newest execution for the others.
    async fn selected(&self, name: &str, definition: &str) -> Result<Option<Selected>, Failure> {
        let Some(from) = &self.arguments.from else { return Ok(None) };
        let executions = absent_as_none(self.aws.executions(name).await)?.unwrap_or_default();
        let source = executions.into_iter().find(|it| it.progress == Progress::Succeeded);
        let source = source.ok_or_else(|| Failure::NothingBefore { pipeline: name.to_owned() })?;
        let steps = crate::selection::from(definition, from)?;
        Ok(Some(Selected { source_arn: source.arn, steps }))
    }

    /// Functions may register and deploy only groups whose names begin as the stack says.
    fn group_is_ours(&self) -> Result<(), Failure> {
        let mut functions = self.engine.stack().functions.iter();
        let prefix = functions.find_map(|function| function.environment.get("MODEL_GROUP_PREFIX"));
        match (prefix, self.group()) {
            (Some(prefix), group) if !group.starts_with(prefix) => {
                Err(Failure::WrongGroup { group, prefix: prefix.clone() })
            }
            _ => Ok(()),
        }
    }

    /// An engine that was killed left executions that go on now: they end before others begin.
    async fn finish_earlier<W: Write>(
        &self,
        name: &str,
        screen: &mut Screen<'_, W>,
    ) -> Result<(), Failure> {
        let before = absent_as_none(self.aws.executions(name).await)?.unwrap_or_default();
        for execution in before.iter().filter(|it| !it.progress.is_over()) {
            let id = execution.arn.rsplit('/').next().unwrap_or_default();
            screen.line("earlier", &format!("execution {id} was interrupted and goes on"))?;
            let changes = self.engine.machine().store.changes();
            follow(&self.aws, &execution.arn, Some(changes), screen).await?;
        }
        Ok(())
    }

    /// What the training pipeline is told.
    async fn parameters(&self, placed: &Placed) -> Result<BTreeMap<String, String>, Failure> {
        let mut parameters = BTreeMap::from([
            ("Retailer".to_owned(), self.retailer.clone()),
            ("TrainingDataS3".to_owned(), placed.history.clone()),
            ("OutputS3".to_owned(), format!("s3://{}/runs/{}", self.bucket, self.scenario.name())),
            ("ModelPackageGroup".to_owned(), self.group()),
        ]);
        if let Some(holdout) = &placed.holdout {
            parameters.insert("ValidationDataS3".to_owned(), holdout.clone());
        }
        if self.scenario.compute().cache_days.is_some() {
            parameters.insert("DataVersion".to_owned(), placed.digest.clone());
        }
        if self.scenario.origin() == Origin::File {
            let file = std::path::Path::new(&self.arguments.scenario);
            let to = format!("s3://{}/scenarios/{}.toml", self.bucket, self.scenario.name());
            cloud::objects::UploadFile::upload(&self.aws, file, &to.parse()?).await?;
            parameters.insert("ScenarioS3".to_owned(), to);
        }
        Ok(parameters)
    }

    fn settings(&self, parameters: &mut BTreeMap<String, String>) {
        for Setting { key, value } in &self.arguments.set {
            parameters.insert(key.clone(), value.clone());
        }
    }

    /// A group for each retailer, so that each has its own champion and endpoint.
    fn group(&self) -> String {
        let group = self.scenario.model_package_group();
        match self.retailer.as_str() {
            "default" => group.to_string(),
            retailer => format!("{group}-{}", retailer.to_lowercase()),
        }
    }

    /// The decision of a person, or of the options in place of one.
    async fn decide<W: Write>(
        &self,
        outcome: &mut Outcome,
        screen: &mut Screen<'_, W>,
    ) -> Result<(), Failure> {
        let Some(package) = &mut outcome.package else { return Ok(()) };
        let options = self.arguments.decision;
        if options.no_approve {
            let home = self.engine.machine().home.root().display();
            let version = format!("{}/{}", self.group(), package.version);
            let words = format!(
                "version {} waits: start `almanac up --home {home}`, then \
                 `almanac approve {version} --home {home}` or reject",
                package.version
            );
            return screen.line("pending", &words);
        }
        let approval = if options.reject { Approval::Rejected } else { Approval::Approved };
        self.aws.decide(&package.arn, approval, "decided by almanac run").await?;
        approval.word().clone_into(&mut package.approval);
        let how = if options.approve || options.reject {
            "as told"
        } else {
            "by this command; --no-approve leaves it to you"
        };
        screen.line(&approval.word().to_lowercase(), &format!("version {}, {how}", package.version))
    }
}
