//! Drives an execution to its end.
//!
//! The driver starts what crate `execution` says is next, as tasks, and keeps how each of them
//! ended before it asks again. It is the only one who starts and ends steps of its execution.

mod cache;
mod callback;
pub(crate) mod facts;
mod function;
mod job;
mod model;
mod step;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::{Arc, PoisonError};

use execution::{Ending, Kind, Plan, STEP_FAILURE, Step};
use machine::{Caller, Refusal};
use serde_json::{Map, Value, json};
use tokio::task::{Id, JoinError, JoinSet};

use crate::Shared;
use crate::lockfile;
use crate::record::{Execution, Status, StepRecord, StepStatus};
use crate::services::{Services, StopSignal};

use facts::states;
use step::End;

/// What the tasks of one execution share.
pub(crate) struct Run<S> {
    shared: Arc<Shared<S>>,
    key: String,
    /// As it was when the driver began; what may change is read again.
    execution: Execution,
    plan: Plan,
    parameters: BTreeMap<String, Value>,
    /// The pipeline's role.
    caller: Caller,
    stop: StopSignal,
}

type Tasks = JoinSet<End>;

/// Drives an execution to its end, or until the engine is halted.
pub(crate) async fn drive<S: Services>(
    shared: Arc<Shared<S>>,
    key: String,
    stop: StopSignal,
    halt: StopSignal,
) {
    let mut tasks = Tasks::new();
    let outcome = match Run::begin(Arc::clone(&shared), &key, stop) {
        Ok(run) => tokio::select! {
            outcome = Arc::new(run).go(&mut tasks) => outcome,
            () = halt.given() => Ok(()),
        },
        Err(refusal) => fail(&shared, &key, &refusal.message),
    };
    // Whoever halted may rely on it that nothing is written any more.
    tasks.shutdown().await;
    if let Err(refusal) = outcome {
        // The store cannot be used. The execution goes on when the engine is started again.
        tracing::error!(execution = key, %refusal, "the driver of an execution gave up");
    }
}

/// Ends an execution that cannot even begin.
fn fail<S: Services>(shared: &Shared<S>, key: &str, reason: &str) -> Result<(), Refusal> {
    shared.ledger.change_execution(key, |_, execution| {
        execution.status = Status::Failed;
        execution.failure = Some(cut(reason, 1300));
        Ok(())
    })?;
    Ok(())
}

/// The first characters of a text.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

impl<S: Services> Run<S> {
    fn begin(shared: Arc<Shared<S>>, key: &str, stop: StopSignal) -> Result<Self, Refusal> {
        let execution = shared.ledger.execution(key)?;
        let plan = Plan::read(&shared.ledger.definition(key)?)
            .map_err(|error| Refusal::invalid(error.to_string()))?;
        let parameters =
            plan.bind(&execution.given).map_err(|error| Refusal::invalid(error.to_string()))?;
        let session = format!("pipelines-{}", execution.id);
        let caller = shared.ledger.machine.credentials.assumed(&execution.role, &session);
        Ok(Self { shared, key: key.to_owned(), execution, plan, parameters, caller, stop })
    }

    async fn go(self: Arc<Self>, tasks: &mut Tasks) -> Result<(), Refusal> {
        if !self.stop.is_given()
            && let Err(refusal) = self.make_experiment().await
        {
            let reason = format!("The experiment of the execution cannot be made: {refusal}");
            return fail(&self.shared, &self.key, &reason);
        }
        let mut names = HashMap::new();
        self.recover(tasks, &mut names)?;
        let mut told = false;
        loop {
            let stopping = self.stop.is_given();
            if stopping && !told {
                self.mark_stopping()?;
                told = true;
            }
            let ending = self.start_next(tasks, &mut names)?;
            if let Some(ending) = ending {
                return self.end(ending);
            }
            tokio::select! {
                Some(ended) = tasks.join_next_with_id() => self.join(ended, &mut names)?,
                () = self.stop.given(), if !told => {}
            }
        }
    }

    /// What ran when the engine was stopped: callbacks wait on, anything else begins again.
    fn recover(
        self: &Arc<Self>,
        tasks: &mut Tasks,
        names: &mut HashMap<Id, String>,
    ) -> Result<(), Refusal> {
        let ledger = &self.shared.ledger;
        for record in ledger.steps(&self.key)?.iter().filter(|it| it.status.is_running()) {
            let Some(step) = self.plan.step(&record.name) else { continue };
            if step.kind == Kind::Callback {
                self.spawn(step, tasks, names);
            } else if self.stop.is_given() {
                self.keep(&record.name, End::Stopped)?;
            } else {
                ledger.change_step(&self.key, &record.name, |step| {
                    step.status = StepStatus::Starting;
                })?;
            }
        }
        Ok(())
    }

    /// Starts what is next, as far as the limit allows; tells how it ended if nothing is left.
    fn start_next(
        self: &Arc<Self>,
        tasks: &mut Tasks,
        names: &mut HashMap<Id, String>,
    ) -> Result<Option<Ending>, Refusal> {
        let records = self.shared.ledger.steps(&self.key)?;
        let next = self.plan.next(&states(&self.plan, &self.execution.skipped, &records));
        if self.stop.is_given() {
            return Ok(tasks.is_empty().then_some(Ending::Stopped));
        }
        let given = self.shared.ledger.execution(&self.key)?.parallel;
        let running = records.iter().filter(|record| record.status.is_running());
        // Without a limit of the user's, what only waits takes no processor from the others.
        let counted = |kind: &str| given.is_some() || kind != Kind::Callback.name();
        let mut running = running.filter(|record| counted(&record.kind)).count();
        for step in next.start {
            if counted(step.kind.name()) {
                if running >= limit(given) {
                    continue;
                }
                running += 1;
            }
            self.begin_step(step, &records)?;
            self.spawn(step, tasks, names);
        }
        Ok(next.done.filter(|_| tasks.is_empty()))
    }

    /// Keeps that a step runs, before it does anything.
    fn begin_step(&self, step: &Step, records: &[StepRecord]) -> Result<(), Refusal> {
        let ledger = &self.shared.ledger;
        let earlier = records.iter().find(|record| record.name == step.name);
        let record = StepRecord {
            name: step.name.clone(),
            kind: step.kind.name().to_owned(),
            display_name: step.display_name.clone(),
            description: step.description.clone(),
            status: StepStatus::Executing,
            started: earlier.map_or_else(|| ledger.machine.clock.now(), |record| record.started),
            ended: None,
            attempts: earlier.map_or(0, |record| record.attempts) + 1,
            failure: None,
            timed_out: false,
            properties: None,
            metadata: Map::new(),
            cache_source: None,
            selective_source: None,
            trace: None,
        };
        ledger.machine.store.write(|batch| ledger.put_step(batch, &self.execution, &record))?;
        Ok(())
    }

    fn spawn(self: &Arc<Self>, step: &Step, tasks: &mut Tasks, names: &mut HashMap<Id, String>) {
        let run = Arc::clone(self);
        let step = step.clone();
        let name = step.name.clone();
        let task = tasks.spawn(async move { run.perform(&step).await });
        names.insert(task.id(), name);
    }

    /// Keeps how a step ended.
    fn join(
        &self,
        ended: Result<(Id, End), JoinError>,
        names: &mut HashMap<Id, String>,
    ) -> Result<(), Refusal> {
        let (id, end) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let reason = format!("InternalServerError: the local engine failed: {error}");
                (error.id(), End::failed(reason))
            }
        };
        match names.remove(&id) {
            Some(name) => self.keep(&name, end),
            None => Ok(()),
        }
    }

    fn keep(&self, name: &str, end: End) -> Result<(), Refusal> {
        let now = self.shared.ledger.machine.clock.now();
        self.shared.ledger.change_step(&self.key, name, |record| {
            record.ended = Some(now);
            end.apply(record);
        })?;
        Ok(())
    }

    /// Jobs and callbacks that run are told to stop; a function cannot be.
    fn mark_stopping(&self) -> Result<(), Refusal> {
        let stoppable =
            [Kind::Processing, Kind::Training, Kind::Transform, Kind::Callback].map(Kind::name);
        for record in self.shared.ledger.steps(&self.key)? {
            if record.status == StepStatus::Executing && stoppable.contains(&record.kind.as_str()) {
                self.shared.ledger.change_step(&self.key, &record.name, |step| {
                    step.status = StepStatus::Stopping;
                })?;
            }
        }
        Ok(())
    }

    fn end(&self, ending: Ending) -> Result<(), Refusal> {
        let ledger = &self.shared.ledger;
        let records = ledger.steps(&self.key)?;
        let timed_out = records.iter().any(|record| record.timed_out);
        for record in records.iter().filter(|record| record.status == StepStatus::Starting) {
            // It was to run once more, and does not get to it.
            self.keep(&record.name, End::Stopped)?;
        }
        self.write_lock_file(&records);
        ledger.change_execution(&self.key, |_, execution| {
            // A stop that was acknowledged is kept, also if everything was over just then.
            execution.status = match (execution.status, ending) {
                (Status::Stopping, _) if timed_out => Status::Failed,
                (Status::Stopping, _) | (_, Ending::Stopped) => Status::Stopped,
                (_, Ending::Failed) => Status::Failed,
                (_, Ending::Succeeded) => Status::Succeeded,
            };
            if execution.status == Status::Failed {
                execution.failure = Some(STEP_FAILURE.to_owned());
            }
            Ok(())
        })?;
        Ok(())
    }

    fn write_lock_file(&self, records: &[StepRecord]) {
        // Executions of one pipeline may end at the same time.
        let _alone = self.shared.lock_files.lock().unwrap_or_else(PoisonError::into_inner);
        let home = &self.shared.ledger.machine.home;
        if let Err(error) = lockfile::write(home, &self.plan, &self.execution, records) {
            tracing::error!(%error, "the lock file of a pipeline cannot be written");
        }
    }

    /// Experiment and trial of the execution; those that are there already are fine.
    async fn make_experiment(&self) -> Result<(), Refusal> {
        let names = &self.execution.experiment;
        let (Some(experiment), Some(trial)) = (names.get("ExperimentName"), names.get("TrialName"))
        else {
            return Ok(());
        };
        let experiments = json!({"ExperimentName": experiment});
        let trials = json!({"ExperimentName": experiment, "TrialName": trial});
        for (operation, request) in [("CreateExperiment", experiments), ("CreateTrial", trials)] {
            match self.shared.services.call(&self.caller, operation, request).await {
                Err(refusal) if !refusal.message.contains("already exist") => return Err(refusal),
                _ => {}
            }
        }
        Ok(())
    }
}

/// How many steps run at once.
fn limit(given: Option<u64>) -> usize {
    let processors = || std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
    given.map_or_else(processors, |given| usize::try_from(given).unwrap_or(usize::MAX))
}
