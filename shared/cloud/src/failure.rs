//! Why a call to AWS failed, in the few words that callers decide on.
//!
//! AWS models few errors and answers most refusals with one `ValidationException` whose text says
//! what happened; the adapters turn both into a [`Reason`], so that no function reads messages.

use std::fmt;

/// A call to AWS that did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} on {resource} {reason}: {message}")]
pub struct CallError {
    /// The IAM action, for instance `sagemaker:CreateModel`: what a policy would have to grant.
    pub operation: &'static str,
    /// What it was asked of: a name, an ARN or an address.
    pub resource: String,
    /// What callers decide on.
    pub reason: Reason,
    /// The service's own words.
    pub message: String,
}

impl CallError {
    /// An error of `operation` on `resource`.
    pub fn new(
        operation: &'static str,
        resource: impl Into<String>,
        reason: Reason,
        message: impl Into<String>,
    ) -> Self {
        Self { operation, resource: resource.into(), reason, message: message.into() }
    }
}

/// What a caller can decide on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The thing is not there.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// The thing is changing at this moment and takes no other change.
    InProgress,
    /// Somebody else changed it at the same time, or a precondition does not hold.
    Conflict,
    /// Too many calls; the client's own retries are used up.
    Throttled,
    /// The role does not grant the action (or, in S3, hides whether the key exists).
    Denied,
    /// A quota of the account is used up.
    LimitExceeded,
    /// The service understood and refused: the request itself is wrong.
    Refused,
    /// The service failed or could not be reached in time.
    Unavailable,
    /// The service answered something that cannot be understood.
    Unreadable,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "found nothing",
            Self::AlreadyExists => "found the name taken",
            Self::InProgress => "found it busy",
            Self::Conflict => "met another change",
            Self::Throttled => "was throttled",
            Self::Denied => "was denied",
            Self::LimitExceeded => "met a quota",
            Self::Refused => "was refused",
            Self::Unavailable => "could not be served",
            Self::Unreadable => "was answered unreadably",
        })
    }
}

/// Reads the absence of a thing as `None`, where absence is an expected outcome.
pub fn absent_as_none<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.reason == Reason::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads "the name is taken" as done, where names are deterministic and things immutable.
pub fn existing_as_done(answer: Result<(), CallError>) -> Result<(), CallError> {
    match answer {
        Err(error) if error.reason == Reason::AlreadyExists => Ok(()),
        other => other,
    }
}
