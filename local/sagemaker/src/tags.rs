//! Tags, kept by ARN: those of our entities and those of pipelines.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::{Batch, Caller, Refusal};
use serde_json::{Value, json};

use crate::call::Handler;
use crate::entity::{Kind, required};
use crate::plane::{Answer, Plane};
use crate::{experiments, hosting, jobs, registry};

const DOCUMENTS: &str = "sagemaker.tags";
/// The most tags that a resource has.
const MOST: usize = 50;

type Tags = BTreeMap<String, String>;

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "AddTags" => add,
        "DeleteTags" => delete,
        "ListTags" => list,
        _ => return None,
    })
}

fn add(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let arn = resource(plane, request)?;
    plane.allow(caller, "AddTags", &arn)?;
    let given = request.get("Tags").cloned().unwrap_or_default();
    plane.change(|batch| {
        put(batch, &arn, &given)?;
        Ok(json!({"Tags": listed(&read(batch, &arn)?)}))
    })
}

fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let arn = resource(plane, request)?;
    plane.allow(caller, "DeleteTags", &arn)?;
    let keys = request.get("TagKeys").and_then(Value::as_array).cloned().unwrap_or_default();
    plane.change(|batch| {
        let mut tags = read(batch, &arn)?;
        tags.retain(|key, _| !keys.contains(&json!(key)));
        batch.put(DOCUMENTS, &arn, &tags)?;
        Ok(json!({}))
    })
}

fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let arn = resource(plane, request)?;
    plane.allow(caller, "ListTags", &arn)?;
    // One page: the smallest that can be asked for holds all that there may be.
    Ok(json!({"Tags": of(plane, &arn)?}))
}

/// The tags of a resource, as lists of tags are written.
pub(crate) fn of(plane: &Plane, arn: &str) -> Result<Vec<Value>, Refusal> {
    let tags: Tags = plane.machine.store.read(DOCUMENTS, arn)?.unwrap_or_default();
    Ok(listed(&tags))
}

/// Adds tags to a resource, and overwrites those that it has.
pub(crate) fn put(batch: &Batch<'_>, arn: &str, given: &Value) -> Result<(), Refusal> {
    let mut tags = read(batch, arn)?;
    for tag in given.as_array().into_iter().flatten() {
        let key = required(tag, "Key")?;
        if key.to_lowercase().starts_with("aws:") {
            return Err(Refusal::invalid(format!(
                "the tag key {key} begins with aws:, which is kept for the service's own use"
            )));
        }
        tags.insert(key.to_owned(), required(tag, "Value")?.to_owned());
    }
    if tags.len() > MOST {
        let words = format!("{arn} would have more than {MOST} tags; delete some first");
        return Err(Refusal::invalid(words));
    }
    if !tags.is_empty() {
        batch.put(DOCUMENTS, arn, &tags)?;
    }
    Ok(())
}

/// Forgets the tags of something that is deleted.
pub(crate) fn forget(batch: &Batch<'_>, arn: &str) -> Result<(), Refusal> {
    batch.remove(DOCUMENTS, arn)?;
    Ok(())
}

fn read(batch: &Batch<'_>, arn: &str) -> Result<Tags, Refusal> {
    Ok(batch.read(DOCUMENTS, arn)?.unwrap_or_default())
}

fn listed(tags: &Tags) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// The ARN that a request names, as the thing itself has it, if there is such a thing.
fn resource(plane: &Plane, request: &Value) -> Result<String, Refusal> {
    let arn = required(request, "ResourceArn")?;
    let absent = || Refusal::not_found(format!("Could not find resource \"{arn}\"."));
    // Names are found whatever their case is, and in ARNs they are in lower case.
    let resource = arn.strip_prefix(&plane.arn("")).ok_or_else(absent)?.to_lowercase();
    let own = plane.arn(&resource);
    if let Some(kind) = kind_of(&resource) {
        let key = resource.strip_prefix(kind.path).unwrap_or(&resource).trim_start_matches('/');
        let found: Option<Value> = plane.machine.store.read(kind.documents, key)?;
        return found.map(|_| own).ok_or_else(absent);
    }
    let lent = plane.lender().map_or(Ok(false), |lender| lender.has(&own))?;
    if lent { Ok(own) } else { Err(absent()) }
}

fn kind_of(resource: &str) -> Option<&'static Kind> {
    let path = resource.split('/').next()?;
    let kinds = [jobs::KINDS, experiments::KINDS, registry::KINDS, hosting::KINDS];
    kinds.into_iter().flatten().copied().find(|kind| kind.path == path)
}
