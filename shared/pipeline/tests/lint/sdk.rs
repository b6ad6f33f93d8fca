//! What AWS's own SDK emits is what the service takes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use expect_test::expect_file;
use jsonschema::Draft;
use pipeline::lint::{Severity, lint};
use serde_json::Value;

use crate::fixtures::{corpus, folder, valid};

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema-pipeline.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn no_definition_of_the_sdk_has_an_error() {
    let mut warnings = String::new();

    for version in ["sdk2", "sdk3"] {
        for fixture in folder(version) {
            for finding in lint(&fixture.value()) {
                assert_ne!(finding.severity, Severity::Error, "{}: {finding}", fixture.name);
                let (rule, pointer) = (finding.rule, finding.pointer);
                writeln!(warnings, "{version}/{}: {rule} {pointer}", fixture.name).unwrap();
            }
        }
    }

    expect_file![corpus("sdk.txt")].assert_eq(&warnings);
}

#[test]
fn the_schema_takes_every_valid_definition() {
    let validator = jsonschema::options().with_draft(Draft::Draft7).build(&schema()).unwrap();

    for fixture in valid() {
        let value = fixture.value();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", fixture.name);
    }
}
