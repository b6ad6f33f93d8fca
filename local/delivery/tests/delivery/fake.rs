//! A function that does as its event says, over the Runtime API in the plainest HTTP.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use std::{env, fs, process, thread};

use serde_json::{Value, json};

/// Runs for ever if the host started this process; otherwise does nothing.
pub(crate) fn run_if_started_as_a_function() {
    let Some(address) = env::var_os("AWS_LAMBDA_RUNTIME_API") else { return };
    let address = address.into_string().unwrap();
    let address = address.strip_prefix("http://").unwrap();
    let (host, prefix) = address.split_once('/').unwrap();
    let api = Api { host: host.to_owned(), prefix: format!("/{prefix}/2018-06-01/runtime") };
    begin(&api);
    loop {
        let (head, body) = api.call("GET", "/invocation/next", "");
        let id = header(&head, "lambda-runtime-aws-request-id");
        let event: Value = serde_json::from_str(&body).unwrap();
        let (how, answer) = act(&event, &head);
        api.call("POST", &format!("/invocation/{id}/{how}"), &answer);
    }
}

fn begin(api: &Api) {
    match env::var_os("INIT").unwrap_or_default().to_str().unwrap() {
        "exit" => process::exit(7),
        "error" => {
            let error = json!({"errorType": "Rejected", "errorMessage": "TOPIC_ARN is missing"});
            api.call("POST", "/init/error", &error.to_string());
            process::exit(1);
        }
        "hang" => sleep(),
        _ => {}
    }
}

fn act(event: &Value, head: &str) -> (&'static str, String) {
    if let Some(mark) = event["mark"].as_str() {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(mark).unwrap();
        file.write_all(b"x").unwrap();
    }
    if let Some(go) = event["until"].as_str() {
        while !Path::new(go).exists() {
            thread::sleep(Duration::from_millis(5));
        }
    }
    match event["do"].as_str().unwrap_or("echo") {
        "fail" => ("error", json!({"errorType": "Rejected", "errorMessage": "no"}).to_string()),
        "crash" => process::exit(3),
        "abort" => process::abort(),
        "hang" => sleep(),
        "big" => ("response", json!("b".repeat(7 * 1024 * 1024)).to_string()),
        "say" => {
            let mut out = std::io::stderr();
            out.write_all(format!("first {} last\n", "-".repeat(5000)).as_bytes()).unwrap();
            ("response", "null".to_owned())
        }
        "environment" => {
            let all: BTreeMap<String, String> = env::vars().collect();
            ("response", json!(all).to_string())
        }
        "fail-batch" => ("response", json!({"batchItemFailures": event["items"]}).to_string()),
        _ => batch(event).unwrap_or_else(|| {
            let deadline = header(head, "lambda-runtime-deadline-ms");
            let arn = header(head, "lambda-runtime-invoked-function-arn");
            let answer =
                json!({"event": event, "pid": process::id(), "deadline": deadline, "arn": arn});
            ("response", answer.to_string())
        }),
    }
}

/// Messages of a queue: those that say `bad` fail.
fn batch(event: &Value) -> Option<(&'static str, String)> {
    let bad = |record: &&Value| record["body"] == "bad";
    let failed = event["Records"].as_array()?.iter().filter(bad);
    let failed: Vec<Value> =
        failed.map(|record| json!({"itemIdentifier": record["messageId"]})).collect();
    Some(("response", json!({"batchItemFailures": failed}).to_string()))
}

fn sleep() -> ! {
    loop {
        thread::sleep(Duration::from_hours(1));
    }
}

struct Api {
    host: String,
    prefix: String,
}

impl Api {
    fn call(&self, method: &str, path: &str, body: &str) -> (String, String) {
        // The engine may be gone; then so is this process.
        let Ok(mut stream) = TcpStream::connect(&self.host) else { process::exit(9) };
        let request = format!(
            "{method} {}{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.prefix,
            self.host,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        if stream.read_to_string(&mut answer).is_err() || answer.is_empty() {
            process::exit(9);
        }
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

fn header(head: &str, name: &str) -> String {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.unwrap().1.to_owned()
}
