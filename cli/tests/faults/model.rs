//! A model server, for endpoints: it answers with what its container was told that it serves.
//!
//! The engine starts this test binary once more and asks it for one test, which serves for ever.

use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// The test that serves.
pub(crate) const TEST: &str = "model::a_process_that_is_told_a_port_serves";

#[test]
fn a_process_that_is_told_a_port_serves() {
    let Some(port) = env::var_os("SAGEMAKER_BIND_TO_PORT") else {
        // Nobody started it as a server; the tests of endpoints do.
        return;
    };
    let port: u16 = port.to_str().unwrap().parse().unwrap();
    let serves = env::var_os("SERVES").unwrap().into_string().unwrap();
    for stream in TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let serves = serves.clone();
        std::thread::spawn(move || serve(stream.unwrap(), &serves));
    }
}

fn serve(mut stream: TcpStream, serves: &str) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
        let Some(length) = whole(&request) else { continue };
        request.drain(..length);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {}\r\n\r\n{serves}",
            serves.len()
        );
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The length of a request that is there to its end.
fn whole(request: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let head = text.find("\r\n\r\n")? + 4;
    let length = text[..head].split("content-length:").nth(1).and_then(|it| it.lines().next());
    let whole = head + length.map_or(0, |it| it.trim().parse().unwrap());
    (request.len() >= whole).then_some(whole)
}
