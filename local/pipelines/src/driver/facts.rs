//! What is known of an execution when a step begins.

use std::collections::BTreeMap;

use execution::{Facts, Kind, Plan, ResolveError, Side, State, States, Step};
use machine::Time;
use serde_json::Value;

use super::Run;
use crate::record::{Execution, StepRecord, StepStatus};
use crate::services::Services;

/// The states of all steps, as crate `execution` wants them.
pub(crate) fn states(plan: &Plan, skipped: &[String], records: &[StepRecord]) -> States {
    let skipped = skipped.iter().map(|name| (name.clone(), State::Skipped));
    let recorded = records.iter().map(|record| {
        let condition = plan.step(&record.name).is_some_and(|step| step.kind == Kind::Condition);
        let state = match record.status {
            StepStatus::Starting => State::Waiting,
            StepStatus::Executing | StepStatus::Stopping => State::Running,
            StepStatus::Stopped => State::Stopped,
            StepStatus::Failed => State::Failed,
            StepStatus::Succeeded if condition => State::Decided(side(record)),
            StepStatus::Succeeded => State::Succeeded,
        };
        (record.name.clone(), state)
    });
    skipped.chain(recorded).collect()
}

/// The side that a Condition took.
fn side(record: &StepRecord) -> Side {
    let outcome = record.properties.as_ref().and_then(|it| it.get("Outcome")?.as_str());
    if outcome == Some(Side::If.outcome()) { Side::If } else { Side::Else }
}

/// The `Execution.X` variables that do not depend on the step.
pub(crate) fn variables(execution: &Execution, now: Time) -> BTreeMap<String, Value> {
    [
        ("StartDateTime", execution.created.at.iso()),
        ("CurrentDateTime", now.iso()),
        ("PipelineName", execution.pipeline.clone()),
        ("PipelineArn", execution.pipeline_arn.clone()),
        ("PipelineExecutionId", execution.id.clone()),
        ("PipelineExecutionArn", execution.arn.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Value::from(value)))
    .collect()
}

impl<S: Services> Run<S> {
    /// What `step` may refer to. `further` are variables of this step alone.
    pub(super) async fn facts(
        &self,
        step: &Step,
        further: Option<(String, String)>,
    ) -> Result<Facts, String> {
        let ledger = &self.shared.ledger;
        let records = ledger.steps(&self.key).map_err(|refusal| refusal.to_string())?;
        // A step that begins again asks for the same as before: its time is when it first began.
        let begun = records.iter().find(|record| record.name == step.name);
        let begun = begun.map_or_else(|| ledger.machine.clock.now(), |record| record.started);
        let mut variables = variables(&self.execution, begun);
        variables.extend(further.map(|(name, value)| (name, Value::from(value))));
        let succeeded = records.into_iter().filter(|it| it.status == StepStatus::Succeeded);
        let mut facts = Facts {
            parameters: self.parameters.clone(),
            execution: variables,
            experiment: self.execution.experiment.clone(),
            properties: succeeded.filter_map(|it| Some((it.name, it.properties?))).collect(),
            files: BTreeMap::new(),
        };
        loop {
            let unread = self.plan.unread_files(&step.arguments, &facts);
            let unread = unread.map_err(|error: ResolveError| error.to_string())?;
            if unread.is_empty() {
                return Ok(facts);
            }
            for uri in unread {
                let content = self.shared.read_json(&self.caller, &uri).await;
                facts.files.insert(uri, content);
            }
        }
    }
}
