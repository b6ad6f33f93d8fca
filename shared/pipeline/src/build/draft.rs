//! What every step has: a name, an order, and for some kinds a cache and a retry policy.
//!
//! Which kinds admit a cache or a retry policy is a matter of the draft's traits: a Lambda,
//! Callback, Condition or Fail step has neither, a Model or RegisterModel step retries only what
//! failed in the service itself, and the three kinds of job have both.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::error::BuildError;

/// A step that others can wait for. A Fail step is not one: the service refuses it.
pub trait Step<'s> {
    /// The step's name.
    fn name(&self) -> &str;
}

/// The part of a step that does not depend on its kind.
#[derive(Debug)]
pub struct Envelope<'s> {
    pub(crate) name: String,
    kind: &'static str,
    description: Option<String>,
    after: Vec<String>,
    retries: Vec<Value>,
    cache: Option<Value>,
    names: BTreeSet<String>,
    pub(crate) faults: Vec<BuildError>,
    scope: PhantomData<&'s ()>,
}

impl Envelope<'_> {
    pub(crate) fn new(name: &str, kind: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            description: None,
            after: Vec::new(),
            retries: Vec::new(),
            cache: None,
            names: BTreeSet::new(),
            faults: Vec::new(),
            scope: PhantomData,
        }
    }

    /// Notes that the step declares `name` among its `what`, which it may do once.
    pub(crate) fn declare(&mut self, what: &str, name: &str) {
        if !self.names.insert(format!("{what} {name}")) {
            let step = self.name.clone();
            self.faults.push(BuildError::Repeated { step, name: name.to_owned() });
        }
    }

    pub(crate) fn wait_for(&mut self, steps: Vec<String>) {
        self.after = steps;
    }

    pub(crate) fn within(&mut self, what: &'static str, value: u64, least: u64, most: u64) {
        if !(least..=most).contains(&value) {
            let step = self.name.clone();
            self.faults.push(BuildError::OutOfRange { step, what, value, least, most });
        }
    }

    /// The step as the service reads it. `target` stands before the arguments, `rest` after them.
    pub(crate) fn into_json(
        self,
        target: Option<(&str, &str)>,
        arguments: Map<String, Value>,
        rest: Map<String, Value>,
    ) -> Value {
        let mut json = Map::new();
        json.insert("Name".into(), self.name.into());
        json.insert("Type".into(), self.kind.into());
        if let Some(description) = self.description {
            json.insert("Description".into(), description.into());
        }
        if !self.after.is_empty() {
            json.insert("DependsOn".into(), self.after.into());
        }
        if let Some((key, value)) = target {
            json.insert(key.into(), value.into());
        }
        json.insert("Arguments".into(), Value::Object(arguments));
        json.extend(rest);
        if let Some(cache) = self.cache {
            json.insert("CacheConfig".into(), cache);
        }
        if !self.retries.is_empty() {
            json.insert("RetryPolicies".into(), self.retries.into());
        }
        Value::Object(json)
    }
}

/// A step that is being written.
pub trait Draft<'s> {
    /// The part that does not depend on the kind.
    #[doc(hidden)]
    fn envelope(&mut self) -> &mut Envelope<'s>;

    /// Waits for `step` although nothing of it is referred to.
    fn after(&mut self, step: &impl Step<'s>) {
        let name = step.name().to_owned();
        let after = &mut self.envelope().after;
        if !after.contains(&name) {
            after.push(name);
        }
    }

    /// What Studio shows beside the step.
    fn describe(&mut self, description: &str) {
        self.envelope().description = Some(description.to_owned());
    }
}

/// A draft of a job: Processing, Training or Transform.
pub trait JobDraft<'s>: Draft<'s> {
    /// Takes the result of an equal earlier run.
    ///
    /// The service compares arguments, not the contents of the data: an input whose contents
    /// changed below the same S3 URI is a hit. Let a version of the data be part of the arguments.
    fn cache(&mut self, window: CacheWindow) {
        self.envelope().within("cache window in days", window.0.into(), 1, 365);
        self.envelope().cache =
            Some(json!({ "Enabled": true, "ExpireAfter": format!("P{}D", window.0) }));
    }

    /// Tries again after these failures.
    fn retry(&mut self, faults: &[JobFault], pace: Pace) {
        let names = faults.iter().map(|fault| fault.name()).collect();
        push_retry(self.envelope(), names, pace);
    }
}

/// A draft of an entity that is no job: Model or RegisterModel.
pub trait EntityDraft<'s>: Draft<'s> {
    /// Tries again after these failures.
    fn retry(&mut self, faults: &[ServiceFault], pace: Pace) {
        let names = faults.iter().map(|fault| fault.name()).collect();
        push_retry(self.envelope(), names, pace);
    }
}

fn push_retry(envelope: &mut Envelope<'_>, names: Vec<&'static str>, pace: Pace) {
    envelope.within("retry interval in seconds", pace.interval_seconds.into(), 1, 43_200);
    let mut policy = Map::new();
    policy.insert("ExceptionType".into(), names.into());
    policy.insert("IntervalSeconds".into(), pace.interval_seconds.into());
    policy.insert("BackoffRate".into(), pace.backoff_rate.into());
    match pace.until {
        Until::Attempts(attempts) => {
            envelope.within("retry attempts", attempts.into(), 1, 20);
            policy.insert("MaxAttempts".into(), attempts.into());
        }
        Until::Minutes(minutes) => {
            envelope.within("retry minutes", minutes.into(), 1, 14_400);
            policy.insert("ExpireAfterMin".into(), minutes.into());
        }
    }
    envelope.retries.push(Value::Object(policy));
}

/// For how long an earlier result still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheWindow(u16);

impl CacheWindow {
    /// So many days.
    pub fn days(days: u16) -> Self {
        Self(days)
    }
}

/// Failures of the pipeline service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceFault {
    /// An error inside the service.
    Internal,
    /// Too many requests.
    Throttling,
}

impl ServiceFault {
    fn name(self) -> &'static str {
        match self {
            Self::Internal => "Step.SERVICE_FAULT",
            Self::Throttling => "Step.THROTTLING",
        }
    }
}

/// Failures of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFault {
    /// One of the pipeline service.
    Service(ServiceFault),
    /// An error inside SageMaker while the job ran.
    JobInternal,
    /// No instance of the type was free.
    Capacity,
    /// The account's quota is used up.
    ResourceLimit,
}

impl JobFault {
    fn name(self) -> &'static str {
        match self {
            Self::Service(fault) => fault.name(),
            Self::JobInternal => "SageMaker.JOB_INTERNAL_ERROR",
            Self::Capacity => "SageMaker.CAPACITY_ERROR",
            Self::ResourceLimit => "SageMaker.RESOURCE_LIMIT",
        }
    }
}

/// How long to wait between tries, and when to give up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The first wait, 1 to 43,200 seconds.
    pub interval_seconds: u32,
    /// By how much each wait is longer than the one before.
    pub backoff_rate: f64,
    /// When to give up.
    pub until: Until,
}

/// When to give up; the service accepts one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// After so many tries, 1 to 20.
    Attempts(u32),
    /// After so many minutes, 1 to 14,400.
    Minutes(u32),
}
