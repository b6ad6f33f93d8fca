//! What the function answers: one flat object, for logs and for whoever invokes it by hand.

use serde::Serialize;

use crate::names::Names;

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The model package group; absent if the event names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group's endpoint; absent if the event is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// What was done.
    pub action: Action,
    /// The version that the endpoint has or moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Why, in words.
    pub reason: String,
    /// How many old configurations were deleted, each with its model.
    pub pruned: usize,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The endpoint was missing and is being made.
    Created,
    /// The endpoint is moving to another configuration.
    Updated,
    /// The endpoint has what it should have.
    Unchanged,
    /// The endpoint is on its way already.
    InProgress,
    /// No version is approved any more, so the endpoint is being deleted.
    Deleted,
    /// No version is approved and nothing of ours serves.
    NoneApproved,
    /// The event is not about anything that this function looks after.
    Ignored,
}

impl Answer {
    pub(crate) fn ignored(group: Option<String>, reason: impl Into<String>) -> Self {
        let action = Action::Ignored;
        Self { group, endpoint: None, action, version: None, reason: reason.into(), pruned: 0 }
    }

    pub(crate) fn about(names: &Names, action: Action, reason: impl Into<String>) -> Self {
        let endpoint = Some(names.endpoint.clone());
        Self { endpoint, action, ..Self::ignored(Some(names.group.clone()), reason) }
    }

    pub(crate) fn with_version(self, version: u32) -> Self {
        Self { version: Some(version), ..self }
    }

    pub(crate) fn with_pruned(self, pruned: usize) -> Self {
        Self { pruned, ..self }
    }
}
