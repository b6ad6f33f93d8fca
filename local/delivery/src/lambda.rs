//! The REST operations of Lambda.

use bytes::Bytes;
use http::Method;
use machine::{Caller, Refusal};
use serde_json::{Value, json};
use stack::Function;

use crate::base64;
use crate::delivery::Delivery;
use crate::host::{Invocation, Invoked};
use crate::query::decoded;
use crate::wire::{Request, Response, answer, header, json_answer, set};

const JSON: &str = "application/json";

/// The most that a caller who waits may send.
const MOST_WAITED_FOR: usize = 6 * 1024 * 1024;

/// The most that a caller who does not wait may send.
const MOST_QUEUED: usize = 1024 * 1024;

impl Delivery {
    /// Answers a request to Lambda, such as `POST /2015-03-31/functions/NAME/invocations`.
    pub async fn lambda(
        &self,
        caller: &Caller,
        request: http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        match self.answer_lambda(caller, &request).await {
            Ok(response) => response,
            Err(refusal) => refused(&refusal),
        }
    }

    async fn answer_lambda(&self, caller: &Caller, request: &Request) -> Result<Response, Refusal> {
        let path = request.uri().path().trim_matches('/').to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method(), parts.as_slice()) {
            (&Method::GET, ["2015-03-31", "functions"]) => {
                self.permit(caller, "lambda:ListFunctions", "*")?;
                let functions: Vec<Value> =
                    self.catalog().0.functions.iter().map(configuration).collect();
                Ok(json_answer(200, JSON, &json!({"Functions": functions})))
            }
            (&Method::GET, ["2015-03-31", "functions", name, rest @ ..]) if rest.len() < 2 => {
                let function = self.catalog().function(&qualified(&decoded(name), request))?;
                let (action, body) = match rest {
                    [] => ("lambda:GetFunction", described(function)),
                    ["configuration"] => {
                        ("lambda:GetFunctionConfiguration", configuration(function))
                    }
                    _ => return Err(unknown(request)),
                };
                self.permit(caller, action, &function.arn)?;
                Ok(json_answer(200, JSON, &body))
            }
            (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => {
                self.invocation(caller, &decoded(name), request).await
            }
            _ => Err(unknown(request)),
        }
    }

    async fn invocation(
        &self,
        caller: &Caller,
        name: &str,
        request: &Request,
    ) -> Result<Response, Refusal> {
        let function = self.catalog().function(&qualified(name, request))?;
        self.permit(caller, "lambda:InvokeFunction", &function.arn)?;
        let kind = header(request, "x-amz-invocation-type").unwrap_or("RequestResponse");
        let payload = request.body();
        match kind {
            "DryRun" => Ok(answer(204, JSON, Bytes::new())),
            "Event" => {
                let payload = checked(payload, (MOST_QUEUED, kind))?;
                let payload =
                    String::from_utf8(payload.to_vec()).map_err(|_| no_json("it is not UTF-8"))?;
                let id = self.machine().store.write(|batch| {
                    self.invocations().enqueue_in(batch, &function.name, &payload)
                })?;
                let mut response = answer(202, JSON, Bytes::new());
                set(&mut response, "x-amzn-requestid", &id);
                Ok(response)
            }
            "RequestResponse" => {
                let mut invocation = Invocation::new(checked(payload, (MOST_WAITED_FOR, kind))?);
                invocation.client_context = header(request, "x-amz-client-context")
                    .and_then(base64::decode)
                    .and_then(|context| String::from_utf8(context).ok());
                let invoked = self.host().run(function, invocation).await?;
                let tail = header(request, "x-amz-log-type") == Some("Tail");
                Ok(answered(&invoked, tail.then_some(invoked.log_tail.as_slice())))
            }
            other => {
                let message = format!("Unsupported invocation type: {other}");
                Err(Refusal::new(400, "InvalidParameterValueException", message))
            }
        }
    }
}

/// The name of a function with the version or alias that the request asks for.
fn qualified(name: &str, request: &Request) -> String {
    let pairs = request.uri().query().unwrap_or_default().split('&');
    match pairs.filter_map(|pair| pair.strip_prefix("Qualifier=")).map(decoded).next() {
        Some(qualifier) if !name.ends_with(&format!(":{qualifier}")) => {
            format!("{name}:{qualifier}")
        }
        _ => name.to_owned(),
    }
}

fn answered(invoked: &Invoked, tail: Option<&[u8]>) -> Response {
    let mut response = answer(200, JSON, invoked.payload.clone());
    set(&mut response, "x-amzn-requestid", &invoked.request_id);
    set(&mut response, "x-amz-executed-version", "$LATEST");
    if let Some(error) = &invoked.function_error {
        set(&mut response, "x-amz-function-error", error);
    }
    if let Some(tail) = tail {
        set(&mut response, "x-amz-log-result", &base64::encode(tail));
    }
    response
}

/// A payload that is JSON and small enough; nothing counts as an empty object.
pub(crate) fn checked(payload: &Bytes, (most, kind): (usize, &str)) -> Result<Bytes, Refusal> {
    if payload.len() > most {
        let message = format!(
            "{} byte payload is too large for the {kind} invocation type (service limit {most} bytes)",
            payload.len()
        );
        return Err(Refusal::new(413, "RequestTooLargeException", message).with("Type", "User"));
    }
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(payload)
        .map_err(|error| no_json(&error.to_string()))?;
    Ok(payload.clone())
}

/// A payload of a caller who waits.
pub(crate) fn checked_waited_for(payload: &Bytes) -> Result<Bytes, Refusal> {
    checked(payload, (MOST_WAITED_FOR, "RequestResponse"))
}

fn no_json(why: &str) -> Refusal {
    let message = format!("Could not parse request body into json: {why}");
    Refusal::new(400, "InvalidRequestContentException", message).with("Type", "User")
}

fn unknown(request: &Request) -> Refusal {
    let operation = format!("{} {}", request.method(), request.uri().path());
    Refusal { status: 404, ..Refusal::unknown_operation("Lambda", &operation) }
}

fn refused(refusal: &Refusal) -> Response {
    let status = if refusal.code == "AccessDeniedException" { 403 } else { refusal.status };
    let mut body = json!({message_member(&refusal.code): refusal.message});
    if let Some(object) = body.as_object_mut() {
        object.extend(refusal.members.as_ref().clone());
    }
    let mut response = json_answer(status, JSON, &body);
    set(&mut response, "x-amzn-errortype", &refusal.code);
    response
}

/// Lambda's errors do not agree on how their message is written.
fn message_member(code: &str) -> &'static str {
    match code {
        "InvalidParameterValueException"
        | "InvalidRequestContentException"
        | "RequestTooLargeException"
        | "TooManyRequestsException" => "message",
        _ => "Message",
    }
}

fn described(function: &Function) -> Value {
    let mut described =
        json!({"Configuration": configuration(function), "Code": {"RepositoryType": "local"}});
    if let (Some(reserved), Some(object)) =
        (function.reserved_concurrency, described.as_object_mut())
    {
        let concurrency = json!({"ReservedConcurrentExecutions": reserved});
        object.insert("Concurrency".to_owned(), concurrency);
    }
    described
}

fn configuration(function: &Function) -> Value {
    json!({
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": "provided.al2023",
        "Role": function.role_arn,
        "Handler": "bootstrap",
        "Timeout": function.timeout_seconds,
        "MemorySize": function.memory_mb,
        "Version": "$LATEST",
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Environment": {"Variables": function.environment},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": function.log_level,
            "LogGroup": function.log_group,
        },
    })
}
