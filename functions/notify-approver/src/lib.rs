//! Writes to the approver when a model awaits a decision: once per version.
//!
//! EventBridge calls it when a version is registered, and again whenever something about a pending
//! version changes. The mail shows candidate against champion, what got worse, and where to decide.

mod comparison;
mod event;
mod letter;
mod marker;
mod settings;

use cloud::CallError;
use cloud::mail::PublishMail;
use cloud::objects::{ReadObject, WriteObject};
use cloud::registry::{
    Approval, DescribePackage, ListPackages, Package, PackageQuery, Readiness, all_packages,
};
use cloud::reports::read_report_of;
use invocation::Failure;
use metric::Report;
use serde::Serialize;
use serde_json::Value;

use event::Announcement;
use letter::Letter;
use marker::{Claim, Marker};
pub use settings::NotifySettings;

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `true` if this event sent the mail.
    pub sent: String,
    /// Why, or why not.
    pub reason: String,
    /// The version.
    pub model_package_arn: String,
}

/// A version with its report, where it has one that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Evaluated {
    pub(crate) package: Package,
    pub(crate) report: Option<Report>,
}

/// Answers events until the sandbox ends: what `main` and the local engine run.
///
/// # Errors
/// If a setting cannot be used, or the Runtime API fails.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let environment = invocation::Settings::from_env();
    invocation::start_logs(&environment);
    let settings = NotifySettings::read(&environment)?;
    let aws = cloud::sdk::Aws::connect().await;

    invocation::serve(|event| handle(&aws, &settings, invocation::clock::now(), event)).await
}

/// Answers one event; `now` is in seconds since 1970.
///
/// # Errors
/// `Rejected` if the event cannot be used, `Transient` if AWS could not answer now or another
/// delivery of the event is sending the mail at this moment.
pub async fn handle<Aws>(
    aws: &Aws,
    settings: &NotifySettings,
    now: i64,
    event: Value,
) -> Result<Answer, Failure>
where
    Aws: ReadObject + WriteObject + ListPackages + DescribePackage + PublishMail + Sync,
{
    let announcement = Announcement::read(event)?;
    let arn = announcement.arn;
    let answer = |sent: bool, reason: String| {
        tracing::info!(sent, reason, arn, "announced");
        Answer { sent: sent.to_string(), reason, model_package_arn: arn.clone() }
    };
    if let Some(group) = announcement.group.filter(|group| !settings.covers(group)) {
        return Ok(answer(false, format!("{group} is not one of our groups")));
    }

    let package = aws.describe_package(&arn).await?;
    if let Some(reason) = no_decision_needed(settings, &package) {
        return Ok(answer(false, reason));
    }
    let marker = Marker::new(settings, &package)?;
    let claim = match marker.claim(aws, now).await? {
        Claim::Ours(claim) => claim,
        Claim::Sent => return Ok(answer(false, "the mail was sent before".to_owned())),
    };

    let letter = write_letter(aws, settings, package).await;
    let sent = match letter {
        Ok(letter) => aws.publish(&settings.topic_arn, &letter.subject, &letter.text).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(message_id) => {
            let kept = marker.keep(aws, &claim, &message_id, now).await;
            let note = kept.err().map_or_else(String::new, |error| {
                format!("; that could not be noted, so a repeated event may send it again: {error}")
            });
            Ok(answer(true, format!("mail {message_id} was sent{note}")))
        }
        Err(error) => {
            marker.release(aws, &claim).await;
            Err(error.into())
        }
    }
}

/// Why nobody has to be asked, if so.
fn no_decision_needed(settings: &NotifySettings, package: &Package) -> Option<String> {
    let summary = &package.summary;
    if !settings.covers(&package.group) {
        Some(format!("{} is not one of our groups", package.group))
    } else if summary.approval != Approval::Pending {
        Some(format!("it is {} by now", summary.approval.word()))
    } else if summary.readiness != Readiness::Completed {
        Some("the registry has not completed it: another event will follow".to_owned())
    } else {
        None
    }
}

async fn write_letter<Aws>(
    aws: &Aws,
    settings: &NotifySettings,
    package: Package,
) -> Result<Letter, CallError>
where
    Aws: ReadObject + ListPackages + DescribePackage + Sync,
{
    let approved =
        PackageQuery { group: package.group.clone(), approval: Some(Approval::Approved) };
    let mut versions = all_packages(aws, &approved).await?;
    versions.retain(|version| version.readiness == Readiness::Completed);
    let newest = versions.into_iter().max_by_key(|version| version.version);

    let champion = match newest {
        Some(version) => Some(evaluated(aws, aws.describe_package(&version.arn).await?).await?),
        None => None,
    };
    let candidate = evaluated(aws, package).await?;
    Ok(Letter::new(&candidate, champion.as_ref(), settings))
}

async fn evaluated(objects: &impl ReadObject, package: Package) -> Result<Evaluated, CallError> {
    let report = read_report_of(objects, &package).await?;
    Ok(Evaluated { package, report })
}
