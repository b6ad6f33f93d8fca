//! Results and refusals, in the form that each protocol has for them.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use machine::{Refusal, ids};
use objects::Body;
use serde_json::Value;

/// How a service writes what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON with the type of an error in the body.
    Json,
    /// JSON with the type of an error in a header.
    RestJson,
    /// XML around everything.
    Query,
}

/// An answer with a body that is there already.
pub(crate) fn plain(
    status: u16,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(&ids::uuid()) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

/// A result in JSON.
pub(crate) fn json(value: &Value) -> Response<Body> {
    plain(200, "application/x-amz-json-1.1", value.to_string())
}

/// A refusal in the form of a protocol.
pub(crate) fn refused(refusal: &Refusal, protocol: Protocol) -> Response<Body> {
    let mut body = refusal.members.as_ref().clone();
    let mut response = match protocol {
        Protocol::Json => {
            body.insert("__type".to_owned(), refusal.code.as_ref().into());
            body.insert("message".to_owned(), refusal.message.clone().into());
            let text = Value::Object(body).to_string();
            plain(refusal.status, "application/x-amz-json-1.1", text)
        }
        Protocol::RestJson => {
            body.insert("Message".to_owned(), refusal.message.clone().into());
            plain(refusal.status, "application/json", Value::Object(body).to_string())
        }
        Protocol::Query => plain(refusal.status, "text/xml", xml(refusal)),
    };
    if protocol != Protocol::Query
        && let Ok(code) = HeaderValue::from_str(&refusal.code)
    {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

fn xml(refusal: &Refusal) -> String {
    let whose = if refusal.status < 500 { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse><Error><Type>{whose}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{}</RequestId></ErrorResponse>",
        escaped(in_query(&refusal.code)),
        escaped(&refusal.message),
        ids::uuid()
    )
}

/// The query protocols have names of their own for what is wrong with a signature.
fn in_query(code: &str) -> &str {
    match code {
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "UnknownOperationException" => "InvalidAction",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        other => other,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_called_as_the_protocol_calls_it() {
        let refusal = Refusal::new(403, "UnrecognizedClientException", "who <is> it");
        let body = |protocol| {
            let body = refused(&refusal, protocol).body().bytes().unwrap();
            String::from_utf8(body.to_vec()).unwrap()
        };

        let (query, json) = (body(Protocol::Query), body(Protocol::Json));

        assert!(query.contains("<Code>InvalidClientTokenId</Code>"), "{query}");
        assert!(query.contains("<Message>who &lt;is&gt; it</Message>"), "{query}");
        assert!(json.contains(r#""__type":"UnrecognizedClientException""#), "{json}");
    }
}
