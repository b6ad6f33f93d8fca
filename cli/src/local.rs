//! The engine in this process, and a client that reaches it as any other would.

use std::future::Future;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use cloud::sdk::{Aws, Place};
use containers::OptMl;
use engine::config::Config;
use engine::{Engine, Settings};
use machine::Identity;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::LocalMachine;
use crate::failure::Failure;

/// What `sam deploy` deploys, and the engine too.
const TEMPLATE: &str = include_str!("../../template.yaml");

/// A lost moment is retried after a second here; AWS waits a minute.
const RETRY_WAIT: Duration = Duration::from_secs(1);

/// Starts the engine.
pub(crate) async fn start(machine: &LocalMachine, port: u16) -> Result<Engine, Failure> {
    let config = config(machine)?;
    let usual = Identity::default();
    let identity = Identity {
        account: config.account.unwrap_or(usual.account),
        region: config.region.unwrap_or(usual.region),
    };
    let settings = Settings {
        home: machine.home.clone(),
        port,
        identity,
        template: TEMPLATE.to_owned(),
        parameters: config.parameters,
        program: program()?,
        functions: machine.functions.clone(),
        images: config.images,
        opt_ml: OptMl::default(),
        search_path: search_path(),
        retry_wait: RETRY_WAIT,
    };
    Ok(Engine::start(settings).await?)
}

/// The user's file. One that is named must be there; the commands in it that are paths are found
/// beside it.
fn config(machine: &LocalMachine) -> Result<Config, Failure> {
    let path = machine.config.clone().unwrap_or_else(|| PathBuf::from("almanac.toml"));
    if machine.config.is_some() && !path.exists() {
        return Err(Failure::NoData { path });
    }
    let mut config = Config::read(&path)?;
    let beside = std::path::absolute(&path).map_err(Failure::read(&path))?;
    let beside = beside.parent().unwrap_or(Path::new("/"));
    for program in config.images.iter_mut().filter_map(|rule| rule.command.first_mut()) {
        if program.contains('/') && Path::new(program.as_str()).is_relative() {
            let found = beside.join(program.trim_start_matches("./"));
            if !found.exists() {
                return Err(Failure::NoData { path: found });
            }
            *program = found.to_string_lossy().into_owned();
        }
    }
    Ok(config)
}

/// A client of the engine, with its user's key.
pub(crate) async fn client(engine: &Engine) -> Aws {
    let key = engine.machine().credentials.root();
    Aws::connect_to(Place {
        endpoint_url: Some(engine.url().to_owned()),
        region: Some(engine.machine().identity.region.clone()),
        profile: None,
        key: Some((key.access_key.clone(), key.secret.clone())),
    })
    .await
}

/// This program, which is also all functions and jobs.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(Failure::Program)
}

/// Where the user's own programs are found, such as a script's interpreter.
#[expect(clippy::disallowed_methods, reason = "the path is the user's, not a setting of ours")]
fn search_path() -> String {
    std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".to_owned())
}

/// `almanac up`: answers until somebody stops it.
pub(crate) async fn up(
    machine: &LocalMachine,
    port: u16,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let told = stopped().map_err(Failure::Begin)?;
    let engine = start(machine, port).await?;
    let home = engine.machine().home.root().display().to_string();
    writeln!(out, "# This machine's AWS, kept in {home}. For the AWS tools and SDKs:")?;
    writeln!(out, "#   . {home}/environment")?;
    write!(out, "{}", engine.environment())?;
    writeln!(out, "# The stack's outputs, for `almanac render --deployment`: {home}/outputs.json")?;
    writeln!(out, "# Mails: {home}/mail. Logs: {home}/logs. Stop with Ctrl-C.")?;
    out.flush()?;
    told.await;
    engine.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Listens from now on, and waits until the process is told to end.
pub(crate) fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
