//! In which form is a request, and in which is its answer wanted?

use axum::http::HeaderValue;

use crate::serve::answer::Refusal;

/// A form of requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Rows.
    Csv,
    /// An object.
    Json,
}

impl Form {
    /// The form that a content type names, whatever its parameters are.
    pub(crate) fn of_type(text: &str) -> Option<Self> {
        match text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "text/csv" => Some(Self::Csv),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        })
    }
}

/// The form that is wanted: the first in the list that there is. Weights are not heeded, since
/// there are only two forms and nobody prefers one a little.
pub(crate) fn accepted(header: Option<&str>, usual: Form) -> Result<Form, Refusal> {
    let Some(header) = header.filter(|header| !header.trim().is_empty()) else {
        return Ok(usual);
    };
    let wanted = header.split(',').find_map(|part| {
        let kind = part.split(';').next().unwrap_or_default().trim();
        if matches!(kind, "*/*" | "application/*" | "text/*") {
            return Some(match kind {
                "application/*" => Form::Json,
                "text/*" => Form::Csv,
                _ => usual,
            });
        }
        Form::of_type(kind)
    });
    wanted.ok_or_else(|| Refusal::Accept(header.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Form, accepted};

    #[test]
    fn the_first_form_that_there_is_is_taken() {
        let csv = |header| accepted(Some(header), Form::Csv).ok();

        assert_eq!(csv("application/json"), Some(Form::Json));
        assert_eq!(csv("application/x-npy, application/json;q=0.5"), Some(Form::Json));
        assert_eq!(csv("*/*"), Some(Form::Csv));
        assert_eq!(csv(" "), Some(Form::Csv));
        assert_eq!(accepted(None, Form::Json).ok(), Some(Form::Json));
        assert_eq!(csv("image/png"), None);
    }

    #[test]
    fn parameters_of_a_type_are_passed_over() {
        assert_eq!(Form::of_type("text/csv; header=present"), Some(Form::Csv));
        assert_eq!(Form::of_type("Application/JSON"), Some(Form::Json));
        assert_eq!(Form::of_type("text/libsvm"), None);
    }
}
