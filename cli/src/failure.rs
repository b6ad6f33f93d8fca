//! What keeps a command from being carried out, and the exit code that says so.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use pipeline::render::RenderError;
use pipeline::render::deployment::DeploymentError;
use scenario::error::ScenarioError;

/// The run failed.
pub(crate) const FAILED: u8 = 1;
/// The command was not meant like this.
pub(crate) const USAGE: u8 = 2;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("there is no scenario `{name}`; there are {known}, or name a .toml file")]
    NoSuchScenario { name: String, known: String },
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{}", path.display())]
    Deployment { path: PathBuf, source: DeploymentError },
    #[error("the sample deployment")]
    Sample(#[source] DeploymentError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("cannot write")]
    Output(#[from] io::Error),
}

impl Failure {
    /// Says what happened, and why, and why that.
    pub(crate) fn tell(&self, err: &mut impl Write) -> io::Result<()> {
        if self.is_closed_pipe() {
            return Ok(());
        }
        write!(err, "almanac: {self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(err, ": {error}")?;
            cause = error.source();
        }
        writeln!(err)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            _ if self.is_closed_pipe() => ExitCode::SUCCESS,
            Self::NoSuchScenario { .. }
            | Self::Read { .. }
            | Self::Render(RenderError::Unfit { .. }) => ExitCode::from(USAGE),
            Self::Scenario(_)
            | Self::Write { .. }
            | Self::Deployment { .. }
            | Self::Sample(_)
            | Self::Render(_)
            | Self::Output(_) => ExitCode::from(FAILED),
        }
    }

    /// Whoever read the output, such as `head`, has enough.
    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
