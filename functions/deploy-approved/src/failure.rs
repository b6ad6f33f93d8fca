//! What can go wrong, and what a caller should do about it.

use cloud::hosting::EndpointStatus;
use cloud::{CallError, Reason};
use invocation::event::BadEvent;
use invocation::{Kind, Kinded};

/// Why an event was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// The event cannot be read.
    #[error(transparent)]
    Event(#[from] BadEvent),
    /// The group's name cannot be part of the names of models and endpoints.
    #[error("the model package group `{group}` cannot have an endpoint: {why}")]
    Name {
        /// The group.
        group: String,
        /// What is wrong with its name.
        why: String,
    },
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What was made a moment ago cannot be seen yet, or somebody else was faster.
    #[error("another look is needed: {0}")]
    Moved(#[source] CallError),
    /// The endpoint takes no change at the moment.
    #[error("endpoint `{endpoint}` is {status:?} and takes no change until that ends")]
    Busy {
        /// The endpoint.
        endpoint: String,
        /// Where it stands.
        status: EndpointStatus,
    },
    /// The endpoint could not be made and was deleted; the next attempt makes it anew.
    #[error("endpoint `{endpoint}` had failed and was deleted; it is made anew once it is gone")]
    Rebuilding {
        /// The endpoint.
        endpoint: String,
    },
    /// The wanted version was tried and failed, and nobody has decided again since.
    #[error(
        "the deployment of version {version} to endpoint `{endpoint}` failed: {why}{serving}; \
         approve a newer version, or approve this one again to try it again"
    )]
    Failed {
        /// The endpoint.
        endpoint: String,
        /// The version.
        version: u32,
        /// AWS's reason.
        why: String,
        /// What serves meanwhile, in words; empty if nothing does.
        serving: String,
    },
    /// The endpoint is in a state that no call of ours can lead out of safely.
    #[error(
        "endpoint `{endpoint}` could neither be updated nor rolled back and serves a mix of both: \
         a person has to look and then delete or update it"
    )]
    Stuck {
        /// The endpoint.
        endpoint: String,
    },
}

impl Kinded for DeployError {
    fn kind(&self) -> Kind {
        match self {
            Self::Event(error) => error.kind(),
            Self::Call(error) => error.kind(),
            Self::Moved(_) | Self::Busy { .. } | Self::Rebuilding { .. } => Kind::Transient,
            Self::Name { .. } | Self::Failed { .. } | Self::Stuck { .. } => Kind::Rejected,
        }
    }
}

impl DeployError {
    /// Judges the failure of a call that builds on things just made or just seen.
    ///
    /// AWS reads a fresh model or configuration from a store that may not have it yet, and an
    /// endpoint may come or go between our look and our call: both are over after a moment.
    pub(crate) fn of_change(error: CallError) -> Self {
        match error.reason {
            Reason::NotFound | Reason::AlreadyExists => Self::Moved(error),
            _ => Self::Call(error),
        }
    }
}
