//! What to do about an observation: a pure function, so that every row can be read and tested.

use cloud::hosting::{Endpoint, EndpointStatus};

use crate::DeployError;
use crate::names::Names;
use crate::observation::{Observation, Wanted};

/// The one step to take now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Make the endpoint.
    Create(Wanted),
    /// Move the endpoint.
    Update(Wanted),
    /// The endpoint has the wanted version; delete the configurations named.
    Keep {
        /// The version.
        version: u32,
        /// Configurations, each with the model of the same name.
        prune: Vec<String>,
        /// Whether it also serves it.
        reason: &'static str,
    },
    /// The endpoint moves to what is wanted: a version, or its end.
    Wait(Option<u32>),
    /// No version is approved: delete the endpoint.
    Delete,
    /// The endpoint failed: delete it, so that a later event can make it anew.
    Rebuild,
    /// No version is approved and nothing of ours serves; delete the configurations named.
    Nothing {
        /// Configurations, each with the model of the same name.
        prune: Vec<String>,
        /// How the endpoint stands.
        reason: &'static str,
    },
}

/// Decides on the next step; an error where none may be taken.
pub(crate) fn decide(seen: &Observation, names: &Names) -> Result<Decision, DeployError> {
    match (&seen.wanted, &seen.endpoint) {
        (None, None) => Ok(Decision::Nothing {
            prune: prunable(seen, names, &[]),
            reason: "no version is approved and there is no endpoint",
        }),
        (None, Some(endpoint)) => without_approval(endpoint, names),
        (Some(wanted), None) => Ok(Decision::Create(wanted.clone())),
        (Some(wanted), Some(endpoint)) => towards(wanted, endpoint, seen, names),
    }
}

/// Whether moving to the configuration `wanted` was tried and failed since the last success.
///
/// AWS says that the last change failed, not what it was to; a configuration is made only to be
/// moved to, so that it exists is the trace of the attempt.
pub(crate) fn has_failed(endpoint: &Endpoint, wanted: &str, blueprints: &[String]) -> bool {
    match endpoint.status {
        EndpointStatus::Failed => endpoint.config == wanted,
        EndpointStatus::InService | EndpointStatus::OutOfService => {
            endpoint.failure.is_some()
                && endpoint.config != wanted
                && blueprints.iter().any(|name| name == wanted)
        }
        EndpointStatus::Creating
        | EndpointStatus::Updating
        | EndpointStatus::RollingBack
        | EndpointStatus::Deleting
        | EndpointStatus::UpdateRollbackFailed
        | EndpointStatus::Unknown => false,
    }
}

fn towards(
    wanted: &Wanted,
    endpoint: &Endpoint,
    seen: &Observation,
    names: &Names,
) -> Result<Decision, DeployError> {
    let version = wanted.version;
    let name = names.blueprint(version);
    if heading(endpoint) == Some(&name) {
        return Ok(Decision::Wait(Some(version)));
    }
    if has_failed(endpoint, &name, &seen.blueprints) && seen.decided <= endpoint.modified {
        return Err(failed(wanted, endpoint, seen, names));
    }
    let has_it = endpoint.config == name;
    match endpoint.status {
        EndpointStatus::InService if has_it => {
            let prune = prunable(seen, names, &[name.as_str()]);
            Ok(Decision::Keep { version, prune, reason: "the newest approved version serves" })
        }
        EndpointStatus::OutOfService if has_it => Ok(Decision::Keep {
            version,
            prune: Vec::new(),
            reason: "the endpoint has the newest approved version but is out of service",
        }),
        EndpointStatus::InService | EndpointStatus::OutOfService => {
            Ok(Decision::Update(wanted.clone()))
        }
        EndpointStatus::Failed => Ok(Decision::Rebuild),
        EndpointStatus::UpdateRollbackFailed => Err(stuck(names)),
        EndpointStatus::Creating
        | EndpointStatus::Updating
        | EndpointStatus::RollingBack
        | EndpointStatus::Deleting
        | EndpointStatus::Unknown => Err(busy(endpoint, names)),
    }
}

/// What serves although nothing is approved is deleted, but only if this function put it there.
fn without_approval(endpoint: &Endpoint, names: &Names) -> Result<Decision, DeployError> {
    let is_ours = |config: &str| names.version_of(config).is_some();
    if !is_ours(&endpoint.config) && !endpoint.pending_config.as_deref().is_some_and(is_ours) {
        let reason = "no version is approved; the endpoint has a configuration of somebody else";
        return Ok(Decision::Nothing { prune: Vec::new(), reason });
    }
    match endpoint.status {
        EndpointStatus::Deleting => Ok(Decision::Wait(None)),
        EndpointStatus::InService | EndpointStatus::OutOfService | EndpointStatus::Failed => {
            Ok(Decision::Delete)
        }
        EndpointStatus::UpdateRollbackFailed => Err(stuck(names)),
        EndpointStatus::Creating
        | EndpointStatus::Updating
        | EndpointStatus::RollingBack
        | EndpointStatus::Unknown => Err(busy(endpoint, names)),
    }
}

/// The configuration that a change under way ends with, if it ends well.
fn heading(endpoint: &Endpoint) -> Option<&String> {
    match endpoint.status {
        EndpointStatus::Creating | EndpointStatus::Updating => {
            Some(endpoint.pending_config.as_ref().unwrap_or(&endpoint.config))
        }
        EndpointStatus::RollingBack => Some(&endpoint.config),
        EndpointStatus::InService
        | EndpointStatus::OutOfService
        | EndpointStatus::Deleting
        | EndpointStatus::Failed
        | EndpointStatus::UpdateRollbackFailed
        | EndpointStatus::Unknown => None,
    }
}

/// Configurations of this group that nothing needs: all but `live` ones and, beside a live one,
/// that of the newest other approved version, to which a rejection would lead back.
fn prunable(seen: &Observation, names: &Names, live: &[&str]) -> Vec<String> {
    let ours = seen.blueprints.iter().filter_map(|name| Some((names.version_of(name)?, name)));
    let idle: Vec<_> = ours.filter(|(_, name)| !live.contains(&name.as_str())).collect();
    let spare = idle
        .iter()
        .filter(|(version, name)| {
            seen.approved.contains(version) && names.blueprint(*version) == **name
        })
        .max();
    idle.iter().filter(|it| Some(*it) != spare).map(|(_, name)| (*name).clone()).collect()
}

fn failed(wanted: &Wanted, endpoint: &Endpoint, seen: &Observation, names: &Names) -> DeployError {
    let why = endpoint.failure.clone().unwrap_or_else(|| "AWS gave no reason".to_owned());
    let live = names.version_of(&endpoint.config);
    let serving = match live.filter(|_| endpoint.status == EndpointStatus::InService) {
        Some(live) if seen.approved.contains(&live) => format!("; version {live} still serves"),
        Some(live) => format!("; version {live}, WHICH IS NOT APPROVED, still serves"),
        None => String::new(),
    };
    let endpoint = names.endpoint.clone();
    DeployError::Failed { endpoint, version: wanted.version, why, serving }
}

fn busy(endpoint: &Endpoint, names: &Names) -> DeployError {
    DeployError::Busy { endpoint: names.endpoint.clone(), status: endpoint.status }
}

fn stuck(names: &Names) -> DeployError {
    DeployError::Stuck { endpoint: names.endpoint.clone() }
}
