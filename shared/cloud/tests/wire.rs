//! What the adapters put on the wire, and how they read what comes back.
//!
//! Each case replays one answer of AWS to the official SDK and keeps the exchange in
//! `wire/<case>.json`. `tests/peers/wire` holds every request and every answer against botocore's
//! service model: this is the outside judge for what no stand-in of AWS offers.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how to fail"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sagemaker::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_types::body::SdkBody;
use cloud::Reason;
use cloud::experiments::{
    ComponentsOf, DescribeComponent, ListComponents, MetricPoint, ParameterValue, PointError,
    PointRefusal, PutMetrics, WriteComponent,
};
use cloud::hosting::{
    Blueprints, Capacity, DescribeEndpoint, EndpointStatus, Endpoints, NewEndpoint,
    NewEndpointConfig, NewModel,
};
use cloud::registry::{Approval, DescribePackage, ListPackages, PackageQuery, Readiness};
use cloud::sdk::Aws;
use expect_test::expect_file;
use serde_json::{Value, json};

const PACKAGE: &str = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/retail-a/7";

/// AWS that answers one call as told.
struct Wire {
    client: StaticReplayClient,
    status: u16,
    answer: Value,
}

impl Wire {
    fn answering(status: u16, answer: Value) -> Self {
        let request = http::Request::builder().body(SdkBody::empty()).unwrap();
        let response =
            http::Response::builder().status(status).body(SdkBody::from(answer.to_string()));
        let event = ReplayEvent::new(request, response.unwrap());
        Self { client: StaticReplayClient::new(vec![event]), status, answer }
    }

    fn ok(answer: Value) -> Self {
        Self::answering(200, answer)
    }

    fn refusing(message: &str) -> Self {
        Self::answering(400, json!({"__type": "ValidationException", "message": message}))
    }

    fn aws(&self) -> Aws {
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
    fn keep(&self, case: &str) {
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
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/wire/{case}.json"));
        let text = serde_json::to_string_pretty(&exchange).unwrap() + "\n";
        expect_file![file].assert_eq(&text);
    }
}

fn tags() -> BTreeMap<String, String> {
    [("almanac:group".to_owned(), "retail-a".to_owned())].into()
}

#[tokio::test]
async fn an_endpoint_is_updated() {
    let wire = Wire::ok(
        json!({"EndpointArn": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/retail-a"}),
    );

    wire.aws().update_endpoint("retail-a-serverless-prod", "retail-a-v7-0f3a").await.unwrap();

    wire.keep("update-endpoint");
}

#[tokio::test]
async fn an_endpoint_that_is_changing_is_busy() {
    let wire = Wire::refusing("Cannot update in-progress endpoint \"arn:aws:sagemaker:x\".");

    let error = wire.aws().update_endpoint("retail-a", "retail-a-v7").await.unwrap_err();

    assert_eq!((error.reason, error.operation), (Reason::InProgress, "sagemaker:UpdateEndpoint"));
}

#[tokio::test]
async fn an_endpoint_after_a_failed_update_shows_what_serves_and_why() {
    let wire = Wire::ok(json!({
        "EndpointName": "retail-a-serverless-prod",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/retail-a",
        "EndpointConfigName": "retail-a-v6-0f3a", "EndpointStatus": "InService",
        "FailureReason": "The image could not be started.",
        "CreationTime": 1_790_000_000.5, "LastModifiedTime": 1_790_000_900.25,
    }));

    let found = wire.aws().describe_endpoint("retail-a-serverless-prod").await.unwrap();

    wire.keep("describe-endpoint-rolled-back");
    assert_eq!(
        (found.status, found.config.as_str()),
        (EndpointStatus::InService, "retail-a-v6-0f3a")
    );
    assert_eq!(found.failure.as_deref(), Some("The image could not be started."));
    assert_eq!((found.modified, found.pending_config), (1_790_000_900, None));
}

#[tokio::test]
async fn an_endpoint_under_update_shows_where_it_goes() {
    let wire = Wire::ok(json!({
        "EndpointName": "retail-a-serverless-prod",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/retail-a",
        "EndpointConfigName": "retail-a-v6-0f3a", "EndpointStatus": "Updating",
        "CreationTime": 1_790_000_000, "LastModifiedTime": 1_790_000_900,
        "PendingDeploymentSummary": {"EndpointConfigName": "retail-a-v7-0f3a"},
    }));

    let found = wire.aws().describe_endpoint("retail-a-serverless-prod").await.unwrap();

    wire.keep("describe-endpoint-updating");
    assert_eq!(found.status, EndpointStatus::Updating);
    assert_eq!(found.pending_config.as_deref(), Some("retail-a-v7-0f3a"));
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_not_found() {
    let wire = Wire::refusing("Could not find endpoint \"arn:aws:sagemaker:x\".");

    let error = wire.aws().describe_endpoint("retail-a").await.unwrap_err();

    assert_eq!(error.reason, Reason::NotFound);
}

#[tokio::test]
async fn an_endpoint_is_created_and_deleted() {
    let created = Wire::ok(
        json!({"EndpointArn": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/retail-a"}),
    );
    let deleted = Wire::ok(json!({}));
    let (name, config) = ("retail-a-serverless-prod".to_owned(), "retail-a-v7-0f3a".to_owned());

    let endpoint = NewEndpoint { name: name.clone(), config, tags: tags() };
    created.aws().create_endpoint(&endpoint).await.unwrap();
    deleted.aws().delete_endpoint(&name).await.unwrap();

    created.keep("create-endpoint");
    deleted.keep("delete-endpoint");
}

#[tokio::test]
async fn a_model_is_made_from_a_package_version() {
    let wire =
        Wire::ok(json!({"ModelArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/retail-a-v7"}));
    let model = NewModel {
        name: "retail-a-v7".to_owned(),
        package_arn: PACKAGE.to_owned(),
        role_arn: "arn:aws:iam::111122223333:role/model".to_owned(),
        tags: tags(),
    };

    wire.aws().create_model(&model).await.unwrap();

    wire.keep("create-model");
}

#[tokio::test]
async fn configurations_are_serverless_or_of_instances() {
    let capacities = [
        (
            "create-endpoint-config-serverless",
            Capacity::Serverless {
                memory_mb: 2048,
                max_concurrency: 5,
                provisioned_concurrency: Some(1),
            },
        ),
        (
            "create-endpoint-config-instances",
            Capacity::Instances { instance_type: "ml.m5.2xlarge".to_owned(), count: 1 },
        ),
    ];
    for (case, capacity) in capacities {
        let wire = Wire::ok(json!({
            "EndpointConfigArn":
                "arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/retail-a-v7-0f3a",
        }));
        let config = NewEndpointConfig {
            name: "retail-a-v7-0f3a".to_owned(),
            model: "retail-a-v7".to_owned(),
            capacity,
            tags: tags(),
        };

        wire.aws().create_endpoint_config(&config).await.unwrap();

        wire.keep(case);
    }
}

#[tokio::test]
async fn old_configurations_and_models_are_listed_and_deleted() {
    let listed = Wire::ok(json!({"EndpointConfigs": [{
        "EndpointConfigName": "retail-a-v6-0f3a",
        "EndpointConfigArn":
            "arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/retail-a-v6-0f3a",
        "CreationTime": 1_790_000_000,
    }]}));
    let config = Wire::ok(json!({}));
    let model = Wire::ok(json!({}));

    let names = listed.aws().list_endpoint_configs("retail-a-v").await.unwrap();
    config.aws().delete_endpoint_config("retail-a-v6-0f3a").await.unwrap();
    model.aws().delete_model("retail-a-v6").await.unwrap();

    assert_eq!(names, ["retail-a-v6-0f3a"]);
    listed.keep("list-endpoint-configs");
    config.keep("delete-endpoint-config");
    model.keep("delete-model");
}

#[tokio::test]
async fn approved_versions_are_listed_newest_first_in_pages_of_100() {
    let wire = Wire::ok(json!({
        "ModelPackageSummaryList": [
            {"ModelPackageArn": PACKAGE, "ModelPackageGroupName": "retail-a",
             "ModelPackageVersion": 7, "CreationTime": 1_790_000_000,
             "ModelPackageStatus": "Completed", "ModelApprovalStatus": "Approved"},
            {"ModelPackageName": "bought", "CreationTime": 1_790_000_000,
             "ModelPackageArn": "arn:aws:sagemaker:eu-west-1:111122223333:model-package/bought",
             "ModelPackageStatus": "Completed"},
        ],
        "NextToken": "page-3",
    }));
    let query = PackageQuery { group: "retail-a".to_owned(), approval: Some(Approval::Approved) };

    let page = wire.aws().list_packages(&query, Some("page-2".to_owned())).await.unwrap();

    wire.keep("list-model-packages");
    assert_eq!((page.packages.len(), page.next.as_deref()), (1, Some("page-3")));
    assert_eq!((page.packages[0].version, page.packages[0].approval), (7, Approval::Approved));
}

#[tokio::test]
async fn a_version_is_described_with_its_numbers_and_its_report() {
    let statistics = "s3://artefacts/run/evaluation/regression_metrics.json";
    let wire = Wire::ok(json!({
        "ModelPackageName": "retail-a", "ModelPackageArn": PACKAGE,
        "ModelPackageGroupName": "retail-a", "ModelPackageVersion": 7,
        "CreationTime": 1_790_000_000, "LastModifiedTime": 1_790_000_100,
        "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": {"ModelQuality": {"Statistics":
            {"ContentType": "application/json", "S3Uri": statistics}}},
        "CustomerMetadataProperties": {"rmse": "7.4"},
        "MetadataProperties": {"GeneratedBy": "arn:aws:sagemaker:x:pipeline/p/execution/e"},
    }));

    let found = wire.aws().describe_package(PACKAGE).await.unwrap();

    wire.keep("describe-model-package");
    assert_eq!((found.group.as_str(), found.summary.version), ("retail-a", 7));
    assert_eq!(found.summary.approval, Approval::Pending);
    assert_eq!(found.summary.readiness, Readiness::Completed);
    assert_eq!((found.metadata["rmse"].as_str(), found.modified), ("7.4", 1_790_000_100));
    assert_eq!(found.statistics_s3_uri.as_deref(), Some(statistics));
}

#[tokio::test]
async fn the_component_of_a_job_is_found_by_its_source_and_no_other_is_taken_for_it() {
    let job = "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/evaluate";
    let component = |name: &str, source: &str| {
        json!({"TrialComponentName": name, "DisplayName": name,
               "TrialComponentSource": {"SourceArn": source, "SourceType": "SageMakerProcessingJob"}})
    };
    let wire = Wire::ok(json!({"TrialComponentSummaries": [
        component("evaluate-aws-processing-job", job), component("other", "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/other"),
    ]}));

    let of = ComponentsOf::Job(job.to_owned());
    let page = wire.aws().list_components(&of, None).await.unwrap();

    wire.keep("list-trial-components-of-a-job");
    assert_eq!(page.names, ["evaluate-aws-processing-job"]);
}

#[tokio::test]
async fn the_components_of_an_experiment_are_listed_newest_first() {
    let wire = Wire::ok(json!({
        "TrialComponentSummaries": [{"TrialComponentName": "run-2-evaluation"}],
        "NextToken": "more",
    }));

    let of = ComponentsOf::Experiment("retail-a".to_owned());
    let page = wire.aws().list_components(&of, None).await.unwrap();

    wire.keep("list-trial-components-of-an-experiment");
    assert_eq!((page.names.len(), page.next.as_deref()), (1, Some("more")));
}

#[tokio::test]
async fn a_component_is_described_with_parameters_and_metrics() {
    let wire = Wire::ok(json!({
        "TrialComponentName": "run-evaluation",
        "TrialComponentArn":
            "arn:aws:sagemaker:eu-west-1:111122223333:experiment-trial-component/run-evaluation",
        "CreationTime": 1_790_000_000,
        "Parameters": {"rmse": {"NumberValue": 7.4}, "retailer": {"StringValue": "acme"}},
        "Metrics": [{"MetricName": "rmse", "Last": 7.4, "Count": 1, "TimeStamp": 1_790_000_000}],
    }));

    let found = wire.aws().describe_component("run-evaluation").await.unwrap();

    wire.keep("describe-trial-component");
    assert_eq!(found.parameters["rmse"], ParameterValue::Number(7.4));
    assert_eq!(found.parameters["retailer"], ParameterValue::Text("acme".to_owned()));
    assert!((found.metrics["rmse"] - 7.4).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_component_is_made_changed_and_put_into_its_trial() {
    let arn = "arn:aws:sagemaker:eu-west-1:111122223333:experiment-trial-component/run-evaluation";
    let trial = "arn:aws:sagemaker:eu-west-1:111122223333:experiment-trial/run";
    let made = Wire::ok(json!({"TrialComponentArn": arn}));
    let changed = Wire::ok(json!({"TrialComponentArn": arn}));
    let joined = Wire::ok(json!({"TrialComponentArn": arn, "TrialArn": trial}));
    let parameters = BTreeMap::from([("rmse".to_owned(), ParameterValue::Number(7.4))]);
    let texts = ParameterValue::Text("acme".to_owned());
    let texts = BTreeMap::from([("retailer".to_owned(), texts)]);

    made.aws().create_component("run-evaluation", &parameters).await.unwrap();
    changed.aws().set_parameters("run-evaluation", &texts).await.unwrap();
    joined.aws().associate("run-evaluation", "run").await.unwrap();

    made.keep("create-trial-component");
    changed.keep("update-trial-component");
    joined.keep("associate-trial-component");
}

#[tokio::test]
async fn points_refused_inside_a_200_answer_are_read_one_by_one() {
    let wire = Wire::ok(json!({"Errors": [
        {"Code": "INTERNAL_ERROR", "MetricIndex": 0}, {"Code": "CONFLICT_ERROR", "MetricIndex": 1},
        {"Code": "METRIC_LIMIT_EXCEEDED", "MetricIndex": 2},
        {"Code": "VALIDATION_ERROR", "MetricIndex": 3},
    ]}));
    let points: Vec<_> = ["rmse", "mae", "wape", "mase"]
        .map(|name| MetricPoint { name: name.to_owned(), value: 7.5, timestamp: 1_790_000_000 })
        .into();

    let errors = wire.aws().put_metrics("run-evaluation", &points).await.unwrap();

    wire.keep("batch-put-metrics");
    let refusals = [
        PointRefusal::Internal,
        PointRefusal::Conflict,
        PointRefusal::LimitExceeded,
        PointRefusal::Invalid,
    ];
    let expected = refusals.iter().enumerate();
    let expected: Vec<_> =
        expected.map(|(index, refusal)| PointError { index, refusal: *refusal }).collect();
    assert_eq!(errors, expected);
}

#[tokio::test]
async fn throttling_denial_and_broken_answers_are_told_apart() {
    let cases = [
        (
            400,
            json!({"__type": "ThrottlingException", "message": "Rate exceeded"}),
            Reason::Throttled,
        ),
        (400, json!({"__type": "AccessDeniedException", "message": "no"}), Reason::Denied),
        (400, json!({"__type": "ResourceLimitExceeded", "Message": "50"}), Reason::LimitExceeded),
        (503, json!({}), Reason::Unavailable),
        (200, json!("not an object"), Reason::Unreadable),
    ];
    for (status, answer, reason) in cases {
        let wire = Wire::answering(status, answer);

        let error = wire.aws().describe_endpoint("retail-a").await.unwrap_err();

        assert_eq!(error.reason, reason, "{error}");
        assert!(error.to_string().contains("sagemaker:DescribeEndpoint on retail-a"), "{error}");
    }
}
