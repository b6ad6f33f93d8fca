//! Versions of a model package group.

use cloud::registry::{
    Approval, DescribePackage, ListGroups, ListPackages, PackageQuery, Readiness,
};
use serde_json::json;

use crate::exchange::Wire;

const PACKAGE: &str = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/retail-a/7";

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
async fn groups_are_listed_newest_first() {
    let group = |name: &str| {
        json!({"ModelPackageGroupName": name,
            "ModelPackageGroupArn": format!("{}/{name}", PACKAGE.replace("model-package/retail-a/7",
                "model-package-group")),
            "CreationTime": 1_790_000_000, "ModelPackageGroupStatus": "Completed"})
    };
    let wire = Wire::ok(json!({
        "ModelPackageGroupSummaryList": [group("retail-b"), group("retail-a")],
    }));

    let groups = wire.aws().list_groups().await.unwrap();

    wire.keep("list-model-package-groups");
    assert_eq!(groups, ["retail-b", "retail-a"]);
}
