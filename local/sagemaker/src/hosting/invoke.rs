//! `InvokeEndpoint`, with the sizes and errors of the runtime service.

use std::sync::Arc;

use bytes::Bytes;
use containers::{InvokeAnswer, InvokeError, InvokeRequest};
use http::HeaderMap;
use machine::{Caller, Refusal, ids};

use super::ENDPOINT;
use super::changes::{PLAN, plan};
use super::fleet::{Fleet, Member};
use crate::entity::{Body, Named, word};
use crate::plane::Plane;

/// The largest body of a request and of an answer.
const LARGEST: usize = 6_291_456;
/// The same of a serverless endpoint: 4 MB.
const LARGEST_SERVERLESS: usize = 4 << 20;

const TARGET_VARIANT: &str = "x-amzn-sagemaker-target-variant";
/// Headers that the model is given as they are.
const PASSED: [&str; 2] = ["X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id"];
/// Headers of endpoints that this engine does not have.
const STRANGE: [&str; 4] = [
    "x-amzn-sagemaker-target-model",
    "x-amzn-sagemaker-target-container-hostname",
    "x-amzn-sagemaker-inference-component",
    "x-amzn-sagemaker-session-id",
];

/// What an endpoint answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointAnswer {
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The header `x-Amzn-Invoked-Production-Variant`.
    pub variant: String,
    /// The header `X-Amzn-SageMaker-Custom-Attributes`.
    pub custom_attributes: Option<String>,
    /// The body.
    pub body: Bytes,
}

pub(crate) async fn invoke(
    plane: &Arc<Plane>,
    caller: &Caller,
    endpoint: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<EndpointAnswer, Refusal> {
    let named = plane.name(&ENDPOINT, endpoint);
    plane.allow(caller, "InvokeEndpoint", &named.arn)?;
    if let Some(header) = STRANGE.into_iter().find(|header| headers.contains_key(*header)) {
        return Err(invalid(format!("the local engine does not have endpoints for {header}")));
    }
    if body.len() > LARGEST {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must \
             have length less than or equal to {LARGEST}"
        )));
    }
    let fleet = plane.fleets.get_or(&named.key(), || find(plane, &named))?;
    let member = match text(headers, TARGET_VARIANT) {
        Some(name) => fleet
            .member(&name)
            .ok_or_else(|| invalid(format!("Variant {name} not found for endpoint {endpoint}.")))?,
        None => fleet.next().ok_or_else(|| invalid(missing(plane, endpoint)))?,
    };
    let largest = if member.serverless.is_some() { LARGEST_SERVERLESS } else { LARGEST };
    if body.len() > largest {
        return Err(invalid(format!("Request {} has oversize body.", ids::uuid())));
    }
    let most = member.serverless.map(|serverless| serverless.max_concurrency);
    let visit = member.seat.enter(most, &plane.machine.clock).ok_or_else(Refusal::throttled)?;
    let answer = ask(plane, member, request(headers, body, largest)).await;
    drop(visit);
    match answer? {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(EndpointAnswer {
            content_type: answer.content_type,
            variant: member.name.clone(),
            custom_attributes: answer.custom_attributes,
            body: answer.body,
        }),
        Ok(answer) => Err(answered_badly(plane, endpoint, &answer)),
        Err(error) => Err(unanswered(plane, endpoint, &error)),
    }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationError", message)
}

fn missing(plane: &Plane, endpoint: &str) -> String {
    format!("Endpoint {endpoint} of account {} not found.", plane.machine.identity.account)
}

/// The fleet of an endpoint that serves, after the engine was started again. Names are taken here
/// with their case.
fn find(plane: &Plane, named: &Named) -> Result<Fleet, Refusal> {
    let found: Option<Body> = plane.machine.store.read(ENDPOINT.documents, &named.key())?;
    let absent = || invalid(missing(plane, &named.name));
    let body = found.filter(|body| word(body, ENDPOINT.name) == named.name).ok_or_else(absent)?;
    match word(&body, "EndpointStatus") {
        "InService" | "Updating" => Ok(Fleet::new(&named.name, &plan(&body, PLAN)?)),
        status => Err(invalid(format!("Endpoint {} is {status} and not in service.", named.name))),
    }
}

fn request(headers: &HeaderMap, body: Bytes, largest: usize) -> InvokeRequest {
    let content_type = text(headers, "content-type");
    let accept = text(headers, "accept").filter(|accept| accept != "*/*");
    let mut request = InvokeRequest::new(body).in_forms(content_type.as_deref(), accept.as_deref());
    request.headers = PASSED
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), text(headers, name)?)))
        .collect();
    request.largest_answer = Some(largest);
    request
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Asks the server of a variant; a refusal if there is none.
async fn ask(
    plane: &Plane,
    member: &Member,
    request: InvokeRequest,
) -> Result<Result<InvokeAnswer, InvokeError>, Refusal> {
    let server = member.seat.server(plane).await.map_err(|reason| {
        let words = format!("The model of variant {} does not start: {reason}", member.name);
        if member.serverless.is_some() {
            Refusal::new(429, "ModelNotReadyException", words)
        } else {
            Refusal::new(503, "ServiceUnavailable", words)
        }
    })?;
    Ok(server.invoke(request).await)
}

fn answered_badly(plane: &Plane, endpoint: &str, answer: &InvokeAnswer) -> Refusal {
    let original = String::from_utf8_lossy(&answer.body).into_owned();
    let whose = if answer.status < 500 { "client" } else { "server" };
    let words = format!(
        "Received {whose} error ({}) from primary with message \"{original}\".",
        answer.status
    );
    model_error(plane, endpoint, &words, (answer.status, original))
}

fn unanswered(plane: &Plane, endpoint: &str, error: &InvokeError) -> Refusal {
    let words = match error {
        InvokeError::TimedOut { .. } => "Your invocation timed out while waiting for a response \
            from container primary. Review the latency metrics for each container in Amazon \
            CloudWatch, resolve the issue, and try again."
            .to_owned(),
        other => format!("Received server error (0) from primary with message \"{other}\"."),
    };
    model_error(plane, endpoint, &words, (0, error.to_string()))
}

fn model_error(
    plane: &Plane,
    endpoint: &str,
    words: &str,
    (status, original): (u16, String),
) -> Refusal {
    let group = format!("log-group:/aws/sagemaker/Endpoints/{endpoint}");
    let words = format!("{words} See the log {endpoint} for more information.");
    Refusal::new(424, "ModelError", words)
        .with("OriginalStatusCode", status)
        .with("OriginalMessage", original)
        .with("LogStreamArn", plane.machine.identity.arn("logs", &group))
}
