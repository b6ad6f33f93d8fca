//! Starting the process of a function, with the environment that Lambda gives it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use machine::{Identity, ids};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::instance::{Ending, Instance, Phase};
use super::programs::Program;
use crate::settings::Hosting;

/// As much of what a function wrote as an answer shows.
const TAIL: usize = 4096;

/// What is needed to start a process.
#[derive(Debug)]
pub(super) struct Start<'a> {
    pub(super) program: &'a Program,
    pub(super) hosting: &'a Hosting,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) log: Log,
}

/// Starts a process and watches it; its phase tells when it has ended.
pub(super) fn start(instance: &Arc<Instance>, start: &Start<'_>) {
    match spawn(start) {
        Ok(mut child) => {
            for stream in [
                child.stdout.take().map(boxed as fn(_) -> _),
                child.stderr.take().map(boxed as fn(_) -> _),
            ]
            .into_iter()
            .flatten()
            {
                tokio::spawn(copy(stream, Arc::clone(instance), start.log.clone()));
            }
            tokio::spawn(watch(child, Arc::clone(instance)));
        }
        Err(error) => {
            instance.phase.send_replace(Phase::Ended(Ending::NotStarted(error.to_string())));
        }
    }
}

type Stream = Box<dyn AsyncRead + Send + Unpin>;

fn boxed<T: AsyncRead + Send + Unpin + 'static>(stream: T) -> Stream {
    Box::new(stream)
}

fn spawn(start: &Start<'_>) -> io::Result<Child> {
    let mut words = start.hosting.launcher.iter().chain(&start.program.command);
    let program = words.next().ok_or_else(|| io::Error::other("there is no command"))?;
    // A launcher ends the function when its standard input does, as it does when we are killed.
    let line = if start.hosting.launcher.is_empty() { Stdio::null() } else { Stdio::piped() };
    Command::new(program)
        .args(words)
        .current_dir(&start.program.folder)
        .env_clear()
        .envs(&start.environment)
        .stdin(line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

async fn watch(mut child: Child, instance: Arc<Instance>) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    // Tokio's own wait would close it.
    let mut line = child.stdin.take();
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended,
            () = instance.killed() => {
                if line.take().is_some() {
                    // The launcher ends the function, and then itself.
                    continue;
                }
                // With its children. It may be over already, which is as well.
                let sent = group.map(|group| killpg(group, Signal::SIGKILL));
                if !matches!(sent, Some(Ok(()))) {
                    let _ = child.start_kill();
                }
            }
        }
    };
    let ending = match ended {
        Ok(status) => Ending::Exited(described(status)),
        Err(error) => Ending::Exited(Some(error.to_string())),
    };
    instance.phase.send_replace(Phase::Ended(ending));
}

fn described(status: ExitStatus) -> Option<String> {
    // A launcher tells of the signal that ended the function as shells do.
    let told = status.code().and_then(|code| Signal::try_from(code.checked_sub(128)?).ok());
    let had = status.signal().map(Signal::try_from);
    match (status.code(), told, had) {
        (Some(0), _, _) => None,
        (_, Some(signal), _) | (_, _, Some(Ok(signal))) => {
            Some(format!("signal: {}", signal.as_str().to_lowercase().trim_start_matches("sig")))
        }
        (Some(code), _, _) => Some(format!("exit status {code}")),
        _ => Some(status.to_string()),
    }
}

async fn copy(mut stream: Stream, instance: Arc<Instance>, log: Log) {
    let mut buffer = vec![0; 8192];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                log.write(bytes);
                remember(&instance, bytes);
            }
        }
    }
}

/// Adds to the end of what an instance wrote.
pub(super) fn remember(instance: &Instance, bytes: &[u8]) {
    let mut tail = instance.tail.lock().unwrap_or_else(PoisonError::into_inner);
    tail.extend_from_slice(bytes);
    let surplus = tail.len().saturating_sub(TAIL);
    tail.drain(..surplus);
}

/// The log of a function: one file for all its processes.
#[derive(Debug, Clone)]
pub(super) struct Log(Arc<Mutex<File>>);

impl Log {
    pub(super) fn open(path: &std::path::Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    pub(super) fn write(&self, bytes: &[u8]) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(bytes) {
            tracing::warn!(%error, "a function's log cannot be written");
        }
    }
}

/// The variables of a process: those of the function, and then those that Lambda sets.
pub(super) fn environment(
    function: &stack::Function,
    hosting: &Hosting,
    more: Vec<(&'static str, String)>,
) -> BTreeMap<String, String> {
    let texts = [
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.as_str()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", &function.log_level),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group),
        ("AWS_ENDPOINT_URL", &hosting.endpoint_url),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", &hosting.search_path),
        ("TZ", ":UTC"),
        ("_HANDLER", "bootstrap"),
    ];
    let own = function.environment.clone();
    own.into_iter()
        .chain([("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), function.memory_mb.to_string())])
        .chain(texts.map(|(name, value)| (name.to_owned(), value.to_owned())))
        .chain(more.into_iter().map(|(name, value)| (name.to_owned(), value)))
        .collect()
}

/// The variables that differ from process to process.
pub(super) fn own_variables(
    identity: &Identity,
    key: &machine::caller::Key,
    (address, folder): (String, String),
) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("[$LATEST]{}", ids::hex(16))),
        ("AWS_REGION", identity.region.clone()),
        ("AWS_DEFAULT_REGION", identity.region.clone()),
        ("AWS_ACCESS_KEY_ID", key.access_key.clone()),
        ("AWS_SECRET_ACCESS_KEY", key.secret.clone()),
        ("AWS_SESSION_TOKEN", key.session_token.clone().unwrap_or_default()),
        ("LAMBDA_TASK_ROOT", folder),
    ]
}
