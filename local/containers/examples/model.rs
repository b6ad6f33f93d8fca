//! A model server for the tests of this crate: it answers each line of numbers with their sum.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let port = std::env::vars().find(|(name, _)| name == "SAGEMAKER_BIND_TO_PORT");
    let port = port.and_then(|(_, port)| port.parse().ok()).unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let asked = Arc::new(AtomicU32::new(0));
    for stream in listener.incoming() {
        let (stream, asked) = (stream?, Arc::clone(&asked));
        thread::spawn(move || answer(stream, &asked));
    }
    Ok(())
}

fn answer(stream: TcpStream, asked: &AtomicU32) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut length, mut form) = (None, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse::<usize>().ok(),
            "content-type" => value.trim().clone_into(&mut form),
            _ => {}
        }
    }
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body);
    let (status, answer) = match first.split(' ').nth(1) {
        Some("/ping") => (200, String::new()),
        // As many servers that were written in a hurry.
        Some("/invocations") if length.is_none() => (411, "no length".to_owned()),
        Some("/invocations") => invoked(&body, asked.fetch_add(1, Ordering::SeqCst)),
        _ => (404, String::new()),
    };
    let mut stream = stream;
    let length = answer.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-type: {form}\r\ncontent-length: {length}\r\n\r\n"
    )?;
    stream.write_all(answer.as_bytes())
}

fn invoked(body: &str, before: u32) -> (u16, String) {
    match body.trim() {
        "crash" => {
            let _ = writeln!(io::stderr(), "out of memory");
            std::process::exit(9);
        }
        "sleep" => thread::sleep(Duration::from_secs(1000)),
        "bad" => return (400, "no such feature".to_owned()),
        "fail" => return (500, "broken".to_owned()),
        "later" if before == 0 => return (500, "not yet".to_owned()),
        "count" => return (200, before.to_string()),
        _ => {}
    }
    let sum = |line: &str| -> f64 {
        line.split(',').filter_map(|cell| cell.trim().parse::<f64>().ok()).sum()
    };
    let lines = body.lines().filter(|line| !line.is_empty());
    let sums: Vec<String> = lines.map(|line| format!("{}\n", sum(line))).collect();
    (200, sums.concat())
}
