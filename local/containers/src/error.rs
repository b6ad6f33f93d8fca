//! Why a container could not do its work, in the words that SageMaker uses.

use std::io;
use std::path::{Path, PathBuf};

use machine::Refusal;

/// Why a job or a server failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// Nothing says what to run.
    #[error(
        "no command is known for image `{image}`; add to almanac.toml: [[images]] image = \"{image}\", command = [\"...\"]"
    )]
    NoImage {
        /// The image.
        image: String,
    },
    /// A mapping of images cannot be used.
    #[error("almanac.toml: the image `{image}` {problem}")]
    BadRule {
        /// Its pattern.
        image: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// What the caller asked for cannot be had: its data, its place, its form.
    #[error("{0}")]
    Client(String),
    /// The container ended badly or answered nonsense.
    #[error("{detail}")]
    Algorithm {
        /// What it said.
        detail: String,
        /// What its process ended with.
        exit_code: Option<i32>,
    },
    /// A store refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// This machine refused.
    #[error("{} cannot be {done}: {source}", path.display())]
    File {
        /// What was tried: read, written.
        done: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The command cannot be started at all.
    #[error("`{program}` cannot be started: {source}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The engine itself is ending.
    #[error("the engine is stopping")]
    Ending,
}

impl ContainerError {
    /// As `FailureReason` has it: SageMaker's kind of error, and then what happened.
    pub fn reason(&self) -> String {
        match self {
            Self::NoImage { .. } | Self::BadRule { .. } | Self::Client(_) | Self::Start { .. } => {
                format!("ClientError: {self}")
            }
            Self::Algorithm { detail, exit_code } => {
                let code = exit_code.map(|code| format!(", exit code: {code}"));
                let code = code.unwrap_or_default();
                // The code is the last and most wanted word: it is the detail that is cut.
                let room = 1024_usize.saturating_sub("AlgorithmError: ".len() + code.len());
                let detail: String = detail.chars().take(room).collect();
                format!("AlgorithmError: {detail}{code}")
            }
            Self::Refused(refusal) if refusal.status < 500 => format!("ClientError: {refusal}"),
            Self::Refused(_) | Self::File { .. } | Self::Ending => {
                format!("InternalServerError: {self}")
            }
        }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::file("read", path)
    }

    pub(crate) fn written(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::file("written", path)
    }

    fn file(done: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { done, path, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_keeps_its_exit_code() {
        let error = ContainerError::Algorithm { detail: "x".repeat(5000), exit_code: Some(3) };

        let reason = error.reason();

        assert_eq!(reason.len(), 1024);
        assert!(reason.ends_with(", exit code: 3"), "{reason}");
    }
}
