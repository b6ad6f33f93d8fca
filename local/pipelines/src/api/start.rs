//! StartPipelineExecution.

use std::collections::BTreeMap;

use execution::{Facts, Plan, Selection, State, States};
use machine::{Refusal, ids};
use serde_json::{Value, json};

use super::Asked;
use crate::driver::facts::{self, states};
use crate::ledger::{DEFINITIONS, EXECUTIONS, PIPELINES, TOKENS, pipeline_key};
use crate::record::{Execution, Pipeline, Status, StepRecord};
use crate::services::Services;

/// What a selective execution begins with.
#[derive(Default)]
struct Beginning {
    borrowed: Vec<StepRecord>,
    skipped: Vec<String>,
}

impl<S: Services> Asked<'_, S> {
    pub(super) fn start(&self) -> Result<Value, Refusal> {
        let request = self.request;
        request.without(&["PipelineVersionAlias", "MlflowExperimentName"])?;
        let ledger = &self.shared.ledger;
        let name = request.required("PipelineName")?;
        self.check("StartPipelineExecution", &ledger.pipeline_arn(&pipeline_key(name)))?;
        if let Some(role) = request.text("RoleArn") {
            self.check_role(role)?;
        }
        let pipeline = ledger.pipeline(name)?;
        self.check_version(&pipeline)?;
        let token = request.required("ClientRequestToken")?;
        let token = format!("{}/start/{token}", pipeline_key(name));
        if let Some(arn) = ledger.machine.store.read::<String>(TOKENS, &token)? {
            return Ok(json!({"PipelineExecutionArn": arn}));
        }

        let plan = Plan::read(&pipeline.definition)
            .map_err(|error| Refusal::invalid(error.to_string()))?;
        let source = self.source(&pipeline)?;
        let mut execution = self.new_execution(&pipeline, source.as_ref());
        let parameters =
            plan.bind(&execution.given).map_err(|error| Refusal::invalid(error.to_string()))?;
        execution.experiment = experiment(&plan, &execution, parameters)?;
        let beginning = self.beginning(&plan, &execution, source.as_ref())?;
        execution.skipped = beginning.skipped;

        let (arn, is_new) = ledger.machine.store.write(|batch| {
            if let Some(arn) = batch.read::<String>(TOKENS, &token)? {
                return Ok::<_, Refusal>((arn, false));
            }
            let found: Option<Pipeline> = batch.read(PIPELINES, &pipeline_key(name))?;
            let mut current = found.ok_or_else(|| ledger.no_pipeline(name))?;
            current.last_run = Some(execution.created.at);
            batch.put(PIPELINES, &pipeline_key(name), &current)?;
            batch.put(TOKENS, &token, &execution.arn)?;
            batch.put(EXECUTIONS, &execution.key(), &execution)?;
            batch.put(DEFINITIONS, &execution.key(), &pipeline.definition)?;
            ledger.tell_execution(batch, &execution, None)?;
            for step in &beginning.borrowed {
                ledger.put_step(batch, &execution, step)?;
            }
            Ok((execution.arn.clone(), true))
        })?;
        if is_new {
            self.shared.drive(execution.key());
        }
        Ok(json!({"PipelineExecutionArn": arn}))
    }

    fn new_execution(&self, pipeline: &Pipeline, source: Option<&Execution>) -> Execution {
        let request = self.request;
        let id = ids::alphanumeric(12);
        let stamp = self.stamp();
        let mut given = request.pairs("PipelineParameters");
        // Selected steps run with the parameters of the source execution, unless others are given.
        let inherited = source.into_iter().flat_map(|source| &source.given);
        let inherited: Vec<_> =
            inherited.filter(|(name, _)| !given.iter().any(|(other, _)| other == name)).collect();
        given.extend(inherited.into_iter().cloned());
        Execution {
            arn: format!("{}/execution/{id}", pipeline.arn),
            id,
            pipeline: pipeline.name.clone(),
            pipeline_arn: pipeline.arn.clone(),
            version: pipeline.version,
            role: request.owned("RoleArn").unwrap_or_else(|| pipeline.role.clone()),
            display_name: request.owned("PipelineExecutionDisplayName"),
            description: request.owned("PipelineExecutionDescription"),
            status: Status::Executing,
            failure: None,
            created: stamp.clone(),
            modified: stamp,
            given,
            parallel: request.parallel().or(pipeline.parallel),
            experiment: BTreeMap::new(),
            selective: self.selective().cloned(),
            skipped: Vec::new(),
        }
    }

    fn selective(&self) -> Option<&Value> {
        self.request.0.get("SelectiveExecutionConfig").filter(|it| !it.is_null())
    }

    /// The execution that a selective one is based on.
    fn source(&self, pipeline: &Pipeline) -> Result<Option<Execution>, Refusal> {
        let arn = self.selective().and_then(|it| it.get("SourcePipelineExecutionArn")?.as_str());
        let Some(arn) = arn else { return Ok(None) };
        let source = self.shared.ledger.execution_of(arn)?;
        if source.pipeline_arn != pipeline.arn {
            return Err(Refusal::invalid(format!(
                "The source execution '{arn}' is not one of pipeline '{}'.",
                pipeline.arn
            )));
        }
        if !source.status.is_over() {
            let status = source.status.name();
            return Err(Refusal::invalid(format!("The source execution '{arn}' is {status}.")));
        }
        Ok(Some(source))
    }

    fn beginning(
        &self,
        plan: &Plan,
        execution: &Execution,
        source: Option<&Execution>,
    ) -> Result<Beginning, Refusal> {
        let Some(config) = &execution.selective else { return Ok(Beginning::default()) };
        let records = match source {
            Some(source) => self.shared.ledger.steps(&source.key())?,
            None => Vec::new(),
        };
        let earlier: States = states(plan, &[], &records);
        let selected = config.get("SelectedSteps").and_then(Value::as_array).into_iter().flatten();
        let selected = selected.filter_map(|step| step.get("StepName")?.as_str());
        let selected: Vec<String> = selected.map(ToOwned::to_owned).collect();
        let selection = plan
            .select(&selected, &earlier)
            .map_err(|error| Refusal::invalid(error.to_string()))?;
        let now = execution.created.at;
        Ok(begin(selection, records, source, now))
    }
}

/// The records that a selection takes over, and the steps that it leaves out.
fn begin(
    selection: Selection,
    records: Vec<StepRecord>,
    source: Option<&Execution>,
    now: machine::Time,
) -> Beginning {
    let borrowed = records.into_iter().filter(|record| selection.borrowed.contains(&record.name));
    let borrowed = borrowed.map(|record| StepRecord {
        started: now,
        ended: Some(now),
        selective_source: source.map(|source| source.arn.clone()),
        cache_source: None,
        // What it was filed under stays filed as the source's.
        trace: None,
        ..record
    });
    let skipped = selection.states.into_iter().filter(|(_, state)| *state == State::Skipped);
    Beginning { borrowed: borrowed.collect(), skipped: skipped.map(|(name, _)| name).collect() }
}

/// ExperimentName and TrialName of an execution, if its definition configures them.
fn experiment(
    plan: &Plan,
    execution: &Execution,
    parameters: BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>, Refusal> {
    let Some(config) = plan.experiment() else { return Ok(BTreeMap::new()) };
    let variables = facts::variables(execution, execution.created.at);
    let facts = Facts { parameters, execution: variables, ..Facts::default() };
    let resolved = plan.resolve(config, &facts);
    let resolved = resolved.map_err(|error| {
        Refusal::invalid(format!("PipelineExperimentConfig cannot be used: {error}"))
    })?;
    let mut names = BTreeMap::new();
    for member in ["ExperimentName", "TrialName"] {
        let name = resolved.get(member).and_then(Value::as_str).ok_or_else(|| {
            Refusal::invalid(format!("{member} of PipelineExperimentConfig is not text."))
        })?;
        names.insert(member.to_owned(), Value::from(name));
    }
    Ok(names)
}
