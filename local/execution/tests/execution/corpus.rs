//! Definitions that we did not write, and tricky ones of the lint's corpus.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use execution::Plan;
use expect_test::expect_file;
use serde_json::json;

use crate::driver::{World, run};

fn corpus(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/pipeline/tests/corpus");
    let entries = fs::read_dir(root.join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// A world in which every file holds what the corpus asks for.
fn world(plan: &Plan) -> World {
    let given: Vec<(&str, &str)> = plan
        .parameters()
        .iter()
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| match parameter.kind {
            execution::Type::String => (parameter.name.as_str(), "s3://bucket/given"),
            execution::Type::Boolean => (parameter.name.as_str(), "true"),
            _ => (parameter.name.as_str(), "1"),
        })
        .collect();
    let file = json!({
        "metrics": {"wape": {"value": 0.1}},
        "regression_metrics": {"mse": {"value": 4.0}},
        "groups": [{"store 1": {"wape": 0.2}}],
        "rows": 10,
    });
    World::given(&given).file("", file)
}

#[test]
fn valid_definitions_run_to_an_end_or_say_what_the_engine_does_not_run() {
    let mut log = String::new();
    for (name, text) in ["good", "sdk2", "sdk3"].into_iter().flat_map(corpus) {
        writeln!(log, "{name}").unwrap();
        match Plan::read(&text) {
            Ok(plan) => log.push_str(&run(&plan, &world(&plan))),
            Err(error) => writeln!(log, "= {error}").unwrap(),
        }
    }
    expect_file!["corpus.txt"].assert_eq(&log);
}

#[test]
fn definitions_with_an_error_of_the_lint_are_refused() {
    for (name, text) in corpus("broken") {
        let findings = pipeline::lint::lint_text(&text);
        let refused = findings.iter().any(|it| it.severity == pipeline::lint::Severity::Error);
        let error = Plan::read(&text).err();
        if refused {
            let message = error.unwrap_or_else(|| panic!("{name} is read")).to_string();
            assert!(message.starts_with("Unable to parse pipeline definition. "), "{message}");
        }
    }
}
