//! Which rights each operation asks for.

use serde_json::{Value, json};

use crate::world::{ROLE, World, serverless};

/// What is checked while an operation is called, as `action resource`.
async fn asked(world: &World, operation: &str, request: Value) -> Vec<String> {
    world.doorman.asked.lock().unwrap().clear();
    let _refused_or_not = world.call(operation, request).await;
    let asked = world.doorman.asked.lock().unwrap();
    let account = "arn:aws:sagemaker:eu-west-1:000000000000:";
    asked.iter().map(|(action, on)| format!("{action} {}", on.replace(account, ""))).collect()
}

#[tokio::test]
async fn a_job_asks_for_itself_its_role_and_its_tags() {
    let world = World::new();
    let mut job = World::training("Train");
    job["Tags"] = json!([{"Key": "a", "Value": "b"}]);

    assert_eq!(
        asked(&world, "CreateTrainingJob", job).await,
        [
            "sagemaker:CreateTrainingJob training-job/train".to_owned(),
            format!("iam:PassRole to sagemaker.amazonaws.com {ROLE}"),
            "sagemaker:AddTags training-job/train".to_owned(),
        ]
    );
}

#[tokio::test]
async fn each_operation_asks_for_what_the_table_of_actions_has() {
    let world = World::new();
    let endpoint = json!({"EndpointName": "e", "EndpointConfigName": "c", "Tags": []});
    let update = json!({"EndpointName": "e", "EndpointConfigName": "c"});
    let component = json!({"TrialComponentName": "c", "TrialName": "t"});

    for (operation, request, expected) in [
        ("Search", json!({"Resource": "Experiment"}), vec!["sagemaker:Search *"]),
        ("ListModels", json!({}), vec!["sagemaker:ListModels *"]),
        (
            "CreateEndpoint",
            endpoint,
            vec![
                "sagemaker:CreateEndpoint endpoint/e",
                "sagemaker:CreateEndpoint endpoint-config/c",
            ],
        ),
        (
            "UpdateEndpoint",
            update,
            vec![
                "sagemaker:UpdateEndpoint endpoint/e",
                "sagemaker:UpdateEndpoint endpoint-config/c",
            ],
        ),
        (
            "AssociateTrialComponent",
            component,
            vec![
                "sagemaker:AssociateTrialComponent experiment-trial-component/c",
                "sagemaker:AssociateTrialComponent experiment-trial/t",
            ],
        ),
        (
            "CreateModelPackage",
            json!({"ModelPackageGroupName": "demand"}),
            vec![
                "sagemaker:CreateModelPackage model-package-group/demand",
                "sagemaker:CreateModelPackage model-package/demand/*",
            ],
        ),
        (
            "DescribeModelPackage",
            json!({"ModelPackageName": world.arn("model-package/demand/1")}),
            vec!["sagemaker:DescribeModelPackage model-package/demand/1"],
        ),
    ] {
        assert_eq!(asked(&world, operation, request).await, expected, "{operation}");
    }
}

#[tokio::test]
async fn what_is_denied_is_not_done() {
    let world = World::new();
    world.config("c", "image", serverless()).await;
    let model = json!({
        "ModelName": "m", "PrimaryContainer": {"Image": "x"}, "ExecutionRoleArn": ROLE,
    });
    for (denied, operation, request) in [
        ("iam:PassRole", "CreateModel", model),
        ("sagemaker:CreateTrainingJob", "CreateTrainingJob", World::training("t")),
        ("sagemaker:CreateExperiment", "CreateExperiment", json!({"ExperimentName": "x"})),
        ("sagemaker:DeleteModel", "DeleteModel", json!({"ModelName": "c"})),
        (
            "sagemaker:CreateEndpoint",
            "CreateEndpoint",
            json!({"EndpointName": "e", "EndpointConfigName": "c"}),
        ),
    ] {
        *world.doorman.denied.lock().unwrap() = vec![denied.to_owned()];
        let refused = world.refused(operation, request).await;
        assert!(refused.starts_with("AccessDeniedException"), "{refused}");
    }
    world.doorman.denied.lock().unwrap().clear();
    world.ok("DescribeModel", json!({"ModelName": "c"})).await;
    assert!(world.call("DescribeModel", json!({"ModelName": "m"})).await.is_err());
    assert!(world.call("DescribeEndpoint", json!({"EndpointName": "e"})).await.is_err());
    *world.doorman.denied.lock().unwrap() =
        vec!["sagemaker:InvokeEndpoint".to_owned(), "sagemaker:BatchPutMetrics".to_owned()];
    assert_eq!(world.invoke("e", b"x").await.unwrap_err().code, "AccessDeniedException");
    let points = json!({"TrialComponentName": "c", "MetricData": [
        {"MetricName": "a", "Timestamp": 1, "Value": 1.0},
    ]});
    let refused = world.metrics("BatchPutMetrics", points).await.unwrap_err();
    assert_eq!(refused.code, "AccessDeniedException");
}
