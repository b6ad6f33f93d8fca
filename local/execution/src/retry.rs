//! Is a failed step tried again, and when?

use std::time::Duration;

use serde_json::Value;

/// A failure that a policy can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `Step.SERVICE_FAULT`: the call failed on the service's side.
    ServiceFault,
    /// `Step.THROTTLING`: too many calls.
    Throttling,
    /// `SageMaker.JOB_INTERNAL_ERROR`: the job failed on the service's side.
    JobInternalError,
    /// `SageMaker.CAPACITY_ERROR`: no instance was free.
    CapacityError,
    /// `SageMaker.RESOURCE_LIMIT`: a quota of the account was reached.
    ResourceLimit,
}

impl Failure {
    const ALL: [Self; 5] = [
        Self::ServiceFault,
        Self::Throttling,
        Self::JobInternalError,
        Self::CapacityError,
        Self::ResourceLimit,
    ];

    /// What a policy calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceFault => "Step.SERVICE_FAULT",
            Self::Throttling => "Step.THROTTLING",
            Self::JobInternalError => "SageMaker.JOB_INTERNAL_ERROR",
            Self::CapacityError => "SageMaker.CAPACITY_ERROR",
            Self::ResourceLimit => "SageMaker.RESOURCE_LIMIT",
        }
    }
}

/// When to stop trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// `MaxAttempts`: after so many retries.
    Attempts(u32),
    /// `ExpireAfterMin`: so long after the first failure.
    Elapsed(Duration),
}

/// One entry of `RetryPolicies`.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// `ExceptionType`
    pub failures: Vec<Failure>,
    /// `IntervalSeconds`: the wait before the first retry.
    pub interval: Duration,
    /// `BackoffRate`: how much longer each further wait is.
    pub backoff: f64,
    /// When to stop.
    pub until: Until,
}

/// What the service does about throttling even without a policy, and the defaults of a policy.
static DEFAULT: RetryPolicy = RetryPolicy {
    failures: Vec::new(),
    interval: Duration::from_secs(1),
    backoff: 2.0,
    until: Until::Attempts(5),
};

impl RetryPolicy {
    /// Reads a policy that the lint has nothing against.
    pub(crate) fn read(policy: &Value) -> Option<Self> {
        let members = policy.as_object()?;
        let known = |value: &Value| {
            let name = value.as_str()?;
            Failure::ALL.into_iter().find(|failure| failure.name() == name)
        };
        let failures = match members.get("ExceptionType")? {
            Value::Array(names) => names.iter().filter_map(known).collect(),
            single => known(single).into_iter().collect(),
        };
        let number = |key: &str| members.get(key).and_then(Value::as_u64);
        let attempts = number("MaxAttempts").and_then(|count| u32::try_from(count).ok());
        let minutes = number("ExpireAfterMin");
        Some(Self {
            failures,
            interval: number("IntervalSeconds").map_or(DEFAULT.interval, Duration::from_secs),
            backoff: members.get("BackoffRate").and_then(Value::as_f64).unwrap_or(DEFAULT.backoff),
            until: match (attempts, minutes) {
                (Some(attempts), _) => Until::Attempts(attempts),
                (None, Some(minutes)) => {
                    Until::Elapsed(Duration::from_secs(minutes.saturating_mul(60)))
                }
                (None, None) => DEFAULT.until,
            },
        })
    }
}

/// How long to wait before trying again; nothing if the failure stands.
///
/// `retries` counts the retries already made, and `elapsed` is the time since the first failure.
/// The first policy that names the failure decides.
pub fn retry(
    policies: &[RetryPolicy],
    failure: Failure,
    retries: u32,
    elapsed: Duration,
) -> Option<Duration> {
    let named = policies.iter().find(|policy| policy.failures.contains(&failure));
    let policy = named.or((failure == Failure::Throttling).then_some(&DEFAULT))?;
    let exponent = i32::try_from(retries).ok()?;
    let seconds = policy.interval.as_secs_f64() * policy.backoff.powi(exponent);
    // A wait too long to count never ends.
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    let goes_on = match policy.until {
        Until::Attempts(most) => retries < most,
        Until::Elapsed(most) => elapsed.checked_add(wait).is_some_and(|then| then <= most),
    };
    goes_on.then_some(wait)
}
