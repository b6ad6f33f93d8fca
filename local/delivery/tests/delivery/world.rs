//! A machine with a small stack, served on a port.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use delivery::{Delivery, Hosting, Invoked, Programs};
use http::{Method, Request, Response};
use machine::{AllowAll, Caller, Clock, Identity, Machine, Refusal};
use serde_json::{Value, json};
use stack::{Function, Pattern, Permission, Queue, Rule, Stack, Subscription, Target, Topic};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) struct World {
    pub(crate) delivery: Delivery,
    pub(crate) machine: Machine,
    pub(crate) folder: Arc<TempDir>,
    pub(crate) root: Caller,
    _running: watch::Sender<bool>,
}

pub(crate) const ACCOUNT: &str = "000000000000";

pub(crate) fn arn(service: &str, name: &str) -> String {
    Identity::default().arn(service, name)
}

pub(crate) fn function(name: &str, variables: &[(&str, &str)]) -> Function {
    let variables = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Function {
        name: name.to_owned(),
        binary: name.to_owned(),
        arn: arn("lambda", &format!("function:{name}")),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
        timeout_seconds: 3,
        memory_mb: 128,
        environment: variables.collect(),
        reserved_concurrency: None,
        retries: 2,
        max_event_age_seconds: 3600,
        on_failure: Some(arn("sqs", "failures")),
        log_level: "INFO".to_owned(),
        log_group: format!("/aws/lambda/{name}"),
    }
}

fn queue(name: &str) -> Queue {
    Queue {
        name: name.to_owned(),
        arn: arn("sqs", name),
        url: format!("http://127.0.0.1/{ACCOUNT}/{name}"),
        retention_seconds: 345_600,
        visibility_timeout_seconds: 30,
    }
}

fn rule(name: &str, target: &str) -> Rule {
    let pattern = json!({"source": ["test"], "detail-type": [name]});
    let target = Target {
        id: "target".to_owned(),
        arn: target.to_owned(),
        retry_attempts: 185,
        max_event_age_seconds: 3600,
        dead_letter: Some(arn("sqs", "undelivered")),
    };
    Rule {
        name: name.to_owned(),
        arn: arn("events", &format!("rule/{name}")),
        pattern: Pattern::read(&pattern).unwrap(),
        enabled: name != "disabled",
        targets: vec![target],
    }
}

pub(crate) fn stack() -> Stack {
    let echo = function("echo", &[("COLOUR", "blue")]);
    let single = Function { reserved_concurrency: Some(1), ..function("single", &[]) };
    let allowed = Permission {
        function_arn: echo.arn.clone(),
        principal: "events.amazonaws.com".to_owned(),
        source_arn: None,
    };
    let rules = vec![
        rule("to-function", &echo.arn),
        rule("to-queue", &arn("sqs", "work")),
        rule("to-topic", &arn("sns", "approvals")),
        rule("to-nobody", &arn("sqs", "gone")),
        rule("not-permitted", &single.arn),
        rule("disabled", &echo.arn),
    ];
    let approver =
        Subscription { protocol: "email".to_owned(), endpoint: "ann@example.org".to_owned() };
    let topic = |name: &str, subscriptions| Topic {
        name: name.to_owned(),
        arn: arn("sns", name),
        display_name: Some("Almanac".to_owned()),
        subscriptions,
    };
    Stack {
        functions: vec![
            echo,
            single,
            function("exits", &[("INIT", "exit")]),
            function("errs", &[("INIT", "error")]),
            function("slow", &[("INIT", "hang")]),
        ],
        rules,
        queues: vec![queue("failures"), queue("undelivered"), queue("work")],
        topics: vec![topic("approvals", vec![approver]), topic("alarms", vec![])],
        permissions: vec![allowed],
        ..Stack::default()
    }
}

/// The programs of the stack: this test program.
pub(crate) fn fake_programs() -> Programs {
    let this = std::env::current_exe().unwrap().to_string_lossy().into_owned();
    Programs::OneBinary(
        [&this, "--exact", "fake_function_main", "--nocapture"].map(str::to_owned).to_vec(),
    )
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::again(Arc::new(tempfile::tempdir().unwrap()), fake_programs()).await
    }

    /// Opens what is in a folder.
    pub(crate) async fn again(folder: Arc<TempDir>, programs: Programs) -> Self {
        let machine =
            Machine::open(&folder.path().join("home"), Identity::default(), Clock::default())
                .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hosting = Hosting::new(programs, url);
        let delivery =
            Delivery::open(&machine, Arc::new(stack()), hosting, Arc::new(AllowAll)).unwrap();
        let router = Router::new().fallback(serve).with_state(delivery.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let (running, told) = watch::channel(false);
        let root = machine.credentials.root_caller();
        Self { delivery, machine, folder, root, _running: running }.run(told)
    }

    fn run(self, told: watch::Receiver<bool>) -> Self {
        let delivery = self.delivery.clone();
        tokio::spawn(async move { delivery.run(told).await });
        self
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.file(name).to_string_lossy().into_owned()
    }

    pub(crate) async fn try_invoke(&self, name: &str, event: &Value) -> Result<Invoked, Refusal> {
        self.delivery.invoke(&self.root, name, Bytes::from(event.to_string())).await
    }

    pub(crate) async fn invoke(&self, name: &str, event: Value) -> (Option<String>, Value) {
        let invoked = self.try_invoke(name, &event).await.unwrap();
        (invoked.function_error, serde_json::from_slice(&invoked.payload).unwrap())
    }

    /// Begins an invocation and waits until the function is at work.
    pub(crate) async fn begin(&self, name: &'static str, mut event: Value) -> Begun {
        let mark = self.file(&format!("mark-{}", machine::ids::hex(4)));
        event["mark"] = json!(mark);
        let (delivery, root) = (self.delivery.clone(), self.root.clone());
        let begun = tokio::spawn(async move {
            delivery.invoke(&root, name, Bytes::from(event.to_string())).await
        });
        until(|| mark.exists()).await;
        begun
    }

    pub(crate) async fn lambda(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Bytes> {
        let method = if path.ends_with("invocations") { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        self.delivery.lambda(&self.root, request).await
    }

    pub(crate) async fn send_event(&self, name: &str, event: &Value) {
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let headers = [("x-amz-invocation-type", "Event")];
        let answer = self.lambda(&path, &headers, &event.to_string()).await;
        assert_eq!(answer.status(), 202);
    }

    pub(crate) async fn sqs(&self, operation: &str, mut input: Value) -> Result<Value, Value> {
        if let Some(queue) = input["queue"].as_str() {
            input["QueueUrl"] = json!(format!("http://127.0.0.1:1/{ACCOUNT}/{queue}"));
        }
        let request = Request::builder().header("x-amz-target", format!("AmazonSQS.{operation}"));
        let request = request.body(Bytes::from(input.to_string())).unwrap();
        let answer = self.delivery.sqs(&self.root, request).await;
        let body = serde_json::from_slice(answer.body()).unwrap();
        if answer.status() == 200 { Ok(body) } else { Err(body) }
    }

    /// The next message of a queue.
    pub(crate) async fn message(&self, queue: &str) -> Value {
        let input = json!({
            "queue": queue, "WaitTimeSeconds": 20, "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        let mut answer = self.sqs("ReceiveMessage", input).await.unwrap();
        answer["Messages"][0].take()
    }

    /// A form of a query protocol.
    pub(crate) fn form(pairs: &[(&str, &str)]) -> Request<Bytes> {
        let escaped = |text: &str| {
            text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"))
        };
        let pairs: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect();
        Request::new(Bytes::from(pairs.join("&")))
    }

    pub(crate) fn sns(&self, pairs: &[(&str, &str)]) -> (u16, String) {
        let answer = self.delivery.sns(&self.root, &Self::form(pairs));
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    }

    pub(crate) fn put_event(&self, kind: &str, detail: &Value) -> Value {
        let entry = json!({"Source": "test", "DetailType": kind, "Detail": detail.to_string()});
        self.events("PutEvents", &json!({"Entries": [entry]}))
    }

    pub(crate) fn events(&self, operation: &str, input: &Value) -> Value {
        let request = Request::builder().header("x-amz-target", format!("AWSEvents.{operation}"));
        let request = request.body(Bytes::from(input.to_string())).unwrap();
        let answer = self.delivery.events(&self.root, &request);
        serde_json::from_slice(answer.body()).unwrap()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.machine.clock.advance(seconds * 1000);
    }
}

pub(crate) type Begun = tokio::task::JoinHandle<Result<Invoked, Refusal>>;

async fn serve(State(delivery): State<Delivery>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    delivery.runtime_api(Request::from_parts(parts, body)).await.map(Body::from)
}

/// Waits, in real time, for what other processes do.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come about within 30 seconds");
}

pub(crate) fn length(file: &Path) -> u64 {
    file.metadata().map_or(0, |about| about.len())
}

pub(crate) fn sorted(value: &Value) -> BTreeMap<String, Value> {
    value.as_object().unwrap().clone().into_iter().collect()
}
