//! Points of metrics: written one by one, summed up, queried.

use serde_json::{Value, json};

use crate::world::World;

fn point(name: &str, time: u64, value: f64) -> Value {
    json!({"MetricName": name, "Timestamp": time, "Value": value, "Step": time})
}

async fn put(world: &World, points: Value) -> Value {
    let request = json!({"TrialComponentName": "c", "MetricData": points});
    world.metrics("BatchPutMetrics", request).await.unwrap()
}

async fn component() -> World {
    let world = World::new();
    world.ok("CreateTrialComponent", json!({"TrialComponentName": "C"})).await;
    world
}

#[tokio::test]
async fn points_are_summed_up_where_the_component_is_described() {
    let world = component().await;
    let points = json!([point("wape", 60, 4.0), point("wape", 120, 2.0), point("rmse", 60, 1.0)]);

    assert_eq!(put(&world, points).await, json!({}));
    let found = world.ok("DescribeTrialComponent", json!({"TrialComponentName": "C"})).await;

    assert_eq!(
        found["Metrics"][1],
        json!({
            "MetricName": "wape", "SourceArn": world.arn("experiment-trial-component/c"),
            "TimeStamp": 120.0, "Max": 4.0, "Min": 2.0, "Last": 2.0, "Count": 2, "Avg": 3.0,
            "StdDev": 1.0,
        })
    );
    assert_eq!(found["Metrics"][0]["MetricName"], "rmse");
}

#[tokio::test]
async fn a_point_of_the_same_name_time_and_step_is_a_conflict_in_a_good_answer() {
    let world = component().await;
    put(&world, json!([point("wape", 60, 4.0)])).await;

    let answer = put(&world, json!([point("rmse", 60, 1.0), point("wape", 60, 5.0)])).await;

    assert_eq!(answer, json!({"Errors": [{"Code": "CONFLICT_ERROR", "MetricIndex": 1}]}));
}

#[tokio::test]
async fn each_point_of_a_component_that_is_not_there_is_an_error_in_a_good_answer() {
    let world = World::new();

    let answer = put(&world, json!([point("wape", 60, 4.0)])).await;

    assert_eq!(answer, json!({"Errors": [{"Code": "VALIDATION_ERROR", "MetricIndex": 0}]}));
}

#[tokio::test]
async fn names_have_no_capitals_and_calls_at_most_ten_points() {
    let world = component().await;
    let points = json!([point("wape", 60, 4.0)]);
    let capital = json!({"TrialComponentName": "C", "MetricData": points});
    let many: Vec<Value> = (0..11).map(|time| point("wape", time, 1.0)).collect();
    let many = json!({"TrialComponentName": "c", "MetricData": many});

    let refused = world.metrics("BatchPutMetrics", capital).await.unwrap_err();
    assert!(refused.message.contains("'trialComponentName' failed"), "{refused}");
    let refused = world.metrics("BatchPutMetrics", many).await.unwrap_err();
    assert!(refused.message.contains("less than or equal to 10"), "{refused}");
}

#[tokio::test]
async fn points_are_queried_by_step_and_by_period() {
    let world = component().await;
    put(&world, json!([point("wape", 61, 4.0), point("wape", 62, 2.0), point("wape", 130, 1.0)]))
        .await;
    let query = |axis: &str, period: &str, statistic: &str| {
        json!({
            "MetricName": "wape", "ResourceArn": world.arn("experiment-trial-component/c"),
            "MetricStat": statistic, "Period": period, "XAxisType": axis,
        })
    };
    let queries = json!({"MetricQueries": [
        query("IterationNumber", "IterationNumber", "Last"),
        query("Timestamp", "OneMinute", "Avg"),
        {"MetricName": "a", "ResourceArn": world.arn("experiment-trial-component/d"),
         "MetricStat": "Avg", "Period": "OneHour", "XAxisType": "Timestamp"},
    ]});

    let answer = world.metrics("BatchGetMetrics", queries).await.unwrap();

    let results = &answer["MetricQueryResults"];
    assert_eq!(results[0]["XAxisValues"], json!([61, 62, 130]));
    assert_eq!(results[0]["MetricValues"], json!([4.0, 2.0, 1.0]));
    assert_eq!(results[1]["XAxisValues"], json!([60, 120]));
    assert_eq!(results[1]["MetricValues"], json!([3.0, 1.0]));
    assert_eq!(results[2]["Status"], "ValidationError");
}

#[tokio::test]
async fn a_component_that_is_made_again_has_no_points_of_the_old() {
    let world = component().await;
    put(&world, json!([point("wape", 60, 4.0)])).await;
    world.ok("DeleteTrialComponent", json!({"TrialComponentName": "C"})).await;
    world.ok("CreateTrialComponent", json!({"TrialComponentName": "c"})).await;

    let found = world.ok("DescribeTrialComponent", json!({"TrialComponentName": "c"})).await;

    assert_eq!(found.get("Metrics"), None);
}
