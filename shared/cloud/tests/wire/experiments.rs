//! Trial components and their metrics.

use std::collections::BTreeMap;

use cloud::experiments::{
    ComponentsOf, DescribeComponent, ListComponents, MetricPoint, ParameterValue, PointError,
    PointRefusal, PutMetrics, WriteComponent,
};
use serde_json::json;

use crate::exchange::Wire;

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
