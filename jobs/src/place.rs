//! Where does a job find an input, and where does it leave an output?
//!
//! By name, and the first of these that says so:
//! 1. the argument `--input NAME=PATH` or `--output NAME=PATH`,
//! 2. SageMaker's folders, if this is a container of its,
//! 3. the variables `DATA_DIR`, `SPLITS_DIR`, `MODELS_DIR` and `REPORTS_DIR`, or else `data`,
//!    `data/splits`, `models` and `reports` in the working folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::environment::{Container, Environment};

/// `NAME=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name of an input or output.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// A text that is not `NAME=PATH`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not NAME=PATH, such as train=splits/train")]
pub struct NotNamed(String);

impl FromStr for Named {
    type Err = NotNamed;

    fn from_str(text: &str) -> Result<Self, NotNamed> {
        match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                Ok(Self { name: name.to_owned(), path: path.into() })
            }
            _ => Err(NotNamed(text.to_owned())),
        }
    }
}

/// Why an input or output cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// There is nothing where the input should be.
    #[error("there is no {}, where input `{name}` should be; say where with --input {name}=PATH", path.display())]
    NoInput {
        /// The input.
        name: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A folder for an output cannot be made.
    #[error("{}, the folder of output `{name}`, cannot be made", path.display())]
    NoOutput {
        /// The output.
        name: String,
        /// Where it should be.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where the inputs and outputs of a job are.
#[derive(Debug, Clone)]
pub struct Places<'e> {
    environment: &'e Environment,
    inputs: Vec<Named>,
    outputs: Vec<Named>,
}

impl<'e> Places<'e> {
    /// The places that arguments and surroundings say.
    pub fn new(environment: &'e Environment, inputs: &[Named], outputs: &[Named]) -> Self {
        Self { environment, inputs: inputs.to_vec(), outputs: outputs.to_vec() }
    }

    /// An input that must be there: a folder, or a file that an argument names.
    pub fn input(&self, name: &str) -> Result<PathBuf, PlaceError> {
        let path = self.input_path(name);
        if path.exists() {
            Ok(path)
        } else {
            Err(PlaceError::NoInput { name: name.to_owned(), path })
        }
    }

    /// An input that need not be there. One that an argument names must be.
    pub fn input_if_any(&self, name: &str) -> Result<Option<PathBuf>, PlaceError> {
        let told = self.inputs.iter().any(|input| input.name == name);
        if told || self.input_path(name).exists() { self.input(name).map(Some) } else { Ok(None) }
    }

    /// The folder of an output, which is made.
    pub fn output(&self, name: &str) -> Result<PathBuf, PlaceError> {
        let path = self.output_path(name);
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(PlaceError::NoOutput { name: name.to_owned(), path, source }),
        }
    }

    fn input_path(&self, name: &str) -> PathBuf {
        if let Some(input) = self.inputs.iter().find(|input| input.name == name) {
            return input.path.clone();
        }
        let within = |place: &str| self.environment.below_base(place);
        match self.environment.container() {
            Container::Processing => within("processing/input").join(name),
            Container::Training => within("input/data").join(name),
            Container::Serving => within(name),
            Container::None => self.plain(name),
        }
    }

    fn output_path(&self, name: &str) -> PathBuf {
        if let Some(output) = self.outputs.iter().find(|output| output.name == name) {
            return output.path.clone();
        }
        let within = |place: &str| self.environment.below_base(place);
        match (self.environment.container(), name) {
            (Container::Training, "model") => within("model"),
            (Container::Training, _) => within("output/data"),
            (Container::Processing, _) => within("processing/output").join(name),
            (Container::Serving | Container::None, _) => self.plain(name),
        }
    }

    /// The project's usual layout.
    fn plain(&self, name: &str) -> PathBuf {
        let folder = |variable: &str, otherwise: PathBuf| {
            self.environment.variable(variable).map_or(otherwise, PathBuf::from)
        };
        let data = folder("DATA_DIR", "data".into());
        match name {
            "training" => data.join("raw"),
            "given-holdout" => data.join("raw-holdout"),
            "train" | "validation" | "test" | "holdout" => {
                folder("SPLITS_DIR", data.join("splits")).join(name)
            }
            "model" => folder("MODELS_DIR", "models".into()),
            "quality" | "evaluation" | "risk" | "explanation" => {
                folder("REPORTS_DIR", "reports".into()).join(name)
            }
            "exploration" => folder("REPORTS_DIR", "reports".into()).join("eda"),
            _ => data.join(name),
        }
    }
}

/// The only file in a folder whose name ends so, or the file itself.
pub fn only_file(place: &Path, ending: &str) -> io::Result<Option<PathBuf>> {
    if place.is_file() {
        return Ok(Some(place.to_owned()));
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        if path.is_file() && path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    let only = found.pop();
    Ok(if found.is_empty() { only } else { None })
}
