use serde_json::{Value, json};

use super::call::{LambdaDraft, StepOutput};
use super::condition::{Rule, Test};
use super::definition::Definition;
use super::draft::{CacheWindow, Draft, JobDraft, JobFault, Pace, Until};
use super::error::BuildError;
use super::literal::{FunctionArn, ImageUri, QueueUrl, RoleArn};
use super::parameter::Declaration;
use super::processing::{Container, ProcessingOutput};
use super::scope::{Pipeline, StepScope};
use super::value::{Execution, Expression, Float, Integer, Text};
use super::{define, register};

fn function() -> FunctionArn {
    FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:function:judge").unwrap()
}

fn image() -> ImageUri {
    ImageUri::new("111122223333.dkr.ecr.eu-west-1.amazonaws.com/jobs:1").unwrap()
}

fn role() -> RoleArn {
    RoleArn::new("arn:aws:iam::111122223333:role/job").unwrap()
}

fn at(definition: &Definition, pointer: &str) -> Value {
    definition
        .as_value()
        .pointer(pointer)
        .cloned()
        .unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn refused(write: impl for<'p> FnOnce(&mut Pipeline<'p>)) -> BuildError {
    define(write).unwrap_err()
}

#[test]
fn a_number_in_a_place_for_text_is_joined_into_one() {
    let definition = define(|pipeline| {
        let rows = pipeline.parameter(Declaration::integer("MinRows").default(10));
        let container = Container { image: &image(), role: &role() };
        pipeline.processing("Check", container, |step| step.argument(&rows));
    });

    let argument =
        at(&definition.unwrap(), "/Steps/0/Arguments/AppSpecification/ContainerArguments/0");
    assert_eq!(
        argument,
        json!({"Std:Join": {"On": "", "Values": [{"Get": "Parameters.MinRows"}]}})
    );
}

#[test]
fn a_number_stays_a_number_where_numbers_are_taken() {
    let definition = define(|pipeline| {
        let limit = pipeline.parameter(Declaration::float("Limit"));
        pipeline.lambda("Judge", &function(), |step| step.argument("limit", &limit));
    });

    let argument = at(&definition.unwrap(), "/Steps/0/Arguments/limit");
    assert_eq!(argument, json!({"Get": "Parameters.Limit"}));
}

#[test]
fn a_joined_number_is_not_joined_twice() {
    let definition = define(|pipeline| {
        let limit = pipeline.parameter(Declaration::float("Limit"));
        let text = Expression::join("", ["rmse<=".into(), (&limit).into()]);
        pipeline.lambda("Judge", &function(), |step| step.argument("thresholds", text));
    });

    let values = at(&definition.unwrap(), "/Steps/0/Arguments/thresholds/Std:Join/Values");
    assert_eq!(values, json!(["rmse<=", {"Get": "Parameters.Limit"}]));
}

#[test]
fn outputs_are_referred_to_by_their_handles() {
    struct Outputs<'s> {
        files: ProcessingOutput<'s>,
        rmse: Expression<'s, Float>,
    }

    let definition = define(|pipeline| {
        let container = Container { image: &image(), role: &role() };
        let evaluate = pipeline.processing("Evaluate", container, |step| {
            let files =
                step.output("evaluation", "/opt/ml/processing/output/evaluation", "s3://b/e");
            let report = step.property_file("Report", &files, "evaluation.json");
            Outputs { files, rmse: report.read("metrics.rmse.value") }
        });
        pipeline.lambda("Judge", &function(), |step| {
            step.argument("uri", evaluate.outputs.files.uri());
            step.argument("rmse", &evaluate.outputs.rmse);
            step.argument("job", evaluate.job_arn());
        });
    });

    assert_eq!(
        at(&definition.unwrap(), "/Steps/1/Arguments"),
        json!({
            "uri": {"Get":
                "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri"},
            "rmse": {"Std:JsonGet": {
                "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"},
                "Path": "metrics.rmse.value"}},
            "job": {"Get": "Steps.Evaluate.ProcessingJobArn"},
        })
    );
}

#[test]
fn a_branch_may_use_what_stands_before_it() {
    let definition = define(|pipeline| {
        let judged = pipeline.lambda("Judge", &function(), |step| step.output::<Text>("promote"));
        let rule = Rule::all([Test::equals(&judged.outputs, "true")]);
        pipeline.condition(
            "Gate",
            rule,
            |then| {
                let first =
                    then.lambda("First", &function(), |step| step.output::<Integer>("count"));
                then.lambda("Second", &function(), |step: &mut LambdaDraft<'_>| {
                    step.argument("promote", &judged.outputs);
                    step.argument("count", &first.outputs);
                    step.after(&judged);
                });
            },
            |otherwise| otherwise.fail("Refused", &judged.outputs),
        );
    });

    let definition = definition.unwrap();
    let second = at(&definition, "/Steps/1/Arguments/IfSteps/1");
    assert_eq!(
        second["Arguments"]["count"],
        json!({"Get": "Steps.First.OutputParameters['count']"})
    );
    assert_eq!(second["DependsOn"], json!(["Judge"]));
}

#[test]
fn keys_stand_in_the_order_of_writing() {
    let definition = define(|pipeline| {
        let queue = QueueUrl::new("https://sqs.eu-west-1.amazonaws.com/111122223333/q").unwrap();
        pipeline.callback("Wait", &queue, |step| {
            step.describe("waits");
            step.argument("job", Execution::PipelineExecutionId);
            step.output::<Text>("done")
        });
    });

    assert_eq!(
        definition.unwrap().to_json(),
        concat!(
            r#"{"Version":"2020-12-01","Metadata":{},"Parameters":[],"Steps":[{"Name":"Wait","#,
            r#""Type":"Callback","Description":"waits","#,
            r#""SqsQueueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q","#,
            r#""Arguments":{"job":{"Get":"Execution.PipelineExecutionId"}},"#,
            r#""OutputParameters":[{"OutputName":"done","OutputType":"String"}]}]}"#
        )
    );
}

#[test]
fn an_experiment_is_named_only_by_a_pipeline_that_keeps_one() {
    let definition = define(|pipeline| {
        let kept = pipeline.experiment(Execution::PipelineName, Execution::PipelineExecutionId);
        pipeline.lambda("Judge", &function(), |step| step.argument("trial", &kept.trial));
    });

    let definition = definition.unwrap();
    assert_eq!(
        at(&definition, "/PipelineExperimentConfig/ExperimentName"),
        json!({"Get": "Execution.PipelineName"})
    );
    assert_eq!(
        at(&definition, "/Steps/0/Arguments/trial"),
        json!({"Get": "PipelineExperimentConfig.TrialName"})
    );
}

#[test]
fn a_step_name_may_not_come_back_in_a_branch() {
    let error = refused(|pipeline| {
        pipeline.lambda("Judge", &function(), |_| {});
        let rule = Rule::all([Test::equals("a", "a")]);
        pipeline.condition(
            "Gate",
            rule,
            |then| {
                then.lambda("Judge", &function(), |_| {});
            },
            |_| {},
        );
    });

    assert_eq!(error, BuildError::RepeatedStep("Judge".to_owned()));
}

#[test]
fn names_have_letters_digits_hyphens_and_underscores() {
    for name in ["", "with space", "dotted.name", &"x".repeat(65)] {
        let error = refused(|pipeline| {
            pipeline.lambda(name, &function(), |_| {});
        });

        assert_eq!(error, BuildError::InvalidName { what: "step", name: name.to_owned() });
    }
}

#[test]
fn a_parameter_is_declared_once() {
    let error = refused(|pipeline| {
        pipeline.parameter(Declaration::text("A"));
        pipeline.parameter(Declaration::float("A"));
    });

    assert_eq!(error, BuildError::RepeatedParameter("A".to_owned()));
}

#[test]
fn an_output_is_declared_once() {
    let error = refused(|pipeline| {
        pipeline.lambda("Judge", &function(), |step| {
            (step.output::<Text>("promote"), step.output::<Text>("promote"))
        });
    });

    let name = "promote".to_owned();
    assert_eq!(error, BuildError::Repeated { step: "Judge".to_owned(), name });
}

#[test]
fn a_property_file_lies_in_an_output_of_its_own_step() {
    let error = refused(|pipeline| {
        let container = Container { image: &image(), role: &role() };
        let first =
            pipeline.processing("First", container, |step| step.output("o", "/o", "s3://b"));
        pipeline.processing("Second", container, |step| {
            step.property_file("Report", &first.outputs, "report.json")
        });
    });

    assert!(matches!(error, BuildError::ForeignOutput { owner, .. } if owner == "First"));
}

#[test]
fn a_number_that_json_cannot_say_is_refused() {
    let error = refused(|pipeline| {
        pipeline.parameter(Declaration::float("Limit").default(f64::NAN));
    });

    assert_eq!(error, BuildError::NotFinite("/Parameters/0/DefaultValue".to_owned()));
}

#[test]
fn jobs_have_cache_and_retry_policies() {
    let definition = define(|pipeline| {
        let container = Container { image: &image(), role: &role() };
        pipeline.training("Train", container, |step| {
            step.cache(CacheWindow::days(30));
            let until = Until::Minutes(60);
            let pace = Pace { interval_seconds: 5, backoff_rate: 1.5, until };
            step.retry(&[JobFault::Capacity, JobFault::ResourceLimit], pace);
        });
    });

    let definition = definition.unwrap();
    assert_eq!(at(&definition, "/Steps/0/CacheConfig/ExpireAfter"), "P30D");
    assert_eq!(
        at(&definition, "/Steps/0/RetryPolicies"),
        json!([{
            "ExceptionType": ["SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"],
            "IntervalSeconds": 5, "BackoffRate": 1.5, "ExpireAfterMin": 60,
        }])
    );
}

#[test]
fn a_retry_policy_keeps_to_the_services_limits() {
    let error = refused(|pipeline| {
        let container = Container { image: &image(), role: &role() };
        pipeline.training("Train", container, |step| {
            let until = Until::Attempts(21);
            step.retry(
                &[JobFault::Capacity],
                Pace { interval_seconds: 5, backoff_rate: 1.5, until },
            );
        });
    });

    assert!(matches!(error, BuildError::OutOfRange { value: 21, most: 20, .. }), "{error}");
}

#[test]
fn metadata_keep_to_the_registrys_letters() {
    for text in ["", "a,b", "{}", &"x".repeat(257)] {
        let error = refused(|pipeline| {
            pipeline.register("Register", "retail-a", |step: &mut register::RegisterDraft<'_>| {
                step.metadata("note", text);
            });
        });

        assert!(matches!(error, BuildError::InvalidMetadata { .. }), "{text}: {error}");
    }
}

#[test]
fn a_call_has_at_most_fifty_outputs() {
    let error = refused(|pipeline| {
        pipeline.lambda("Judge", &function(), |step| {
            let outputs: Vec<StepOutput<'_, Text>> =
                (0..51).map(|index| step.output(&format!("o{index}"))).collect();
            outputs
        });
    });

    assert!(matches!(error, BuildError::OutOfRange { value: 51, .. }));
}

#[test]
fn literals_are_checked() {
    assert!(FunctionArn::new("almanac-record-metrics").is_err());
    assert!(FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:layer:x").is_err());
    assert!(FunctionArn::new("arn:aws-cn:lambda:cn-north-1:111122223333:function:x:live").is_ok());
    assert!(RoleArn::new("arn:aws:iam::111122223333:user/x").is_err());
    assert!(QueueUrl::new("arn:aws:sqs:eu-west-1:111122223333:q").is_err());
    assert!(ImageUri::new("xgboost:1.7-1").is_err());
}

#[test]
fn all_comparisons_can_be_written() {
    let definition = define(|pipeline| {
        let limit = pipeline.parameter(Declaration::float("Limit"));
        let rule = Rule::all([
            Test::at_most(0.5, &limit),
            Test::at_least(&limit, 1_i64),
            Test::not(Test::equals(true, false)),
            Test::any([Test::is_in("a", ["a".into(), "b".into()]), Test::equals("a", "b")]),
        ]);
        pipeline.condition("Gate", rule, |_| {}, |_| {});
    });

    let tests = at(&definition.unwrap(), "/Steps/0/Arguments/Conditions");
    let kinds: Vec<&str> =
        tests.as_array().unwrap().iter().map(|test| test["Type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["LessThanOrEqualTo", "GreaterThanOrEqualTo", "Not", "Or"]);
    assert_eq!(tests[3]["Conditions"][0]["Values"], json!(["a", "b"]));
}
