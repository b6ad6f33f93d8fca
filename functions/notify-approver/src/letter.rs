//! The mail, as an approver reads it: pure.

use std::fmt::Write;

use crate::Evaluated;
use crate::comparison::{Row, against_baseline, deciding, headline, number, worse_groups};
use crate::settings::NotifySettings;

/// A subject has fewer than 100 characters.
const LONGEST_SUBJECT: usize = 99;
/// How many groups a person reads about.
const MOST_GROUPS: usize = 5;

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Letter {
    pub(crate) fn new(
        candidate: &Evaluated,
        champion: Option<&Evaluated>,
        settings: &NotifySettings,
    ) -> Self {
        let rows = headline(candidate, champion);
        let parts = [
            opening(candidate),
            table(&rows, champion),
            worse(&rows, candidate, champion),
            baseline(candidate),
            warnings(candidate, champion),
            decision(candidate, champion, settings),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Self { subject: subject(candidate, rows.first()), text: parts.join("\n\n") + "\n" }
    }
}

fn subject(candidate: &Evaluated, first: Option<&Row>) -> String {
    let package = &candidate.package;
    let mut subject = format!("Approve {} version {}?", package.group, package.summary.version);
    if let Some(Row { name, candidate: Some(value), .. }) = first {
        let _infallible = write!(subject, " {name} {}", number(*value));
    }
    let change = first.map(Row::change).filter(|change| !change.is_empty());
    if let Some(change) = change {
        let _infallible = write!(subject, ", {change}");
    }
    let clean = subject.chars().filter(|it| !it.is_control());
    clean.take(LONGEST_SUBJECT).collect()
}

fn opening(candidate: &Evaluated) -> String {
    let package = &candidate.package;
    let mut text =
        format!("Version {} of {} awaits your decision.", package.summary.version, package.group);
    let facts = [("retailer", "Retailer"), ("scenario", "Scenario"), ("execution_id", "Run")];
    for (key, name) in facts {
        if let Some(value) = package.metadata.get(key) {
            let _infallible = write!(text, "\n{name}: {value}");
        }
    }
    if let Some(holdout) = candidate.report.as_ref().map(|report| &report.holdout)
        && let (Some(start), Some(end)) = (&holdout.start, &holdout.end)
    {
        let _infallible = write!(text, "\nMeasured on: {start} to {end}");
        if let (Some(series), Some(points)) = (holdout.series, holdout.points) {
            let _infallible = write!(text, ", {series} series, {points} points");
        }
    }
    text
}

fn table(rows: &[Row], champion: Option<&Evaluated>) -> String {
    if rows.is_empty() {
        return "No metric is attached to this version and its report cannot be read: \
                look at its run before you decide."
            .to_owned();
    }
    let Some(champion) = champion else {
        let mut text = "There is no approved version yet.\n".to_owned();
        for row in rows {
            let _infallible = write!(text, "\n{:<12} {:>10}", row.name, cell(row.candidate));
        }
        return text;
    };
    let version = format!("version {}", champion.package.summary.version);
    let mut text = format!("{:<12} {:>10} {version:>12}", "", "candidate");
    for row in rows {
        let (ours, theirs) = (cell(row.candidate), cell(row.champion));
        let line = format!("\n{:<12} {ours:>10} {theirs:>12}   {}", row.name, row.change());
        text.push_str(line.trim_end_matches(' '));
    }
    text
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

fn worse(rows: &[Row], candidate: &Evaluated, champion: Option<&Evaluated>) -> String {
    let Some(champion) = champion else { return String::new() };
    let metrics =
        rows.iter().filter(|row| row.is_worse()).map(|row| ("overall".to_owned(), row.clone()));
    let groups = match (&candidate.report, &champion.report) {
        (Some(ours), Some(theirs)) => worse_groups(ours, theirs, deciding(candidate)),
        _ => Vec::new(),
    };
    let hidden = groups.len().saturating_sub(MOST_GROUPS);
    let all: Vec<_> = metrics.chain(groups.into_iter().take(MOST_GROUPS)).collect();
    if all.is_empty() && candidate.report.is_none() {
        return "No metric got worse; groups cannot be compared without the reports.".to_owned();
    }
    if all.is_empty() {
        return "Nothing got worse.".to_owned();
    }
    let mut text = "Got worse:".to_owned();
    for (place, row) in all {
        let (ours, theirs) = (cell(row.candidate), cell(row.champion));
        let change = row.change();
        let _infallible = write!(text, "\n- {place}: {} {theirs} -> {ours}, {change}", row.name);
    }
    if hidden > 0 {
        let _infallible = write!(text, "\n- and {hidden} more groups");
    }
    text
}

fn baseline(candidate: &Evaluated) -> String {
    against_baseline(candidate).map_or_else(String::new, |(baseline, row)| {
        let (ours, theirs) = (cell(row.candidate), cell(row.champion));
        let change = row.change();
        format!("Best baseline ({baseline}): {} {theirs}, candidate {ours}, {change}.", row.name)
    })
}

fn warnings(candidate: &Evaluated, champion: Option<&Evaluated>) -> String {
    let mut lines = Vec::new();
    let fingerprint = |it: &Evaluated| it.report.as_ref()?.holdout.fingerprint.clone();
    let both = fingerprint(candidate).zip(champion.and_then(fingerprint));
    if both.is_some_and(|(ours, theirs)| ours != theirs) {
        lines.push(
            "Careful: the two were measured on different data, so the table does not compare them."
                .to_owned(),
        );
    }
    let undefined = candidate.report.as_ref().map_or(0, |report| report.undefined.len());
    if undefined > 0 {
        lines.push(format!("{undefined} numbers are undefined; the report says why."));
    }
    lines.join("\n")
}

fn decision(
    candidate: &Evaluated,
    champion: Option<&Evaluated>,
    settings: &NotifySettings,
) -> String {
    let package = &candidate.package;
    let (arn, version) = (&package.summary.arn, package.summary.version);
    let endpoint = format!("{}{}", package.group, settings.endpoint_suffix);
    let consequence = champion.map_or_else(
        || format!("Once approved, it is served as {endpoint}."),
        |champion| {
            let old = champion.package.summary.version;
            format!("Once approved, it replaces version {old} behind {endpoint}.")
        },
    );
    let page = settings.console_url.as_ref().map_or_else(
        || {
            let group = &package.group;
            format!("SageMaker Studio > Models > Registered models > {group} > Version {version}")
        },
        |url| {
            url.replace("{group}", &package.group)
                .replace("{version}", &version.to_string())
                .replace("{arn}", arn)
        },
    );
    let command = |status: &str| {
        format!(
            "aws sagemaker update-model-package --model-package-arn {arn} \
             --model-approval-status {status}"
        )
    };
    let report = package.metadata.get("evaluation_s3_uri");
    let report = report.map_or_else(String::new, |uri| format!("\nReport: {uri}"));
    format!(
        "{consequence}\nDecide: {page}\nor\n  {}\n  {}{report}",
        command("Approved"),
        command("Rejected")
    )
}
