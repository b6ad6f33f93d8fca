//! StopPipelineExecution and RetryPipelineExecution.

use execution::Plan;
use machine::Refusal;
use serde_json::{Value, json};

use super::Asked;
use crate::driver::facts::states;
use crate::ledger::{STEPS, TOKENS, step_key};
use crate::record::{Execution, Status, StepRecord, StepStatus};
use crate::services::Services;

impl<S: Services> Asked<'_, S> {
    pub(super) fn stop(&self) -> Result<Value, Refusal> {
        let found = self.execution("StopPipelineExecution")?;
        let key = found.key();
        self.shared.ledger.change_execution(&key, |_, execution| match execution.status {
            Status::Executing | Status::Stopping => {
                execution.status = Status::Stopping;
                execution.modified.by.clone_from(&self.caller.arn);
                Ok(())
            }
            over => Err(Refusal::invalid(format!(
                "Pipeline execution with ARN '{}' cannot be stopped because it is {}. Only executions that are Executing can be stopped.",
                execution.arn,
                over.name()
            ))),
        })?;
        self.shared.signal_stop(&key);
        Ok(json!({"PipelineExecutionArn": found.arn}))
    }

    pub(super) fn retry(&self) -> Result<Value, Refusal> {
        let found = self.execution("RetryPipelineExecution")?;
        let key = found.key();
        let ledger = &self.shared.ledger;
        let token = format!("{key}/retry/{}", self.request.required("ClientRequestToken")?);
        let answer = json!({"PipelineExecutionArn": found.arn});
        if ledger.machine.store.read::<String>(TOKENS, &token)?.is_some() {
            return Ok(answer);
        }
        let plan = Plan::read(&ledger.definition(&key)?).map_err(Refusal::internal)?;
        ledger.change_execution(&key, |batch, execution| {
            let found: Vec<(String, StepRecord)> = batch.with_prefix(STEPS, &format!("{key}/"))?;
            let records: Vec<StepRecord> = found.into_iter().map(|(_, record)| record).collect();
            may_retry(&plan, execution, &records)?;
            for record in records {
                if matches!(record.status, StepStatus::Failed | StepStatus::Stopped) {
                    let again = again(record);
                    batch.put(STEPS, &step_key(&key, &again.name), &again)?;
                }
            }
            batch.put(TOKENS, &token, &execution.arn)?;
            execution.status = Status::Executing;
            execution.failure = None;
            execution.parallel = self.request.parallel().or(execution.parallel);
            execution.modified.by.clone_from(&self.caller.arn);
            Ok(())
        })?;
        self.shared.drive(key);
        Ok(answer)
    }
}

fn may_retry(plan: &Plan, execution: &Execution, records: &[StepRecord]) -> Result<(), Refusal> {
    if !matches!(execution.status, Status::Failed | Status::Stopped) {
        return Err(Refusal::invalid(format!(
            "Pipeline execution with ARN '{}' cannot be retried because it is {}. Only executions that are Failed or Stopped can be retried.",
            execution.arn,
            execution.status.name()
        )));
    }
    if plan.ended_by_fail(&states(plan, &execution.skipped, records)) {
        return Err(Refusal::invalid(format!(
            "Pipeline execution with ARN '{}' cannot be retried because a Fail step ended it. Start a new execution.",
            execution.arn
        )));
    }
    Ok(())
}

/// A step that is to run once more.
fn again(record: StepRecord) -> StepRecord {
    StepRecord {
        status: StepStatus::Starting,
        ended: None,
        failure: None,
        timed_out: false,
        properties: None,
        metadata: serde_json::Map::new(),
        trace: None,
        ..record
    }
}
