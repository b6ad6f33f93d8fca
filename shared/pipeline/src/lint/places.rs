//! Walks over documents that answer where a node stands and how deep it all goes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::lint::pointer::push_key;

/// Whether any part is nested deeper than `limit`; needs no stack, however deep it is.
pub(crate) fn is_deeper_than(document: &Value, limit: usize) -> bool {
    let mut open = vec![(document, 0)];

    while let Some((value, depth)) = open.pop() {
        if depth > limit {
            return true;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    false
}

/// The rank in document order of each pointer in `wanted` that exists.
pub(crate) fn order(document: &Value, wanted: BTreeSet<String>) -> BTreeMap<String, usize> {
    let mut walk = Walk { wanted, order: BTreeMap::new(), path: String::new(), rank: 0 };

    // Too deep a document has one finding, at its root: no walk is needed to order it.
    if walk.wanted.iter().any(|pointer| !pointer.is_empty()) {
        walk.visit(document);
    }
    walk.order
}

struct Walk {
    wanted: BTreeSet<String>,
    order: BTreeMap<String, usize>,
    path: String,
    rank: usize,
}

impl Walk {
    fn visit(&mut self, value: &Value) {
        self.rank += 1;
        if self.wanted.contains(&self.path) {
            self.order.insert(self.path.clone(), self.rank);
        }
        let length = self.path.len();
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    push_key(&mut self.path, &index.to_string());
                    self.visit(item);
                    self.path.truncate(length);
                }
            }
            Value::Object(members) => {
                for (key, item) in members {
                    push_key(&mut self.path, key);
                    self.visit(item);
                    self.path.truncate(length);
                }
            }
            _ => {}
        }
    }
}
