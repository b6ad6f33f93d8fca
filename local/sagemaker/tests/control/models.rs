//! Models and configurations.

use serde_json::{Value, json};

use crate::world::{ROLE, World, instances, serverless};

async fn version(world: &World, status: &str) -> String {
    let name = json!({"ModelPackageGroupName": "demand"});
    let _there_already = world.call("CreateModelPackageGroup", name).await;
    let containers = json!([{
        "Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz",
        "Environment": {"A": "1", "B": "2"},
    }]);
    let request = json!({
        "ModelPackageGroupName": "demand", "ModelApprovalStatus": status,
        "InferenceSpecification": {"Containers": containers},
    });
    let made = world.ok("CreateModelPackage", request).await;
    made["ModelPackageArn"].as_str().unwrap().to_owned()
}

fn model(container: &Value) -> Value {
    json!({"ModelName": "m", "PrimaryContainer": container, "ExecutionRoleArn": ROLE})
}

#[tokio::test]
async fn a_package_must_be_approved_before_a_model_is_made_of_it() {
    let world = World::new();
    let pending = version(&world, "PendingManualApproval").await;
    let approved = version(&world, "Approved").await;

    let refused = world.refused("CreateModel", model(&json!({"ModelPackageName": pending}))).await;
    world.ok("CreateModel", model(&json!({"ModelPackageName": approved}))).await;

    assert!(refused.contains("ModelApprovalStatus is PendingManualApproval"), "{refused}");
    let found = world.ok("DescribeModel", json!({"ModelName": "m"})).await;
    assert_eq!(found["PrimaryContainer"], json!({"ModelPackageName": approved}));
}

#[tokio::test]
async fn a_container_of_a_package_may_add_variables_and_nothing_else() {
    let world = World::new();
    let arn = version(&world, "Approved").await;
    let image = model(&json!({"ModelPackageName": arn, "Image": "other"}));
    let variables = model(&json!({"ModelPackageName": arn, "Environment": {"B": "3"}}));

    let refused = world.refused("CreateModel", image).await;
    world.ok("CreateModel", variables).await;
    let mut variant = instances();
    variant["VariantName"] = json!("v");
    variant["ModelName"] = json!("m");
    let config = json!({"EndpointConfigName": "c", "ProductionVariants": [variant]});
    world.ok("CreateEndpointConfig", config).await;
    world.endpoint("e", "c").await;

    assert!(refused.contains("neither Image nor ModelDataUrl"), "{refused}");
    let served = &world.stage.served.lock().unwrap()[0].containers[0];
    let variables: Vec<_> = served.environment.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(variables, ["A=1", "B=3"]);
    assert_eq!(served.model_data_url.as_deref(), Some("s3://bucket/model.tar.gz"));
}

#[tokio::test]
async fn a_model_stays_what_it_was_when_its_package_is_rejected_or_deleted() {
    let world = World::new();
    let arn = version(&world, "Approved").await;
    world.ok("CreateModel", model(&json!({"ModelPackageName": arn}))).await;
    let reject = json!({"ModelPackageArn": arn, "ModelApprovalStatus": "Rejected"});
    world.ok("UpdateModelPackage", reject).await;
    world.ok("DeleteModelPackage", json!({"ModelPackageName": arn})).await;
    let mut variant = serverless();
    variant["VariantName"] = json!("v");
    variant["ModelName"] = json!("m");

    let config = json!({"EndpointConfigName": "c", "ProductionVariants": [variant]});
    world.ok("CreateEndpointConfig", config).await;
    world.endpoint("e", "c").await;

    assert_eq!(world.invoke("e", b"x").await.unwrap().body.as_ref(), b"image");
}

#[tokio::test]
async fn names_are_taken_and_missing_in_the_words_of_the_service() {
    let world = World::new();
    world.config("m", "image", serverless()).await;
    let arn = |kind: &str, name: &str| world.arn(&format!("{kind}/{name}"));

    assert_eq!(
        world.refused("CreateModel", model(&json!({"Image": "x"}))).await,
        format!(
            "ValidationException: Cannot create already existing model \"{}\".",
            arn("model", "m")
        )
    );
    assert_eq!(
        world.refused("DeleteModel", json!({"ModelName": "x"})).await,
        format!("ValidationException: Could not find model \"{}\".", arn("model", "x"))
    );
    assert_eq!(
        world.refused("DescribeEndpointConfig", json!({"EndpointConfigName": "x"})).await,
        format!(
            "ValidationException: Could not find endpoint configuration \"{}\".",
            arn("endpoint-config", "x")
        )
    );
    world.ok("DeleteEndpointConfig", json!({"EndpointConfigName": "m"})).await;
    world.ok("DeleteModel", json!({"ModelName": "m"})).await;
}

#[tokio::test]
async fn model_data_must_be_there() {
    let world = World::new();
    let lost = model(&json!({"Image": "x", "ModelDataUrl": "s3://bucket/missing.tar.gz"}));

    assert_eq!(
        world.refused("CreateModel", lost).await,
        "ValidationException: Could not find model data at s3://bucket/missing.tar.gz."
    );
}

#[tokio::test]
async fn what_serverless_endpoints_cannot_be_is_refused() {
    let world = World::new();
    world.model("m", "image").await;
    world
        .ok(
            "CreateModel",
            json!({
                "ModelName": "two", "ExecutionRoleArn": ROLE,
                "Containers": [{"Image": "a"}, {"Image": "b"}],
            }),
        )
        .await;
    world
        .ok(
            "CreateModel",
            json!({
                "ModelName": "plain", "ExecutionRoleArn": ROLE,
                "PrimaryContainer": {"Image": "a", "ModelDataUrl": "s3://bucket/model.bin"},
            }),
        )
        .await;
    let with = |member: &str, value: Value| {
        let mut variant = serverless();
        variant["VariantName"] = json!("v");
        variant["ModelName"] = json!("m");
        variant[member] = value;
        json!([variant])
    };
    let sized = |memory: u32, most: u32, ready: u32| {
        with(
            "ServerlessConfig",
            json!({
                "MemorySizeInMB": memory, "MaxConcurrency": most, "ProvisionedConcurrency": ready,
            }),
        )
    };
    let mut twice = with("VariantName", json!("v"));
    twice.as_array_mut().unwrap().push(with("VariantName", json!("w"))[0].clone());

    for (variants, part) in [
        (with("InstanceType", json!("ml.m5.large")), "InstanceType cannot be used"),
        (with("VolumeSizeInGB", json!(10)), "VolumeSizeInGB cannot be used"),
        (with("ModelName", json!("two")), "more than one container"),
        (with("ModelName", json!("plain")), "must be a .tar.gz"),
        (with("ModelName", json!("none")), "Could not find model"),
        (sized(1500, 2, 1), "MemorySizeInMB is 1500"),
        (sized(7168, 2, 1), "less than or equal to 6144"),
        (sized(1024, 201, 1), "less than or equal to 200"),
        (sized(1024, 2, 3), "ProvisionedConcurrency cannot be more"),
        (twice, "more than one production variant"),
    ] {
        let request = json!({"EndpointConfigName": "c", "ProductionVariants": variants});
        let refused = world.refused("CreateEndpointConfig", request).await;
        assert!(refused.starts_with("ValidationException") && refused.contains(part), "{refused}");
    }
}

#[tokio::test]
async fn what_this_engine_does_not_have_is_refused_and_not_passed_over() {
    let world = World::new();
    world.model("m", "image").await;
    let mut variant = instances();
    variant["VariantName"] = json!("v");
    variant["ModelName"] = json!("m");
    let config = |member: &str, value: Value| {
        let mut config = json!({"EndpointConfigName": "c", "ProductionVariants": [variant]});
        config[member] = value;
        config
    };
    let capture = json!({
        "EnableCapture": true, "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://bucket/capture", "CaptureOptions": [{"CaptureMode": "Input"}],
    });
    let queue = json!({"OutputConfig": {"S3OutputPath": "s3://bucket/out"}});

    for request in [config("DataCaptureConfig", capture), config("AsyncInferenceConfig", queue)] {
        let refused = world.refused("CreateEndpointConfig", request).await;
        assert!(refused.contains("the local engine does not have"), "{refused}");
    }
    let unknown = world.refused("CreateAutoMLJobV2", json!({})).await;
    assert!(unknown.starts_with("UnknownOperationException: "), "{unknown}");
}
