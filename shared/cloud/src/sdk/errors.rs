//! From what AWS says to a [`Reason`].

use aws_sdk_sagemaker::config::http::HttpResponse;
use aws_sdk_sagemaker::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;

use crate::{CallError, Reason};

/// Reads an SDK error.
pub(super) fn read<E>(
    operation: &'static str,
    resource: &str,
    error: &SdkError<E, HttpResponse>,
) -> CallError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let reason = match error {
        SdkError::ServiceError(_) => reason_of(code, message, status),
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => Reason::Unavailable,
        SdkError::ResponseError(_) if status >= 500 => Reason::Unavailable,
        SdkError::ResponseError(_) => Reason::Unreadable,
        _ => Reason::Refused,
    };
    let words = if message.is_empty() && code.is_empty() {
        innermost(error)
    } else {
        format!("{code}: {message}")
    };
    CallError::new(operation, resource, reason, clear(operation, reason, words))
}

/// Where a chain of errors began: `Connection refused`, or that there are no credentials.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words = format!("{error}: {inner}");
        cause = inner.source();
    }
    words
}

/// An answer that lacks what the API promises.
pub(super) fn unreadable(operation: &'static str, resource: &str, lacks: &str) -> CallError {
    let message = format!("the answer lacks {lacks}");
    CallError::new(operation, resource, Reason::Unreadable, message)
}

/// Adds what the bare answer hides from somebody who has to act on it.
fn clear(operation: &'static str, reason: Reason, words: String) -> String {
    match reason {
        Reason::Denied if operation == "s3:GetObject" => format!(
            "{words} (without s3:ListBucket a missing object is answered the same way: \
             check that it exists, then that the role may read it)"
        ),
        Reason::Denied => format!("{words} (the function's role does not grant {operation} on it)"),
        _ => words,
    }
}

fn reason_of(code: &str, message: &str, status: u16) -> Reason {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown" => Reason::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "AuthorizationError"
        | "Forbidden"
        | "UnrecognizedClientException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId" => Reason::Denied,
        "NoSuchKey"
        | "NoSuchBucket"
        | "ResourceNotFound"
        | "ResourceNotFoundException"
        | "NotFound"
        | "NotFoundException" => Reason::NotFound,
        "PreconditionFailed" | "ConditionalRequestConflict" | "ConflictException" => {
            Reason::Conflict
        }
        "ResourceLimitExceeded" | "ServiceQuotaExceededException" => Reason::LimitExceeded,
        "ResourceInUse" => Reason::AlreadyExists,
        "ValidationException" | "ValidationError" => reason_in(message),
        _ => reason_of_status(status),
    }
}

/// SageMaker models few errors: the text of its `ValidationException` says what happened.
fn reason_in(message: &str) -> Reason {
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["already exist"]) {
        Reason::AlreadyExists
    } else if says(&["in-progress", "in progress", "inprogress"]) {
        Reason::InProgress
    } else if says(&["could not find", "does not exist", "not found"]) {
        Reason::NotFound
    } else if says(&["rate exceeded"]) {
        Reason::Throttled
    } else {
        Reason::Refused
    }
}

fn reason_of_status(status: u16) -> Reason {
    match status {
        403 | 401 => Reason::Denied,
        404 => Reason::NotFound,
        409 | 412 => Reason::Conflict,
        429 => Reason::Throttled,
        500..=599 => Reason::Unavailable,
        _ => Reason::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_validation_exceptions_are_told_apart() {
        let cases = [
            ("Could not find model \"m\".", Reason::NotFound),
            ("Cannot create already existing endpoint \"arn\".", Reason::AlreadyExists),
            ("Pipeline names must be unique; a pipeline already exists", Reason::AlreadyExists),
            ("Cannot update in-progress endpoint \"arn\".", Reason::InProgress),
            ("ModelPackageGroup demand does not exist.", Reason::NotFound),
            ("1 validation error detected", Reason::Refused),
        ];
        for (message, reason) in cases {
            assert_eq!(reason_of("ValidationException", message, 400), reason, "{message}");
        }
    }

    #[test]
    fn an_error_without_a_code_is_judged_by_its_status() {
        assert_eq!(reason_of("", "", 503), Reason::Unavailable);
        assert_eq!(reason_of("", "", 404), Reason::NotFound);
        assert_eq!(reason_of("", "", 403), Reason::Denied);
        assert_eq!(reason_of("SomethingNew", "", 400), Reason::Refused);
    }
}
