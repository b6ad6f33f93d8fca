//! The patterns of names, as the service's model writes them: in Java's language.

use std::sync::OnceLock;

use fancy_regex::{Regex, RegexBuilder};
use machine::Refusal;
use serde::Deserialize;

/// A pattern, made ready when it is first needed.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Pattern {
    text: String,
    ready: OnceLock<Result<Regex, String>>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self { text, ready: OnceLock::new() }
    }
}

/// What Java writes otherwise, or says twice: letters beyond 16 bits, a repeated end of text, and classes whose count the
/// shape's own limit on lengths repeats.
const JAVA: [(&str, &str); 5] = [
    (r"\p{Alnum}", "a-zA-Z0-9"),
    (r"\uD800\uDC00-\uDBFF\uDFFF", r"\x{10000}-\x{10FFFF}"),
    ("${1,128}", "$"),
    ("${1,256}", "$"),
    (r"[\p{L}\p{M}\p{Z}\p{N}\p{P}]{0,1024}", r"[\p{L}\p{M}\p{Z}\p{N}\p{P}]*"),
];

impl Pattern {
    /// As the model has it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether all of a value is of the pattern.
    pub(crate) fn matches(&self, value: &str) -> Result<bool, Refusal> {
        let ready = self.ready.get_or_init(|| {
            let text =
                JAVA.iter().fold(self.text.clone(), |text, (java, ours)| text.replace(java, ours));
            RegexBuilder::new(&format!(r"\A(?:{text})\z"))
                .delegate_size_limit(64 << 20)
                .build()
                .map_err(|error| error.to_string())
        });
        let regex = ready.as_ref().map_err(Refusal::internal)?;
        regex.is_match(value).map_err(Refusal::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_value_must_be_of_the_pattern() {
        let pattern = Pattern::from("([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)".to_owned());

        assert_eq!(pattern.matches("demand-acme"), Ok(true));
        for bad in ["demand-", "demand acme", "demand\n", ""] {
            assert_eq!(pattern.matches(bad), Ok(false), "{bad:?}");
        }
    }
}
