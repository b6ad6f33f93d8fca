//! Every node of a definition, taken away or replaced: the lint sees all that the schema sees.

use jsonschema::Draft;
use pipeline::lint::{Severity, lint};
use serde_json::{Value, json};

use crate::fixtures::{folder, schema};

/// The pointers of every node below `value`.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            let escaped = |key: &String| key.replace('~', "~0").replace('/', "~1");
            members.iter().map(|(key, value)| (escaped(key), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => vec![],
    };
    for (key, value) in below {
        let at = format!("{at}/{key}");
        found.push(at.clone());
        pointers(value, &at, found);
    }
}

/// `value` without the node at `pointer`.
fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(members) => {
            members.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        _ => {}
    }
    value
}

fn replaced(value: &Value, pointer: &str, with: Value) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(pointer).unwrap() = with;
    value
}

#[test]
fn whatever_becomes_of_a_node_the_lint_refuses_what_the_schema_refuses() {
    let validator = jsonschema::options().with_draft(Draft::Draft7).build(&schema()).unwrap();
    let join = json!({"Std:Join": {"On": "", "Values": ["a"]}});
    let others = [json!(5), json!("x"), json!(true), json!([]), json!({}), join];
    let few = ["callback.json", "emr.json", "tune_deploy.json", "registered_with_everything.json"];

    for fixture in ["good", "sdk2"].into_iter().flat_map(folder) {
        if !few.contains(&fixture.name.as_str()) {
            continue;
        }
        let definition = fixture.value();
        let mut nodes = Vec::new();
        pointers(&definition, "", &mut nodes);
        for node in nodes {
            let changed = others.iter().map(|other| replaced(&definition, &node, other.clone()));
            for changed in changed.chain([without(&definition, &node)]) {
                let refused = !validator.is_valid(&changed);
                let errors = lint(&changed).iter().any(|found| found.severity == Severity::Error);
                assert!(errors || !refused, "{} {node}: {changed}", fixture.name);
            }
        }
    }
}
