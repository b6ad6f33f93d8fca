//! One broken thing per file, one finding per file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::expect_file;
use pipeline::lint::{Finding, RULES, lint_text};

use crate::fixtures::{corpus, folder};

/// Rules whose fixture would be a megabyte; [`crate::text`] makes it instead.
const MADE: [&str; 2] = ["definition-too-large", "too-deep"];

#[test]
fn each_broken_definition_has_exactly_the_expected_finding() {
    let mut table = String::new();

    for fixture in folder("broken") {
        for finding in lint_text(&fixture.text) {
            let Finding { severity, rule, pointer, .. } = finding;
            writeln!(table, "{}: {severity}[{rule}] {pointer}", fixture.name).unwrap();
        }
    }

    expect_file![corpus("broken.txt")].assert_eq(&table);
}

#[test]
fn a_broken_definition_is_broken_once_and_its_name_says_by_which_rule() {
    for fixture in folder("broken") {
        let findings = lint_text(&fixture.text);

        let expected = fixture.name.split("__").next().unwrap();
        let mut rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        // A loop is itself undocumented, so nothing can be wrong in one alone.
        rules.retain(|rule| *rule == expected || *rule != "undocumented");
        assert_eq!(rules, [expected], "{}: {findings:#?}", fixture.name);
    }
}

#[test]
fn every_rule_has_a_broken_definition() {
    let fixtures = folder("broken");
    let shown: BTreeSet<&str> =
        fixtures.iter().filter_map(|fixture| fixture.name.split("__").next()).collect();

    for rule in RULES.iter().filter(|rule| !MADE.contains(&rule.name)) {
        assert!(shown.contains(rule.name), "no fixture for {}", rule.name);
    }
}

#[test]
fn every_finding_points_at_something_and_says_what_to_do() {
    for fixture in folder("broken") {
        for finding in lint_text(&fixture.text) {
            assert!(RULES.iter().any(|rule| rule.name == finding.rule), "{finding}");
            assert!(!finding.message.is_empty() && !finding.remedy.is_empty(), "{finding}");
            assert!(finding.place.is_some(), "{}: {finding}", fixture.name);
            if finding.rule != "not-json" {
                assert!(fixture.value().pointer(&finding.pointer).is_some(), "{finding}");
            }
        }
    }
}

#[test]
fn nothing_is_found_in_tricky_but_valid_definitions() {
    for fixture in folder("good") {
        let findings: Vec<String> =
            lint_text(&fixture.text).iter().map(ToString::to_string).collect();

        assert!(findings.is_empty(), "{}: {findings:#?}", fixture.name);
    }
}
