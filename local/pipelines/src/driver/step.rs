//! Runs one step: as often as its retry policies say, and to its end.

use std::fmt;

use execution::{Failure, Kind, Step, retry};
use machine::{Refusal, Time};
use serde_json::{Map, Value, json};

use super::{Run, cut};
use crate::api::metadata;
use crate::record::{StepRecord, StepStatus, Trace};
use crate::services::{Job, Services};

/// The longest reason that a step may have, in characters.
const LONGEST: usize = 1024;

/// How a step ended.
#[derive(Debug)]
pub(super) enum End {
    Succeeded(Box<Done>),
    Failed { reason: String, timed_out: bool, metadata: Map<String, Value> },
    Stopped,
}

/// What a step that succeeded leaves.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) properties: Value,
    pub(super) metadata: Map<String, Value>,
    pub(super) trace: Option<Trace>,
    pub(super) cache_source: Option<String>,
}

impl End {
    pub(super) fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), timed_out: false, metadata: Map::new() }
    }

    /// Writes it into the step's record.
    pub(super) fn apply(self, record: &mut StepRecord) {
        match self {
            Self::Succeeded(done) => {
                record.status = StepStatus::Succeeded;
                record.properties = Some(done.properties);
                record.metadata.extend(done.metadata);
                record.trace = done.trace;
                record.cache_source = done.cache_source;
            }
            Self::Failed { reason, timed_out, metadata } => {
                record.status = StepStatus::Failed;
                record.failure = Some(cut(&reason, LONGEST));
                record.timed_out = timed_out;
                record.metadata.extend(metadata);
            }
            Self::Stopped => record.status = StepStatus::Stopped,
        }
    }
}

/// Why an attempt did not succeed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It failed; what a retry policy may call that.
    Failed { reason: String, failure: Option<Failure> },
    /// It was stopped.
    Stopped,
}

impl Trouble {
    /// A failure that no policy covers.
    pub(super) fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), failure: None }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let failure = match refusal.code.as_ref() {
            "ThrottlingException" | "Throttling" | "TooManyRequestsException" => {
                Some(Failure::Throttling)
            }
            "ResourceLimitExceeded" => Some(Failure::ResourceLimit),
            _ if refusal.status >= 500 => Some(Failure::ServiceFault),
            "InternalServerError" | "InternalFailure" | "ServiceUnavailable" => {
                Some(Failure::ServiceFault)
            }
            _ => None,
        };
        let side =
            if failure == Some(Failure::ServiceFault) { "ServiceFault" } else { "ClientError" };
        Self::Failed { reason: format!("{side}: {refusal}"), failure }
    }
}

impl<S: Services> Run<S> {
    /// Runs a step to its end.
    pub(super) async fn perform(&self, step: &Step) -> End {
        match step.kind {
            Kind::Lambda => self.call_function(step).await,
            Kind::Callback => self.call_back(step).await,
            Kind::Condition => self.decide(step).await,
            Kind::Fail => self.fail_on_purpose(step).await,
            _ => self.try_and_retry(step).await,
        }
    }

    async fn try_and_retry(&self, step: &Step) -> End {
        let clock = &self.shared.ledger.machine.clock;
        let mut retries = 0;
        let mut first: Option<Time> = None;
        loop {
            let (reason, failure) = match self.attempt(step).await {
                Ok(done) => return End::Succeeded(Box::new(done)),
                Err(Trouble::Stopped) => return End::Stopped,
                Err(Trouble::Failed { reason, failure }) => (reason, failure),
            };
            let elapsed = clock.now().since(*first.get_or_insert_with(|| clock.now()));
            let wait = failure.and_then(|failure| retry(&step.retries, failure, retries, elapsed));
            let Some(wait) = wait else { return End::failed(reason) };
            tokio::select! {
                () = clock.sleep(wait) => {}
                () = self.stop.given() => return End::Stopped,
            }
            retries += 1;
            let counted = self.shared.ledger.change_step(&self.key, &step.name, |record| {
                record.attempts += 1;
            });
            if let Err(refusal) = counted {
                return End::failed(refusal.to_string());
            }
        }
    }

    async fn attempt(&self, step: &Step) -> Result<Done, Trouble> {
        if self.stop.is_given() {
            return Err(Trouble::Stopped);
        }
        match step.kind {
            Kind::Processing => self.run_job(step, Job::Processing).await,
            Kind::Training => self.run_job(step, Job::Training).await,
            Kind::Transform => self.run_job(step, Job::Transform).await,
            Kind::Model => self.create_model(step).await,
            Kind::RegisterModel => self.register_model(step).await,
            kind => Err(Trouble::failed(format!("{} steps are not attempted", kind.name()))),
        }
    }

    /// The step's arguments, with everything in them resolved.
    pub(super) async fn arguments(
        &self,
        step: &Step,
        further: Option<(String, String)>,
    ) -> Result<Value, String> {
        let facts = self.facts(step, further).await.map_err(|error| client_error(&error))?;
        self.plan.resolve(&step.arguments, &facts).map_err(|error| client_error(&error))
    }

    async fn decide(&self, step: &Step) -> End {
        let facts = match self.facts(step, None).await {
            Ok(facts) => facts,
            Err(reason) => return End::failed(client_error(&reason)),
        };
        match self.plan.evaluate(step, &facts) {
            Ok(side) => {
                let outcome = json!({"Outcome": side.outcome()});
                End::Succeeded(Box::new(Done {
                    metadata: metadata("Condition", outcome.clone()),
                    properties: outcome,
                    ..Done::default()
                }))
            }
            Err(error) => End::failed(client_error(&error)),
        }
    }

    async fn fail_on_purpose(&self, step: &Step) -> End {
        let message = match self.arguments(step, None).await {
            Ok(arguments) => arguments.get("ErrorMessage").map(|message| match message {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
            Err(reason) => return End::failed(reason),
        };
        let message = cut(&message.unwrap_or_default(), 3072);
        End::Failed {
            reason: message.clone(),
            timed_out: false,
            metadata: metadata("Fail", json!({"ErrorMessage": message})),
        }
    }
}

/// As the service words what the definition or its data are to blame for.
pub(super) fn client_error(cause: &impl fmt::Display) -> String {
    format!("ClientError: {cause}")
}
