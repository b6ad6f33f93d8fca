//! `serve`: a model behind `/ping` and `/invocations`, as SageMaker wants it.
//!
//! The same server answers an endpoint and a transform job. Requests are decoded, answered and
//! encoded on threads that may block; the server's own threads only move bytes, so that `/ping`
//! is answered while all others calculate. On SIGTERM no more connections are taken, what was
//! begun is answered, and the process ends.

mod answer;
mod bundled;
mod wire;

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use crate::arguments::Serve;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::place::Places;
use crate::serve::answer::{Answer, Predictor, Refusal};
use crate::serve::wire::{Form, accepted, attributes};
use crate::unpack;

/// The largest request that an endpoint is sent is 6 MB, that of a transform job 100 MB.
const LARGEST_REQUEST: usize = 100 * 1024 * 1024;

/// SageMaker hands this header of an answer on to whoever asked.
const ATTRIBUTES: HeaderName = HeaderName::from_static("x-amzn-sagemaker-custom-attributes");

struct Server {
    predictor: Predictor,
    /// As many answers are calculated at once as there are processors: more would only wait for
    /// each other, and take memory.
    turns: Semaphore,
    largest: usize,
    usual: Form,
}

pub(crate) fn run(
    arguments: &Serve,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let places = Places::new(environment, &arguments.input, &[]);
    let folder = unpack::folder(&places.input("model")?)?;
    let predictor = Predictor::load(folder.path())?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Failure::Serve)?;
    runtime.block_on(async {
        let address =
            SocketAddr::new(arguments.host.unwrap_or(IpAddr::from([0, 0, 0, 0])), arguments.port);
        let listener = TcpListener::bind(address).await.map_err(Failure::Serve)?;
        let address = listener.local_addr().map_err(Failure::Serve)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Serve)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Serve)?;
        writeln!(out, "{} on http://{address}", predictor.title()).map_err(Failure::Tell)?;
        out.flush().map_err(Failure::Tell)?;
        let told = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        let server = axum::serve(listener, router(Server::new(predictor, environment)));
        server.with_graceful_shutdown(told).await.map_err(Failure::Serve)
    })
}

impl Server {
    fn new(predictor: Predictor, environment: &Environment) -> Self {
        let most = environment.variable("SAGEMAKER_MAX_PAYLOAD_IN_MB");
        let most = most.and_then(|text| text.parse::<usize>().ok());
        let largest = most.map_or(LARGEST_REQUEST, |mib| mib.saturating_mul(1024 * 1024));
        let usual = environment.variable("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT");
        Self {
            predictor,
            turns: Semaphore::new(available_parallelism().map_or(1, usize::from)),
            largest,
            usual: usual.and_then(Form::of_type).unwrap_or(Form::Csv),
        }
    }
}

fn router(server: Server) -> Router {
    Router::new()
        .route("/ping", get(|| async { StatusCode::OK }))
        .route("/execution-parameters", get(execution_parameters))
        .route("/invocations", post(invocations))
        .with_state(Arc::new(server))
}

/// What a transform job may do at once, asked before it begins.
async fn execution_parameters(State(server): State<Arc<Server>>) -> Response {
    let most = available_parallelism().map_or(1, usize::from);
    let parameters = serde_json::json!({
        "MaxConcurrentTransforms": most,
        "BatchStrategy": server.predictor.batch_strategy(),
        "MaxPayloadInMB": LARGEST_REQUEST / 1024 / 1024,
    });
    answered(StatusCode::OK, Form::Json, parameters.to_string().into_bytes())
}

async fn invocations(State(server): State<Arc<Server>>, request: Request) -> Response {
    match answer(server, request).await {
        Ok((form, Answer { body, .. })) if body.is_empty() => {
            answered(StatusCode::NO_CONTENT, form, body)
        }
        Ok((form, Answer { body, notes })) => {
            let mut response = answered(StatusCode::OK, form, body);
            if let Some(value) = attributes(&notes) {
                response.headers_mut().insert(ATTRIBUTES, value);
            }
            tell(&notes);
            response
        }
        Err(refusal) => {
            let (status, text) = refusal.told();
            answered(status, Form::Json, serde_json::json!({"error": text}).to_string().into())
        }
    }
}

/// A transform job keeps no headers, but the log.
fn tell(notes: &[String]) {
    let mut log = io::stderr().lock();
    for note in notes {
        // An answer is worth more than the log.
        let _ = writeln!(log, "warning: {note}");
    }
}

async fn answer(server: Arc<Server>, request: Request) -> Result<(Form, Answer), Refusal> {
    let (parts, body) = request.into_parts();
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let asked = text(header::CONTENT_TYPE).unwrap_or("text/csv");
    let given = Form::of_type(asked).ok_or_else(|| Refusal::ContentType(asked.to_owned()))?;
    let wanted = accepted(text(header::ACCEPT), server.usual)?;
    let body = to_bytes(body, server.largest).await;
    let body = body.map_err(|_| Refusal::TooLarge { most: server.largest })?;
    if body.is_empty() {
        return Ok((wanted, Answer { body: Vec::new(), notes: Vec::new() }));
    }
    let turn = Arc::clone(&server);
    let _turn = turn.turns.acquire().await.map_err(|_| Refusal::Stopping)?;
    let work = move || server.predictor.answer(given, &body, wanted);
    let answer = tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Defect)??;
    Ok((wanted, answer))
}

fn answered(status: StatusCode, form: Form, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, form.header());
    response
}
