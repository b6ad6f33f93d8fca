//! Takes the one step that was decided on.
//!
//! Every call may be repeated: what exists is as good as made, what is gone as good as deleted.

use std::collections::BTreeMap;

use cloud::CallError;
use cloud::failure::{absent_as_none, existing_as_done};
use cloud::hosting::{Blueprints, Endpoints, NewEndpoint, NewEndpointConfig, NewModel};

use crate::decision::Decision;
use crate::names::Names;
use crate::observation::Wanted;
use crate::{Action, Answer, DeployError, DeploySettings};

/// Takes the step.
pub(crate) async fn act(
    aws: &(impl Blueprints + Endpoints),
    settings: &DeploySettings,
    names: &Names,
    decision: Decision,
) -> Result<Answer, DeployError> {
    match decision {
        Decision::Create(wanted) => {
            let config = make_blueprint(aws, settings, names, &wanted).await?;
            let tags = BTreeMap::from([group_tag(names)]);
            let endpoint = NewEndpoint { name: names.endpoint.clone(), config, tags };
            aws.create_endpoint(&endpoint).await.map_err(DeployError::of_change)?;
            let reason = "there was no endpoint; it is being made";
            Ok(Answer::about(names, Action::Created, reason).with_version(wanted.version))
        }
        Decision::Update(wanted) => {
            let config = make_blueprint(aws, settings, names, &wanted).await?;
            let updated = aws.update_endpoint(&names.endpoint, &config).await;
            updated.map_err(DeployError::of_change)?;
            let reason = "the endpoint is moving to the newest approved version";
            Ok(Answer::about(names, Action::Updated, reason).with_version(wanted.version))
        }
        Decision::Keep { version, prune, reason } => {
            let pruned = delete_blueprints(aws, &prune).await?;
            let answer = Answer::about(names, Action::Unchanged, reason);
            Ok(answer.with_version(version).with_pruned(pruned))
        }
        Decision::Nothing { prune, reason } => {
            let pruned = delete_blueprints(aws, &prune).await?;
            Ok(Answer::about(names, Action::NoneApproved, reason).with_pruned(pruned))
        }
        Decision::Wait(version) => {
            let reason = "the endpoint is on its way; its own event follows";
            Ok(Answer { version, ..Answer::about(names, Action::InProgress, reason) })
        }
        Decision::Delete => {
            absent_as_none(aws.delete_endpoint(&names.endpoint).await)?;
            let reason = "no version is approved any more; the endpoint is being deleted";
            Ok(Answer::about(names, Action::Deleted, reason))
        }
        Decision::Rebuild => {
            absent_as_none(aws.delete_endpoint(&names.endpoint).await)?;
            Err(DeployError::Rebuilding { endpoint: names.endpoint.clone() })
        }
    }
}

/// Makes the model and the configuration of a version, and answers their name.
async fn make_blueprint(
    aws: &impl Blueprints,
    settings: &DeploySettings,
    names: &Names,
    wanted: &Wanted,
) -> Result<String, DeployError> {
    let name = names.blueprint(wanted.version);
    let version_tag = ("almanac:version".to_owned(), wanted.version.to_string());
    let tags = BTreeMap::from([group_tag(names), version_tag]);
    let model = NewModel {
        name: name.clone(),
        package_arn: wanted.arn.clone(),
        role_arn: settings.role_arn.clone(),
        tags: tags.clone(),
    };
    existing_as_done(aws.create_model(&model).await)?;
    let config = NewEndpointConfig {
        name: name.clone(),
        model: name.clone(),
        capacity: settings.capacity.clone(),
        tags,
    };
    existing_as_done(aws.create_endpoint_config(&config).await).map_err(DeployError::of_change)?;
    Ok(name)
}

/// Deletes models before their configurations: a configuration that is left shows what to repeat.
async fn delete_blueprints(aws: &impl Blueprints, names: &[String]) -> Result<usize, CallError> {
    for name in names {
        absent_as_none(aws.delete_model(name).await)?;
        absent_as_none(aws.delete_endpoint_config(name).await)?;
    }
    Ok(names.len())
}

fn group_tag(names: &Names) -> (String, String) {
    ("almanac:group".to_owned(), names.group.clone())
}
