//! What can be wrong with a definition that compiles.

/// Why a definition was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The service accepts only letters, digits, `-` and `_`, 1 to 64 of them.
    #[error("{what} name `{name}` must match [A-Za-z0-9_-]{{1,64}}")]
    InvalidName {
        /// Of what: a step, a parameter.
        what: &'static str,
        /// The name as given.
        name: String,
    },
    /// Two steps share a name; branches count too.
    #[error("step name `{0}` is used more than once, and branches count too")]
    RepeatedStep(String),
    /// Two parameters share a name.
    #[error("parameter name `{0}` is used more than once")]
    RepeatedParameter(String),
    /// A step declares an input, output, argument or property file twice.
    #[error("step `{step}` declares `{name}` more than once")]
    Repeated {
        /// The step.
        step: String,
        /// The name declared twice.
        name: String,
    },
    /// A property file must lie in an output of its own step.
    #[error("step `{step}` takes a property file from output `{output}` of step `{owner}`")]
    ForeignOutput {
        /// The step that declares the property file.
        step: String,
        /// The output named.
        output: String,
        /// The step the output belongs to.
        owner: String,
    },
    /// The registry accepts few characters in metadata, and no empty value.
    #[error(
        "step `{step}`: metadata `{key}` has text `{text}`, of which the registry accepts only letters, digits, spaces and _.:/=+-@, 1 to {limit}"
    )]
    InvalidMetadata {
        /// The registering step.
        step: String,
        /// The metadata key.
        key: String,
        /// The key or the value at fault.
        text: String,
        /// The most characters accepted.
        limit: usize,
    },
    /// A number lies outside what the service accepts.
    #[error("step `{step}`: {what} is {value}, which must lie in {least}..={most}")]
    OutOfRange {
        /// The step.
        step: String,
        /// What the number means.
        what: &'static str,
        /// The number given.
        value: u64,
        /// The least accepted.
        least: u64,
        /// The most accepted.
        most: u64,
    },
    /// A number was NaN or infinite, which JSON cannot say.
    #[error("a number is NaN or infinite at {0}")]
    NotFinite(String),
    /// The service takes 1,048,576 characters and no more.
    #[error("the definition has {0} characters, the service accepts 1048576")]
    TooLarge(usize),
}
