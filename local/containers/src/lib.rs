//! What runs in SageMaker's containers, as processes of this machine.
//!
//! [`Containers`] runs processing, training and transform jobs and model servers after the contract
//! of `/opt/ml`. An image is mapped to a local command ([`Images`]); the command is started by a
//! [`launcher`], which gives it an `/opt/ml` of its own where the system allows that and ends
//! everything that it started when it ends, or when the engine does.

mod archive;
mod end;
mod environment;
mod error;
mod folder;
mod images;
mod inputs;
mod instances;
mod job;
pub mod launcher;
mod log;
mod metrics;
mod opt_ml;
mod outputs;
mod process;
mod processing;
mod script;
mod server;
mod serving;
mod stop;
mod storage;
mod training;
mod transform;

use std::fmt;
use std::sync::Arc;

use machine::Machine;
use tokio::sync::OnceCell;

pub use end::{JobEnd, JobStatus, Metric};
pub use error::ContainerError;
pub use images::{ImageRule, Images};
pub use job::model::{ModelContainer, ModelSpec};
pub use job::processing::ProcessingJob;
pub use job::training::TrainingJob;
pub use job::transform::TransformJob;
pub use opt_ml::OptMl;
pub use server::{InvokeAnswer, InvokeError, InvokeRequest, Server};
pub use stop::{Stop, Stopper, stop};
pub use storage::{Answer, Storage, Stored};

/// Runs jobs and model servers. Clones are the same.
#[derive(Clone)]
pub struct Containers {
    shared: Arc<Shared>,
}

struct Shared {
    machine: Machine,
    storage: Arc<dyn Storage>,
    images: Images,
    launcher: Vec<String>,
    endpoint_url: Option<String>,
    asked: OptMl,
    had: OnceCell<OptMl>,
}

impl fmt::Debug for Containers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Containers").field("images", &self.shared.images).finish_non_exhaustive()
    }
}

/// What the engine says about its containers, besides what it shares with everyone.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Which command stands for which image.
    pub images: Images,
    /// The words that start the [`launcher`]: our own binary and its subcommand.
    pub launcher: Vec<String>,
    /// Where jobs reach this engine: their `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// Whether jobs see their folder as `/opt/ml`.
    pub opt_ml: OptMl,
}

impl Containers {
    /// One per home folder: what an earlier engine left half done there is put aside.
    pub fn new(
        machine: Machine,
        storage: Arc<dyn Storage>,
        setup: Setup,
    ) -> Result<Self, ContainerError> {
        folder::put_aside(&machine)?;
        let shared = Shared {
            machine,
            storage,
            images: setup.images,
            launcher: setup.launcher,
            endpoint_url: setup.endpoint_url,
            asked: setup.opt_ml,
            had: OnceCell::new(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Runs a processing job to its end.
    pub async fn process(&self, job: &ProcessingJob, stop: &Stop) -> JobEnd {
        processing::run(&self.shared, job, stop).await
    }

    /// Runs a training job to its end.
    pub async fn train(&self, job: &TrainingJob, stop: &Stop) -> JobEnd {
        training::run(&self.shared, job, stop).await
    }

    /// Runs a transform job to its end.
    pub async fn transform(&self, job: &TransformJob, stop: &Stop) -> JobEnd {
        transform::run(&self.shared, job, stop).await
    }

    /// Starts a model behind `/ping` and `/invocations`; returns when it answers. The name is that
    /// of its log and its folder.
    pub async fn serve(&self, model: &ModelSpec, name: &str) -> Result<Server, ContainerError> {
        serving::start(&self.shared, model, name).await
    }

    /// How jobs are given their `/opt/ml`, tried once.
    pub async fn opt_ml(&self) -> OptMl {
        self.shared.opt_ml().await
    }
}
