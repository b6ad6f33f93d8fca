//! The sections of a template, before anything in it is resolved.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

use crate::{StackError, yaml};

/// A template as it is written, globals merged into the functions.
pub(crate) struct Template {
    pub(crate) parameters: Map<String, Value>,
    pub(crate) mappings: Map<String, Value>,
    pub(crate) rules: Map<String, Value>,
    pub(crate) conditions: Map<String, Value>,
    pub(crate) outputs: Map<String, Value>,
    pub(crate) resources: BTreeMap<String, Resource>,
}

/// A resource as it is written.
pub(crate) struct Resource {
    /// For instance `AWS::SQS::Queue`.
    pub(crate) kind: String,
    /// The condition under which it is created.
    pub(crate) condition: Option<String>,
    pub(crate) properties: Map<String, Value>,
    /// Which binary a function is built from.
    pub(crate) binary: Option<String>,
}

/// The type of a function, to which the globals apply.
pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";

const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Rules",
    "Conditions",
    "Globals",
    "Resources",
    "Outputs",
];

const ATTRIBUTES: [&str; 7] = [
    "Type",
    "Properties",
    "Metadata",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
];

impl Template {
    /// Reads the sections of the text.
    pub(crate) fn read(text: &str) -> Result<Self, StackError> {
        let Value::Object(mut sections) = yaml::read(text)? else {
            return Err(StackError::here("must be an object of sections").inside("template"));
        };
        refuse_others(&sections, &SECTIONS)?;
        match sections.get("Transform") {
            None => {}
            Some(Value::String(name)) if name == "AWS::Serverless-2016-10-31" => {}
            Some(_) => {
                let reason = "only AWS::Serverless-2016-10-31 is known";
                return Err(StackError::here(reason).inside("Transform"));
            }
        }
        let globals = globals(section(&mut sections, "Globals")?)?;
        let mut resources = BTreeMap::new();
        for (name, written) in section(&mut sections, "Resources")? {
            let resource = Resource::read(&name, written, &globals)
                .map_err(|error| error.inside(&name).inside("Resources"))?;
            resources.insert(name, resource);
        }
        if resources.is_empty() {
            return Err(StackError::here("a template must have at least one").inside("Resources"));
        }
        Ok(Self {
            parameters: section(&mut sections, "Parameters")?,
            mappings: section(&mut sections, "Mappings")?,
            rules: section(&mut sections, "Rules")?,
            conditions: section(&mut sections, "Conditions")?,
            outputs: section(&mut sections, "Outputs")?,
            resources,
        })
    }
}

impl Resource {
    fn read(name: &str, written: Value, globals: &Map<String, Value>) -> Result<Self, StackError> {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(StackError::here("a name of letters and digits only is needed"));
        }
        let Value::Object(mut attributes) = written else {
            return Err(StackError::here("a resource must be an object"));
        };
        refuse_others(&attributes, &ATTRIBUTES)?;
        let Some(Value::String(kind)) = attributes.remove("Type") else {
            return Err(StackError::here("a resource needs a Type"));
        };
        let condition = match attributes.remove("Condition") {
            None => None,
            Some(Value::String(condition)) => Some(condition),
            Some(_) => return Err(StackError::here("must name a condition").inside("Condition")),
        };
        let mut properties = section(&mut attributes, "Properties")?;
        let mut binary = None;
        if kind == FUNCTION {
            properties = merged(globals, properties);
            let built =
                attributes.get("Metadata").and_then(|metadata| metadata.get("BuildProperties"));
            binary = built
                .and_then(|built| built.get("Binary"))
                .and_then(Value::as_str)
                .map(str::to_owned);
        }
        Ok(Self { kind, condition, properties, binary })
    }
}

/// What functions have in common. SAM knows globals of other resources; we use none.
fn globals(mut globals: Map<String, Value>) -> Result<Map<String, Value>, StackError> {
    refuse_others(&globals, &["Function"]).map_err(|error| error.inside("Globals"))?;
    section(&mut globals, "Function").map_err(|error| error.inside("Globals"))
}

/// As SAM merges them: objects key by key, lists one after the other, the function's own word last.
fn merged(globals: &Map<String, Value>, own: Map<String, Value>) -> Map<String, Value> {
    let mut all = globals.clone();
    for (key, value) in own {
        let together = match (all.remove(&key), value) {
            (Some(Value::Object(common)), Value::Object(own))
                if !is_function(&common) && !is_function(&own) =>
            {
                Value::Object(merged(&common, own))
            }
            (Some(Value::Array(mut common)), Value::Array(own)) => {
                common.extend(own);
                Value::Array(common)
            }
            (_, own) => own,
        };
        all.insert(key, together);
    }
    all
}

/// Whether an object calls an intrinsic function.
pub(crate) fn is_function(fields: &Map<String, Value>) -> bool {
    fields.keys().any(|key| key == "Ref" || key.starts_with("Fn::"))
}

/// Takes an object out of its surroundings; none is an empty one.
fn section(from: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, StackError> {
    match from.remove(name) {
        None => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(StackError::here("must be an object").inside(name)),
    }
}

/// A key that is not known would change nothing here and something in AWS.
pub(crate) fn refuse_others(fields: &Map<String, Value>, known: &[&str]) -> Result<(), StackError> {
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let reason =
                format!("is not known to the local engine, which knows {}", known.join(", "));
            Err(StackError::here(reason).inside(key))
        }
    }
}
