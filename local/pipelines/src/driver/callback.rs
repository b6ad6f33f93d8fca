//! Callback steps: a message goes into a queue, and somebody sends the outcome back.

use execution::Step;
use machine::{Refusal, ids};
use serde_json::{Map, Value, json};

use super::Run;
use super::function::with_outputs;
use super::step::{Done, End, client_error};
use crate::api::metadata;
use crate::ledger::CALLBACKS;
use crate::record::{CallbackOutcome, StepStatus, Waiting};
use crate::services::Services;

impl<S: Services> Run<S> {
    pub(super) async fn call_back(&self, step: &Step) -> End {
        match self.wait_for_callback(step).await {
            Ok(end) => end,
            Err(reason) => End::failed(reason),
        }
    }

    async fn wait_for_callback(&self, step: &Step) -> Result<End, String> {
        let arguments = self.arguments(step, None).await?;
        let token = self.token_of(step).map_err(|error| error.to_string())?;
        let mut changes = self.shared.ledger.machine.store.changes();
        loop {
            changes.mark_unchanged();
            let waiting = self.shared.ledger.waiting(&token).map_err(|error| error.to_string())?;
            let Some(waiting) = waiting else {
                return Err(client_error(&format!("the callback token {token} is gone")));
            };
            let stopping = self.stop.is_given();
            match (waiting.outcome, waiting.told) {
                (Some(outcome), _) => return self.outcome(step, outcome),
                // Nobody knows of it yet, so nobody needs to be asked.
                (None, None) if stopping => return Ok(End::Stopped),
                (None, None) => {
                    self.tell(step, &token, &arguments, StepStatus::Executing).await?;
                }
                (None, Some(StepStatus::Executing)) if stopping => {
                    self.tell(step, &token, &arguments, StepStatus::Stopping).await?;
                }
                (None, Some(_)) => tokio::select! {
                    // The store is there as long as the machine is.
                    _ = changes.changed() => {}
                    () = self.stop.given(), if !stopping => {}
                },
            }
        }
    }

    /// The token that this step waits with: the one that it has, or a new one.
    fn token_of(&self, step: &Step) -> Result<String, Refusal> {
        let ledger = &self.shared.ledger;
        let records = ledger.steps(&self.key)?;
        let record = records.iter().find(|record| record.name == step.name);
        let token = record.and_then(|it| it.metadata.get("Callback")?.get("CallbackToken"));
        if let Some(token) = token.and_then(Value::as_str) {
            return Ok(token.to_owned());
        }
        let token = ids::alphanumeric(10);
        let waiting = Waiting {
            execution: self.key.clone(),
            execution_arn: self.execution.arn.clone(),
            step: step.name.clone(),
            told: None,
            outcome: None,
        };
        ledger.machine.store.write(|batch| batch.put(CALLBACKS, &token, &waiting))?;
        ledger
            .change_step(&self.key, &step.name, |record| record.metadata = shown(step, &token))?;
        Ok(token)
    }

    /// Sends a message, and keeps that it was sent.
    async fn tell(
        &self,
        step: &Step,
        token: &str,
        arguments: &Value,
        status: StepStatus,
    ) -> Result<(), String> {
        let body = json!({
            "token": token,
            "pipelineExecutionArn": self.execution.arn,
            "arguments": arguments,
            "status": status.name(),
        });
        let queue = step.queue_url.as_deref().unwrap_or_default();
        let sent = self.shared.services.send_message(&self.caller, queue, body.to_string()).await;
        sent.map_err(|error| client_error(&error))?;
        let kept = self.shared.ledger.machine.store.write(|batch| {
            if let Some(mut waiting) = batch.read::<Waiting>(CALLBACKS, token)? {
                waiting.told = Some(status);
                batch.put(CALLBACKS, token, &waiting)?;
            }
            Ok::<_, Refusal>(())
        });
        kept.map_err(|error| error.to_string())
    }

    fn outcome(&self, step: &Step, outcome: CallbackOutcome) -> Result<End, String> {
        match outcome {
            _ if self.stop.is_given() => Ok(End::Stopped),
            CallbackOutcome::Failure(reason) => Ok(End::failed(reason)),
            CallbackOutcome::Success(outputs) => {
                let properties = step
                    .output_properties(&Value::Object(outputs))
                    .map_err(|error| client_error(&error))?;
                let token = self.token_of(step).map_err(|error| error.to_string())?;
                let metadata = shown(step, &token);
                let metadata = with_outputs(metadata, "Callback", &properties);
                Ok(End::Succeeded(Box::new(Done { properties, metadata, ..Done::default() })))
            }
        }
    }
}

fn shown(step: &Step, token: &str) -> Map<String, Value> {
    metadata("Callback", json!({"CallbackToken": token, "SqsQueueUrl": step.queue_url}))
}
