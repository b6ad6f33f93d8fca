//! HTTP without a client that would put anything right.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::engine::Engine;

/// An answer: its status and its body. `None` if the connection was closed without one.
pub(crate) type Answer = Option<(u16, String)>;

/// Sends bytes as they are and reads until the other side has no more to say.
pub(crate) fn raw(address: &str, bytes: &[u8]) -> Answer {
    let mut stream = connect(address);
    // A server that has refused already may not read the rest.
    let _ = stream.write_all(bytes);
    answer(&mut stream)
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Reads an answer to its end.
pub(crate) fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 65536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => {
                let quiet = matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
                assert!(!quiet, "the engine neither answers nor hangs up");
                break;
            }
        }
        if is_whole(&bytes) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Some((status, body.to_owned()))
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("content-length: ").nth(1).and_then(|it| it.lines().next());
    length.and_then(|it| it.trim().parse::<usize>().ok()).is_some_and(|it| body.len() >= it)
}

/// A request that is signed for a service by the engine's user.
#[derive(Debug, Clone)]
pub(crate) struct Signed<'a> {
    pub(crate) service: &'a str,
    pub(crate) path: &'a str,
    /// The value of `X-Amz-Target`; empty for none.
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
}

impl Signed<'_> {
    /// The bytes of the request.
    pub(crate) fn bytes(&self, engine: &Engine) -> Vec<u8> {
        let Self { service, path, target, body } = self;
        let (date, time) = ("20260101", "20260101T000000Z");
        let host = engine.address();
        let (key, secret) = &engine.key;
        let hash = hex(&Sha256::digest(body));
        let signed = format!("host:{host}\nx-amz-date:{time}\nx-amz-target:{target}\n");
        let names = "host;x-amz-date;x-amz-target";
        let canonical = format!("POST\n{path}\n\n{signed}\n{names}\n{hash}");
        let scope = format!("{date}/{}/{service}/aws4_request", engine.region);
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
        let start = format!("AWS4{secret}").into_bytes();
        let parts = [date, &engine.region, service, "aws4_request"];
        let signing = parts.iter().fold(start, |key, part| hmac(&key, part.as_bytes()));
        let signature = hex(&hmac(&signing, text.as_bytes()));
        let length = body.len();
        let mut bytes = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Amz-Date: {time}\r\nX-Amz-Target: {target}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, \
             Signature={signature}\r\nContent-Type: application/x-amz-json-1.1\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    /// The engine's answer, which must be there.
    pub(crate) fn send(&self, engine: &Engine) -> (u16, Value) {
        let (status, body) = raw(&engine.address(), &self.bytes(engine)).unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }
}

/// Asks the engine itself.
pub(crate) fn switch(engine: &Engine, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Signed { service: "almanac", path, target: "", body: body.as_bytes() };
    let (status, answer) = request.send(engine);
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = key.to_vec();
    block.resize(64, 0);
    let padded = |pad: u8| block.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
