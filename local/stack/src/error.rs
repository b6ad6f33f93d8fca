//! Why a template cannot be deployed here, with the place in it.

/// What is wrong with a template or with what it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StackError {
    /// The text is no YAML, or YAML that templates may not hold.
    #[error("template, line {line}: {reason}")]
    Yaml {
        /// Line in the text, from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A value was given for a parameter, or is missing, that the template does not accept.
    #[error("parameter {name}: {reason}")]
    Parameter {
        /// Name of the parameter.
        name: String,
        /// What it must be.
        reason: String,
    },
    /// An assertion of the template's `Rules` does not hold for the parameters given.
    #[error("rule {rule}: {description}")]
    Assertion {
        /// Name of the rule.
        rule: String,
        /// The template's own words.
        description: String,
    },
    /// The template says something that cannot be resolved or that this engine does not know.
    #[error("{at}: {reason}")]
    Template {
        /// Keys that lead to the place, joined by dots.
        at: String,
        /// What is wrong there.
        reason: String,
    },
}

impl StackError {
    /// A complaint about the place itself; callers add the way to it with [`StackError::inside`].
    pub(crate) fn here(reason: impl Into<String>) -> Self {
        Self::Template { at: String::new(), reason: reason.into() }
    }

    /// The same complaint, seen from one level further out.
    pub(crate) fn inside(self, key: &str) -> Self {
        match self {
            Self::Template { at, reason } if at.is_empty() => {
                Self::Template { at: key.to_owned(), reason }
            }
            Self::Template { at, reason } => Self::Template { at: format!("{key}.{at}"), reason },
            other => other,
        }
    }
}
