//! Groups, versions, decisions and their events.

use serde_json::{Value, json};

use crate::world::World;

const EVENT: &str = "SageMaker Model Package State Change";

fn package(group: &str) -> Value {
    json!({
        "ModelPackageGroupName": group,
        "InferenceSpecification": {
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"],
        },
        "CustomerMetadataProperties": {"wape": "0.123"},
        "MetadataProperties": {"GeneratedBy": "arn:of:execution"},
    })
}

async fn group() -> World {
    let world = World::new();
    world.ok("CreateModelPackageGroup", json!({"ModelPackageGroupName": "demand-acme"})).await;
    world
}

async fn register(world: &World) -> String {
    let made = world.ok("CreateModelPackage", package("demand-acme")).await;
    made["ModelPackageArn"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn versions_count_up_and_never_come_again() {
    let world = group().await;
    let first = register(&world).await;
    let second = register(&world).await;
    world.ok("DeleteModelPackage", json!({"ModelPackageName": second})).await;

    let third = register(&world).await;

    assert_eq!(first, world.arn("model-package/demand-acme/1"));
    assert_eq!(third, world.arn("model-package/demand-acme/3"));
    let found = world.ok("DescribeModelPackage", json!({"ModelPackageName": third})).await;
    assert_eq!(found["ModelPackageVersion"], 3);
    assert_eq!(found["ModelPackageGroupName"], "demand-acme");
    assert_eq!(found["ModelPackageStatus"], "Completed");
    assert_eq!(found["ModelApprovalStatus"], "PendingManualApproval");
    assert_eq!(found["MetadataProperties"]["GeneratedBy"], "arn:of:execution");
    assert_eq!(
        world.refused("DescribeModelPackage", json!({"ModelPackageName": second})).await,
        format!("ValidationException: ModelPackage {second} does not exist.")
    );
}

#[tokio::test]
async fn a_version_is_told_of_when_it_is_made_and_at_each_update() {
    let world = group().await;
    let arn = register(&world).await;
    let approve = json!({
        "ModelPackageArn": arn, "ModelApprovalStatus": "Approved", "ApprovalDescription": "good",
    });
    world.ok("UpdateModelPackage", approve).await;
    let edit = json!({"ModelPackageArn": arn, "CustomerMetadataProperties": {"rmse": "1.5"}});
    world.ok("UpdateModelPackage", edit).await;

    let events = world.events(EVENT);

    let states: Vec<_> = events
        .iter()
        .map(|event| (&event["ModelPackageStatus"], &event["ModelApprovalStatus"]))
        .map(|(status, approval)| (status.as_str().unwrap(), approval.as_str().unwrap()))
        .collect();
    assert_eq!(
        states,
        [
            ("InProgress", "PendingManualApproval"),
            ("Completed", "PendingManualApproval"),
            ("Completed", "Approved"),
            ("Completed", "Approved"),
        ]
    );
    assert_eq!(events[1].get("UpdatedModelPackageFields"), None);
    let fields = json!(["ModelApprovalStatus", "ApprovalDescription"]);
    assert_eq!(events[2]["UpdatedModelPackageFields"], fields);
    assert_eq!(events[3]["UpdatedModelPackageFields"], json!(["CustomerMetadataProperties"]));
    assert_eq!(events[3]["CustomerMetadataProperties"], json!({"wape": "0.123", "rmse": "1.5"}));
    assert_eq!(events[2]["ModelPackageArn"], arn);
    assert_eq!(events[2]["ModelPackageVersion"], 1);
    assert!(events[2]["CreationTime"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn metadata_is_added_overwritten_and_removed_by_key() {
    let world = group().await;
    let arn = register(&world).await;
    let update = json!({
        "ModelPackageArn": arn, "CustomerMetadataProperties": {"a": "1", "b": "2"},
        "CustomerMetadataPropertiesToRemove": ["wape", "b"],
    });

    world.ok("UpdateModelPackage", update).await;

    let found = world.ok("DescribeModelPackage", json!({"ModelPackageName": arn})).await;
    assert_eq!(found["CustomerMetadataProperties"], json!({"a": "1"}));
    let bad = json!({"ModelPackageArn": arn, "CustomerMetadataProperties": {"a": "{\"x\":1}"}});
    let refused = world.refused("UpdateModelPackage", bad).await;
    assert!(refused.contains("Map value must satisfy constraint"), "{refused}");
}

#[tokio::test]
async fn the_wordings_are_those_of_the_service() {
    let world = group().await;
    let arn = world.arn("model-package-group/demand-acme");
    let other = world.arn("model-package-group/other");

    assert_eq!(
        world
            .refused("CreateModelPackageGroup", json!({"ModelPackageGroupName": "Demand-Acme"}))
            .await,
        format!("ValidationException: Model Package Group already exists: {arn}")
    );
    for (operation, request) in [
        ("DescribeModelPackageGroup", json!({"ModelPackageGroupName": "other"})),
        ("ListModelPackages", json!({"ModelPackageGroupName": "other"})),
        ("CreateModelPackage", package("other")),
    ] {
        assert_eq!(
            world.refused(operation, request).await,
            format!("ValidationException: ModelPackageGroup {other} does not exist.")
        );
    }
    let mut both = package("demand-acme");
    both["ModelPackageName"] = json!("own");
    assert!(world.refused("CreateModelPackage", both).await.contains("Both ModelPackageName and"));
    assert_eq!(
        world.refused("CreateModelPackage", json!({})).await,
        "ValidationException: Missing ARN."
    );
    let mut tagged = package("demand-acme");
    tagged["Tags"] = json!([{"Key": "a", "Value": "b"}]);
    assert!(world.refused("CreateModelPackage", tagged).await.contains("tag the group"));
}

#[tokio::test]
async fn a_group_with_versions_stays() {
    let world = group().await;
    let arn = register(&world).await;
    let group = json!({"ModelPackageGroupName": "demand-acme"});

    let refused = world.refused("DeleteModelPackageGroup", group.clone()).await;
    assert!(refused.starts_with("ConflictException: "), "{refused}");
    world.ok("DeleteModelPackage", json!({"ModelPackageName": arn})).await;
    world.ok("DeleteModelPackageGroup", group).await;
}

#[tokio::test]
async fn lists_show_versions_of_a_group_or_packages_without_one() {
    let world = group().await;
    let (first, second) = (register(&world).await, register(&world).await);
    let approve = json!({"ModelPackageArn": second, "ModelApprovalStatus": "Approved"});
    world.ok("UpdateModelPackage", approve).await;
    let mut own = package("");
    own.as_object_mut().unwrap().remove("ModelPackageGroupName");
    own["ModelPackageName"] = json!("Own");
    world.ok("CreateModelPackage", own).await;
    let own = world.arn("model-package/own");
    let group = "demand-acme";

    for (request, expected) in [
        (json!({}), vec![&own]),
        (json!({"ModelPackageGroupName": group}), vec![&first, &second]),
        (json!({"ModelPackageGroupName": group, "SortOrder": "Descending"}), vec![&second, &first]),
        (json!({"ModelPackageGroupName": group, "ModelApprovalStatus": "Approved"}), vec![&second]),
        (json!({"ModelPackageType": "Both"}), vec![&first, &second, &own]),
        (json!({"ModelPackageType": "Versioned"}), vec![&first, &second]),
    ] {
        let page = world.ok("ListModelPackages", request.clone()).await;
        let found = page["ModelPackageSummaryList"].as_array().unwrap().iter();
        let found: Vec<_> = found.map(|it| it["ModelPackageArn"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{request}");
    }
}

#[tokio::test]
async fn several_are_described_at_once_with_errors_for_those_that_are_not_there() {
    let world = group().await;
    let arn = register(&world).await;
    let lost = world.arn("model-package/demand-acme/9");

    let request = json!({"ModelPackageArnList": [arn, lost]});
    let answer = world.ok("BatchDescribeModelPackage", request).await;

    assert_eq!(answer["ModelPackageSummaries"][&arn]["ModelPackageVersion"], 1);
    let error = &answer["BatchDescribeModelPackageErrorMap"][&lost];
    assert_eq!(error["ErrorCode"], "ValidationException");
}

#[tokio::test]
async fn a_request_with_the_same_token_makes_nothing_twice() {
    let world = group().await;
    let mut request = package("demand-acme");
    request["ClientToken"] = json!("token-1");

    let first = world.ok("CreateModelPackage", request.clone()).await;
    let again = world.ok("CreateModelPackage", request.clone()).await;
    request["CustomerMetadataProperties"] = json!({"wape": "9"});
    let other = world.refused("CreateModelPackage", request).await;

    assert_eq!(first, again);
    assert!(other.starts_with("ConflictException: "), "{other}");
    assert_eq!(world.events(EVENT).len(), 2);
}

#[tokio::test]
async fn a_policy_of_a_group_is_kept() {
    let world = group().await;
    let group = json!({"ModelPackageGroupName": "demand-acme"});
    let put =
        json!({"ModelPackageGroupName": "demand-acme", "ResourcePolicy": "{\"Statement\":[]}"});

    let none = world.refused("GetModelPackageGroupPolicy", group.clone()).await;
    world.ok("PutModelPackageGroupPolicy", put).await;
    let found = world.ok("GetModelPackageGroupPolicy", group.clone()).await;
    world.ok("DeleteModelPackageGroupPolicy", group.clone()).await;

    assert!(none.contains("Cannot find resource policy"), "{none}");
    assert_eq!(found["ResourcePolicy"], "{\"Statement\":[]}");
    assert!(world.refused("GetModelPackageGroupPolicy", group).await.contains("Cannot find"));
}
