//! The model registry, over SageMaker.

use aws_sdk_sagemaker::primitives::DateTime;
use aws_sdk_sagemaker::types::{
    ModelApprovalStatus, ModelPackageGroupSortBy, ModelPackageSortBy, ModelPackageStatus,
    ModelPackageSummary, SortOrder,
};

use super::{Aws, errors};
use crate::CallError;
use crate::registry::{
    Approval, DecidePackage, DescribePackage, ListGroups, ListPackages, Package, PackagePage,
    PackageQuery, PackageSummary, Readiness,
};

const LIST: &str = "sagemaker:ListModelPackages";
const LIST_GROUPS: &str = "sagemaker:ListModelPackageGroups";
const UPDATE: &str = "sagemaker:UpdateModelPackage";
const DESCRIBE: &str = "sagemaker:DescribeModelPackage";

impl ListPackages for Aws {
    async fn list_packages(
        &self,
        query: &PackageQuery,
        next: Option<String>,
    ) -> Result<PackagePage, CallError> {
        let approval = query.approval.map(|approval| ModelApprovalStatus::from(approval.word()));
        let request = self
            .sagemaker()
            .list_model_packages()
            .model_package_group_name(&query.group)
            .set_model_approval_status(approval)
            .sort_by(ModelPackageSortBy::CreationTime)
            .sort_order(SortOrder::Descending)
            .max_results(100)
            .set_next_token(next);
        let answer =
            request.send().await.map_err(|error| errors::read(LIST, &query.group, &error))?;
        let packages = answer.model_package_summary_list.unwrap_or_default();
        Ok(PackagePage {
            packages: packages.into_iter().filter_map(summary).collect(),
            next: answer.next_token,
        })
    }
}

/// What a listing shows of a version; `None` for an unversioned package, which has no group.
fn summary(found: ModelPackageSummary) -> Option<PackageSummary> {
    let version = found.model_package_version.and_then(|version| u32::try_from(version).ok())?;
    let approval = found.model_approval_status.as_ref().map(ModelApprovalStatus::as_str);
    Some(PackageSummary {
        arn: found.model_package_arn?,
        version,
        approval: approval.map_or(Approval::Unknown, Approval::from_word),
        readiness: readiness(found.model_package_status.as_ref()),
    })
}

fn readiness(status: Option<&ModelPackageStatus>) -> Readiness {
    match status {
        Some(ModelPackageStatus::Completed) => Readiness::Completed,
        _ => Readiness::NotUsable,
    }
}

impl ListGroups for Aws {
    async fn list_groups(&self) -> Result<Vec<String>, CallError> {
        let (mut names, mut next) = (Vec::new(), None);
        loop {
            let request = self
                .sagemaker()
                .list_model_package_groups()
                .sort_by(ModelPackageGroupSortBy::CreationTime)
                .sort_order(SortOrder::Descending)
                .max_results(100)
                .set_next_token(next);
            let page =
                request.send().await.map_err(|error| errors::read(LIST_GROUPS, "*", &error))?;
            let found = page.model_package_group_summary_list.unwrap_or_default().into_iter();
            names.extend(found.filter_map(|group| group.model_package_group_name));
            next = page.next_token;
            if next.is_none() {
                return Ok(names);
            }
        }
    }
}

impl DescribePackage for Aws {
    async fn describe_package(&self, arn: &str) -> Result<Package, CallError> {
        let request = self.sagemaker().describe_model_package().model_package_name(arn);
        let found = request.send().await.map_err(|error| errors::read(DESCRIBE, arn, &error))?;
        let version = found.model_package_version.and_then(|number| u32::try_from(number).ok());
        let approval = found.model_approval_status.as_ref().map(ModelApprovalStatus::as_str);
        let statistics = found
            .model_metrics
            .and_then(|metrics| metrics.model_quality)
            .and_then(|quality| quality.statistics)
            .and_then(|statistics| statistics.s3_uri);
        let created = found.creation_time.map_or(0, |time: DateTime| time.secs());
        Ok(Package {
            summary: PackageSummary {
                arn: found.model_package_arn.unwrap_or_else(|| arn.to_owned()),
                version: version.unwrap_or_default(),
                approval: approval.map_or(Approval::Unknown, Approval::from_word),
                readiness: readiness(found.model_package_status.as_ref()),
            },
            group: found.model_package_group_name.unwrap_or_default(),
            metadata: found.customer_metadata_properties.into_iter().flatten().collect(),
            statistics_s3_uri: statistics,
            generated_by: found.metadata_properties.and_then(|properties| properties.generated_by),
            created,
            modified: found.last_modified_time.map_or(created, |time| time.secs()),
        })
    }
}

impl DecidePackage for Aws {
    async fn decide(&self, arn: &str, approval: Approval, note: &str) -> Result<(), CallError> {
        let request = self
            .sagemaker()
            .update_model_package()
            .model_package_arn(arn)
            .model_approval_status(ModelApprovalStatus::from(approval.word()))
            .approval_description(note);
        request.send().await.map_err(|error| errors::read(UPDATE, arn, &error))?;
        Ok(())
    }
}
