//! From an operation's name to what answers it.

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::Value;

use crate::plane::{Answer, Plane};
use crate::{experiments, hosting, jobs, metrics, registry, search, shapes, tags};

/// What answers an operation.
pub(crate) type Handler = fn(&Arc<Plane>, &Caller, &Value) -> Answer;

/// Answers a request of a service.
type Service = fn(&Arc<Plane>, &Caller, &str, &Value) -> Answer;

/// Answers where waiting for the store holds nobody up. What was begun is done, also for a caller
/// who has left.
pub(crate) async fn apart(
    service: Service,
    plane: &Arc<Plane>,
    caller: &Caller,
    (operation, request): (&str, Value),
) -> Answer {
    let (plane, caller, operation) = (plane.clone(), caller.clone(), operation.to_owned());
    let answering =
        tokio::task::spawn_blocking(move || service(&plane, &caller, &operation, &request));
    answering.await.map_err(Refusal::internal)?
}

/// What answers an operation of the control plane, if we have it.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    jobs::handler(operation)
        .or_else(|| experiments::handler(operation))
        .or_else(|| registry::handler(operation))
        .or_else(|| hosting::handler(operation))
        .or_else(|| tags::handler(operation))
        .or_else(|| search::handler(operation))
}

pub(crate) fn control(
    plane: &Arc<Plane>,
    caller: &Caller,
    operation: &str,
    request: &Value,
) -> Answer {
    let unknown = || Refusal::unknown_operation("SageMaker", operation);
    answer(plane, caller, operation, (handler(operation).ok_or_else(unknown)?, request))
}

pub(crate) fn metrics(
    plane: &Arc<Plane>,
    caller: &Caller,
    operation: &str,
    request: &Value,
) -> Answer {
    let unknown = || Refusal::unknown_operation("SageMaker Metrics", operation);
    answer(plane, caller, operation, (metrics::handler(operation).ok_or_else(unknown)?, request))
}

fn answer(
    plane: &Arc<Plane>,
    caller: &Caller,
    operation: &str,
    (handler, request): (Handler, &Value),
) -> Answer {
    shapes::check_request(operation, request)?;
    let answer = handler(plane, caller, request)?;
    if cfg!(debug_assertions)
        && let Err(wrong) = shapes::check_answer(operation, &answer)
    {
        tracing::error!(%operation, %wrong, "an answer breaks the service's model");
    }
    Ok(answer)
}
