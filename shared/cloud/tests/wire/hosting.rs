//! Models, configurations, endpoints; and how errors are told apart.

use std::collections::BTreeMap;

use cloud::Reason;
use cloud::hosting::{
    Blueprints, Capacity, DescribeEndpoint, EndpointStatus, Endpoints, ListEndpoints, NewEndpoint,
    NewEndpointConfig, NewModel,
};
use serde_json::json;

use crate::exchange::Wire;

const PACKAGE: &str = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/retail-a/7";

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
async fn endpoints_are_listed_by_a_part_of_their_name() {
    let name = "retail-a-serverless-prod";
    let wire = Wire::ok(json!({
        "Endpoints": [{
            "EndpointName": name,
            "EndpointArn": format!("arn:aws:sagemaker:eu-west-1:111122223333:endpoint/{name}"),
            "CreationTime": 1_790_000_000, "LastModifiedTime": 1_790_000_900,
            "EndpointStatus": "InService",
        }],
    }));

    let names = wire.aws().list_endpoints("retail-a").await.unwrap();

    wire.keep("list-endpoints");
    assert_eq!(names, [name]);
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
