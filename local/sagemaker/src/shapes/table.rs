//! The table, read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::pattern::Pattern;

/// Operations and the shapes of their requests and answers.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Table {
    pub(crate) operations: HashMap<String, Operation>,
    pub(crate) shapes: HashMap<String, Shape>,
}

/// What an operation is sent and answers, if anything.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Type {
    Structure,
    List,
    Map,
    String,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    Timestamp,
}

/// The facts of one shape.
#[derive(Debug, Deserialize)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) is: Type,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<Pattern>,
    #[serde(default, rename = "enum")]
    pub(crate) words: Vec<String>,
    #[serde(default)]
    pub(crate) members: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) value: Option<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../shapes.json")).unwrap_or_else(|error| {
        // The file is part of the program and a test reads it.
        tracing::error!(%error, "the table of shapes cannot be read");
        Table::default()
    })
});

/// The table.
pub(crate) fn table() -> &'static Table {
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_every_shape_that_it_names_is_there() {
        let table: Table = serde_json::from_str(include_str!("../shapes.json")).unwrap();
        let named = table.shapes.values().flat_map(|shape| {
            let parts = [&shape.member, &shape.key, &shape.value];
            shape.members.values().chain(parts.into_iter().flatten())
        });
        let ways = table.operations.values().flat_map(|it| [&it.input, &it.output]);

        let lost: Vec<_> =
            named.chain(ways.flatten()).filter(|name| !table.shapes.contains_key(*name)).collect();

        assert_eq!(lost, Vec::<&String>::new());
        assert!(table.operations.len() > 70);
    }

    #[test]
    fn every_pattern_of_the_table_can_be_matched() {
        let patterns = table().shapes.values().filter_map(|shape| shape.pattern.as_ref());
        for pattern in patterns {
            assert!(pattern.matches("a").is_ok(), "{}", pattern.text());
        }
    }
}
