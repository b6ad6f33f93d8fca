//! Reads the corpus, in the order of its names.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A definition of the corpus.
pub(crate) struct Fixture {
    /// The file's name.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

impl Fixture {
    /// The text as a value.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// A path under `tests/corpus`.
pub(crate) fn corpus(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(path)
}

/// Every `.json` file of a folder of the corpus.
pub(crate) fn folder(name: &str) -> Vec<Fixture> {
    let entries = fs::read_dir(corpus(name)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| Fixture {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

/// All that is valid.
pub(crate) fn valid() -> Vec<Fixture> {
    ["good", "sdk2", "sdk3"].into_iter().flat_map(folder).collect()
}

/// Our schema of definitions.
pub(crate) fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema-pipeline.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
