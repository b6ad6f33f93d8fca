//! What AWS's own SDK emits is what the service takes.

use std::fmt::Write as _;

use expect_test::expect_file;
use jsonschema::Draft;
use pipeline::compatibility::published_schema_refusals;
use pipeline::lint::{Severity, lint};
use serde_json::Value;

use crate::fixtures::{corpus, folder, schema, valid};

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

/// Every file of the corpus with what a judge says of it.
fn judged(judge: impl Fn(&Value) -> String) -> String {
    let mut table = String::new();
    for name in ["broken", "good", "sdk2", "sdk3"] {
        for fixture in folder(name) {
            if let Ok(value) = serde_json::from_str(&fixture.text) {
                writeln!(table, "{name}/{}: {}", fixture.name, judge(&value)).unwrap();
            }
        }
    }
    table
}

#[test]
fn the_schema_refuses_nothing_that_the_lint_has_no_error_for() {
    let validator = jsonschema::options().with_draft(Draft::Draft7).build(&schema()).unwrap();

    let table = judged(|value| {
        let refused = !validator.is_valid(value);
        let faulty = lint(value).iter().any(|finding| finding.severity == Severity::Error);
        assert!(faulty || !refused, "{value}");
        if refused { "refused" } else { "accepted" }.to_owned()
    });

    expect_file![corpus("schema.txt")].assert_eq(&table);
}

/// `tests/peers/sdk/check_published.py` compares this table with the published schema itself.
#[test]
fn the_report_on_the_published_schema_is_known_for_every_file() {
    let table = judged(|value| match published_schema_refusals(value).as_slice() {
        [] => "accepted".to_owned(),
        refusals => {
            let refusals =
                refusals.iter().map(|refusal| format!("{} {}", refusal.pointer, refusal.why));
            format!("refused\n  {}", refusals.collect::<Vec<_>>().join("\n  "))
        }
    });

    expect_file![corpus("published.txt")].assert_eq(&table);
}

#[test]
fn our_own_definitions_have_no_finding_and_fit_the_schema() {
    let validator = jsonschema::options().with_draft(Draft::Draft7).build(&schema()).unwrap();

    for fixture in folder("../../../../pipelines") {
        let findings = lint(&fixture.value());
        assert!(findings.is_empty(), "{}: {findings:#?}", fixture.name);
        assert!(validator.is_valid(&fixture.value()), "{}", fixture.name);
    }
}
