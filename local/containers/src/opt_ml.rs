//! How a job is given its `/opt/ml`.

use std::process::Stdio;

use tokio::process::Command;

use crate::Shared;
use crate::launcher;

/// How a job is given its `/opt/ml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OptMl {
    /// Its folder is mounted there, in namespaces of its own. Where the system does not let us,
    /// the variable is set instead.
    #[default]
    Mounted,
    /// `SAGEMAKER_BASE_DIR` says where its folder is, and arguments that begin with `/opt/ml/` are
    /// changed to begin with that.
    Variable,
}

impl Shared {
    /// What was asked for, or what can be had.
    pub(crate) async fn opt_ml(&self) -> OptMl {
        match self.asked {
            OptMl::Variable => OptMl::Variable,
            OptMl::Mounted => *self.had.get_or_init(|| self.try_mount()).await,
        }
    }

    async fn try_mount(&self) -> OptMl {
        match self.mounted().await {
            Ok(()) => OptMl::Mounted,
            Err(why) => {
                tracing::warn!(
                    why,
                    "jobs have no /opt/ml of their own here; SAGEMAKER_BASE_DIR names their folder"
                );
                OptMl::Variable
            }
        }
    }

    /// Mounts a folder on trial, and looks whether it is there.
    async fn mounted(&self) -> Result<(), String> {
        let folder = tempfile::tempdir_in(self.machine.home.work()).map_err(|it| it.to_string())?;
        std::fs::write(folder.path().join(launcher::TRIAL), "").map_err(|it| it.to_string())?;
        let words =
            launcher::mounted(&self.launcher, folder.path(), launcher::trial(&self.launcher));
        let (program, arguments) = words.split_first().ok_or("there is no launcher")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.map_err(|error| format!("{program}: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
