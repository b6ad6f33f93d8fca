//! The Lambda host: a process for each invocation at a time, kept warm for the next.
//!
//! Processes speak the Runtime API with us, the same as in Lambda. The host holds the deadline,
//! and says what Lambda says of a function that hangs, crashes or answers too much.

mod instance;
mod outcome;
mod process;
mod programs;
mod runtime_api;
mod zip;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use machine::{Machine, Refusal, Time, ids};
use serde_json::json;
use tokio::sync::watch;

use self::instance::{Ending, Instance, Phase, Work};
use self::outcome::{Outcome, lock_tail, told};
use self::process::{Log, Start};
use self::programs::Program;
pub use self::runtime_api::PREFIX;
use crate::error::DeliveryError;
use crate::settings::Hosting;

/// The most that a function may answer: six megabytes and a little for what is around it.
const MOST_ANSWER: usize = 6 * 1024 * 1024 + 100;

/// What a new process may take before it asks for work.
const INIT: Duration = Duration::from_secs(10);

/// How long a process is kept without work.
const WARM: Duration = Duration::from_mins(5);

/// Invocations at a time, of all functions: what Lambda gives an account.
const MOST_AT_ONCE: u32 = 1000;

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    /// The id of the invocation.
    pub request_id: String,
    /// `Unhandled` if the function failed; the payload then tells how.
    pub function_error: Option<String>,
    /// The answer.
    pub payload: Bytes,
    /// The last 4 KB of what the function wrote meanwhile.
    pub log_tail: Vec<u8>,
}

/// An invocation to be.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    pub(crate) client_context: Option<String>,
}

impl Invocation {
    pub(crate) fn new(payload: Bytes) -> Self {
        Self { request_id: ids::uuid(), payload, client_context: None }
    }
}

/// All processes of all functions. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Host(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    machine: Machine,
    hosting: Hosting,
    programs: BTreeMap<String, Program>,
    logs: BTreeMap<String, Log>,
    state: Mutex<State>,
    /// How many invocations run.
    running: watch::Sender<u32>,
}

#[derive(Debug, Default)]
struct State {
    instances: HashMap<String, Arc<Instance>>,
    /// Those that wait, by function, the one that worked last at the end.
    idle: HashMap<String, Vec<(Time, Arc<Instance>)>>,
    running: HashMap<String, u32>,
}

impl Host {
    /// Finds the programs of all functions.
    pub(crate) fn open(
        machine: &Machine,
        hosting: Hosting,
        functions: &[stack::Function],
    ) -> Result<Self, DeliveryError> {
        let binaries = functions.iter().map(|function| function.binary.clone());
        let programs = programs::find(&hosting.programs, binaries, machine.home.root())?;
        let mut logs = BTreeMap::new();
        for function in functions {
            let path = machine.home.logs().join(format!("lambda-{}.log", function.name));
            let log = Log::open(&path).map_err(|source| DeliveryError::File { path, source })?;
            logs.insert(function.name.clone(), log);
        }
        Ok(Self(Arc::new(Inner {
            machine: machine.clone(),
            hosting,
            programs,
            logs,
            state: Mutex::default(),
            running: watch::channel(0).0,
        })))
    }

    /// Runs an invocation to its end, also if the caller does not wait for it.
    pub(crate) async fn run(
        &self,
        function: &stack::Function,
        invocation: Invocation,
    ) -> Result<Invoked, Refusal> {
        let running = self.reserve(function)?;
        let (host, function) = (self.clone(), function.clone());
        let run = tokio::spawn(async move {
            let _running = running;
            host.run_reserved(&function, invocation).await
        });
        run.await.map_err(Refusal::internal)
    }

    /// How many invocations run, and when that changes.
    pub(crate) fn running(&self) -> watch::Receiver<u32> {
        self.0.running.subscribe()
    }

    /// Ends processes that had nothing to do for long.
    pub(crate) fn end_idle(&self) {
        let now = self.0.machine.clock.now();
        for idle in self.state().idle.values_mut() {
            idle.retain(|(since, instance)| {
                let keep = now.since(*since) < WARM;
                if !keep {
                    instance.kill();
                }
                keep
            });
        }
    }

    /// Ends all processes.
    pub(crate) fn end_all(&self) {
        let mut state = self.state();
        state.idle.clear();
        state.instances.values().for_each(|instance| instance.kill());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn instance(&self, id: &str) -> Option<Arc<Instance>> {
        self.state().instances.get(id).cloned()
    }

    fn reserve(&self, function: &stack::Function) -> Result<Running, Refusal> {
        let mut state = self.state();
        let all: u32 = state.running.values().sum();
        let own = state.running.entry(function.name.clone()).or_default();
        let reason = match function.reserved_concurrency {
            Some(most) if *own >= most => "ReservedFunctionConcurrentInvocationLimitExceeded",
            _ if all >= MOST_AT_ONCE => "ConcurrentInvocationLimitExceeded",
            _ => {
                *own += 1;
                drop(state);
                self.0.running.send_modify(|count| *count += 1);
                return Ok(Running { host: self.clone(), function: function.name.clone() });
            }
        };
        let refusal = Refusal::new(429, "TooManyRequestsException", "Rate Exceeded.");
        Err(refusal.with("Reason", reason))
    }

    async fn run_reserved(&self, function: &stack::Function, invocation: Invocation) -> Invoked {
        let clock = &self.0.machine.clock;
        let timeout = Duration::from_secs(function.timeout_seconds.into());
        let began = clock.now();
        let (instance, deadline) = match self.ready(function, timeout).await {
            Ok(ready) => ready,
            Err((instance, why)) => {
                let status = why.status();
                self.report(function, &instance, (&invocation.request_id, began, status));
                return told(function, &invocation, (&instance, why));
            }
        };
        let began = clock.now();
        lock_tail(&instance).clear();
        self.platform(
            &instance,
            "platform.start",
            &json!({"requestId": invocation.request_id, "version": "$LATEST"}),
        );
        instance.post(Work {
            request_id: invocation.request_id.clone(),
            payload: invocation.payload.clone(),
            deadline,
            function_arn: function.arn.clone(),
            client_context: invocation.client_context.clone(),
        });
        let outcome = self.outcome(&instance, deadline).await;
        self.report(function, &instance, (&invocation.request_id, began, outcome.status()));
        let invoked = told(function, &invocation, (&instance, outcome));
        self.put_back(&instance);
        invoked
    }

    async fn outcome(&self, instance: &Instance, deadline: Time) -> Outcome {
        let clock = &self.0.machine.clock;
        let phase = tokio::select! {
            phase = instance.reach(|phase| matches!(phase, Phase::Answered | Phase::Waiting)) => Some(phase),
            () = clock.sleep_until(deadline) => None,
        };
        match (instance.take_answer(), phase) {
            (Some(answer), _) => {
                // It is ready for other work when it asks, and not before.
                tokio::select! {
                    _ = instance.reach(|phase| *phase == Phase::Waiting) => {}
                    () = clock.sleep_until(deadline) => {}
                }
                Outcome::Answered(answer)
            }
            (None, Some(Phase::Ended(ending))) => Outcome::Ended(ending),
            (None, _) => Outcome::TimedOut,
        }
    }

    /// A process that waits for work: a warm one, or a new one once it asks.
    async fn ready(
        &self,
        function: &stack::Function,
        timeout: Duration,
    ) -> Result<(Arc<Instance>, Time), (Arc<Instance>, Outcome)> {
        let clock = &self.0.machine.clock;
        while let Some((_, instance)) = self.state().idle.get_mut(&function.name).and_then(Vec::pop)
        {
            if instance.waits() {
                return Ok((instance, clock.now().after(timeout)));
            }
        }
        // One that is slow to begin is started anew within the function's own time, as Lambda does.
        let instance = self.start(function);
        match self.begun(&instance, clock.now().after(INIT)).await {
            Ok(()) => return Ok((instance, clock.now().after(timeout))),
            Err(Outcome::TimedOut) => self.put_back(&instance),
            Err(outcome) => {
                self.put_back(&instance);
                return Err((instance, outcome));
            }
        }
        let deadline = clock.now().after(timeout);
        let instance = self.start(function);
        match self.begun(&instance, deadline).await {
            Ok(()) => Ok((instance, deadline)),
            Err(outcome) => {
                self.put_back(&instance);
                Err((instance, outcome))
            }
        }
    }

    async fn begun(&self, instance: &Instance, until: Time) -> Result<(), Outcome> {
        tokio::select! {
            phase = instance.reach(|phase| *phase == Phase::Waiting) => match phase {
                Phase::Ended(ending) => Err(Outcome::Ended(ending)),
                _ => Ok(()),
            },
            () = self.0.machine.clock.sleep_until(until) => Err(Outcome::TimedOut),
        }
    }

    fn start(&self, function: &stack::Function) -> Arc<Instance> {
        let inner = &self.0;
        let id = ids::hex(16);
        let key = inner.machine.credentials.for_role(&function.role_arn, &function.name);
        let instance = Arc::new(Instance::new(id.clone(), &function.name, &key.access_key));
        self.state().instances.insert(id.clone(), Arc::clone(&instance));
        let (Some(program), Some(log)) =
            (inner.programs.get(&function.binary), inner.logs.get(&function.name))
        else {
            let ending = Ending::NotStarted("there is no program".to_owned());
            instance.phase.send_replace(Phase::Ended(ending));
            return instance;
        };
        // The Rust runtime reads an address with a path only where it has a scheme too.
        let address = format!("{}{PREFIX}{id}", inner.hosting.endpoint_url);
        let folder = program.folder.to_string_lossy().into_owned();
        let own = process::own_variables(&inner.machine.identity, &key, (address, folder));
        let start = Start {
            program,
            hosting: &inner.hosting,
            environment: process::environment(function, &inner.hosting, own),
            log: log.clone(),
        };
        process::start(&instance, &start);
        instance
    }

    /// Keeps a process that waits for work; ends any other.
    fn put_back(&self, instance: &Arc<Instance>) {
        if instance.waits() {
            let now = self.0.machine.clock.now();
            let mut state = self.state();
            let idle = state.idle.entry(instance.function.clone()).or_default();
            idle.push((now, Arc::clone(instance)));
            drop(state);
            self.forget_when_ended(instance);
        } else {
            instance.kill();
            self.forget(instance);
        }
    }

    fn forget(&self, instance: &Instance) {
        self.state().instances.remove(&instance.id);
        self.0.machine.credentials.revoke(&instance.access_key);
    }

    fn forget_when_ended(&self, instance: &Arc<Instance>) {
        let (host, instance) = (self.clone(), Arc::clone(instance));
        tokio::spawn(async move {
            let phase = instance.reach(|phase| *phase != Phase::Waiting).await;
            if matches!(phase, Phase::Ended(_)) {
                host.forget(&instance);
            }
        });
    }
}

/// Counts as an invocation until it is dropped.
#[derive(Debug)]
struct Running {
    host: Host,
    function: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(count) = self.host.state().running.get_mut(&self.function) {
            *count = count.saturating_sub(1);
        }
        self.host.0.running.send_modify(|count| *count = count.saturating_sub(1));
    }
}
