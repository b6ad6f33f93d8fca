//! What stands between the engine and a job: our own binary once more.
//!
//! The engine has threads, and a process with threads can neither enter namespaces nor, without
//! unsafe code, prepare a child. So it starts this, which has two verbs:
//!
//! - `mount FOLDER -- WORDS` enters namespaces in which FOLDER is `/opt/ml`, and runs the words
//!   there as the first process, with whose end the kernel ends all others;
//! - `watch -- WORDS` runs the words. Standard input is its line to the engine: at a `T` the job is
//!   asked to end (SIGTERM), and when the line is cut, be it because the engine was killed, the job
//!   and its whole process group are killed.
//!
//! `mount FOLDER -- OURSELVES watch -- JOB` is how a job is run where that is possible, and
//! `watch -- JOB` elsewhere.

mod mount;
mod watch;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// The file that a trial looks for in `/opt/ml`.
pub(crate) const TRIAL: &str = "trial";

/// On the line to a job: end yourself.
pub(crate) const TERMINATE: u8 = b'T';

/// What a shell says of a program that cannot be started.
const NOT_STARTED: u8 = 127;

/// Why the launcher did not run its words.
#[derive(Debug, thiserror::Error)]
enum LaunchError {
    #[error("the launcher is told: mount FOLDER -- WORDS, or watch -- WORDS")]
    Words,
    #[error("{what}: {source}")]
    System {
        what: String,
        #[source]
        source: std::io::Error,
    },
}

/// Runs the launcher: `almanac contain ...`, without the first two words. It must be called before
/// the process has threads.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    run(&arguments).unwrap_or_else(|error| {
        // There is nobody left to tell when standard error is closed as well.
        let _ = writeln!(std::io::stderr(), "{error}");
        ExitCode::from(NOT_STARTED)
    })
}

fn run(arguments: &[OsString]) -> Result<ExitCode, LaunchError> {
    let (verb, rest) = arguments.split_first().ok_or(LaunchError::Words)?;
    match (verb.to_str(), rest) {
        (Some("mount"), [folder, dashes, words @ ..]) if dashes == "--" => {
            mount::run(Path::new(folder), words)
        }
        (Some("watch"), [dashes, words @ ..]) if dashes == "--" => watch::run(words),
        (Some("trial"), []) => Ok(tried()),
        _ => Err(LaunchError::Words),
    }
}

fn tried() -> ExitCode {
    if Path::new("/opt/ml").join(TRIAL).is_file() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The words that run others where `folder` is `/opt/ml`.
pub(crate) fn mounted(launcher: &[String], folder: &Path, words: Vec<String>) -> Vec<String> {
    let mount = ["mount".to_owned(), folder.display().to_string(), "--".to_owned()];
    launcher.iter().cloned().chain(mount).chain(words).collect()
}

/// The words that run others and watch them.
pub(crate) fn watched(launcher: &[String], words: Vec<String>) -> Vec<String> {
    launcher.iter().cloned().chain(["watch".to_owned(), "--".to_owned()]).chain(words).collect()
}

/// The words that look whether a mount is there.
pub(crate) fn trial(launcher: &[String]) -> Vec<String> {
    launcher.iter().cloned().chain(["trial".to_owned()]).collect()
}

fn failed<E: Into<std::io::Error>>(what: impl Into<String>) -> impl FnOnce(E) -> LaunchError {
    let what = what.into();
    move |source| LaunchError::System { what, source: source.into() }
}

/// The status of a process as an exit code, as shells tell it.
fn code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}
