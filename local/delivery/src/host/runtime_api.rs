//! The Runtime API: what the process of a function asks and tells.
//!
//! A process finds it under a path with its own random id, `/_runtime/ID/2018-06-01/...`.

use std::future::pending;

use bytes::Bytes;
use http::Method;
use serde_json::json;

use super::instance::{Answer, Instance, Work};
use super::{Host, MOST_ANSWER};
use crate::wire::{Request, Response, answer, header, json_answer, set};

/// The path under which the processes of functions find the Runtime API.
pub const PREFIX: &str = "/_runtime/";

const JSON: &str = "application/json";

impl Host {
    /// Answers a process.
    pub(crate) async fn runtime_api(&self, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let parts = path.strip_prefix(PREFIX).and_then(|rest| rest.split_once('/'));
        let (id, rest) = parts.unwrap_or((path.as_str(), ""));
        let rest = rest.strip_prefix("2018-06-01/runtime/").unwrap_or_default();
        let rest: Vec<&str> = rest.split('/').collect();
        let instance = self.instance(id);
        match (request.method(), rest.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => match instance {
                Some(instance) => {
                    let work = instance.next().await;
                    handed_over(&work)
                }
                // Runtimes take any answer for an event. A process that nobody knows gets none.
                None => pending().await,
            },
            (&Method::POST, ["invocation", request_id, "response"]) => {
                let body = request.body().clone();
                let result =
                    if body.len() > MOST_ANSWER { Answer::TooLarge } else { Answer::Result(body) };
                settle(instance.as_deref(), request_id, result)
            }
            (&Method::POST, ["invocation", request_id, "error"]) => {
                settle(instance.as_deref(), request_id, Answer::Error(described(&request)))
            }
            (&Method::POST, ["init", "error"]) => match instance {
                Some(instance) => {
                    instance.fail_init(described(&request));
                    accepted()
                }
                None => refused(403, "UnknownProcess", "nobody started this process"),
            },
            _ => refused(404, "NotFound", "the Runtime API has no such path"),
        }
    }
}

fn handed_over(work: &Work) -> Response {
    let mut response = answer(200, JSON, work.payload.clone());
    let deadline = work.deadline.0.to_string();
    set(&mut response, "lambda-runtime-aws-request-id", &work.request_id);
    set(&mut response, "lambda-runtime-deadline-ms", &deadline);
    set(&mut response, "lambda-runtime-invoked-function-arn", &work.function_arn);
    // Nothing is traced here; the header says so in the form of one.
    let trace =
        format!("Root=1-{:08x}-{};Sampled=0", work.deadline.0 / 1000, machine::ids::hex(12));
    set(&mut response, "lambda-runtime-trace-id", &trace);
    if let Some(context) = &work.client_context {
        set(&mut response, "lambda-runtime-client-context", context);
    }
    response
}

fn settle(instance: Option<&Instance>, request_id: &str, answer: Answer) -> Response {
    let too_large = answer == Answer::TooLarge;
    let awaited = instance.is_some_and(|instance| instance.answer(request_id, answer));
    if !awaited {
        return refused(400, "InvalidRequestID", "Invalid request ID");
    }
    if too_large {
        let message = format!("Exceeded maximum allowed payload size ({MOST_ANSWER} bytes).");
        return refused(413, "RequestEntityTooLarge", &message);
    }
    accepted()
}

/// The error that a process tells: the body, or the header if there is none.
fn described(request: &Request) -> Bytes {
    if !request.body().is_empty() {
        return request.body().clone();
    }
    let kind = header(request, "lambda-runtime-function-error-type").unwrap_or("Runtime.Unknown");
    Bytes::from(json!({"errorType": kind, "errorMessage": ""}).to_string())
}

fn accepted() -> Response {
    json_answer(202, JSON, &json!({"status": "OK"}))
}

fn refused(status: u16, kind: &str, message: &str) -> Response {
    json_answer(status, JSON, &json!({"errorType": kind, "errorMessage": message}))
}
