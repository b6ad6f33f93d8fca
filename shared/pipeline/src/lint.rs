//! What would the service refuse, or never be able to run, in a pipeline definition?
//!
//! The answer is a list of [`Finding`]s, each at a JSON pointer with a remedy. Nothing is asked of
//! AWS: the rules come from what the service is known to refuse, what its SDK emits, and what the
//! definition says about itself. Left out on purpose: whether roles, images, functions and objects
//! exist, and anything that only a run can show.

mod argument_tables;
mod arguments;
mod automl;
mod cache;
mod conditions;
mod cycles;
pub(crate) mod definition;
mod depends;
mod envelope;
mod for_each;
mod json_get;
mod kinds;
mod lambda;
mod limits;
mod names;
mod parameters;
mod places;
pub(crate) mod pointer;
mod properties;
mod property_files;
mod property_tables;
pub(crate) mod reference;
mod references;
mod register;
pub(crate) mod report;
pub(crate) mod retries;
mod rules;
mod strings;
mod suggest;
mod syntax;

use std::fmt;

use serde_json::Value;

pub use crate::lint::rules::{RULES, Rule};
pub use crate::lint::suggest::nearest;

use crate::lint::definition::Definition;
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;

/// The longest definition that `CreatePipeline` takes, in characters.
pub const MAX_CHARACTERS: usize = 1_048_576;

/// Nesting beyond which a definition is not examined; serde_json reads text no deeper either.
pub const MAX_DEPTH: usize = 128;

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The service refuses the definition, or an execution of it cannot succeed.
    Error,
    /// Accepted, but undocumented, ineffective or very likely not meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// A position in the text that was examined; both count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// One thing that is wrong, where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// Where: a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// Which rule of [`RULES`] was broken.
    pub rule: &'static str,
    /// How sure it is.
    pub severity: Severity,
    /// What is wrong with which value.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
    /// The line and column, known only to [`lint_text`].
    pub place: Option<Place>,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "(document)" } else { &self.pointer };
        let Self { rule, severity, message, remedy, .. } = self;

        write!(formatter, "{severity}[{rule}] {pointer}: {message} ({remedy})")
    }
}

/// Examines a definition; an empty answer means that nothing is known against it.
///
/// The findings stand in the order of the document. A definition nested deeper than [`MAX_DEPTH`]
/// is not examined further, so that no input exhausts the stack.
pub fn lint(definition: &Value) -> Vec<Finding> {
    let mut report = Report::default();

    if places::is_deeper_than(definition, MAX_DEPTH) {
        report.error(
            &Pointer::default(),
            "too-deep",
            format!("the definition is nested deeper than {MAX_DEPTH} levels"),
            "flatten it: no part of a definition needs such depth",
        );
        return report.in_order_of(definition);
    }
    limits::check_size(definition, &mut report);
    if let Some(definition) = Definition::read(definition, &mut report) {
        check(&definition, &mut report);
    }

    report.in_order_of(definition)
}

/// Examines the text of a definition, so that findings also have a [`Place`] in it.
///
/// Text that is not JSON gives one finding; a key that is repeated in one object gives one each,
/// because parsers silently keep only the last.
pub fn lint_text(text: &str) -> Vec<Finding> {
    syntax::lint_text(text)
}

/// Runs the rules of every family; they are independent of each other.
fn check(definition: &Definition<'_>, report: &mut Report) {
    envelope::check(definition, report);
    names::check(definition, report);
    parameters::check(definition, report);
    references::check(definition, report);
    depends::check(definition, report);
    cycles::check(definition, report);
    json_get::check(definition, report);
    property_files::check(definition, report);
    arguments::check(definition, report);
    kinds::check(definition, report);
    strings::check(definition, report);
    lambda::check(definition, report);
    conditions::check(definition, report);
    for_each::check(definition, report);
    automl::check(definition, report);
    register::check(definition, report);
    retries::check(definition, report);
    cache::check(definition, report);
    limits::check(definition, report);
}
