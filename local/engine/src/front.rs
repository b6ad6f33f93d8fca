//! One address for every service.
//!
//! A request is taken in whole, but for S3, which streams; the signature says which service it is
//! for and who asks. Slow and oversized requests end here.

mod answer;
mod route;
mod signature;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use delivery::Delivery;
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use machine::faults::Probabilities;
use machine::{Caller, Fault, Machine, Refusal};
use objects::{Body, Objects};
use pipelines::Pipelines;
use sagemaker::{EndpointAnswer, SageMaker};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use self::answer::{Protocol, json, plain, refused};
use self::route::{Route, Service, asked, is_for_this_machine, route};
use self::signature::Authorization;
use crate::services::StepServices;

/// More than the largest request of any service but S3: 6 MB for a function or a model.
const LARGEST: usize = 8 * 1024 * 1024;
/// How long a client may take to send a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that answers.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) machine: Machine,
    pub(crate) objects: Objects,
    pub(crate) sagemaker: SageMaker,
    pub(crate) pipelines: Pipelines<StepServices>,
    pub(crate) delivery: Delivery,
}

/// Answers connections until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, front: Front) {
    let front = Arc::new(front);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&front)));
            }
            Err(error) => {
                // No file descriptor is left, most likely: others end, and free theirs.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, front: Arc<Front>) {
    // Small answers must not wait for more to send.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request).await) }
    });
    let server = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = server.await {
        tracing::debug!(%error, "a connection ended");
    }
}

impl Front {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if !is_for_this_machine(request.headers()) {
            let message = "this engine answers only to names of this machine, such as 127.0.0.1";
            return refused(&Refusal::new(421, "MisdirectedRequest", message), Protocol::Json);
        }
        let authorization = Authorization::of(request.headers());
        let (parts, body) = request.into_parts();
        match route(&parts, authorization.as_ref()) {
            Route::Objects => self.objects.call(Request::from_parts(parts, body.into())).await,
            Route::RuntimeApi => match read(body).await {
                Ok(body) => {
                    in_memory(self.delivery.runtime_api(Request::from_parts(parts, body)).await)
                }
                Err(refusal) => refused(&refusal, Protocol::RestJson),
            },
            Route::Service(service) => self.service(service, authorization, (parts, body)).await,
            Route::Engine => self.engine(authorization, (parts, body)).await,
            Route::Unknown(service) => {
                let body = read(body).await.unwrap_or_default();
                let (operation, protocol) = asked(&parts, &body);
                refused(&Refusal::unknown_operation(&service, &operation), protocol)
            }
            Route::Unsigned => {
                let message = "Missing Authentication Token";
                let refusal = Refusal::new(403, "MissingAuthenticationTokenException", message);
                refused(&refusal, Protocol::Json)
            }
        }
    }

    async fn service(
        &self,
        service: Service,
        authorization: Option<Authorization>,
        (parts, body): (Parts, Incoming),
    ) -> Response<Body> {
        let protocol = match service {
            Service::Metrics | Service::Runtime | Service::Lambda => Protocol::RestJson,
            Service::Topics | Service::Tokens => Protocol::Query,
            Service::SageMaker | Service::Events | Service::Queues => Protocol::Json,
        };
        match self.identified(authorization, &parts, body).await {
            Ok(_) if service.throttles() && self.machine.faults.strikes(Fault::Throttle) => {
                refused(&Refusal::throttled(), protocol)
            }
            Ok((caller, body)) => self.dispatch(service, &caller, (parts, body)).await,
            Err(refusal) => refused(&refusal, protocol),
        }
    }

    async fn identified(
        &self,
        authorization: Option<Authorization>,
        parts: &Parts,
        body: Incoming,
    ) -> Result<(Caller, Bytes), Refusal> {
        let body = read(body).await?;
        let missing = || {
            let message = "Missing Authentication Token";
            Refusal::new(403, "MissingAuthenticationTokenException", message)
        };
        let authorization = authorization.ok_or_else(missing)?;
        let caller = authorization.caller(&self.machine.credentials, parts, &body)?;
        Ok((caller, body))
    }

    async fn dispatch(
        &self,
        service: Service,
        caller: &Caller,
        (parts, body): (Parts, Bytes),
    ) -> Response<Body> {
        match service {
            Service::SageMaker => {
                let answer = self.control(caller, &parts, &body).await;
                told(answer, Protocol::Json)
            }
            Service::Metrics => {
                let operation = parts.uri.path().trim_start_matches('/').to_owned();
                let answer = match parsed(&body) {
                    Ok(request) => self.sagemaker.metrics(caller, &operation, request).await,
                    Err(refusal) => Err(refusal),
                };
                told(answer, Protocol::RestJson)
            }
            Service::Runtime => self.model(caller, &parts, body).await,
            Service::Lambda => {
                in_memory(self.delivery.lambda(caller, Request::from_parts(parts, body)).await)
            }
            Service::Events => {
                in_memory(self.delivery.events(caller, &Request::from_parts(parts, body)))
            }
            Service::Queues => {
                in_memory(self.delivery.sqs(caller, Request::from_parts(parts, body)).await)
            }
            Service::Topics => {
                in_memory(self.delivery.sns(caller, &Request::from_parts(parts, body)))
            }
            Service::Tokens => {
                in_memory(self.delivery.sts(caller, &Request::from_parts(parts, body)))
            }
        }
    }

    async fn control(
        &self,
        caller: &Caller,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Value, Refusal> {
        // Feature Store's runtime, for one, signs as SageMaker and has paths instead of targets.
        let (operation, Protocol::Json) = asked(parts, body) else {
            let path = format!("{} {}", parts.method, parts.uri.path());
            return Err(Refusal::unknown_operation("SageMaker", &path));
        };
        let request = parsed(body)?;
        if Pipelines::<StepServices>::knows(&operation) {
            sagemaker::shapes::check_request(&operation, &request)?;
            return self.pipelines.call(caller, &operation, request).await;
        }
        self.sagemaker.call(caller, &operation, request).await
    }

    async fn model(&self, caller: &Caller, parts: &Parts, body: Bytes) -> Response<Body> {
        let mut words = parts.uri.path().trim_start_matches('/').split('/').skip(1);
        let (Some(endpoint), Some("invocations"), None) =
            (words.next(), words.next(), words.next())
        else {
            let refusal = Refusal::unknown_operation("sagemaker-runtime", parts.uri.path());
            return refused(&refusal, Protocol::RestJson);
        };
        match self.sagemaker.invoke_endpoint(caller, endpoint, &parts.headers, body).await {
            Ok(answer) => of_model(answer),
            Err(refusal) => refused(&refusal, Protocol::RestJson),
        }
    }

    /// The engine's own switches, for its user alone.
    async fn engine(
        &self,
        authorization: Option<Authorization>,
        (parts, body): (Parts, Incoming),
    ) -> Response<Body> {
        if parts.uri.path() == "/_almanac/health" {
            return plain(200, "application/json", r#"{"status":"ok"}"#);
        }
        let answer = match self.identified(authorization, &parts, body).await {
            Ok((caller, _)) if caller.role.is_some() => {
                Err(Refusal::denied("the engine's switches are for its user"))
            }
            Ok((_, body)) => self.switch(parts.uri.path(), &body),
            Err(refusal) => Err(refusal),
        };
        told(answer, Protocol::Json)
    }

    fn switch(&self, path: &str, body: &Bytes) -> Result<Value, Refusal> {
        match path {
            "/_almanac/clock" => {
                let request = parsed(body)?;
                let seconds = request.get("advance_seconds").and_then(Value::as_i64);
                let seconds = seconds.ok_or_else(|| {
                    Refusal::invalid("send {\"advance_seconds\": N}, a whole number")
                })?;
                self.machine.clock.advance(seconds.saturating_mul(1000));
                Ok(json!({"time": self.machine.clock.now().iso()}))
            }
            "/_almanac/faults" => {
                let faults = &self.machine.faults;
                if !body.is_empty() {
                    let wanted: Probabilities = serde_json::from_slice(body)
                        .map_err(|error| Refusal::invalid(error.to_string()))?;
                    faults.set(wanted).map_err(|error| Refusal::invalid(error.to_string()))?;
                }
                serde_json::to_value(faults.happened()).map_err(Refusal::internal)
            }
            "/_almanac/settled" => Ok(json!({"settled": self.delivery.idle()})),
            _ => Err(Refusal::not_found(format!("the engine has no {path}"))),
        }
    }
}

async fn read(body: Incoming) -> Result<Bytes, Refusal> {
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, LARGEST).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(_)) => {
            let message = format!("the request is larger than {LARGEST} bytes, or broke off");
            Err(Refusal::new(413, "RequestEntityTooLargeException", message))
        }
        Err(_) => Err(Refusal::new(408, "RequestTimeout", "the request took too long to arrive")),
    }
}

fn parsed(body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))?;
    if value.is_object() {
        return Ok(value);
    }
    Err(Refusal::new(400, "SerializationException", "the request is no JSON object"))
}

fn told(answer: Result<Value, Refusal>, protocol: Protocol) -> Response<Body> {
    match answer {
        Ok(value) if protocol == Protocol::RestJson => {
            plain(200, "application/json", value.to_string())
        }
        Ok(value) => json(&value),
        Err(refusal) => refused(&refusal, protocol),
    }
}

/// What a model answered, with what the runtime service says beside it.
fn of_model(answer: EndpointAnswer) -> Response<Body> {
    let mut response = plain(200, "application/octet-stream", answer.body);
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    };
    set("content-type", answer.content_type);
    set("x-amzn-invoked-production-variant", Some(answer.variant));
    set("x-amzn-sagemaker-custom-attributes", answer.custom_attributes);
    response
}

fn in_memory(response: Response<Bytes>) -> Response<Body> {
    response.map(Body::from)
}
