//! A process that is watched: started through the launcher, heard, asked to end, ended.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::Shared;
use crate::environment::{Variables, base};
use crate::error::ContainerError;
use crate::launcher::{self, TERMINATE};
use crate::log::{Log, Stream};
use crate::opt_ml::OptMl;

/// How long what a job left behind may still hold its output open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How long the launcher has to end a job.
const LAUNCHER_ENDS: Duration = Duration::from_secs(5);

/// What is started.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) words: Vec<String>,
    pub(crate) variables: Variables,
    /// Its `/opt/ml`.
    pub(crate) folder: PathBuf,
    /// Where it starts, below that.
    pub(crate) within: &'static str,
    pub(crate) log: Arc<Log>,
}

/// A process. It is killed with all that it started when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    orders: watch::Sender<Order>,
    ended: watch::Receiver<Option<i32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Run,
    Terminate,
    Kill,
}

impl Shared {
    /// Starts a process.
    pub(crate) async fn launch(&self, launch: Launch) -> Result<Process, ContainerError> {
        let opt_ml = self.opt_ml().await;
        let Launch { words, mut variables, folder, within, log } = launch;
        let words = match opt_ml {
            OptMl::Mounted => {
                let watched = launcher::watched(&self.launcher, words);
                launcher::mounted(&self.launcher, &folder, watched)
            }
            OptMl::Variable => {
                let base = base(opt_ml, &folder);
                variables.insert("SAGEMAKER_BASE_DIR".to_owned(), base.clone());
                let words = words.into_iter().map(|word| moved(word, &base)).collect();
                launcher::watched(&self.launcher, words)
            }
        };
        let (program, arguments) = words.split_first().ok_or(ContainerError::Ending)?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(variables).current_dir(folder.join(within));
        // A group of its own: Ctrl-C at the terminal is for the engine, which ends its jobs itself.
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = command.spawn();
        let child =
            started.map_err(|source| ContainerError::Start { program: program.clone(), source })?;
        let (orders, told) = watch::channel(Order::Run);
        let (tell, ended) = watch::channel(None);
        tokio::spawn(async move {
            let code = accompany(child, told, &log).await;
            tell.send_replace(Some(code));
        });
        Ok(Process { orders, ended })
    }
}

/// A word that names a place in `/opt/ml`, where that is elsewhere.
fn moved(word: String, base: &str) -> String {
    match word.strip_prefix("/opt/ml") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{base}{rest}"),
        _ => word,
    }
}

async fn accompany(mut child: Child, mut told: watch::Receiver<Order>, log: &Arc<Log>) -> i32 {
    let heard = {
        let (output, error) = (child.stdout.take(), child.stderr.take());
        let log = Arc::clone(log);
        tokio::spawn(async move {
            let output = async {
                if let Some(pipe) = output {
                    log.follow(pipe, Stream::Output).await;
                }
            };
            let error = async {
                if let Some(pipe) = error {
                    log.follow(pipe, Stream::Error).await;
                }
            };
            tokio::join!(output, error);
        })
    };
    let mut line = child.stdin.take();
    let status = loop {
        tokio::select! {
            // Tokio's own wait would close the line to the launcher; it was taken before.
            status = child.wait() => break status,
            changed = told.changed() => {
                let order = if changed.is_ok() { *told.borrow_and_update() } else { Order::Kill };
                match (order, &mut line) {
                    (Order::Terminate, Some(line)) => {
                        // A launcher that hears no more has ended, or is about to.
                        let _ = line.write_all(&[TERMINATE]).await;
                    }
                    (Order::Run | Order::Terminate, _) => {}
                    (Order::Kill, _) => {
                        drop(line.take());
                        break killed(&mut child).await;
                    }
                }
            }
        }
    };
    let abort = heard.abort_handle();
    if tokio::time::timeout(LAST_WORDS, heard).await.is_err() {
        abort.abort();
    }
    status.ok().and_then(exit_code).unwrap_or(-1)
}

async fn killed(child: &mut Child) -> std::io::Result<std::process::ExitStatus> {
    if let Ok(status) = tokio::time::timeout(LAUNCHER_ENDS, child.wait()).await {
        return status;
    }
    child.start_kill()?;
    child.wait().await
}

fn exit_code(status: std::process::ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal))
}

impl Process {
    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        self.orders.send_if_modified(|order| {
            let asks = *order == Order::Run;
            if asks {
                *order = Order::Terminate;
            }
            asks
        });
    }

    /// Ends it, and all that it started.
    pub(crate) fn kill(&self) {
        self.orders.send_replace(Order::Kill);
    }

    /// Its exit code, once it has ended.
    pub(crate) async fn ended(&self) -> i32 {
        let mut ended = self.ended.clone();
        let code = ended.wait_for(Option::is_some).await.ok().and_then(|code| *code);
        code.unwrap_or(-1)
    }

    /// The same, if it has ended.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        *self.ended.borrow()
    }

    /// What of it may be waited for without it.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<i32>> {
        self.ended.clone()
    }
}
