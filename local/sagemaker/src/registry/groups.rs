//! Groups of packages, and who else may read them.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use super::{GROUP, PACKAGE};
use crate::entity::{Body, Named, members, not_here, required, set, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane, user};
use crate::shapes;

const POLICIES: &str = "sagemaker.model-package-group-policy";

pub(super) fn create(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&GROUP, request)?;
    plane.allow(caller, "CreateModelPackageGroup", &named.arn)?;
    plane.allow_tags(caller, request, &named.arn)?;
    if request.get("ManagedConfiguration").is_some() {
        return Err(not_here("ManagedConfiguration"));
    }
    let mut body = members(request);
    body.insert("CreatedBy".to_owned(), user(caller));
    body.insert("ModelPackageGroupStatus".to_owned(), json!("Completed"));
    plane.change(|batch| plane.make(batch, &named, request, body))?;
    Ok(json!({"ModelPackageGroupArn": named.arn}))
}

/// The group of a name or an ARN; an ARN of another account is none of ours.
pub(super) fn group(plane: &Plane, request: &Value) -> Result<Named, Refusal> {
    let given = required(request, GROUP.name)?;
    let named = plane.name(&GROUP, given);
    if given.starts_with("arn:") && given != named.arn {
        return Err((GROUP.absent)(&named.name, given));
    }
    Ok(named)
}

pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = group(plane, request)?;
    plane.allow(caller, "DescribeModelPackageGroup", &named.arn)?;
    let body = plane.find(&named)?;
    Ok(Value::Object(shapes::for_answer("DescribeModelPackageGroup", &body)))
}

pub(super) fn delete(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = group(plane, request)?;
    plane.allow(caller, "DeleteModelPackageGroup", &named.arn)?;
    plane.change(|batch| {
        named.find(batch)?;
        let prefix = format!("{}/", named.key());
        if !batch.with_prefix::<Body>(PACKAGE.documents, &prefix)?.is_empty() {
            return Err(Refusal::conflict(format!(
                "Cannot delete {}: it has model packages; delete them first.",
                named.arn
            )));
        }
        batch.remove(POLICIES, &named.key())?;
        named.remove(batch)
    })?;
    Ok(json!({}))
}

pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListModelPackageGroups", "*")?;
    if request.get("CrossAccountFilterOption") == Some(&json!("CrossAccount")) {
        return Err(not_here("other accounts"));
    }
    listing::page(&GROUPS, request, plane.all(&GROUP)?)
}

const GROUPS: Listing = Listing {
    list: "ModelPackageGroupSummaryList",
    summary: "ModelPackageGroupSummary",
    name: "ModelPackageGroupName",
    arn: "ModelPackageGroupArn",
    status: "",
    order: Order::Ascending,
};

pub(super) fn put_policy(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = group(plane, request)?;
    plane.allow(caller, "PutModelPackageGroupPolicy", &named.arn)?;
    let policy = required(request, "ResourcePolicy")?;
    if serde_json::from_str::<Body>(policy).is_err() {
        return Err(Refusal::invalid("ResourcePolicy is not a JSON document."));
    }
    plane.change(|batch| {
        named.find(batch)?;
        Ok::<_, Refusal>(batch.put(POLICIES, &named.key(), &policy)?)
    })?;
    Ok(json!({"ModelPackageGroupArn": named.arn}))
}

pub(super) fn get_policy(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = group(plane, request)?;
    plane.allow(caller, "GetModelPackageGroupPolicy", &named.arn)?;
    plane.find(&named)?;
    let policy: Option<String> = plane.machine.store.read(POLICIES, &named.key())?;
    let policy = policy.ok_or_else(|| no_policy(&named))?;
    Ok(json!({"ResourcePolicy": policy}))
}

pub(super) fn delete_policy(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = group(plane, request)?;
    plane.allow(caller, "DeleteModelPackageGroupPolicy", &named.arn)?;
    plane.change(|batch| {
        named.find(batch)?;
        if batch.remove(POLICIES, &named.key())? { Ok(()) } else { Err(no_policy(&named)) }
    })?;
    Ok(json!({}))
}

fn no_policy(named: &Named) -> Refusal {
    Refusal::invalid(format!("Cannot find resource policy for: {}", named.arn))
}

/// What a package takes over from its group.
pub(super) fn mark(body: &mut Body, group: &Body, version: i64) {
    let name = word(group, GROUP.name).to_owned();
    set(body, GROUP.name, Some(name.clone()));
    // The answer's model requires a name, which a version does not have for itself.
    set(body, PACKAGE.name, Some(name));
    set(body, "ModelPackageVersion", Some(version));
}
