//! Reads `template.yaml` as text: its layout is ours, and a YAML library would bring no more truth.
//!
//! Resources begin at two spaces; anchors (`- &name`) stand for the item that they are written at.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::text;

/// A resource.
#[derive(Debug)]
pub(crate) struct Resource {
    /// Its logical name.
    pub(crate) name: String,
    /// Everything below the name.
    pub(crate) text: String,
}

/// Every resource, in the template's order.
pub(crate) fn resources() -> Vec<Resource> {
    let template = text("template.yaml");
    let (_, below) = template.split_once("\nResources:\n").unwrap();
    let (below, _) = below.split_once("\nOutputs:\n").unwrap();
    let mut resources: Vec<Resource> = Vec::new();
    for line in below.lines() {
        let name = line.strip_prefix("  ").and_then(|rest| rest.strip_suffix(':'));
        let is_name = |name: &&str| name.chars().all(char::is_alphanumeric);
        if let Some(name) = name.filter(is_name) {
            resources.push(Resource { name: name.to_owned(), text: String::new() });
        } else if let Some(resource) = resources.last_mut() {
            resource.text.push_str(line);
            resource.text.push('\n');
        }
    }
    resources
}

impl Resource {
    /// The binary that a function runs.
    pub(crate) fn binary(&self) -> Option<String> {
        let (_, rest) = self.text.split_once("Binary: ")?;
        rest.split_once('}').map(|(binary, _)| binary.to_owned())
    }

    /// The names of a function's variables.
    pub(crate) fn variables(&self) -> Vec<String> {
        let Some((_, below)) = self.text.split_once("        Variables:\n") else {
            return Vec::new();
        };
        let inner = below.lines().take_while(|line| line.starts_with("          "));
        let names = inner.filter(|line| !line.starts_with("           "));
        names.filter_map(|line| line.trim().split(':').next().map(str::to_owned)).collect()
    }

    /// Every action that a role allows, in its own statements and in those that it shares.
    pub(crate) fn actions(&self) -> BTreeSet<String> {
        let shared = shared_statements();
        let mut found = actions_in(&self.text);
        for line in self.text.lines() {
            let alias = line.trim().strip_prefix("- *");
            found.extend(alias.and_then(|alias| shared.get(alias)).into_iter().flatten().cloned());
        }
        found
    }
}

/// The actions of each statement that has an anchor.
fn shared_statements() -> BTreeMap<String, BTreeSet<String>> {
    let template = text("template.yaml");
    let mut lines = template.lines().peekable();
    let mut shared = BTreeMap::new();
    while let Some(line) = lines.next() {
        let Some(name) = line.trim().strip_prefix("- &") else { continue };
        let deeper = |next: &&str| indent(next) > indent(line);
        let mut statement = String::new();
        while let Some(next) = lines.next_if(deeper) {
            statement.push_str(next);
            statement.push('\n');
        }
        shared.insert(name.to_owned(), actions_in(&statement));
    }
    shared
}

/// What stands behind `Action:`: one, a list in brackets, or a list over several lines.
fn actions_in(statements: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut in_list = false;
    for line in statements.lines().map(str::trim) {
        let value = line.strip_prefix("Action:");
        in_list = value.map_or(in_list && line.starts_with("- "), str::is_empty);
        let listed = if in_list { line.strip_prefix("- ") } else { value };
        let words = listed.unwrap_or_default().trim_matches(['[', ']', ' ']).split(',');
        found.extend(words.map(str::trim).filter(|word| word.contains(':')).map(str::to_owned));
    }
    found
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[test]
fn actions_are_read_in_all_three_forms() {
    let statements =
        "Action: a:One\nAction: [b:Two, b:Three]\nAction:\n  - c:Four\n  - c:Five\nX: 1";

    let found = actions_in(statements);

    let expected = ["a:One", "b:Three", "b:Two", "c:Five", "c:Four"];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
}
