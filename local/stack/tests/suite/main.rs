//! Is the stack that is read from a template the one that AWS would deploy?

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod intrinsics;
mod limits;
mod patterns;
mod policies;
mod template;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stack::{Settings, Stack};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn settings(parameters: &[(&str, &str)]) -> Settings {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Settings {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        stack_name: "almanac".into(),
        queue_base: "http://127.0.0.1:4566".into(),
        parameters: parameters.iter().map(own).collect::<BTreeMap<_, _>>(),
    }
}

/// The template of the repository.
fn ours(parameters: &[(&str, &str)]) -> Stack {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    Stack::read(&text, &settings(parameters)).unwrap_or_else(|error| panic!("{error}"))
}

/// Why a template of our own making is refused.
fn refused(template: &str) -> String {
    Stack::read(template, &settings(&[])).unwrap_err().to_string()
}
