//! The server of a model, over the wire.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is how to fail")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

/// A server with a model of two features, `3 a` or nearly.
struct Server {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        leave_model(folder.path());
        Self::of(folder, "")
    }

    /// A server of the model in a folder below this one.
    fn of(folder: TempDir, below: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_almanac-jobs"))
            .args(["serve", "--host", "127.0.0.1", "--port", "0", "--input"])
            .env("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
            .arg(format!("model={}", folder.path().join(below).display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address, _folder: folder }
    }

    /// Sends bytes as they are and answers what came back until the server closed.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // A server that refuses early may close before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks, and answers what came back as it came.
    fn whole(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: model\r\nconnection: close\r\n{headers}\
             content-length: {length}\r\n\r\n{body}"
        );
        self.raw(request.as_bytes())
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let answer = self.whole(method, path, headers, body);
        let status = answer.split(' ').nth(1).unwrap_or_default().parse().unwrap_or(0);
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        (status, body.unwrap_or_default())
    }

    fn invoke(&self, headers: &str, body: &str) -> (u16, String) {
        self.ask("POST", "/invocations", headers, body)
    }

    /// Ends it as SageMaker does, and answers the exit code.
    fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn leave_model(folder: &Path) {
    let values: Vec<f32> = (0..200_u16).map(|it| f32::from(it % 20)).collect();
    let other = vec![1.0; 200];
    let target = trees::Target::new(values.iter().map(|it| 3.0 * it).collect());
    let columns = [("f0", values), ("f1", other)];
    let columns = columns.into_iter().map(|(name, it)| trees::Column::numbers(name, it));
    let table = trees::Table::new(columns.collect()).unwrap();
    let model = trees::Model::train(&table, &target, None, &trees::Settings::default()).unwrap();
    fs::write(folder.join("xgboost-model"), model.to_json().unwrap()).unwrap();
}

/// Goes from generated data to a bundle, below `models`.
fn trained(name: &str, scenario: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("mine.toml");
    fs::write(&file, scenario).unwrap();
    let file = file.to_str().unwrap();
    let history: &[&str] = &["generate", file, "--part", "history"];
    let holdout: &[&str] = &["generate", file, "--part", "holdout", "-o", "data/raw-holdout"];
    let prepare: &[&str] =
        &["prepare", "--scenario", file, "--retailer", name, "--trainer", "almanac"];
    let train: &[&str] = &["train", "--scenario", file, "--retailer", name];
    for arguments in [history, holdout, prepare, train] {
        let output = Command::new(env!("CARGO_BIN_EXE_almanac-jobs"))
            .args(arguments)
            .env("SAGEMAKER_BASE_DIR", folder.path().join("nowhere"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}

const CSV: &str = "content-type: text/csv\r\naccept: text/csv\r\n";
const JSON: &str = "content-type: application/json\r\naccept: application/json\r\n";

#[test]
fn csv_and_json_are_answered_alike() {
    let server = Server::start();

    let (status, text) = server.invoke(CSV, "4,1\n10,\n");
    let (also, json) = server.invoke(JSON, "{\"instances\": [[4, 1], {\"features\": [10, null]}]}");

    assert_eq!((status, also), (200, 200));
    let values: Vec<f64> = text.lines().map(|line| line.parse().unwrap()).collect();
    let json: Value = serde_json::from_str(&json).unwrap();
    let scores: Vec<f64> = json["predictions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["score"].as_f64().unwrap())
        .collect();
    assert_eq!(values, scores);
    let (_, usual) = server.invoke("content-type: text/csv\r\n", "4,1\n");
    assert!(usual.starts_with("{\"predictions\":"), "{usual}");
    assert!((values[0] - 12.0).abs() < 0.5 && (values[1] - 30.0).abs() < 0.5, "{values:?}");
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_reason() {
    let server = Server::start();

    for (headers, body, wanted, words) in [
        (CSV, "1,2,3\n", 400, "row 1 has 3 values, the model takes 2"),
        (CSV, "1,x\n", 400, "`x` is not a number"),
        (JSON, "{\"instances\": 1}", 400, "instances"),
        (JSON, "{", 400, "not JSON"),
        ("content-type: text/libsvm\r\n", "1 1:2", 415, "neither text/csv nor application/json"),
        (
            "content-type: text/csv\r\naccept: image/png\r\n",
            "1,2",
            406,
            "text/csv and application/json",
        ),
    ] {
        let (status, text) = server.invoke(headers, body);
        assert_eq!(status, wanted, "{text}");
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(server.invoke(CSV, "").0, 204);
    assert_eq!(server.ask("GET", "/nothing", "", "").0, 404);
    assert_eq!(server.ask("GET", "/ping", "", "").0, 200);
}

#[test]
fn malformed_requests_harm_nobody() {
    let server = Server::start();

    for bytes in [
        &b"\x00\xff\xfe\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n",
        b"POST /invocations HTTP/9.9\r\n\r\n",
    ] {
        let _ = server.raw(bytes);
    }

    assert_eq!(server.ask("GET", "/ping", "", "").0, 200);
}

#[test]
fn thousands_of_requests_at_once_are_all_answered() {
    let server = Server::start();
    let answered = AtomicUsize::new(0);

    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..125 {
                    let (status, text) = server.invoke(CSV, "4,1\n");
                    if status == 200 && text.starts_with('1') {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });

    assert_eq!(answered.into_inner(), 1000);
}

#[test]
fn a_transform_job_is_told_how_much_it_may_send() {
    let server = Server::start();

    let (status, text) = server.ask("GET", "/execution-parameters", "", "");

    let parameters: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 200);
    assert_eq!(parameters["BatchStrategy"], "MULTI_RECORD");
    assert!(parameters["MaxConcurrentTransforms"].as_u64().unwrap() >= 1);
}

#[test]
fn asked_to_end_it_ends_well() {
    let server = Server::start();
    assert_eq!(server.ask("GET", "/ping", "", "").0, 200);

    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn a_bundle_forecasts_known_series_by_name_and_others_by_their_history() {
    let scenario = include_str!("../../scenarios/store-item.toml")
        .replace("[\"multiplicative\", \"ets\", \"theta\", \"boosted-trees\"]", "[\"theta\"]");
    let server = Server::of(trained("default", &scenario), "models");
    let predictions = |body: &str| -> Vec<Value> {
        let (status, text) = server.invoke(JSON, body);
        assert_eq!(status, 200, "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["predictions"].as_array().unwrap().clone()
    };

    let five = predictions(r#"{"ids": [{"store": "1", "item": "2"}], "horizon": 5}"#);
    let two = predictions(r#"{"ids": [{"store": 1, "item": 2}], "horizon": 2}"#);
    let new = predictions(
        r#"{"instances": [{"store": "n", "item": "n", "date": "2018-01-01", "sales": 7},
                          {"store": "n", "item": "n", "date": "2018-01-02", "sales": 9}],
            "horizon": 3}"#,
    );
    let all = predictions("{}");

    assert_eq!(five.len(), 5);
    assert_eq!(two.as_slice(), five.get(..2).unwrap());
    assert!(two.iter().all(|it| it["p10"].as_f64() <= it["p90"].as_f64()), "{two:?}");
    assert_eq!(new.len(), 3);
    assert_eq!(new.first().unwrap()["date"], "2018-01-03");
    assert_eq!(all.len() % 90, 0);
    let (status, text) = server.invoke(JSON, r#"{"ids": [{"store": "9", "item": "none"}]}"#);
    assert_eq!((status, text.contains("unknown; send its history")), (400, true), "{text}");
    let (status, text) = server.invoke(JSON, r#"{"ids": [{"store": "9"}], "horizont": 3}"#);
    assert_eq!((status, text.contains("`horizont` is unknown")), (400, true), "{text}");
}

/// The header in which an answer says what is unusual about it.
fn attributes(answer: &str) -> &str {
    let (headers, _) = answer.split_once("\r\n\r\n").unwrap();
    let lines = headers.lines();
    let name = "x-amzn-sagemaker-custom-attributes: ";
    lines.into_iter().find_map(|line| line.strip_prefix(name)).unwrap_or_default()
}

#[test]
fn an_answer_says_what_the_model_has_not_seen_and_rows_out_of_reach_are_refused() {
    let scenario = include_str!("../../scenarios/store-item.toml")
        .replace("[\"multiplicative\", \"ets\", \"theta\", \"boosted-trees\"]", "[\"theta\"]");
    let server = Server::of(trained("default", &scenario), "models");
    let new = "date,store,item,sales\n2018-01-01,n,ö,7\n2018-01-02,n,ö,9\n";
    let bare = "date,store,item,sales\n2017-10-03,n,1,\n2017-10-04,n,1,\n";
    let known = "date,store,item,sales\n2017-10-03,1,1,7\n2017-10-04,1,1,\n";

    let of_new = server.whole("POST", "/invocations", CSV, new);
    let of_bare = server.whole("POST", "/invocations", CSV, bare);
    let of_known = server.whole("POST", "/invocations", CSV, known);
    let json = r#"{"instances": [{"store": "n", "item": "n", "date": "2018-01-01", "sales": 7}]}"#;
    let (_, json) = server.invoke(JSON, json);

    let said = "1 of 1 series are new to the model, such as n|?; they are forecast by the rows";
    assert!(attributes(&of_new).starts_with(said), "{of_new}");
    let said = "1 of 1 series are new to the model and no row has a target, such as n|1; they";
    assert!(attributes(&of_bare).starts_with(said), "{of_bare}");
    assert_eq!(of_bare.lines().filter(|line| line.starts_with("n,1,2017-1")).count(), 90);
    assert_eq!(attributes(&of_known), "");
    assert_eq!(of_known.lines().filter(|line| line.starts_with("1,1,2017-1")).count(), 89);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["notes"][0].as_str().unwrap().contains("such as n|n;"), "{json}");
    for (date, words) in [
        ("2017-10-01", "2017-10-01 has no target and lies before 2017-10-03, where"),
        ("2018-01-01", "2018-01-01 has no target and lies behind 2017-12-31, where"),
        ("2099-01-01", "2099-01-01 has no target and lies behind 2017-12-31, where"),
    ] {
        let rows = format!("date,store,item,sales\n2017-09-30,1,1,7\n{date},1,1,\n");
        let (status, text) = server.invoke(CSV, &rows);
        let words = format!("the request:3: store 1, item 1 at {words}");
        assert_eq!((status, text.contains(&words)), (400, true), "{text}");
    }
    let gap = "date,store,item,sales\n2017-09-29,1,1,\n2017-09-30,1,1,7\n";
    assert_eq!(server.invoke(CSV, gap).0, 200);
}

#[test]
fn a_bundle_of_single_rows_predicts_each_row_it_is_sent() {
    let folder = trained("acme", include_str!("../../scenarios/turnover.toml"));
    let rows = fs::read_to_string(folder.path().join("data/splits/holdout/holdout.csv")).unwrap();
    let rows: Vec<&str> = rows.lines().take(4).collect();
    let server = Server::of(folder, "models");

    let (status, text) = server.invoke(CSV, &rows.join("\n"));
    let product = r#"{"instances": [{"category": "toys", "brand": "never seen", "price": 9.5,
        "cost": 4, "discount": 0, "stock": 12, "weight_kg": null, "shelf_life_days": null,
        "launch_month": 3}]}"#;
    let (also, one) = server.invoke(JSON, product);
    let (without, why) = server.invoke(JSON, &product.replace("\"cost\": 4,", ""));

    assert_eq!((status, also), (200, 200), "{text}{one}");
    assert_eq!((without, why.contains("`cost`")), (400, true), "{why}");
    assert_eq!(text.lines().next(), Some("mean,p10,p50,p90"));
    assert_eq!(text.lines().count(), 4);
    assert!(serde_json::from_str::<Value>(&one).unwrap()["predictions"][0]["mean"].is_number());
}
