//! Requests and answers, apart from what they say.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use machine::{Refusal, ids};
use serde_json::{Value, json};

/// A request whose body was read.
pub(crate) type Request = http::Request<Bytes>;

/// An answer.
pub(crate) type Response = http::Response<Bytes>;

/// The version of the JSON protocol, which is all that its services differ in on the wire.
pub(crate) const JSON_1_0: &str = "application/x-amz-json-1.0";

/// The version that EventBridge speaks.
pub(crate) const JSON_1_1: &str = "application/x-amz-json-1.1";

/// The operation of a request in a JSON protocol, and its input.
pub(crate) fn json_operation(request: &Request, prefix: &str) -> Result<(String, Value), Refusal> {
    let operation = header(request, "x-amz-target").and_then(|target| target.strip_prefix(prefix));
    let operation = operation.ok_or_else(|| {
        Refusal::new(400, "UnknownOperationException", "the header X-Amz-Target names no operation")
    })?;
    let body: &[u8] = if request.body().is_empty() { b"{}" } else { request.body() };
    let input = serde_json::from_slice(body).map_err(|error| {
        Refusal::new(400, "SerializationException", format!("the body is no JSON: {error}"))
    })?;
    Ok((operation.to_owned(), input))
}

/// An answer with a body and a request id.
pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, "content-type", content_type);
    set(&mut response, "x-amzn-requestid", &ids::uuid());
    response
}

/// An answer in JSON.
pub(crate) fn json_answer(status: u16, content_type: &str, body: &Value) -> Response {
    answer(status, content_type, body.to_string())
}

/// Sets a header. What no header can carry (a line break) is left away.
pub(crate) fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// A header's text.
pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// A refusal in the JSON protocols. `query_code` is what the older XML protocol calls it.
pub(crate) fn json_refusal(refusal: &Refusal, query_code: Option<&str>) -> Response {
    let mut body = json!({"__type": refusal.code, "message": refusal.message});
    if let Some(object) = body.as_object_mut() {
        object.extend(refusal.members.as_ref().clone());
    }
    let mut response = json_answer(refusal.status, JSON_1_0, &body);
    set(&mut response, "x-amzn-errortype", &refusal.code);
    if let Some(code) = query_code {
        set(&mut response, "x-amzn-query-error", &format!("{code};{}", blame(refusal)));
    }
    response
}

/// Whose fault it is.
pub(crate) fn blame(refusal: &Refusal) -> &'static str {
    if refusal.status >= 500 { "Receiver" } else { "Sender" }
}
