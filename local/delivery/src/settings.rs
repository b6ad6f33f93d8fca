//! How functions are run on this machine.

use std::path::PathBuf;
use std::time::Duration;

/// Where the programs of functions are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Programs {
    /// One program is all functions: the function's binary name is appended to these arguments.
    OneBinary(Vec<String>),
    /// A folder as `cargo lambda build` leaves it: `NAME/bootstrap`, `NAME/bootstrap.zip` or `NAME.zip`.
    Folder(PathBuf),
}

/// How functions are run.
#[derive(Debug, Clone)]
pub struct Hosting {
    /// Their programs.
    pub programs: Programs,
    /// Put before each command, to bind the process to the engine's life: it runs the words that
    /// follow it, and ends them when its standard input ends. May be empty.
    pub launcher: Vec<String>,
    /// Where functions reach the engine, such as `http://127.0.0.1:4600`; without a slash at the end.
    pub endpoint_url: String,
    /// Their `PATH`, the one thing of this machine that they are given.
    pub search_path: String,
    /// The wait before the first retry of an asynchronous invocation; before the second it is twice that.
    pub retry_wait: Duration,
}

impl Hosting {
    /// As Lambda does it: retries after one and two minutes.
    pub fn new(programs: Programs, endpoint_url: impl Into<String>) -> Self {
        Self {
            programs,
            launcher: Vec::new(),
            endpoint_url: endpoint_url.into().trim_end_matches('/').to_owned(),
            search_path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
            retry_wait: Duration::from_mins(1),
        }
    }
}
