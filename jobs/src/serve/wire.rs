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

/// The most letters that SageMaker hands back in a header of ours.
const LONGEST_ATTRIBUTES: usize = 1024;

/// What an answer says of itself, as SageMaker takes it: printable ASCII of some length. Other
/// letters become question marks; nothing if there is nothing to say.
pub(crate) fn attributes(notes: &[String]) -> Option<HeaderValue> {
    let plain = |letter: char| if matches!(letter, ' '..='~') { letter } else { '?' };
    let text: String = notes.join(" | ").chars().map(plain).take(LONGEST_ATTRIBUTES).collect();
    HeaderValue::try_from(text).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Form, accepted, attributes};

    #[test]
    fn attributes_are_short_and_of_printable_letters() {
        let notes = ["1 is new, such as Kö\n1".to_owned(), "b".repeat(2000)];

        let value = attributes(&notes).unwrap();

        assert!(value.to_str().unwrap().starts_with("1 is new, such as K??1 | bbb"), "{value:?}");
        assert_eq!(value.len(), 1024);
        assert_eq!(attributes(&[]), None);
    }

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
