//! How an invocation ended, in the words of Lambda: for its caller and in the log.

use std::sync::{MutexGuard, PoisonError};

use bytes::Bytes;
use machine::Time;
use serde_json::{Value, json};

use super::instance::{Answer, Ending, Instance};
use super::{Host, Invocation, Invoked, MOST_ANSWER, process};

impl Host {
    pub(super) fn report(
        &self,
        function: &stack::Function,
        instance: &Instance,
        (request_id, began, status): (&str, Time, &str),
    ) {
        let took = self.0.machine.clock.now().since(began).as_millis();
        let took = u64::try_from(took).unwrap_or(u64::MAX);
        let metrics = json!({"durationMs": took, "billedDurationMs": took, "memorySizeMB": function.memory_mb});
        let record = json!({"requestId": request_id, "metrics": metrics, "status": status});
        self.platform(instance, "platform.report", &record);
    }

    /// A line of the log that Lambda itself writes.
    pub(super) fn platform(&self, instance: &Instance, kind: &str, record: &Value) {
        let time = self.0.machine.clock.now().iso();
        let line = json!({"time": time, "type": kind, "record": record});
        let line = format!("{line}\n");
        if let Some(log) = self.0.logs.get(&instance.function) {
            log.write(line.as_bytes());
        }
        process::remember(instance, line.as_bytes());
    }
}

/// How an invocation ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Answered(Answer),
    Ended(Ending),
    TimedOut,
}

impl Outcome {
    pub(super) fn status(&self) -> &'static str {
        match self {
            Self::Answered(Answer::Result(_)) => "success",
            Self::Answered(_) => "error",
            Self::Ended(_) => "failure",
            Self::TimedOut => "timeout",
        }
    }
}

/// What the caller is told.
pub(super) fn told(
    function: &stack::Function,
    invocation: &Invocation,
    (instance, outcome): (&Instance, Outcome),
) -> Invoked {
    let id = &invocation.request_id;
    let error = |kind: &str, message: String| {
        Bytes::from(json!({"errorType": kind, "errorMessage": message}).to_string())
    };
    let (failed, payload) = match outcome {
        Outcome::Answered(Answer::Result(payload)) => (false, payload),
        Outcome::Answered(Answer::Error(payload)) => (true, payload),
        Outcome::Answered(Answer::TooLarge) => {
            let message = format!(
                "Response payload size exceeded maximum allowed payload size ({MOST_ANSWER} bytes)."
            );
            (true, error("Function.ResponseSizeTooLarge", message))
        }
        Outcome::TimedOut => {
            let seconds = f64::from(function.timeout_seconds);
            let message =
                format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
            (true, error("Sandbox.Timedout", message))
        }
        Outcome::Ended(Ending::NotStarted(why)) => {
            (true, error("Runtime.InvalidEntrypoint", format!("RequestId: {id} Error: {why}")))
        }
        Outcome::Ended(Ending::Exited(how)) => {
            let how = how.map_or_else(
                || "Runtime exited without providing a reason".to_owned(),
                |how| format!("Runtime exited with error: {how}"),
            );
            let message = format!("RequestId: {id} Error: {how}");
            (true, instance.init_error().unwrap_or_else(|| error("Runtime.ExitError", message)))
        }
    };
    Invoked {
        request_id: id.clone(),
        function_error: failed.then(|| "Unhandled".to_owned()),
        payload,
        log_tail: lock_tail(instance).clone(),
    }
}

pub(super) fn lock_tail(instance: &Instance) -> MutexGuard<'_, Vec<u8>> {
    instance.tail.lock().unwrap_or_else(PoisonError::into_inner)
}
