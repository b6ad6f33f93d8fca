//! The model registry: versions of a model package group and what is known of each.

use std::collections::BTreeMap;
use std::future::Future;

use crate::CallError;

/// Whether a person let a version be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Approval {
    /// It may serve.
    Approved,
    /// It may not serve.
    Rejected,
    /// Nobody has decided yet.
    Pending,
    /// A status that this version of the suite does not know; it never counts as approved.
    Unknown,
}

impl Approval {
    /// Reads the API's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "Approved" => Self::Approved,
            "Rejected" => Self::Rejected,
            "PendingManualApproval" => Self::Pending,
            _ => Self::Unknown,
        }
    }

    /// The API's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Pending => "PendingManualApproval",
            Self::Unknown => "Unknown",
        }
    }
}

/// Whether the registry has finished taking a version in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Readiness {
    /// It is complete and can become a model.
    Completed,
    /// It is pending, in progress, failed, being deleted, or only logged.
    NotUsable,
}

/// A version as a listing shows it: no numbers and no metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSummary {
    /// Its ARN, never taken apart.
    pub arn: String,
    /// Its number within the group, from 1; 0 for an unversioned package.
    pub version: u32,
    /// Whether it may serve.
    pub approval: Approval,
    /// Whether it can serve.
    pub readiness: Readiness,
}

/// A version in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What the listing shows.
    pub summary: PackageSummary,
    /// Its group's name, as given when it was made; empty for an unversioned package.
    pub group: String,
    /// Numbers and facts that the pipeline attached, as text.
    pub metadata: BTreeMap<String, String>,
    /// Where the report of its quality is, if attached.
    pub statistics_s3_uri: Option<String>,
    /// The pipeline execution that made it.
    pub generated_by: Option<String>,
    /// Seconds since 1970 of its creation.
    pub created: i64,
    /// Seconds since 1970 of its last change, which includes every approval.
    pub modified: i64,
}

/// Which versions to list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageQuery {
    /// The group.
    pub group: String,
    /// Only versions in this state; all if `None`.
    pub approval: Option<Approval>,
}

/// One page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackagePage {
    /// Newest first.
    pub packages: Vec<PackageSummary>,
    /// What to ask the next page with; `None` on the last.
    pub next: Option<String>,
}

/// Lists versions (`sagemaker:ListModelPackages`).
pub trait ListPackages {
    /// One page of at most 100; an unknown group is `NotFound` or an empty page.
    fn list_packages(
        &self,
        query: &PackageQuery,
        next: Option<String>,
    ) -> impl Future<Output = Result<PackagePage, CallError>> + Send;
}

/// Lists groups (`sagemaker:ListModelPackageGroups`).
pub trait ListGroups {
    /// The name of every group, newest first, over all pages.
    fn list_groups(&self) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;
}

/// Describes a version (`sagemaker:DescribeModelPackage`).
pub trait DescribePackage {
    /// The version in full.
    fn describe_package(
        &self,
        arn: &str,
    ) -> impl Future<Output = Result<Package, CallError>> + Send;
}

/// Decides on versions (`sagemaker:UpdateModelPackage`).
pub trait DecidePackage {
    /// Approves or rejects, with a note for those who ask later.
    fn decide(
        &self,
        arn: &str,
        approval: Approval,
        note: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// Every version that answers `query`, newest first, over all pages; none for an unknown group.
pub async fn all_packages(
    registry: &impl ListPackages,
    query: &PackageQuery,
) -> Result<Vec<PackageSummary>, CallError> {
    let mut packages = Vec::new();
    let mut next = None;
    loop {
        let page = registry.list_packages(query, next).await;
        let Some(page) = crate::failure::absent_as_none(page)? else { return Ok(packages) };
        packages.extend(page.packages);
        next = page.next;
        if next.is_none() {
            return Ok(packages);
        }
    }
}
