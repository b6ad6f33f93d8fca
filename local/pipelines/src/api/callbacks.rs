//! What is sent back for Callback steps.

use machine::Refusal;
use serde_json::{Map, Value, json};

use super::Asked;
use crate::ledger::CALLBACKS;
use crate::record::{CallbackOutcome, Waiting};
use crate::services::Services;

impl<S: Services> Asked<'_, S> {
    pub(super) fn send_success(&self) -> Result<Value, Refusal> {
        let outputs = self.request.pairs("OutputParameters").into_iter();
        let outputs: Map<String, Value> =
            outputs.map(|(name, value)| (name, Value::from(value))).collect();
        self.send_back("SendPipelineExecutionStepSuccess", CallbackOutcome::Success(outputs))
    }

    pub(super) fn send_failure(&self) -> Result<Value, Refusal> {
        let reason = self.request.owned("FailureReason").unwrap_or_default();
        self.send_back("SendPipelineExecutionStepFailure", CallbackOutcome::Failure(reason))
    }

    /// Keeps the outcome; the step that waits for it sees the commit.
    fn send_back(&self, operation: &str, outcome: CallbackOutcome) -> Result<Value, Refusal> {
        let token = self.request.required("CallbackToken")?;
        let ledger = &self.shared.ledger;
        let unknown = || Refusal::not_found(format!("Callback token '{token}' does not exist."));
        let waiting = ledger.waiting(token)?.ok_or_else(unknown)?;
        self.check(operation, &waiting.execution_arn)?;
        ledger.machine.store.write(|batch| {
            let waiting: Option<Waiting> = batch.read(CALLBACKS, token)?;
            let mut waiting = waiting.ok_or_else(unknown)?;
            match &waiting.outcome {
                Some(earlier) if *earlier == outcome => {}
                Some(_) => {
                    return Err(Refusal::conflict(format!(
                        "The step of callback token '{token}' has already got another outcome."
                    )));
                }
                None => {
                    waiting.outcome = Some(outcome);
                    batch.put(CALLBACKS, token, &waiting)?;
                }
            }
            Ok(json!({"PipelineExecutionArn": waiting.execution_arn}))
        })
    }
}
