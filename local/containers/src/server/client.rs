//! HTTP to a process of this machine.

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{InvokeAnswer, InvokeError, InvokeRequest};

const CUSTOM_ATTRIBUTES: &str = "x-amzn-sagemaker-custom-attributes";

fn broken(error: impl std::fmt::Display) -> InvokeError {
    InvokeError::Broken(error.to_string())
}

pub(super) async fn get(port: u16, path: &str) -> Result<InvokeAnswer, InvokeError> {
    let request = Request::get(path).header(header::HOST, format!("127.0.0.1:{port}"));
    send(port, request.body(Full::default()).map_err(broken)?, None).await
}

pub(super) async fn post(port: u16, asked: &InvokeRequest) -> Result<InvokeAnswer, InvokeError> {
    // Also that of nothing: servers count on it.
    let mut request = Request::post("/invocations")
        .header(header::HOST, format!("127.0.0.1:{port}"))
        .header(header::CONTENT_LENGTH, asked.body.len());
    if let Some(form) = &asked.content_type {
        request = request.header(header::CONTENT_TYPE, form);
    }
    if let Some(form) = &asked.accept {
        request = request.header(header::ACCEPT, form);
    }
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(asked.body.clone())).map_err(broken)?;
    send(port, request, asked.largest_answer).await
}

async fn send(
    port: u16,
    request: Request<Full<Bytes>>,
    largest: Option<usize>,
) -> Result<InvokeAnswer, InvokeError> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = answer.into_parts();
        let most = largest.unwrap_or(usize::MAX);
        let body = Limited::new(body, most).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                InvokeError::TooLarge { most }
            } else {
                broken(error)
            }
        })?;
        Ok(InvokeAnswer {
            status: head.status.as_u16(),
            content_type: text(&head.headers, header::CONTENT_TYPE.as_str()),
            custom_attributes: text(&head.headers, CUSTOM_ATTRIBUTES),
            body: body.to_bytes(),
        })
    };
    tokio::pin!(exchange);
    tokio::select! {
        answer = &mut exchange => answer,
        // The connection is done with once the answer is here, or has broken: both are told there.
        _ = connection => exchange.await,
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
