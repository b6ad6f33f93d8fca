//! `approve` and `reject`: the decision, and what follows from it for the endpoint.

use std::io::Write;
use std::process::ExitCode;

use cloud::registry::{
    Approval, DecidePackage, DescribePackage, PackageQuery, Readiness, all_packages,
};
use cloud::sdk::Aws;

use crate::arguments::Decide;
use crate::failure::Failure;
use crate::group::Group;
use crate::place::connected;

pub(crate) async fn decide(
    arguments: &Decide,
    approval: Approval,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let aws = connected(&arguments.place).await?;
    let arn = meant(&aws, &arguments.version).await?;
    let package = aws.describe_package(&arn).await?;
    // Seen before the decision, which changes it.
    let group = Group::look(&aws, &package.group).await;
    aws.decide(&arn, approval, &arguments.note).await?;
    writeln!(out, "{} {arn}", approval.word().to_lowercase())?;
    match group {
        Ok(group) => writeln!(out, "{}", group.consequence(package.summary.version, approval))?,
        // The decision is made all the same.
        Err(error) => writeln!(out, "what serves cannot be told: {error}")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The ARN of a version that is named by it, by group and number, or by its group alone.
async fn meant(aws: &Aws, version: &str) -> Result<String, Failure> {
    if version.starts_with("arn:") {
        return Ok(version.to_owned());
    }
    if let Some((group, number)) = version.split_once('/') {
        let query = PackageQuery { group: group.to_owned(), approval: None };
        let mut versions = all_packages(aws, &query).await?.into_iter();
        let found = versions.find(|it| it.version.to_string() == number);
        let group = group.to_owned();
        let number = number.to_owned();
        return Ok(found.ok_or(Failure::NoSuchVersion { group, number })?.arn);
    }
    let group = version.to_owned();
    let query = PackageQuery { group: group.clone(), approval: Some(Approval::Pending) };
    let mut waiting = all_packages(aws, &query).await?.into_iter();
    let newest = waiting.find(|it| it.readiness == Readiness::Completed);
    Ok(newest.ok_or(Failure::NothingPending { group })?.arn)
}
