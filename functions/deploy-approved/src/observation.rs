//! Looks at the group, its endpoint and its configurations as they are now.
//!
//! Listings may lag behind decisions, so what they say is only where to look: whatever decides is
//! described first.

use std::collections::BTreeSet;

use cloud::failure::absent_as_none;
use cloud::hosting::{Blueprints, Endpoint, Endpoints};
use cloud::registry::{
    Approval, DescribePackage, ListPackages, Package, PackageQuery, PackageSummary, Readiness,
    all_packages,
};

use crate::DeployError;
use crate::decision::has_failed;
use crate::names::Names;

/// The version that should serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its number.
    pub(crate) version: u32,
    /// Its ARN.
    pub(crate) arn: String,
}

/// Everything that a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    /// The newest version that is approved and complete now.
    pub(crate) wanted: Option<Wanted>,
    /// Every version that is approved.
    pub(crate) approved: BTreeSet<u32>,
    /// The group's endpoint.
    pub(crate) endpoint: Option<Endpoint>,
    /// The names of the configurations that may be ours.
    pub(crate) blueprints: Vec<String>,
    /// Seconds since 1970 of the last decision of a person that made `wanted` the wanted one.
    pub(crate) decided: i64,
}

/// The group of a package; empty for a package without group.
pub(crate) async fn group_of(aws: &impl DescribePackage, arn: &str) -> Result<String, DeployError> {
    Ok(aws.describe_package(arn).await?.group)
}

/// Looks at everything; `told` is the package that the event told of.
pub(crate) async fn observe(
    aws: &(impl ListPackages + DescribePackage + Blueprints + Endpoints),
    names: &Names,
    told: Option<&str>,
) -> Result<Observation, DeployError> {
    let endpoint = absent_as_none(aws.describe_endpoint(&names.endpoint).await)?;
    let blueprints = aws.list_endpoint_configs(&names.blueprint_part()).await?;
    let query = PackageQuery { group: names.group.clone(), approval: None };
    let mut listed = all_packages(aws, &query).await?;
    if let Some(unlisted) = unlisted(aws, names, &listed, told).await? {
        listed.push(unlisted);
    }
    listed.sort_by_key(|summary| std::cmp::Reverse(summary.version));

    let live = endpoint.as_ref().and_then(|endpoint| names.version_of(&endpoint.config));
    let suspect = |summary: &PackageSummary| {
        is_usable(summary) || told == Some(&summary.arn) || live == Some(summary.version)
    };
    let wanted = newest_usable(aws, listed.iter().filter(|summary| suspect(summary))).await?;
    let failed = wanted.as_ref().zip(endpoint.as_ref()).is_some_and(|(wanted, endpoint)| {
        has_failed(endpoint, &names.blueprint(wanted.summary.version), &blueprints)
    });
    let decided = match &wanted {
        Some(wanted) if failed => last_decision(aws, wanted, &listed, live).await?,
        _ => 0,
    };
    Ok(Observation {
        approved: listed.iter().filter(|it| is_usable(it)).map(|it| it.version).collect(),
        wanted: wanted.map(|it| Wanted { version: it.summary.version, arn: it.summary.arn }),
        endpoint,
        blueprints,
        decided,
    })
}

/// The package that the event told of, if the listing does not show it yet.
async fn unlisted(
    aws: &impl DescribePackage,
    names: &Names,
    listed: &[PackageSummary],
    told: Option<&str>,
) -> Result<Option<PackageSummary>, DeployError> {
    let Some(arn) = told.filter(|arn| listed.iter().all(|summary| summary.arn != *arn)) else {
        return Ok(None);
    };
    let package = absent_as_none(aws.describe_package(arn).await)?;
    Ok(package.filter(|package| package.group == names.group).map(|package| package.summary))
}

/// The first of `candidates`, newest first, that may serve as of now.
async fn newest_usable(
    aws: &impl DescribePackage,
    candidates: impl Iterator<Item = &PackageSummary>,
) -> Result<Option<Package>, DeployError> {
    for candidate in candidates {
        let package = absent_as_none(aws.describe_package(&candidate.arn).await)?;
        if let Some(package) = package.filter(|package| is_usable(&package.summary)) {
            return Ok(Some(package));
        }
    }
    Ok(None)
}

/// When people last decided something that leads to `wanted`: its approval, or that a newer version
/// may not serve. Newer ones that merely wait are no decision, unless one of them is live.
async fn last_decision(
    aws: &impl DescribePackage,
    wanted: &Package,
    listed: &[PackageSummary],
    live: Option<u32>,
) -> Result<i64, DeployError> {
    let mut last = wanted.modified;
    let revoked = |it: &&PackageSummary| {
        it.version > wanted.summary.version
            && (it.approval == Approval::Rejected || live == Some(it.version))
    };
    for summary in listed.iter().filter(revoked) {
        let package = absent_as_none(aws.describe_package(&summary.arn).await)?;
        last = last.max(package.map_or(0, |package| package.modified));
    }
    Ok(last)
}

fn is_usable(summary: &PackageSummary) -> bool {
    summary.approval == Approval::Approved && summary.readiness == Readiness::Completed
}
