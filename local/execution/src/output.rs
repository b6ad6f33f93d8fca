//! What a function returned, or a caller back sent, as the outputs of the step.

use serde_json::{Value, json};

use crate::step::Step;
use crate::value::text;

/// The longest value of an output, in characters.
const LONGEST: usize = 1024;

/// Why an answer cannot become outputs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// A value beyond what the service keeps.
    #[error(
        "output `{output}` of step `{step}` has {length} characters, and the most is {LONGEST}; \
         put it into S3 and return its place"
    )]
    TooLong {
        /// The step.
        step: String,
        /// The output.
        output: String,
        /// How long it is.
        length: usize,
    },
}

impl Step {
    /// The properties of a Lambda or Callback step that got `answer`, an object by output name.
    ///
    /// Values are kept as text, as the service shows them; a reference reads them as the declared
    /// type, and only then does a wrong one show. What is nested becomes JSON text. Members that
    /// are not declared are dropped, and declared ones that are absent or null are absent.
    pub fn output_properties(&self, answer: &Value) -> Result<Value, OutputError> {
        let mut outputs = Vec::new();
        for declared in &self.output_parameters {
            let name = &declared.name;
            let Some(value) = answer.get(name).filter(|value| !value.is_null()) else { continue };
            let value = text(value).unwrap_or_else(|| value.to_string());
            let length = value.chars().count();
            if length > LONGEST {
                let (step, output) = (self.name.clone(), name.clone());
                return Err(OutputError::TooLong { step, output, length });
            }
            outputs.push(json!({"Name": name, "Value": value}));
        }
        Ok(json!({"OutputParameters": outputs}))
    }
}
