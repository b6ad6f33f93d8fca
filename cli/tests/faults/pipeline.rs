//! A small pipeline with the real functions, and what must be true of what it leaves.

use std::collections::{BTreeMap, BTreeSet};

use cloud::CallError;
use cloud::hosting::{DescribeEndpoint, EndpointStatus};
use cloud::inference::InvokeEndpoint;
use cloud::pipelines::{Definition, Execution, Progress, RunPipelines, Start};
use cloud::registry::{
    Approval, DescribePackage, Package, PackageQuery, PackageSummary, all_packages,
};
use cloud::sdk::Aws;
use serde_json::{Value, json};

use crate::engine::{Engine, Site, until};
use crate::wire::switch;

pub(crate) const NAME: &str = "faults";
pub(crate) const GROUP: &str = "retail-faults";
pub(crate) const ENDPOINT: &str = "retail-faults-serverless-prod";

fn get(path: &str) -> Value {
    json!({"Get": path})
}

fn report() -> Value {
    get("Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri")
}

fn outputs(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"OutputName": name, "OutputType": "String"})).collect()
}

/// A step waits a second and not half a minute before it is tried again.
fn retries(exceptions: &[&str]) -> Value {
    json!([{
        "ExceptionType": exceptions,
        "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 20,
    }])
}

fn evaluate(site: &BTreeMap<String, String>) -> Value {
    let folder = json!(["s3:/", site["ArtefactBucketName"], get("Execution.PipelineExecutionId")]);
    json!({
        "Name": "Evaluate",
        "Type": "Processing",
        "Arguments": {
            "AppSpecification": {
                "ImageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/fault-job:1",
                "ContainerArguments": [get("Parameters.Rmse"), get("Parameters.Seconds")],
            },
            "ProcessingOutputConfig": {"Outputs": [{
                "OutputName": "evaluation",
                "S3Output": {
                    "S3Uri": {"Std:Join": {"On": "/", "Values": folder}},
                    "LocalPath": "/opt/ml/processing/output/evaluation",
                    "S3UploadMode": "EndOfJob",
                },
            }]},
            "ProcessingResources": {"ClusterConfig": {
                "InstanceCount": 1, "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 1,
            }},
            "RoleArn": site["JobRoleArn"],
        },
        "RetryPolicies": retries(&[
            "Step.SERVICE_FAULT", "Step.THROTTLING", "SageMaker.JOB_INTERNAL_ERROR",
        ]),
    })
}

fn record(site: &BTreeMap<String, String>) -> Value {
    json!({
        "Name": "RecordMetrics",
        "Type": "Lambda",
        "FunctionArn": site["RecordMetricsFunctionArn"],
        "Arguments": {
            "retailer": "acme",
            "scenario": "faults",
            "execution_id": get("Execution.PipelineExecutionId"),
            "execution_arn": get("Execution.PipelineExecutionArn"),
            "job_arn": get("Steps.Evaluate.ProcessingJobArn"),
            "evaluation_s3_uri": report(),
            "metric": "rmse",
        },
        "OutputParameters": outputs(&["recorded"]),
    })
}

fn compare(site: &BTreeMap<String, String>) -> Value {
    json!({
        "Name": "CompareModels",
        "Type": "Lambda",
        "DependsOn": ["RecordMetrics"],
        "FunctionArn": site["CompareModelsFunctionArn"],
        "Arguments": {
            "model_group": GROUP,
            "evaluation_s3_uri": report(),
            "metric": "rmse",
            "min_improvement": 0,
            "execution_id": get("Execution.PipelineExecutionId"),
        },
        "OutputParameters": outputs(&["promote", "candidate"]),
    })
}

fn register() -> Value {
    json!({
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": GROUP,
            "ModelApprovalStatus": "PendingManualApproval",
            "InferenceSpecification": {
                "Containers": [{
                    "Image": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/fault-model:1",
                    "Environment": {"SERVES": get("Execution.PipelineExecutionId")},
                }],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            "CustomerMetadataProperties": {
                "evaluation_s3_uri": report(),
                "rmse": get("Steps.CompareModels.OutputParameters['candidate']"),
            },
        },
        "RetryPolicies": retries(&["Step.SERVICE_FAULT", "Step.THROTTLING"]),
    })
}

/// Gives the engine the pipeline.
pub(crate) async fn upsert(site: &Site, aws: &Aws) -> Result<String, CallError> {
    let outputs = site.outputs();
    let parameter = |name: &str| json!({"Name": name, "Type": "String", "DefaultValue": "0"});
    let gate = json!({
        "Name": "Gate",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [{
                "Type": "Equals",
                "LeftValue": get("Steps.CompareModels.OutputParameters['promote']"),
                "RightValue": "true",
            }],
            "IfSteps": [register()],
            "ElseSteps": [],
        },
    });
    let definition = json!({
        "Version": "2020-12-01",
        "Parameters": [parameter("Rmse"), parameter("Seconds")],
        "Steps": [evaluate(&outputs), record(&outputs), compare(&outputs), gate],
    });
    let json = definition.to_string();
    let role_arn = &outputs["PipelineRoleArn"];
    aws.upsert(&Definition { pipeline: NAME, json: &json, role_arn }).await
}

/// Starts the execution of a number. Later ones are better, but for each fifth.
pub(crate) async fn start(aws: &Aws, number: u32, seconds: &str) -> Result<String, CallError> {
    let rmse = if number % 5 == 4 { 9000 } else { 8000 - number };
    let parameters = BTreeMap::from([
        ("Rmse".to_owned(), rmse.to_string()),
        ("Seconds".to_owned(), seconds.to_owned()),
    ]);
    let token = Some(format!("faults-{number:032}"));
    aws.start(&Start { pipeline: NAME, parameters: &parameters, token, selected: None }).await
}

/// Waits until every execution is over; each must say why, if it did not succeed.
pub(crate) async fn all_over(aws: &Aws, arns: &BTreeSet<String>) -> Vec<Execution> {
    let mut over = Vec::new();
    for arn in arns {
        let ended = until(async || {
            let found = aws.execution(arn).await.map_err(|error| error.to_string())?;
            let open = format!("{arn} is {}", found.progress.word());
            if found.progress.is_over() { Ok(found) } else { Err(open) }
        })
        .await;
        let says_why = ended.failure.as_ref().is_some_and(|why| !why.is_empty());
        assert!(ended.progress != Progress::Failed || says_why, "{ended:?} does not say why");
        over.push(ended);
    }
    over
}

/// Every version of the group, the newest first.
pub(crate) async fn versions(aws: &Aws) -> Result<Vec<PackageSummary>, CallError> {
    let query = PackageQuery { group: GROUP.to_owned(), approval: None };
    all_packages(aws, &query).await
}

/// A version's number and the execution that made it were given once each.
pub(crate) async fn nothing_is_registered_twice(aws: &Aws) -> Vec<Package> {
    let mut packages = Vec::new();
    for version in versions(aws).await.unwrap() {
        packages.push(aws.describe_package(&version.arn).await.unwrap());
    }
    let numbers: BTreeSet<u32> = packages.iter().map(|it| it.summary.version).collect();
    let makers: BTreeSet<_> = packages.iter().map(|it| it.generated_by.clone().unwrap()).collect();
    assert_eq!(numbers.len(), packages.len(), "a version's number was given twice");
    assert_eq!(makers.len(), packages.len(), "an execution registered twice");
    packages
}

/// Waits until all events are handled and the endpoint serves the newest version that is approved,
/// or is not there if none is. Tells what it serves.
pub(crate) async fn the_endpoint_is_right(engine: &Engine, aws: &Aws) -> Option<u32> {
    until(async || {
        let settled = switch(engine, "/_almanac/settled", &Value::Null);
        if settled["settled"] != json!(true) {
            return Err("events wait to be handled".to_owned());
        }
        let versions = versions(aws).await.map_err(|error| error.to_string())?;
        let newest = versions.iter().find(|it| it.approval == Approval::Approved);
        serves(aws, newest).await
    })
    .await
}

async fn serves(aws: &Aws, newest: Option<&PackageSummary>) -> Result<Option<u32>, String> {
    let endpoint = cloud::failure::absent_as_none(aws.describe_endpoint(ENDPOINT).await);
    let endpoint = endpoint.map_err(|error| error.to_string())?;
    let (newest, endpoint) = match (newest, endpoint) {
        (None, None) => return Ok(None),
        (Some(newest), Some(endpoint)) => (newest, endpoint),
        (newest, endpoint) => {
            return Err(format!("{newest:?} is approved and there is {endpoint:?}"));
        }
    };
    let wanted = format!("{GROUP}-v{}-", newest.version);
    if endpoint.status != EndpointStatus::InService || !endpoint.config.starts_with(&wanted) {
        return Err(format!("version {} is approved and there is {endpoint:?}", newest.version));
    }
    let package = aws.describe_package(&newest.arn).await.map_err(|error| error.to_string())?;
    let answer = aws.invoke(ENDPOINT, b"1".to_vec(), "text/csv").await;
    let answer = String::from_utf8(answer.map_err(|error| error.to_string())?.body).unwrap();
    let maker = package.generated_by.unwrap();
    if maker.ends_with(&format!("/{answer}")) {
        return Ok(Some(newest.version));
    }
    Err(format!("{answer} answers and not the model of {maker}"))
}
