//! What the surroundings say: variables, and SageMaker's folders.
//!
//! Read once at the start and passed on, so that tests say what the surroundings are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder that SageMaker gives a container, unless `SAGEMAKER_BASE_DIR` names another one.
const BASE: &str = "/opt/ml";

/// The variables that jobs heed, each with what it says.
pub const VARIABLES: [(&str, &str); 8] = [
    ("SAGEMAKER_BASE_DIR", "stands for /opt/ml, for machines that have no such folder to give"),
    ("DATA_DIR", "the data; `data` otherwise"),
    ("SPLITS_DIR", "what `prepare` makes of them; `splits` in the data otherwise"),
    ("MODELS_DIR", "the trained model; `models` otherwise"),
    ("REPORTS_DIR", "what is written for people; `reports` otherwise"),
    ("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "the form of answers to those who name none"),
    ("SAGEMAKER_MAX_PAYLOAD_IN_MB", "the largest request of a transform job"),
    ("TRAINING_JOB_NAME", "the training job, which the bundle remembers"),
];

/// The surroundings of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    base: PathBuf,
}

/// What kind of container SageMaker started, told by the folders it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A processing job: inputs and outputs below `processing`.
    Processing,
    /// A training job: channels below `input/data`.
    Training,
    /// A model's: `model` is there and nothing else.
    Serving,
    /// None: a plain machine.
    None,
}

impl Environment {
    /// That of this process. An empty variable is as good as none.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        let read = |name: &str| std::env::var(name).ok();
        let variables = VARIABLES.iter().filter_map(|(name, _)| Some((*name, read(name)?)));
        Self::of(variables)
    }

    /// One made by hand.
    pub fn of(variables: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        let variables: BTreeMap<String, String> =
            variables.filter(|(_, value): &(String, String)| !value.is_empty()).collect();
        let base = variables.get("SAGEMAKER_BASE_DIR").map_or(BASE, String::as_str).into();
        Self { variables, base }
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// A place below SageMaker's folder.
    pub fn below_base(&self, place: impl AsRef<Path>) -> PathBuf {
        self.base.join(place)
    }

    /// What kind of container this is.
    pub fn container(&self) -> Container {
        if self.below_base("processing").is_dir() {
            Container::Processing
        } else if self.below_base("input/config/hyperparameters.json").is_file() {
            Container::Training
        } else if self.below_base("model").is_dir() {
            Container::Serving
        } else {
            Container::None
        }
    }
}
