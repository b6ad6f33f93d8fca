//! What references and functions stand for.

use execution::{Facts, Plan, ResolveError};
use serde_json::{Value, json};

use crate::driver::{lambda, plan};

const REPORT: &str = "s3://b/run/evaluation/report.json";

/// A Processing step with a property file.
fn evaluate() -> Value {
    json!({
        "Name": "Evaluate",
        "Type": "Processing",
        "Arguments": {
            "AppSpecification": {"ImageUri": "i"},
            "ProcessingResources": {"ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 30,
            }},
            "ProcessingOutputConfig": {"Outputs": [{
                "OutputName": "evaluation",
                "S3Output": {
                    "S3Uri": "s3://b/run/evaluation/",
                    "LocalPath": "/opt/ml/processing/e",
                    "S3UploadMode": "EndOfJob",
                },
            }]},
            "RoleArn": "arn:aws:iam::111122223333:role/r",
        },
        "PropertyFiles": [{
            "PropertyFileName": "Report",
            "OutputName": "evaluation",
            "FilePath": "report.json",
        }],
    })
}

/// A Processing step with a property file, a Training and a Lambda step, all over.
fn scene() -> (Plan, Facts) {
    let plan = plan(&json!([evaluate(), lambda("Ask", &[])]));
    let answer = json!({"text": 7, "whole": "12", "number": 0.25, "truth": "True", "extra": 1});
    let outputs = plan.step("Ask").unwrap().output_properties(&answer).unwrap();
    let facts = Facts {
        parameters: [
            ("Rows", json!(1000)),
            ("Least", json!(0.3)),
            ("Name", json!("acme")),
            ("On", json!(true)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        execution: [("PipelineExecutionId".to_owned(), json!("e1"))].into(),
        experiment: [("TrialName".to_owned(), json!("t1"))].into(),
        properties: [
            ("Evaluate".to_owned(), plan.step("Evaluate").unwrap().arguments.clone()),
            ("Ask".to_owned(), outputs),
            (
                "Train".to_owned(),
                json!({
                    "ModelArtifacts": {"S3ModelArtifacts": "s3://b/m.tar.gz"},
                    "FinalMetricDataList": [
                        {"MetricName": "train:rmse", "Value": 1.0},
                        {"MetricName": "validation:rmse", "Value": 1.5},
                    ],
                    "InputDataConfig": [{"ChannelName": "train", "ContentType": "text/csv"}],
                }),
            ),
        ]
        .into(),
        files: [(
            REPORT.to_owned(),
            Ok(json!({"metrics": {"wape": {"value": 0.12}}, "groups": [{"store 1": "x"}]})),
        )]
        .into(),
    };
    (plan, facts)
}

fn get(reference: &str) -> Value {
    json!({"Get": reference})
}

fn report(path: &str) -> Value {
    let file = get("Steps.Evaluate.PropertyFiles.Report");
    json!({"Std:JsonGet": {"PropertyFile": file, "Path": path}})
}

fn resolve(value: &Value) -> Result<Value, ResolveError> {
    let (plan, facts) = scene();
    plan.resolve(value, &facts)
}

#[test]
fn a_reference_is_replaced_by_its_value_and_keeps_its_type() {
    for (reference, expected) in [
        ("Parameters.Rows", json!(1000)),
        ("Parameters.On", json!(true)),
        ("Execution.PipelineExecutionId", json!("e1")),
        ("PipelineExperimentConfig.TrialName", json!("t1")),
        ("Steps.Train.ModelArtifacts.S3ModelArtifacts", json!("s3://b/m.tar.gz")),
        ("Steps.Train.FinalMetricDataList['validation:rmse'].Value", json!(1.5)),
        ("Steps.Train.FinalMetricDataList[0].Value", json!(1.0)),
        ("Steps.Train.InputDataConfig['train'].ContentType", json!("text/csv")),
        ("Steps.Train.ModelArtifacts['S3ModelArtifacts']", json!("s3://b/m.tar.gz")),
        (
            "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri",
            json!("s3://b/run/evaluation/"),
        ),
    ] {
        assert_eq!(resolve(&get(reference)), Ok(expected), "{reference}");
    }
}

#[test]
fn an_output_is_read_as_its_declared_type() {
    for (output, expected) in [
        ("text", json!("7")),
        ("whole", json!(12)),
        ("number", json!(0.25)),
        ("truth", json!(true)),
    ] {
        let reference = format!("Steps.Ask.OutputParameters['{output}']");
        assert_eq!(resolve(&get(&reference)), Ok(expected), "{reference}");
    }
}

#[test]
fn an_output_of_the_wrong_type_shows_only_when_it_is_referred_to() {
    let plan = plan(&json!([lambda("Ask", &[])]));
    let answer = json!({"whole": "many", "text": {"a": 1}, "truth": null});
    let outputs = plan.step("Ask").unwrap().output_properties(&answer).unwrap();
    assert_eq!(
        outputs,
        json!({"OutputParameters": [
            {"Name": "text", "Value": "{\"a\":1}"},
            {"Name": "whole", "Value": "many"},
        ]})
    );
    let facts = Facts { properties: [("Ask".to_owned(), outputs)].into(), ..Facts::default() };
    let error = |path: &str| {
        plan.resolve(&get(&format!("Steps.Ask.{path}")), &facts).unwrap_err().to_string()
    };

    assert!(error("OutputParameters['whole']").contains("not of the declared type Integer"));
    assert!(error("OutputParameters['text'].a").contains("is undefined"));
    assert!(error("OutputParameters['truth']").contains("is undefined"));
}

#[test]
fn an_output_longer_than_the_service_keeps_is_refused() {
    let plan = plan(&json!([lambda("Ask", &[])]));
    let step = plan.step("Ask").unwrap();

    assert!(step.output_properties(&json!({"text": "x".repeat(1024)})).is_ok());
    let error = step.output_properties(&json!({"text": "x".repeat(1025)})).unwrap_err();
    assert!(error.to_string().contains("output `text` of step `Ask` has 1025 characters"));
}

#[test]
fn join_writes_numbers_and_booleans_as_text_and_nests() {
    let value = json!({"Std:Join": {"On": "/", "Values": [
        "s3://b",
        get("Parameters.Rows"),
        {"Std:Join": {"On": "-", "Values": [get("Parameters.Least"), get("Parameters.On"), 1]}},
        {"Std:Join": {"Values": ["a", report("metrics.wape.value")]}},
    ]}});

    assert_eq!(resolve(&value), Ok(json!("s3://b/1000/0.3-true-1/a0.12")));
}

#[test]
fn join_of_a_structure_is_an_error_that_shows_it() {
    let value = json!({"Std:Join": {"On": "", "Values": [get("Steps.Train.ModelArtifacts")]}});

    assert!(matches!(resolve(&value), Err(ResolveError::NotText { .. })));
}

#[test]
fn json_get_reads_a_property_file_and_a_file_by_its_uri() {
    assert_eq!(resolve(&report("metrics.wape.value")), Ok(json!(0.12)));
    assert_eq!(resolve(&report("groups[0]['store 1']")), Ok(json!("x")));
    assert_eq!(resolve(&report("$.metrics['wape']")), Ok(json!({"value": 0.12})));
    let uri =
        json!({"Std:Join": {"On": "/", "Values": ["s3://b/run", "evaluation", "report.json"]}});
    let by_uri = json!({"Std:JsonGet": {"S3Uri": uri, "Path": "metrics.wape.value"}});
    assert_eq!(resolve(&by_uri), Ok(json!(0.12)));
    assert!(matches!(resolve(&report("metrics.mape")), Err(ResolveError::NothingAtPath { .. })));
}

#[test]
fn values_are_replaced_at_any_depth_and_all_else_stays() {
    let value =
        json!({"A": [{"B": get("Parameters.Name")}, null, 1.5], "C": {"D": {"E": "x", "F": {}}}});

    assert_eq!(
        resolve(&value),
        Ok(json!({"A": [{"B": "acme"}, null, 1.5], "C": {"D": {"E": "x", "F": {}}}}))
    );
}

#[test]
fn what_has_no_value_is_an_error_that_names_the_reference() {
    for reference in [
        "Parameters.Nobody",
        "Execution.Region",
        "Steps.Train.Nothing",
        "Steps.Nobody.A",
        "Steps.Train",
        "nonsense",
        "Steps.Ask.OutputParameters['nobody']",
    ] {
        let error = resolve(&get(reference)).unwrap_err().to_string();
        assert!(error.contains(reference), "{reference}: {error}");
    }
    assert!(matches!(resolve(&json!({"Std:Upper": "x"})), Err(ResolveError::Malformed { .. })));
    assert!(matches!(resolve(&json!({"Get": 1})), Err(ResolveError::Unreadable { .. })));
}

#[test]
fn files_are_asked_for_once_each_and_no_more_when_they_are_there() {
    let (plan, mut facts) = scene();
    let other = json!({"Std:JsonGet": {"S3Uri": "s3://b/other.json", "Path": "a"}});
    let value = json!([report("a"), report("b"), other]);

    assert_eq!(
        plan.unread_files(&value, &facts).unwrap().into_iter().collect::<Vec<_>>(),
        ["s3://b/other.json"]
    );
    facts.files.clear();
    assert_eq!(
        plan.unread_files(&value, &facts).unwrap().into_iter().collect::<Vec<_>>(),
        ["s3://b/other.json", REPORT]
    );
    assert!(matches!(plan.resolve(&value, &facts), Err(ResolveError::Unread { .. })));
    facts.files.insert(REPORT.to_owned(), Err("AccessDenied".to_owned()));
    assert_eq!(
        plan.resolve(&report("a"), &facts).unwrap_err().to_string(),
        format!("the file {REPORT} cannot be read: AccessDenied")
    );
}

#[test]
fn the_place_of_a_file_may_stand_in_another_file() {
    let (plan, mut facts) = scene();
    facts.files.clear();
    let place = json!({"Std:JsonGet": {"S3Uri": "s3://b/first.json", "Path": "next"}});
    let value = json!({"Std:JsonGet": {"S3Uri": place, "Path": "answer"}});
    let ask =
        |facts: &Facts| plan.unread_files(&value, facts).unwrap().into_iter().collect::<Vec<_>>();

    assert_eq!(ask(&facts), ["s3://b/first.json"]);
    facts.files.insert("s3://b/first.json".to_owned(), Ok(json!({"next": "s3://b/second.json"})));
    assert_eq!(ask(&facts), ["s3://b/second.json"]);
    facts.files.insert("s3://b/second.json".to_owned(), Ok(json!({"answer": 42})));
    assert!(ask(&facts).is_empty());
    assert_eq!(plan.resolve(&value, &facts), Ok(json!(42)));
}
