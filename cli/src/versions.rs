//! `almanac versions`: what a group has, who may serve, and what serves.

use std::io::Write;
use std::process::ExitCode;

use cloud::hosting::EndpointStatus;
use cloud::registry::{Approval, DescribePackage, ListGroups, Package};
use cloud::sdk::Aws;
use serde::Serialize;

use crate::arguments::Versions;
use crate::failure::Failure;
use crate::group::Group;
use crate::moment::moment;
use crate::place::connected;
use crate::table::Table;

/// How many versions of each group are shown where none is named.
const SHOWN: usize = 5;

/// A version, as `--json` tells it.
#[derive(Debug, Serialize)]
struct Row {
    group: String,
    version: u32,
    arn: String,
    approval: &'static str,
    created: i64,
    modified: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_status: Option<String>,
}

pub(crate) async fn versions(
    arguments: &Versions,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let aws = connected(&arguments.place).await?;
    let mut rows = Vec::new();
    let mut older = Vec::new();
    match &arguments.group {
        Some(name) => {
            let group = Group::look(&aws, name).await?;
            if group.versions.is_empty() {
                return Err(nothing_in(&aws, name).await);
            }
            rows.extend(described(&aws, name, &group, usize::MAX).await?);
        }
        None => {
            for name in aws.list_groups().await? {
                let group = Group::look(&aws, &name).await?;
                let shown = described(&aws, &name, &group, SHOWN).await?;
                let more = group.versions.len() - shown.len();
                if more > 0 {
                    older.push(format!("{more} older ones: almanac versions {name}"));
                }
                rows.extend(shown);
            }
        }
    }
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    tell(&rows, out)?;
    for line in older {
        writeln!(out, "{line}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An empty group, or none, whose name was perhaps meant otherwise.
async fn nothing_in(aws: &Aws, name: &str) -> Failure {
    let groups = match aws.list_groups().await {
        Ok(groups) => groups,
        Err(error) => return error.into(),
    };
    let group = name.to_owned();
    let meant = pipeline::lint::nearest(name, groups.iter().map(String::as_str));
    let known = match meant {
        _ if groups.contains(&group) => "it is empty".to_owned(),
        Some(meant) => format!("did you mean `{meant}`?"),
        None if groups.is_empty() => "there is no group at all".to_owned(),
        None => format!("there are {}", groups.join(", ")),
    };
    Failure::NoSuchGroup { group, known }
}

/// The newest versions, and those that serve.
async fn described(
    aws: &Aws,
    name: &str,
    group: &Group,
    newest: usize,
) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for (place, summary) in group.versions.iter().enumerate() {
        let mut serving = group.endpoints.iter().filter(|it| it.version == summary.version);
        let serving = serving.next();
        if place >= newest && serving.is_none() {
            continue;
        }
        let package = aws.describe_package(&summary.arn).await?;
        let (metric, value) = primary(&package).unzip();
        rows.push(Row {
            group: name.to_owned(),
            version: summary.version,
            arn: summary.arn.clone(),
            approval: package.summary.approval.word(),
            created: package.created,
            modified: package.modified,
            metric,
            value,
            endpoint: serving.map(|it| it.endpoint.clone()),
            endpoint_status: serving.map(|it| format!("{:?}", it.status)),
        });
    }
    Ok(rows)
}

/// The metric that the version's gate judged by, as its metadata say; else the first one in them.
fn primary(package: &Package) -> Option<(String, f64)> {
    let deciding = package.metadata.get("metric").cloned();
    let known = package.metadata.keys().filter(|key| metric::direction_of(key).is_some());
    let mut names = deciding.into_iter().chain(known.cloned());
    names.find_map(|name| {
        let value = package.metadata.get(&name)?.parse().ok()?;
        Some((name, value))
    })
}

fn tell(rows: &[Row], out: &mut impl Write) -> Result<(), Failure> {
    if rows.is_empty() {
        writeln!(
            out,
            "no version of any model yet: `almanac run` or a training pipeline makes one"
        )?;
        return Ok(());
    }
    let mut table =
        Table::new(["group", "version", "approval", "registered (UTC)", "metric", "serves at"]);
    for row in rows {
        let metric = row.metric.as_ref().zip(row.value);
        table.row([
            row.group.clone(),
            row.version.to_string(),
            word(row.approval),
            moment(row.created),
            metric.map_or_else(|| "-".to_owned(), |(name, value)| format!("{name} {value:.4}")),
            serves(row),
        ]);
    }
    table.write(out)
}

fn word(approval: &str) -> String {
    if approval == Approval::Pending.word() {
        "pending".to_owned()
    } else {
        approval.to_lowercase()
    }
}

/// The endpoint, with how it stands unless it serves.
fn serves(row: &Row) -> String {
    let in_service = format!("{:?}", EndpointStatus::InService);
    match (&row.endpoint, &row.endpoint_status) {
        (Some(endpoint), Some(status)) if *status != in_service => format!("{endpoint} ({status})"),
        (Some(endpoint), _) => endpoint.clone(),
        _ => "-".to_owned(),
    }
}
