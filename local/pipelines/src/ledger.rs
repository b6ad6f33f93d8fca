//! Reads and changes what is kept. Each change is one transaction together with its event.

use std::collections::BTreeMap;

use machine::store::Batch;
use machine::{Machine, Refusal, StoreError};

use crate::events;
use crate::record::{Cached, Execution, Pipeline, StepRecord, StepStatus, Waiting};

/// Pipelines, by name in lower case.
pub(crate) const PIPELINES: &str = "pipeline";
/// Executions, by pipeline and id.
pub(crate) const EXECUTIONS: &str = "pipeline-execution";
/// The definitions of executions, by the same.
pub(crate) const DEFINITIONS: &str = "pipeline-definition";
/// The steps of executions, by pipeline, id and name.
pub(crate) const STEPS: &str = "pipeline-step";
/// ARNs of executions that were started or retried, by pipeline and client token.
pub(crate) const TOKENS: &str = "pipeline-token";
/// Callbacks by token.
pub(crate) const CALLBACKS: &str = "pipeline-callback";
/// Results by pipeline, step and cache key.
pub(crate) const CACHE: &str = "pipeline-cache";

/// What is kept, and how it changes. Clones are the same ledger.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) machine: Machine,
}

impl Ledger {
    /// A pipeline, by name or ARN.
    pub(crate) fn pipeline(&self, name_or_arn: &str) -> Result<Pipeline, Refusal> {
        let found = self.machine.store.read(PIPELINES, &pipeline_key(name_or_arn))?;
        let found = found.filter(|it: &Pipeline| names(it, name_or_arn));
        found.ok_or_else(|| self.no_pipeline(name_or_arn))
    }

    /// What is answered about a pipeline that is not there.
    pub(crate) fn no_pipeline(&self, name_or_arn: &str) -> Refusal {
        let arn = self.pipeline_arn(&pipeline_key(name_or_arn));
        Refusal::not_found(format!("Pipeline '{arn}' does not exist."))
    }

    /// The ARN of a pipeline.
    pub(crate) fn pipeline_arn(&self, name: &str) -> String {
        self.machine.identity.arn("sagemaker", &format!("pipeline/{}", name.to_lowercase()))
    }

    /// An execution, by ARN.
    pub(crate) fn execution_of(&self, arn: &str) -> Result<Execution, Refusal> {
        let found = match execution_key(arn) {
            Some(key) => self.machine.store.read(EXECUTIONS, &key)?,
            None => None,
        };
        let found = found.filter(|it: &Execution| it.arn.eq_ignore_ascii_case(arn));
        found.ok_or_else(|| {
            Refusal::not_found(format!("Pipeline execution with ARN '{arn}' does not exist."))
        })
    }

    /// An execution that is known to be there.
    pub(crate) fn execution(&self, key: &str) -> Result<Execution, Refusal> {
        self.machine.store.read(EXECUTIONS, key)?.ok_or_else(|| gone("execution", key))
    }

    /// The definition that an execution runs.
    pub(crate) fn definition(&self, key: &str) -> Result<String, Refusal> {
        self.machine.store.read(DEFINITIONS, key)?.ok_or_else(|| gone("definition", key))
    }

    /// The steps of an execution, in the order in which they first started.
    pub(crate) fn steps(&self, key: &str) -> Result<Vec<StepRecord>, Refusal> {
        let found = self.machine.store.with_prefix(STEPS, &format!("{key}/"))?;
        Ok(found.into_iter().map(|(_, step)| step).collect())
    }

    /// Changes an execution; tells of its status if that changed.
    pub(crate) fn change_execution(
        &self,
        key: &str,
        change: impl FnOnce(&Batch<'_>, &mut Execution) -> Result<(), Refusal>,
    ) -> Result<Execution, Refusal> {
        self.machine.store.write(|batch| {
            let found: Option<Execution> = batch.read(EXECUTIONS, key)?;
            let mut execution = found.ok_or_else(|| gone("execution", key))?;
            let before = execution.status;
            change(batch, &mut execution)?;
            execution.modified.at = self.machine.clock.now();
            batch.put(EXECUTIONS, key, &execution)?;
            if execution.status != before {
                self.tell_execution(batch, &execution, Some(before.name()))?;
            }
            Ok(execution)
        })
    }

    /// Writes the first state of a step; tells of it.
    pub(crate) fn put_step(
        &self,
        batch: &Batch<'_>,
        execution: &Execution,
        step: &StepRecord,
    ) -> Result<(), StoreError> {
        let key = step_key(&execution.key(), &step.name);
        let before: Option<StepRecord> = batch.read(STEPS, &key)?;
        batch.put(STEPS, &key, step)?;
        if step.status == StepStatus::Succeeded {
            keep_result(batch, execution, step)?;
        }
        let before = before.map(|before| before.status);
        if before != Some(step.status) {
            let event = events::step(execution, step, before.map(StepStatus::name));
            batch.emit(&event, &self.machine.identity, self.machine.clock.now())?;
        }
        Ok(())
    }

    /// Changes a step; tells of its status if that changed.
    pub(crate) fn change_step(
        &self,
        execution: &str,
        name: &str,
        change: impl FnOnce(&mut StepRecord),
    ) -> Result<StepRecord, Refusal> {
        self.machine.store.write(|batch| {
            let found: Option<StepRecord> = batch.read(STEPS, &step_key(execution, name))?;
            let mut step = found.ok_or_else(|| gone("step", name))?;
            let owner: Option<Execution> = batch.read(EXECUTIONS, execution)?;
            let owner = owner.ok_or_else(|| gone("execution", execution))?;
            change(&mut step);
            self.put_step(batch, &owner, &step)?;
            Ok(step)
        })
    }

    /// Tells of an execution's status.
    pub(crate) fn tell_execution(
        &self,
        batch: &Batch<'_>,
        execution: &Execution,
        before: Option<&str>,
    ) -> Result<(), StoreError> {
        let event = events::execution(execution, before);
        batch.emit(&event, &self.machine.identity, self.machine.clock.now())
    }

    /// A Callback step that waits, or waited.
    pub(crate) fn waiting(&self, token: &str) -> Result<Option<Waiting>, Refusal> {
        Ok(self.machine.store.read(CALLBACKS, token)?)
    }

    /// A result that is filed under a cache key.
    pub(crate) fn cached(
        &self,
        pipeline: &str,
        step: &str,
        key: &str,
    ) -> Result<Option<Cached>, Refusal> {
        Ok(self.machine.store.read(CACHE, &cache_key(pipeline, step, key))?)
    }

    /// Removes a pipeline with everything that belongs to it.
    pub(crate) fn remove_pipeline(
        &self,
        name: &str,
        further: impl FnOnce(&Batch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let key = pipeline_key(name);
        self.machine.store.write(|batch| {
            let mut doomed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            let executions = batch.with_prefix::<Execution>(EXECUTIONS, &format!("{key}/"))?;
            if let Some((_, running)) = executions.iter().find(|(_, it)| !it.status.is_over()) {
                return Err(Refusal::conflict(format!(
                    "Pipeline '{}' has running executions, such as '{}'. Stop them before deleting the pipeline.",
                    running.pipeline_arn, running.arn
                )));
            }
            for kind in [EXECUTIONS, DEFINITIONS, STEPS, TOKENS, CACHE] {
                let found = batch.with_prefix::<serde_json::Value>(kind, &format!("{key}/"))?;
                doomed.entry(kind).or_default().extend(found.into_iter().map(|(key, _)| key));
            }
            let waiting = batch.all::<Waiting>(CALLBACKS)?.into_iter();
            let waiting = waiting.filter(|(_, it)| it.execution.starts_with(&format!("{key}/")));
            doomed.insert(CALLBACKS, waiting.map(|(token, _)| token).collect());
            for (kind, keys) in doomed {
                for key in keys {
                    batch.remove(kind, &key)?;
                }
            }
            batch.remove(PIPELINES, &key)?;
            further(batch)
        })
    }
}

/// Files the result of a job under its key, unless it came from there itself.
fn keep_result(
    batch: &Batch<'_>,
    execution: &Execution,
    step: &StepRecord,
) -> Result<(), StoreError> {
    let (Some(trace), Some(properties)) = (&step.trace, &step.properties) else { return Ok(()) };
    let Some(key) = trace.key.as_ref().filter(|_| step.cache_source.is_none()) else {
        return Ok(());
    };
    let cached = Cached {
        execution: execution.arn.clone(),
        at: step.ended.unwrap_or(step.started),
        properties: properties.clone(),
        metadata: step.metadata.clone(),
        trace: trace.clone(),
    };
    batch.put(CACHE, &cache_key(&execution.pipeline, &step.name, key), &cached)
}

/// A pipeline's key: its name in lower case.
pub(crate) fn pipeline_key(name_or_arn: &str) -> String {
    name_or_arn.rsplit('/').next().unwrap_or(name_or_arn).to_lowercase()
}

/// A step's key.
pub(crate) fn step_key(execution: &str, step: &str) -> String {
    format!("{execution}/{step}")
}

fn cache_key(pipeline: &str, step: &str, key: &str) -> String {
    format!("{}/{step}/{key}", pipeline.to_lowercase())
}

fn execution_key(arn: &str) -> Option<String> {
    let (_, rest) = arn.split_once(":pipeline/")?;
    let (pipeline, id) = rest.split_once("/execution/")?;
    Some(format!("{}/{id}", pipeline.to_lowercase()))
}

/// An ARN must be the pipeline's own: the name alone is not enough.
fn names(pipeline: &Pipeline, name_or_arn: &str) -> bool {
    !name_or_arn.starts_with("arn:") || pipeline.arn.eq_ignore_ascii_case(name_or_arn)
}

fn gone(what: &str, key: &str) -> Refusal {
    Refusal::internal(format!("the {what} {key} is no longer in the store"))
}
