//! Lists: filters, orders, pages.

use serde_json::{Value, json};

use crate::world::World;

async fn names(world: &World, request: Value) -> (Vec<String>, Option<String>) {
    let page = world.ok("ListModels", request).await;
    let models = page["Models"].as_array().unwrap().iter();
    let names = models.map(|model| model["ModelName"].as_str().unwrap().to_owned()).collect();
    (names, page["NextToken"].as_str().map(str::to_owned))
}

async fn models() -> World {
    let world = World::new();
    for name in ["b-1", "a-2", "c-3"] {
        world.model(name, "image").await;
        world.machine.clock.advance(1000);
    }
    world
}

#[tokio::test]
async fn the_newest_comes_first_unless_the_request_says() {
    let world = models().await;

    for (request, expected) in [
        (json!({}), ["c-3", "a-2", "b-1"]),
        (json!({"SortOrder": "Ascending"}), ["b-1", "a-2", "c-3"]),
        (json!({"SortBy": "Name", "SortOrder": "Ascending"}), ["a-2", "b-1", "c-3"]),
        (json!({"SortBy": "Name"}), ["c-3", "b-1", "a-2"]),
    ] {
        assert_eq!(names(&world, request.clone()).await.0, expected, "{request}");
    }
}

#[tokio::test]
async fn filters_hold_back_what_does_not_fit() {
    let world = models().await;
    let found = world.ok("DescribeModel", json!({"ModelName": "a-2"})).await;
    let time = &found["CreationTime"];

    for (request, expected) in [
        (json!({"NameContains": "-2"}), vec!["a-2"]),
        (json!({"CreationTimeAfter": time}), vec!["c-3"]),
        (json!({"CreationTimeBefore": time}), vec!["b-1"]),
        (json!({"NameContains": "x"}), vec![]),
    ] {
        assert_eq!(names(&world, request.clone()).await.0, expected, "{request}");
    }
}

#[tokio::test]
async fn pages_follow_one_another_to_the_end() {
    let world = models().await;

    let (first, next) = names(&world, json!({"MaxResults": 2})).await;
    let (second, end) = names(&world, json!({"MaxResults": 2, "NextToken": next})).await;

    assert_eq!((first, second), (vec!["c-3".to_owned(), "a-2".to_owned()], vec!["b-1".to_owned()]));
    assert_eq!(end, None);
    let refused = world.refused("ListModels", json!({"NextToken": "made-up"})).await;
    assert!(refused.starts_with("ValidationException: The NextToken is not valid"), "{refused}");
    let refused = world.refused("ListModels", json!({"MaxResults": 101})).await;
    assert!(refused.contains("less than or equal to 100"), "{refused}");
}

#[tokio::test]
async fn every_list_answers_in_its_shape() {
    let world = models().await;
    world.ok("CreateProcessingJob", World::processing("p")).await;
    world.ok("CreateTrainingJob", World::training("t")).await;

    for (operation, list, expected) in [
        ("ListProcessingJobs", "ProcessingJobSummaries", 1),
        ("ListTrainingJobs", "TrainingJobSummaries", 1),
        ("ListTransformJobs", "TransformJobSummaries", 0),
        ("ListExperiments", "ExperimentSummaries", 0),
        ("ListTrials", "TrialSummaries", 0),
        ("ListTrialComponents", "TrialComponentSummaries", 2),
        ("ListModelPackageGroups", "ModelPackageGroupSummaryList", 0),
        ("ListModelPackages", "ModelPackageSummaryList", 0),
        ("ListEndpointConfigs", "EndpointConfigs", 0),
        ("ListEndpoints", "Endpoints", 0),
    ] {
        let page = world.ok(operation, json!({})).await;
        assert_eq!(page[list].as_array().unwrap().len(), expected, "{operation}");
    }
    let failed = world.ok("ListTrainingJobs", json!({"StatusEquals": "Failed"})).await;
    assert_eq!(failed["TrainingJobSummaries"], json!([]));
    let page = world.ok("ListTrialComponents", json!({})).await;
    let source = &page["TrialComponentSummaries"][0]["TrialComponentSource"]["SourceType"];
    assert_eq!(source, "SageMakerTrainingJob");
}
