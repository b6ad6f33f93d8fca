//! Runs a job, and ends with it all that it started.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::{LaunchError, TERMINATE, code, failed};

pub(super) fn run(words: &[OsString]) -> Result<ExitCode, LaunchError> {
    let (program, arguments) = words.split_first().ok_or(LaunchError::Words)?;
    let name = program.to_string_lossy();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).process_group(0);
    let mut job = command.spawn().map_err(failed(format!("`{name}` cannot be started")))?;
    let number = i32::try_from(job.id()).map_err(|_| LaunchError::Words)?;
    let group = Pid::from_raw(number);
    thread::spawn(move || listen(group));
    // The job is not reaped before its group was killed: until then its number is not given to
    // another process.
    let ended = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(group), ended) == Err(Errno::EINTR) {}
    let _ = killpg(group, Signal::SIGKILL);
    let status = job.wait().map_err(failed(format!("`{name}` cannot be waited for")))?;
    Ok(ExitCode::from(code(status)))
}

/// Hears what the engine says, until the line is cut.
fn listen(group: Pid) {
    let mut line = std::io::stdin();
    let mut word = [0_u8];
    loop {
        match line.read(&mut word) {
            Ok(1) if word == [TERMINATE] => {
                let _ = kill(group, Signal::SIGTERM);
            }
            Ok(1) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => break,
        }
    }
    let _ = killpg(group, Signal::SIGKILL);
}
