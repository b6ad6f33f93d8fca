//! The three ways in which an event fails, and how Lambda shows them.
//!
//! Alarms, retry rules and people read one word: `Rejected` (the caller must change something),
//! `Transient` (the same event may succeed later), `Defect` (we or the service broke a promise).

use std::error::Error;
use std::fmt;

use cloud::reports::ReadReportError;
use cloud::{CallError, Reason};
use lambda_runtime::Diagnostic;

/// What a caller should do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Change the event, the settings or the permissions: repeating it as it is will not help.
    Rejected,
    /// Try again.
    Transient,
    /// Report it: something is not as it was promised to be.
    Defect,
}

impl Kind {
    /// The error type that Lambda shows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rejected => "Rejected",
            Self::Transient => "Transient",
            Self::Defect => "Defect",
        }
    }
}

/// An error that knows what its caller should do.
pub trait Kinded: Error {
    /// The judgement; implementations match exhaustively, so a new variant must be judged.
    fn kind(&self) -> Kind;
}

impl Kinded for CallError {
    fn kind(&self) -> Kind {
        match self.reason {
            Reason::NotFound
            | Reason::AlreadyExists
            | Reason::Denied
            | Reason::LimitExceeded
            | Reason::Refused => Kind::Rejected,
            Reason::InProgress | Reason::Conflict | Reason::Throttled | Reason::Unavailable => {
                Kind::Transient
            }
            Reason::Unreadable => Kind::Defect,
        }
    }
}

impl Kinded for ReadReportError {
    fn kind(&self) -> Kind {
        match self {
            Self::Call(call) => call.kind(),
            Self::NotAReport { .. } => Kind::Rejected,
        }
    }
}

/// A failed event.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    source: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// What the caller should do.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl<E: Kinded + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { kind: error.kind(), source: Box::new(error) }
    }
}

impl fmt::Display for Failure {
    /// The whole chain of causes, each once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.source.to_string();
        let mut cause = self.source.source();
        while let Some(error) = cause {
            let more = error.to_string();
            if !text.contains(&more) {
                text.push_str(": ");
                text.push_str(&more);
            }
            cause = error.source();
        }
        f.write_str(&text)
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.kind.word().to_owned(), error_message: failure.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot record")]
    struct Outer(#[source] CallError);

    impl Kinded for Outer {
        fn kind(&self) -> Kind {
            self.0.kind()
        }
    }

    #[test]
    fn lambda_shows_one_of_three_words_and_the_whole_chain() {
        let call = CallError::new("s3:GetObject", "s3://b/k", Reason::Throttled, "slow down");

        let shown = Diagnostic::from(Failure::from(Outer(call)));

        assert_eq!(shown.error_type, "Transient");
        assert_eq!(
            shown.error_message,
            "cannot record: s3:GetObject on s3://b/k was throttled: slow down"
        );
    }
}
