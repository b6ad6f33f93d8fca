//! The model registry: groups, and the packages that are their versions.

mod events;
mod groups;
pub(crate) mod packages;
mod queries;

use machine::Refusal;

use crate::call::Handler;
use crate::entity::Kind;

/// The kinds that can have tags.
pub(crate) const KINDS: &[&Kind] = &[&GROUP, &PACKAGE];

pub(crate) static GROUP: Kind = Kind {
    documents: "sagemaker.model-package-group",
    name: "ModelPackageGroupName",
    arn: "ModelPackageGroupArn",
    path: "model-package-group",
    absent: |_, arn| Refusal::invalid(format!("ModelPackageGroup {arn} does not exist.")),
    taken: |_, arn| Refusal::invalid(format!("Model Package Group already exists: {arn}")),
};

/// A version is named `group/7`.
pub(crate) static PACKAGE: Kind = Kind {
    documents: "sagemaker.model-package",
    name: "ModelPackageName",
    arn: "ModelPackageArn",
    path: "model-package",
    absent: |_, arn| Refusal::invalid(format!("ModelPackage {arn} does not exist.")),
    taken: |_, arn| Refusal::invalid(format!("Model Package already exists: {arn}")),
};

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateModelPackageGroup" => groups::create,
        "DescribeModelPackageGroup" => groups::describe,
        "DeleteModelPackageGroup" => groups::delete,
        "ListModelPackageGroups" => groups::list,
        "PutModelPackageGroupPolicy" => groups::put_policy,
        "GetModelPackageGroupPolicy" => groups::get_policy,
        "DeleteModelPackageGroupPolicy" => groups::delete_policy,
        "CreateModelPackage" => packages::create,
        "UpdateModelPackage" => packages::update,
        "DeleteModelPackage" => packages::delete,
        "DescribeModelPackage" => queries::describe,
        "BatchDescribeModelPackage" => queries::batch_describe,
        "ListModelPackages" => queries::list,
        _ => return None,
    })
}
