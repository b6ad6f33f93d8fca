use serde_json::{Value, json};

use super::deployment::{Deployment, DeploymentError, Experiments};
use super::{Kind, RenderError, render, trainers};
use scenario::model::Trainer;
use scenario::{BUILT_IN, Scenario};

fn outputs() -> Vec<Value> {
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:444455556666:function:prod-{name}");
    let image = |name: &str| format!("444455556666.dkr.ecr.us-east-1.amazonaws.com/{name}:1");
    let role = |name: &str| format!("arn:aws:iam::444455556666:role/{name}");
    let queue = "https://sqs.us-east-1.amazonaws.com/444455556666/q".to_owned();
    [
        ("JobRoleArn", role("job")),
        ("JobsImageUri", image("jobs")),
        ("XgboostImageUri", image("xgboost")),
        ("RecordMetricsFunctionArn", arn("record")),
        ("CompareModelsFunctionArn", arn("compare")),
        ("IngestEvaluationFunctionArn", arn("ingest")),
        ("StartAutomlFunctionArn", arn("start")),
        ("RegisterAutomlFunctionArn", arn("register")),
        ("AutomlQueueUrl", queue),
        ("ApiUrl", "https://example.com".to_owned()),
    ]
    .map(|(key, value)| json!({"OutputKey": key, "OutputValue": value, "Description": "d"}))
    .to_vec()
}

fn read(outputs: &[Value]) -> Result<Deployment, DeploymentError> {
    Deployment::from_stack_outputs(&serde_json::to_string(outputs).unwrap())
}

fn scenario(name: &str) -> Scenario {
    Scenario::built_in(name).unwrap().unwrap()
}

#[test]
fn the_outputs_of_a_stack_are_a_deployment() {
    let deployment = read(&outputs()).unwrap();

    assert!(deployment.compare_models.as_str().ends_with(":function:prod-compare"));
    assert_eq!(deployment.experiments, Experiments::Kept);
}

#[test]
fn each_output_that_a_definition_needs_and_the_stack_lacks_is_named() {
    let all = read(&outputs()).unwrap();
    let mut needed = 0;
    for index in 0..outputs().len() - 1 {
        let mut outputs = outputs();
        let gone = outputs.remove(index)["OutputKey"].as_str().unwrap().to_owned();
        let deployment = read(&outputs).unwrap();
        for trainer in Trainer::ALL {
            let rendered = render(&scenario("store-item"), Kind::Train, trainer, &deployment);
            let whole = render(&scenario("store-item"), Kind::Train, trainer, &all);
            assert!(whole.is_ok());
            if let Err(error) = rendered {
                assert!(matches!(error, RenderError::MissingOutput { key } if key == gone));
                assert!(error.to_string().contains(&gone), "{error}");
                needed += 1;
            }
        }
    }
    // Four by every trainer, the image by one, and three by AutoML.
    assert_eq!(needed, 4 * 3 + 1 + 3);
}

#[test]
fn a_stack_without_ingestion_gets_definitions_without_that_step() {
    let with = outputs();
    let without: Vec<Value> = with.iter().filter(|output| !is_ingestion(output)).cloned().collect();
    let text = |outputs: &[Value]| {
        let deployment = read(outputs).unwrap();
        render(&scenario("walmart"), Kind::Train, Trainer::Almanac, &deployment).unwrap().to_json()
    };

    assert!(text(&with).contains("IngestEvaluation"));
    assert!(!text(&without).contains("IngestEvaluation"));
}

fn is_ingestion(output: &Value) -> bool {
    output["OutputKey"] == "IngestEvaluationFunctionArn"
}

#[test]
fn an_output_that_is_something_else_is_named() {
    let mut outputs = outputs();
    outputs[0]["OutputValue"] = json!("job-role");

    let error = read(&outputs).unwrap_err();

    assert!(matches!(error, DeploymentError::Wrong { key: "JobRoleArn", .. }));
}

#[test]
fn without_experiments_nothing_names_them() {
    let mut outputs = outputs();
    outputs.push(json!({"OutputKey": "Experiments", "OutputValue": "absent"}));
    let deployment = read(&outputs).unwrap();

    let definition =
        render(&scenario("turnover"), Kind::Train, Trainer::Xgboost, &deployment).unwrap();

    assert!(!definition.to_json().contains("Experiment"));
}

#[test]
fn a_trainer_that_cannot_train_a_scenario_says_why() {
    let deployment = Deployment::sample().unwrap();

    let error =
        render(&scenario("turnover"), Kind::Train, Trainer::Automl, &deployment).unwrap_err();

    assert!(matches!(error, RenderError::Unfit { trainer: Trainer::Automl, .. }));
    assert!(error.to_string().contains("AutoML here means time series"), "{error}");
    assert_eq!(
        trainers(&scenario("capacity")).collect::<Vec<_>>(),
        [Trainer::Automl, Trainer::Almanac]
    );
}

#[test]
fn the_scenario_of_a_file_goes_to_the_containers_as_a_file() {
    let own = Scenario::parse("own.toml", BUILT_IN[1].1).unwrap();
    let deployment = Deployment::sample().unwrap();

    let definition = render(&own, Kind::Train, Trainer::Almanac, &deployment).unwrap();

    let prepare = definition.as_value().pointer("/Steps/2/Arguments").unwrap();
    let arguments = &prepare["AppSpecification"]["ContainerArguments"];
    assert_eq!(arguments[2], "/opt/ml/processing/input/scenario");
    let first = &prepare["ProcessingInputs"][0]["S3Input"]["S3Uri"];
    assert_eq!(*first, json!({"Get": "Parameters.ScenarioS3"}));
}
