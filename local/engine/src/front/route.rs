//! Which service is a request for?
//!
//! Every service is at one address, so the signature tells them apart: it names the service that
//! the client meant. What nobody signs is either the Runtime API or nothing of ours.

use http::request::Parts;
use http::{HeaderMap, header};

use super::answer::Protocol;
use super::signature::Authorization;

/// A service, with how a request names the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// A function asks for events.
    RuntimeApi,
    /// The engine's own pages and switches.
    Engine,
    /// S3, which reads the rest itself.
    Objects,
    /// A service that has the whole request in memory.
    Service(Service),
    /// A signed request for a service that the engine does not have.
    Unknown(String),
    /// Nobody signed.
    Unsigned,
}

/// What is answered from a whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    SageMaker,
    Metrics,
    Runtime,
    Lambda,
    Events,
    Queues,
    Topics,
    Tokens,
}

impl Service {
    /// Whether it is one of those that answer `ThrottlingException` when that is asked for.
    pub(crate) fn throttles(self) -> bool {
        matches!(self, Self::SageMaker | Self::Metrics | Self::Lambda)
    }
}

/// Where a request goes.
pub(crate) fn route(parts: &Parts, authorization: Option<&Authorization>) -> Route {
    let path = parts.uri.path();
    if path.starts_with("/_runtime/") {
        return Route::RuntimeApi;
    }
    if path.starts_with("/_almanac/") {
        return Route::Engine;
    }
    let Some(authorization) = authorization else {
        return if is_for_objects(parts) { Route::Objects } else { Route::Unsigned };
    };
    match authorization.service.as_str() {
        "s3" => Route::Objects,
        "sagemaker" => Route::Service(match path {
            "/BatchPutMetrics" | "/BatchGetMetrics" => Service::Metrics,
            _ if path.starts_with("/endpoints/") => Service::Runtime,
            _ => Service::SageMaker,
        }),
        "lambda" => Route::Service(Service::Lambda),
        "events" => Route::Service(Service::Events),
        "sqs" => Route::Service(Service::Queues),
        "sns" => Route::Service(Service::Topics),
        "sts" => Route::Service(Service::Tokens),
        other => Route::Unknown(other.to_owned()),
    }
}

/// Addresses of S3 can be signed in the query, or not at all, which S3 refuses in its own words.
fn is_for_objects(parts: &Parts) -> bool {
    !parts.headers.contains_key("x-amz-target")
        && parts.uri.path().len() > 1
        && !parts.uri.path().starts_with("/20")
}

/// Whether the client means this machine. A page in a browser that was led here under another name
/// says that name.
pub(crate) fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or(host)
    } else {
        host.split(':').next().unwrap_or(host)
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]") || name.ends_with(".localhost")
}

/// The operation of a JSON protocol: what stands behind the dot of `X-Amz-Target`.
pub(crate) fn operation(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    Some(target.rsplit_once('.').map_or(target, |(_, operation)| operation))
}

/// What is asked of a service that the engine does not have, and how its client reads answers.
pub(crate) fn asked(parts: &Parts, body: &[u8]) -> (String, Protocol) {
    if let Some(operation) = operation(&parts.headers) {
        return (operation.to_owned(), Protocol::Json);
    }
    let text = String::from_utf8_lossy(body);
    let action = text.split('&').find_map(|pair| pair.strip_prefix("Action="));
    match action.filter(|_| is_form(&parts.headers)) {
        Some(action) => (action.to_owned(), Protocol::Query),
        None => (format!("{} {}", parts.method, parts.uri.path()), Protocol::RestJson),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Request};

    use super::*;

    fn routed(path: &str, service: Option<&str>) -> Route {
        let mut request = Request::post(path).body(()).unwrap();
        if let Some(service) = service {
            let text = format!(
                "AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/{service}/aws4_request, \
                 SignedHeaders=host, Signature=00"
            );
            request.headers_mut().insert("authorization", text.parse().unwrap());
        }
        let (parts, ()) = request.into_parts();
        route(&parts, Authorization::of(&parts.headers).as_ref())
    }

    #[test]
    fn the_signature_tells_the_service() {
        assert_eq!(routed("/", Some("sagemaker")), Route::Service(Service::SageMaker));
        assert_eq!(routed("/BatchPutMetrics", Some("sagemaker")), Route::Service(Service::Metrics));
        assert_eq!(
            routed("/endpoints/a/invocations", Some("sagemaker")),
            Route::Service(Service::Runtime)
        );
        assert_eq!(routed("/bucket/key", Some("s3")), Route::Objects);
        assert_eq!(routed("/", Some("dynamodb")), Route::Unknown("dynamodb".to_owned()));
    }

    #[test]
    fn what_an_unknown_service_is_asked_for_is_named_in_its_own_protocol() {
        let of = |name: &str, value: &str, body: &str| {
            let request = Request::post("/schedules?a=b").header(name, value).body(()).unwrap();
            asked(&request.into_parts().0, body.as_bytes())
        };
        let form = "application/x-www-form-urlencoded; charset=utf-8";

        assert_eq!(
            of("content-type", form, "Action=GetRole&RoleName=a"),
            ("GetRole".to_owned(), Protocol::Query)
        );
        assert_eq!(
            of("x-amz-target", "Logs_20140328.DescribeLogGroups", "{}"),
            ("DescribeLogGroups".to_owned(), Protocol::Json)
        );
        assert_eq!(
            of("content-type", "application/json", "{}"),
            ("POST /schedules".to_owned(), Protocol::RestJson)
        );
    }

    #[test]
    fn what_nobody_signed_is_the_runtime_api_or_an_address_of_s3() {
        assert_eq!(
            routed("/_runtime/abc/2018-06-01/runtime/invocation/next", None),
            Route::RuntimeApi
        );
        assert_eq!(routed("/bucket/key?X-Amz-Signature=1", None), Route::Objects);
        assert_eq!(routed("/", None), Route::Unsigned);
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for (host, ours) in [
            ("127.0.0.1:4000", true),
            ("localhost", true),
            ("[::1]:80", true),
            ("bucket.localhost:1", true),
            ("attacker.example", false),
            ("127.0.0.1.attacker.example", false),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            assert_eq!(is_for_this_machine(&headers), ours, "{host}");
        }
    }
}
