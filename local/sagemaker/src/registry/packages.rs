//! Packages: made, decided on, deleted. A version is never given twice.

use std::sync::Arc;

use machine::{Batch, Caller, Refusal};
use serde_json::{Map, Value, json};

use super::{GROUP, PACKAGE, events, groups};
use crate::entity::{Body, Named, members, not_here, required, text};
use crate::plane::{Answer, Plane, user};
use crate::tags;

const TOKENS: &str = "sagemaker.model-package-token";

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let body = first_body(plane, caller, request)?;
    let arn = match (text(request, PACKAGE.name), text(request, GROUP.name)) {
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid(
                "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot \
                 determine which one to use.",
            ));
        }
        (None, None) => return Err(Refusal::invalid("Missing ARN.")),
        (None, Some(_)) => version(plane, caller, request, body)?,
        (Some(_), None) => unversioned(plane, caller, request, body)?,
    };
    Ok(json!({"ModelPackageArn": arn}))
}

fn first_body(plane: &Plane, caller: &Caller, request: &Value) -> Result<Body, Refusal> {
    if request.get("ValidationSpecification").is_some() {
        return Err(not_here("the validation of packages (ValidationSpecification)"));
    }
    if request.get("CertifyForMarketplace") == Some(&json!(true)) {
        return Err(not_here("the marketplace (CertifyForMarketplace)"));
    }
    let mut body = members(request);
    for private in ["Tags", "ClientToken"] {
        body.remove(private);
    }
    let now = plane.now();
    body.insert("CreationTime".to_owned(), now.clone());
    body.insert("LastModifiedTime".to_owned(), now);
    body.insert("CreatedBy".to_owned(), user(caller));
    body.insert("CertifyForMarketplace".to_owned(), json!(false));
    body.insert("ModelPackageStatus".to_owned(), json!("Completed"));
    let details = json!({"ValidationStatuses": [], "ImageScanStatuses": []});
    body.insert("ModelPackageStatusDetails".to_owned(), details);
    Ok(body)
}

/// The next version of a group.
fn version(
    plane: &Plane,
    caller: &Caller,
    request: &Value,
    mut body: Body,
) -> Result<String, Refusal> {
    let group = groups::group(plane, request)?;
    plane.allow(caller, "CreateModelPackage", &group.arn)?;
    let any = plane.arn(&format!("model-package/{}/*", group.key()));
    plane.allow(caller, "CreateModelPackage", &any)?;
    let has_tags = request.get("Tags").and_then(Value::as_array).is_some_and(|it| !it.is_empty());
    if has_tags {
        let words = "Tags cannot be given to a version of a model package group; tag the group.";
        return Err(Refusal::invalid(words));
    }
    body.entry("ModelApprovalStatus").or_insert_with(|| json!("PendingManualApproval"));
    plane.change(|batch| {
        let found = group.find(batch)?;
        if let Some(arn) = made_before(batch, request)? {
            return Ok(arn);
        }
        let version = batch.next_number(&format!("sagemaker.model-package/{}", group.key()))?;
        let named = named(plane, &format!("{}/{version}", group.key()))?;
        groups::mark(&mut body, &found, version);
        put_new(plane, batch, &named, (request, body))
    })
}

/// A package of its own name.
fn unversioned(
    plane: &Plane,
    caller: &Caller,
    request: &Value,
    body: Body,
) -> Result<String, Refusal> {
    let named = named(plane, required(request, PACKAGE.name)?)?;
    plane.allow(caller, "CreateModelPackage", &named.arn)?;
    plane.allow_tags(caller, request, &named.arn)?;
    if request.get("InferenceSpecification").is_none()
        && request.get("SourceAlgorithmSpecification").is_none()
    {
        return Err(Refusal::invalid(
            "A model package needs an InferenceSpecification or a SourceAlgorithmSpecification.",
        ));
    }
    plane.change(|batch| {
        if let Some(arn) = made_before(batch, request)? {
            return Ok(arn);
        }
        named.free(batch)?;
        if let Some(given) = request.get("Tags") {
            tags::put(batch, &named.arn, given)?;
        }
        put_new(plane, batch, &named, (request, body))
    })
}

/// Writes a new package and tells of its two states: it is made, and it is complete.
fn put_new(
    plane: &Plane,
    batch: &Batch<'_>,
    named: &Named,
    (request, mut body): (&Value, Body),
) -> Result<String, Refusal> {
    body.insert(PACKAGE.arn.to_owned(), json!(named.arn));
    named.put(batch, &body)?;
    if let Some(token) = text(request, "ClientToken") {
        batch.put(TOKENS, token, &(&named.arn, request))?;
    }
    let mut pending = body.clone();
    pending.insert("ModelPackageStatus".to_owned(), json!("InProgress"));
    events::tell(plane, batch, &pending, None)?;
    events::tell(plane, batch, &body, None)?;
    Ok(named.arn.clone())
}

/// What an earlier request with the same token made.
fn made_before(batch: &Batch<'_>, request: &Value) -> Result<Option<String>, Refusal> {
    let Some(token) = text(request, "ClientToken") else { return Ok(None) };
    let found: Option<(String, Value)> = batch.read(TOKENS, token)?;
    match found {
        Some((arn, of)) if of == *request => Ok(Some(arn)),
        Some(_) => Err(Refusal::conflict("The ClientToken was used with another request before.")),
        None => Ok(None),
    }
}

/// The package of a name (`group/7`) or an ARN.
pub(crate) fn named(plane: &Plane, given: &str) -> Result<Named, Refusal> {
    let prefix = plane.arn("model-package/");
    let name = match given.strip_prefix(&prefix) {
        Some(name) => name,
        None if given.starts_with("arn:") => return Err((PACKAGE.absent)(given, given)),
        None => given,
    };
    let arn = format!("{prefix}{}", name.to_lowercase());
    Ok(Named { kind: &PACKAGE, name: name.to_owned(), arn })
}

pub(super) fn update(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = named(plane, required(request, PACKAGE.arn)?)?;
    plane.allow(caller, "UpdateModelPackage", &named.arn)?;
    plane.change(|batch| {
        let mut body = named.find(batch)?;
        let updated = changed(&mut body, request);
        body.insert("LastModifiedTime".to_owned(), plane.now());
        body.insert("LastModifiedBy".to_owned(), user(caller));
        let count = body.get("CustomerMetadataProperties").and_then(Value::as_object).map(Map::len);
        if count.is_some_and(|count| count > 50) {
            let words = "A model package has at most 50 CustomerMetadataProperties.";
            return Err(Refusal::invalid(words));
        }
        named.put(batch, &body)?;
        events::tell(plane, batch, &body, Some(&updated))
    })?;
    Ok(json!({"ModelPackageArn": named.arn}))
}

/// Makes the changes of a request; answers the fields as events name them.
fn changed(body: &mut Body, request: &Value) -> Vec<&'static str> {
    const REPLACED: [(&str, &str); 6] = [
        ("ModelLifeCycle", "ModelLifeCycle"),
        ("ModelApprovalStatus", "ModelApprovalStatus"),
        ("ApprovalDescription", "ApprovalDescription"),
        ("SourceUri", "sourceUri"),
        ("InferenceSpecification", "InferenceSpecification"),
        ("ModelCard", "ModelCard"),
    ];
    let mut updated = Vec::new();
    for (member, told) in REPLACED {
        if let Some(value) = request.get(member) {
            body.insert(member.to_owned(), value.clone());
            updated.push(told);
        }
    }
    if let Some(value) = request.get("ModelPackageRegistrationType") {
        body.insert("ModelPackageRegistrationType".to_owned(), value.clone());
    }
    if let Some(more) = request.get("AdditionalInferenceSpecificationsToAdd") {
        let all = body.entry("AdditionalInferenceSpecifications").or_insert_with(|| json!([]));
        if let (Some(all), Some(more)) = (all.as_array_mut(), more.as_array()) {
            all.extend(more.iter().cloned());
        }
    }
    let given = request.get("CustomerMetadataProperties").and_then(Value::as_object);
    let removed = request.get("CustomerMetadataPropertiesToRemove").and_then(Value::as_array);
    if given.is_some() || removed.is_some() {
        let all = body.entry("CustomerMetadataProperties").or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.extend(given.cloned().unwrap_or_default());
            for key in removed.into_iter().flatten().filter_map(Value::as_str) {
                all.remove(key);
            }
        }
        updated.push("CustomerMetadataProperties");
    }
    updated
}

pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = named(plane, required(request, PACKAGE.name)?)?;
    plane.allow(caller, "DeleteModelPackage", &named.arn)?;
    plane.change(|batch| {
        named.find(batch)?;
        named.remove(batch)
    })?;
    Ok(json!({}))
}
