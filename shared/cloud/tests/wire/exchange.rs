//! One call and its answer, replayed.

use std::path::PathBuf;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sagemaker::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_types::body::SdkBody;
use cloud::sdk::Aws;
use expect_test::expect_file;
use serde_json::{Value, json};

/// AWS that answers one call as told.
pub(crate) struct Wire {
    client: StaticReplayClient,
    status: u16,
    answer: Value,
}

impl Wire {
    pub(crate) fn answering(status: u16, answer: Value) -> Self {
        let request = http::Request::builder().body(SdkBody::empty()).unwrap();
        let response =
            http::Response::builder().status(status).body(SdkBody::from(answer.to_string()));
        let event = ReplayEvent::new(request, response.unwrap());
        Self { client: StaticReplayClient::new(vec![event]), status, answer }
    }

    pub(crate) fn ok(answer: Value) -> Self {
        Self::answering(200, answer)
    }

    pub(crate) fn refusing(message: &str) -> Self {
        Self::answering(400, json!({"__type": "ValidationException", "message": message}))
    }

    pub(crate) fn aws(&self) -> Aws {
        let credentials = Credentials::new("id", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .http_client(self.client.clone())
            .build();
        Aws::with_config(config)
    }

    /// Compares the exchange with the one that is kept.
    pub(crate) fn keep(&self, case: &str) {
        let requests: Vec<_> = self.client.actual_requests().collect();
        assert_eq!(requests.len(), 1, "{case}");
        let request = requests[0];
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let target = request.headers().get("x-amz-target").unwrap_or("BatchPutMetrics");
        let operation = target.rsplit('.').next().unwrap();
        let uri = request.uri().parse::<http::Uri>().unwrap();
        let exchange = json!({
            "operation": operation,
            "method": request.method(),
            "host": uri.host().unwrap(),
            "path": uri.path(),
            "request": body,
            "status": self.status,
            "answer": self.answer,
        });
        let file =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/wire/kept/{case}.json"));
        let text = serde_json::to_string_pretty(&exchange).unwrap() + "\n";
        expect_file![file].assert_eq(&text);
    }
}
