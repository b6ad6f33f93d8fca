//! Lambda steps.

use std::time::Duration;

use execution::Step;
use machine::Refusal;
use serde_json::{Map, Value, json};

use super::Run;
use super::step::{Done, End, client_error};
use crate::api::metadata;
use crate::services::{FunctionAnswer, Services};

/// How long a step waits for its function.
const LONGEST: Duration = Duration::from_mins(10);

impl<S: Services> Run<S> {
    /// Calls the function with the arguments and nothing else. It is called once: what it wants to
    /// be tried again it tries itself.
    pub(super) async fn call_function(&self, step: &Step) -> End {
        let clock = self.shared.ledger.machine.clock.clone();
        let deadline = clock.now().after(LONGEST);
        let arguments = match self.arguments(step, None).await {
            Ok(arguments) => arguments,
            Err(reason) => return End::failed(reason),
        };
        let function = step.function_arn.clone().unwrap_or_default();
        let metadata = metadata("Lambda", json!({"Arn": function}));
        let failed = |reason: String, timed_out| End::Failed {
            reason,
            timed_out,
            metadata: metadata.clone(),
        };

        let (services, caller) = (self.shared.services.clone(), self.caller.clone());
        let payload = arguments.to_string().into_bytes();
        // In a task of its own: a function that takes too long runs on when the step gave up.
        let arn = function.clone();
        let call = tokio::spawn(async move { services.invoke(&caller, &arn, payload).await });
        let answer = tokio::select! {
            answer = call => answer,
            () = clock.sleep_until(deadline) => {
                let reason = format!("ClientError: The function {function} did not answer within 10 minutes.");
                return failed(reason, true);
            }
        };
        match answer.map_err(Refusal::internal).and_then(|answer| answer) {
            Ok(FunctionAnswer { function_error: None, payload }) => {
                outputs(step, &payload, metadata).unwrap_or_else(End::failed)
            }
            Ok(FunctionAnswer { function_error: Some(kind), payload }) => {
                failed(function_error(&function, &kind, &payload), false)
            }
            Err(refusal) => failed(client_error(&refusal), false),
        }
    }
}

fn outputs(step: &Step, payload: &[u8], metadata: Map<String, Value>) -> Result<End, String> {
    // An answer that is no object has no outputs; that shows when one is referred to.
    let answer = serde_json::from_slice(payload).unwrap_or(Value::Null);
    let properties = step.output_properties(&answer).map_err(|error| client_error(&error))?;
    let metadata = with_outputs(metadata, "Lambda", &properties);
    Ok(End::Succeeded(Box::new(Done { properties, metadata, ..Done::default() })))
}

/// The outputs of a step, shown in its metadata.
pub(super) fn with_outputs(
    mut metadata: Map<String, Value>,
    kind: &str,
    properties: &Value,
) -> Map<String, Value> {
    let outputs = properties.get("OutputParameters").cloned();
    if let (Some(Value::Object(shown)), Some(outputs)) = (metadata.get_mut(kind), outputs) {
        shown.insert("OutputParameters".to_owned(), outputs);
    }
    metadata
}

/// What a function that failed says of itself.
fn function_error(function: &str, kind: &str, payload: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(payload).unwrap_or(Value::Null);
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let said = match (text("errorType"), text("errorMessage")) {
        (Some(kind), Some(message)) => format!("{kind}: {message}"),
        (None, Some(message)) => message.to_owned(),
        _ => String::from_utf8_lossy(payload).into_owned(),
    };
    format!("ClientError: The function {function} failed ({kind}): {said}")
}
