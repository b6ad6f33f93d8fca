//! Pipelines and their definitions.

use cloud::pipelines::RunPipelines;
use serde_json::json;

use crate::exchange::Wire;

const ARN: &str = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/retail-a";

#[tokio::test]
async fn the_pipeline_that_ran_last_comes_first() {
    let wire = Wire::ok(json!({
        "PipelineSummaries": [
            {"PipelineArn": format!("{ARN}-never"), "PipelineName": "retail-a-never",
             "CreationTime": 1_790_000_300},
            {"PipelineArn": ARN, "PipelineName": "retail-a",
             "CreationTime": 1_790_000_000, "LastExecutionTime": 1_790_000_100},
            {"PipelineArn": format!("{ARN}-forecast"), "PipelineName": "retail-a-forecast",
             "CreationTime": 1_790_000_000, "LastExecutionTime": 1_790_000_200},
        ],
    }));

    let names = wire.aws().pipelines().await.unwrap();

    wire.keep("list-pipelines");
    assert_eq!(names, ["retail-a-forecast", "retail-a", "retail-a-never"]);
}

#[tokio::test]
async fn a_definition_comes_as_it_is_kept() {
    let definition = r#"{"Version": "2020-12-01", "Steps": []}"#;
    let wire = Wire::ok(json!({
        "PipelineArn": ARN, "PipelineName": "retail-a", "PipelineDefinition": definition,
        "PipelineStatus": "Active", "CreationTime": 1_790_000_000,
    }));

    let found = wire.aws().definition("retail-a").await.unwrap();

    wire.keep("describe-pipeline");
    assert_eq!(found, definition);
}
