//! Puts the newest approved version of a model package group behind an endpoint of constant name.
//!
//! EventBridge calls it when a package is approved or rejected and when an endpoint changes state.
//! An event only says which group to look at: events repeat, overtake each other and get lost, so
//! the wanted state is read anew each time (`observation`), compared in a pure function
//! (`decision`) and approached by at most one change of the endpoint (`action`). The next event
//! goes on from there. It never waits and never remembers anything.

mod action;
mod answer;
mod decision;
mod event;
mod failure;
mod names;
mod observation;
mod settings;
#[cfg(test)]
mod tests;

use cloud::hosting::{Blueprints, Endpoints};
use cloud::registry::{DescribePackage, ListPackages};
use invocation::Failure;
use serde_json::Value;

pub use answer::{Action, Answer};
pub use failure::DeployError;
pub use names::version_served;
pub use settings::DeploySettings;

use event::Subject;
use names::Names;

/// Answers events until the sandbox ends: what `main` and the local engine run.
///
/// # Errors
/// If a setting cannot be used, or the Runtime API fails.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let environment = invocation::Settings::from_env();
    invocation::start_logs(&environment);
    let settings = DeploySettings::read(&environment)?;
    let aws = cloud::sdk::Aws::connect().await;

    invocation::serve(|event| handle(&aws, &settings, event)).await
}

/// Answers one event: decode, observe, decide, act.
pub async fn handle(
    aws: &(impl ListPackages + DescribePackage + Blueprints + Endpoints + Sync),
    settings: &DeploySettings,
    event: Value,
) -> Result<Answer, Failure> {
    let subject = event::read(event, settings)?;
    let (group, told) = match subject {
        Subject::Group { group, arn } => (group, arn),
        Subject::Package { arn } => (observation::group_of(aws, &arn).await?, Some(arn)),
        Subject::Other { reason } => return Ok(Answer::ignored(None, reason)),
    };
    if group.is_empty() {
        return Ok(Answer::ignored(None, "the package has no group, so it has no endpoint"));
    }
    if !group.starts_with(&settings.group_prefix) {
        let reason = format!("the group does not start with `{}`", settings.group_prefix);
        return Ok(Answer::ignored(Some(group), reason));
    }
    let names = Names::of(&group, settings)?;
    let seen = observation::observe(aws, &names, told.as_deref()).await?;
    let decision = decision::decide(&seen, &names)?;
    let answer = action::act(aws, settings, &names, decision).await?;
    tracing::info!(group, endpoint = names.endpoint, action = ?answer.action, "answered");
    Ok(answer)
}
