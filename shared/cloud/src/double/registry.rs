//! Model packages.

use std::collections::BTreeMap;

use super::Account;
use crate::registry::{
    Approval, DescribePackage, ListGroups, ListPackages, Package, PackagePage, PackageQuery,
    PackageSummary, Readiness,
};
use crate::{CallError, Reason};

/// The most versions on a page, as in the service.
const PAGE: usize = 100;

/// Packages of every group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// By ARN.
    pub packages: BTreeMap<String, Package>,
}

impl Registry {
    /// Registers the next version of `group` and answers its ARN.
    pub fn register(&mut self, group: &str, metadata: &[(&str, &str)], now: i64) -> String {
        let versions = self.packages.values().filter(|package| package.group == group);
        let version = versions.map(|package| package.summary.version).max().unwrap_or(0) + 1;
        let arn =
            format!("arn:aws:sagemaker:eu-west-1:111122223333:model-package/{group}/{version}");
        let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let package = Package {
            summary: PackageSummary {
                arn: arn.clone(),
                version,
                approval: Approval::Pending,
                readiness: Readiness::Completed,
            },
            group: group.to_owned(),
            metadata: metadata.collect(),
            statistics_s3_uri: None,
            generated_by: None,
            created: now,
            modified: now,
        };
        self.packages.insert(arn.clone(), package);
        arn
    }

    /// Decides on a version, as a person would; an unknown ARN changes nothing.
    pub fn decide(&mut self, arn: &str, approval: Approval, now: i64) {
        if let Some(package) = self.packages.get_mut(arn) {
            package.summary.approval = approval;
            package.modified = now;
        }
    }

    fn page(&self, query: &PackageQuery, from: usize) -> PackagePage {
        let wanted = |package: &&Package| {
            package.group == query.group
                && query.approval.is_none_or(|approval| approval == package.summary.approval)
        };
        let mut found: Vec<_> =
            self.packages.values().filter(wanted).map(|package| package.summary.clone()).collect();
        found.sort_by_key(|summary| std::cmp::Reverse(summary.version));
        let next = (found.len() > from + PAGE).then(|| (from + PAGE).to_string());
        PackagePage { packages: found.into_iter().skip(from).take(PAGE).collect(), next }
    }
}

impl ListPackages for Account {
    async fn list_packages(
        &self,
        query: &PackageQuery,
        next: Option<String>,
    ) -> Result<PackagePage, CallError> {
        self.call("sagemaker:ListModelPackages", &query.group, |state| {
            let from = next.and_then(|next| next.parse().ok()).unwrap_or(0);
            Ok(state.registry.page(query, from))
        })
        .await
    }
}

impl ListGroups for Account {
    async fn list_groups(&self) -> Result<Vec<String>, CallError> {
        self.call("sagemaker:ListModelPackageGroups", "*", |state| {
            let mut begun = BTreeMap::<&str, i64>::new();
            for package in state.registry.packages.values().filter(|it| !it.group.is_empty()) {
                let created = begun.entry(&package.group).or_insert(package.created);
                *created = package.created.min(*created);
            }
            let mut groups: Vec<_> = begun.into_iter().collect();
            groups.sort_by_key(|(_, created)| std::cmp::Reverse(*created));
            Ok(groups.into_iter().map(|(group, _)| group.to_owned()).collect())
        })
        .await
    }
}

impl DescribePackage for Account {
    async fn describe_package(&self, arn: &str) -> Result<Package, CallError> {
        self.call("sagemaker:DescribeModelPackage", arn, |state| {
            let package = state.registry.packages.get(arn).cloned();
            package.ok_or_else(|| (Reason::NotFound, "ModelPackage does not exist.".to_owned()))
        })
        .await
    }
}
