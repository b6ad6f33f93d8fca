//! Packages, described and listed.

use std::sync::Arc;

use machine::Caller;
use serde_json::{Map, Value, json};

use super::{GROUP, PACKAGE, groups, packages};
use crate::entity::{required, text, word};
use crate::listing::{self, Listing, Order};
use crate::plane::{Answer, Plane};
use crate::shapes;

pub(super) fn describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = packages::named(plane, required(request, PACKAGE.name)?)?;
    plane.allow(caller, "DescribeModelPackage", &named.arn)?;
    let body = plane.find(&named)?;
    Ok(Value::Object(shapes::for_answer("DescribeModelPackage", &body)))
}

/// Answers those that are there, and errors for the others.
pub(super) fn batch_describe(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let (mut found, mut errors) = (Map::new(), Map::new());
    let arns = request.get("ModelPackageArnList").and_then(Value::as_array);
    for arn in arns.into_iter().flatten().filter_map(Value::as_str) {
        let body = packages::named(plane, arn).and_then(|named| {
            plane.allow(caller, "BatchDescribeModelPackage", &named.arn)?;
            plane.find(&named)
        });
        match body {
            Ok(body) if body.contains_key(GROUP.name) => {
                let summary = shapes::for_shape("BatchDescribeModelPackageSummary", &body);
                found.insert(arn.to_owned(), Value::Object(summary));
            }
            Ok(_) => {
                let words = format!("ModelPackage {arn} is not a version of a group.");
                let error = json!({"ErrorCode": "ValidationException", "ErrorResponse": words});
                errors.insert(arn.to_owned(), error);
            }
            Err(refusal) if refusal.status >= 500 => return Err(refusal),
            Err(refusal) => {
                let error = json!({"ErrorCode": refusal.code, "ErrorResponse": refusal.message});
                errors.insert(arn.to_owned(), error);
            }
        }
    }
    let mut answer = json!({"ModelPackageSummaries": found});
    if let (Some(answer), false) = (answer.as_object_mut(), errors.is_empty()) {
        answer.insert("BatchDescribeModelPackageErrorMap".to_owned(), Value::Object(errors));
    }
    Ok(answer)
}

/// The versions of a group if one is given, and else the packages that are no versions.
pub(super) fn list(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "ListModelPackages", "*")?;
    let mut found = plane.all(&PACKAGE)?;
    let has_group = text(request, GROUP.name).is_some();
    if has_group {
        let group = groups::group(plane, request)?;
        plane.find(&group)?;
        found.retain(|body| word(body, GROUP.name).to_lowercase() == group.key());
    }
    let default = if has_group { "Versioned" } else { "Unversioned" };
    match text(request, "ModelPackageType").unwrap_or(default) {
        "Versioned" => found.retain(|body| body.contains_key(GROUP.name)),
        "Unversioned" => found.retain(|body| !body.contains_key(GROUP.name)),
        _ => {}
    }
    if let Some(status) = text(request, "ModelApprovalStatus") {
        found.retain(|body| word(body, "ModelApprovalStatus") == status);
    }
    let mut page = listing::page(&PACKAGES, request, found)?;
    let items = page.get_mut(PACKAGES.list).and_then(Value::as_array_mut);
    for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
        if item.contains_key(GROUP.name) {
            // The service shows no name of a version.
            item.remove(PACKAGE.name);
        }
    }
    Ok(page)
}

const PACKAGES: Listing = Listing {
    list: "ModelPackageSummaryList",
    summary: "ModelPackageSummary",
    name: "ModelPackageName",
    arn: "ModelPackageArn",
    status: "ModelPackageStatus",
    order: Order::Ascending,
};
