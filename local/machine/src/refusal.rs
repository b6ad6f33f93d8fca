//! A typed error, as AWS answers it.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

/// What a service answers instead of a result. Each protocol writes it in its own form.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The type, such as `ValidationException`.
    pub code: Cow<'static, str>,
    /// The words.
    pub message: String,
    /// Members beside code and message, such as `OriginalStatusCode`.
    pub members: Box<Map<String, Value>>,
}

impl Refusal {
    /// A refusal of any type.
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self { status, code: code.into(), message: message.into(), members: Box::default() }
    }

    /// The request breaks a rule: `ValidationException`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// What is asked for is not there: `ResourceNotFound`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(400, "ResourceNotFound", message)
    }

    /// The name is taken: `ResourceInUse`.
    pub fn in_use(message: impl Into<String>) -> Self {
        Self::new(400, "ResourceInUse", message)
    }

    /// Two changes met: `ConflictException`.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(400, "ConflictException", message)
    }

    /// The caller may not: `AccessDeniedException`.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(400, "AccessDeniedException", message)
    }

    /// Too many calls at once: `ThrottlingException`.
    pub fn throttled() -> Self {
        Self::new(400, "ThrottlingException", "Rate exceeded")
    }

    /// The engine has no such operation, and says so.
    pub fn unknown_operation(service: &str, operation: &str) -> Self {
        let message = format!("the local engine does not have {service} {operation}");
        Self::new(400, "UnknownOperationException", message)
    }

    /// The engine itself failed.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(500, "InternalFailure", format!("the local engine failed: {cause}"))
    }

    /// With a further member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<crate::StoreError> for Refusal {
    fn from(error: crate::StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(" ({cause})"));
        Self::internal(format!("{error}{}", cause.unwrap_or_default()))
    }
}
