//! Pipelines as such.

use serde_json::{Value, json};

use crate::double::Reply;
use crate::world::{ROLE, World, after, definition, token};

fn request(name: &str, number: u8) -> Value {
    json!({
        "PipelineName": name,
        "PipelineDefinition": definition(json!([]), json!([after("A", &[])])).to_string(),
        "RoleArn": ROLE,
        "ClientRequestToken": token(&number.to_string()),
    })
}

#[tokio::test]
async fn a_pipeline_is_described_as_it_was_made() {
    let world = World::new();
    let mut asked = request("Demand-Acme", 1);
    asked["PipelineDescription"] = json!("weekly");
    asked["ParallelismConfiguration"] = json!({"MaxParallelExecutionSteps": 3});

    let made = world.ask("CreatePipeline", asked.clone()).await.unwrap();
    let arn = "arn:aws:sagemaker:eu-west-1:000000000000:pipeline/demand-acme";
    assert_eq!(made, json!({"PipelineArn": arn}));

    for name in ["Demand-Acme", "demand-acme", arn] {
        let described = world.ask("DescribePipeline", json!({"PipelineName": name})).await.unwrap();
        assert_eq!(described["PipelineName"], "Demand-Acme");
        assert_eq!(described["PipelineDefinition"], asked["PipelineDefinition"]);
        assert_eq!(described["PipelineDescription"], "weekly");
        assert_eq!(described["PipelineStatus"], "Active");
        assert_eq!(described["ParallelismConfiguration"], asked["ParallelismConfiguration"]);
        assert!(described["CreationTime"].as_f64().unwrap() > 1.7e9);
        assert!(described.get("LastRunTime").is_none());
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_in_the_words_that_the_sdk_looks_for() {
    let world = World::new();
    world.ask("CreatePipeline", request("demand", 1)).await.unwrap();

    let refused = world.ask("CreatePipeline", request("DEMAND", 2)).await.unwrap_err();

    assert_eq!(refused.code, "ValidationException");
    assert!(refused.message.contains("already exists"), "{refused}");
    world.ask("CreatePipeline", request("demand", 1)).await.expect("the same request once more");
}

#[tokio::test]
async fn a_definition_that_cannot_be_parsed_is_refused_when_it_is_made_and_when_it_is_updated() {
    let world = World::new();
    world.ask("CreatePipeline", request("demand", 1)).await.unwrap();
    let broken = definition(json!([]), json!([after("A", &["Missing"])])).to_string();
    let mut other = request("other", 2);
    other["PipelineDefinition"] = json!(broken);

    let made = world.ask("CreatePipeline", other).await.unwrap_err();
    let update = json!({"PipelineName": "demand", "PipelineDefinition": "{"});
    let updated = world.ask("UpdatePipeline", update).await.unwrap_err();

    for refused in [made, updated] {
        assert_eq!(refused.code, "ValidationException");
        assert!(refused.message.starts_with("Unable to parse pipeline definition."), "{refused}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let world = World::new();
    let arn = "arn:aws:sagemaker:eu-west-1:000000000000:pipeline/none";
    let execution = format!("{arn}/execution/abcdefghijkl");
    let named = json!({"PipelineName": "None", "ClientRequestToken": token("1")});
    let of = json!({"PipelineExecutionArn": execution, "ClientRequestToken": token("1")});
    let cases = [
        ("DescribePipeline", &named),
        ("UpdatePipeline", &named),
        ("DeletePipeline", &named),
        ("StartPipelineExecution", &named),
        ("ListPipelineExecutions", &named),
        ("DescribePipelineExecution", &of),
        ("UpdatePipelineExecution", &of),
        ("StopPipelineExecution", &of),
        ("RetryPipelineExecution", &of),
        ("ListPipelineExecutionSteps", &of),
        ("ListPipelineParametersForExecution", &of),
        ("DescribePipelineDefinitionForExecution", &of),
    ];

    for (operation, request) in cases {
        let refused = world.ask(operation, request.clone()).await.unwrap_err();
        assert_eq!(refused.code, "ResourceNotFound", "{operation}: {refused}");
        assert!(refused.message.contains("does not exist"), "{operation}: {refused}");
        assert!(refused.message.contains(arn), "{operation}: {refused}");
    }
}

#[tokio::test]
async fn a_definition_may_stand_in_s3() {
    let world = World::new();
    let mut asked = request("demand", 1);
    let text = asked["PipelineDefinition"].as_str().unwrap().to_owned();
    asked.as_object_mut().unwrap().remove("PipelineDefinition");
    asked["PipelineDefinitionS3Location"] = json!({"Bucket": "code", "ObjectKey": "p.json"});

    let refused = world.ask("CreatePipeline", asked.clone()).await.unwrap_err();
    assert!(refused.message.contains("s3://code/p.json does not exist"), "{refused}");
    let mut nowhere = asked.clone();
    nowhere["PipelineDefinitionS3Location"]["Bucket"] = json!("nowhere");
    let refused = world.ask("CreatePipeline", nowhere).await.unwrap_err();
    assert_eq!(refused.code, "ValidationException");
    assert_eq!(
        refused.message,
        "The object s3://nowhere/p.json cannot be read: The specified bucket does not exist"
    );

    world.double.put("s3://code/p.json", text.clone());
    world.ask("CreatePipeline", asked).await.unwrap();
    let described = world.ask("DescribePipeline", json!({"PipelineName": "demand"})).await.unwrap();
    assert_eq!(described["PipelineDefinition"], text);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let world = World::new();
    let mut asked = request("demand", 1);
    asked["PipelineDescription"] = json!("old");
    world.ask("CreatePipeline", asked.clone()).await.unwrap();

    let update = json!({"PipelineName": "demand", "PipelineDescription": "new"});
    let updated = world.ask("UpdatePipeline", update).await.unwrap();

    assert_eq!(updated["PipelineVersionId"], 2);
    let described = world.ask("DescribePipeline", json!({"PipelineName": "demand"})).await.unwrap();
    assert_eq!(described["PipelineDescription"], "new");
    assert_eq!(described["PipelineDefinition"], asked["PipelineDefinition"]);
    assert_eq!(described["RoleArn"], ROLE);
}

#[tokio::test]
async fn a_pipeline_with_running_executions_is_not_deleted_and_then_goes_with_all_of_them() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    world.double.hold("A");
    let arn = world.start("demand", json!({})).await;
    let delete = json!({"PipelineName": "demand", "ClientRequestToken": token("1")});

    let refused = world.ask("DeletePipeline", delete.clone()).await.unwrap_err();
    assert_eq!(refused.code, "ConflictException");

    world.double.release("A");
    world.finished(&arn).await;
    world.ask("DeletePipeline", delete).await.unwrap();
    let request = json!({"PipelineExecutionArn": arn});
    let gone = world.ask("DescribePipelineExecution", request).await.unwrap_err();
    assert_eq!(gone.code, "ResourceNotFound");
}

#[tokio::test]
async fn pipelines_are_listed_in_pages() {
    let world = World::new();
    for (number, name) in ["b", "c", "a", "x-1"].iter().enumerate() {
        let number = u8::try_from(number).unwrap();
        world.ask("CreatePipeline", request(name, number)).await.unwrap();
        world.clock.advance(1000);
    }
    let mut names: Vec<String> = Vec::new();
    let mut next = json!({"MaxResults": 3, "SortBy": "Name", "SortOrder": "Ascending"});

    loop {
        let page = world.ask("ListPipelines", next.clone()).await.unwrap();
        let items = page["PipelineSummaries"].as_array().unwrap();
        assert!(items.len() <= 3);
        names.extend(items.iter().map(|it| it["PipelineName"].as_str().unwrap().to_owned()));
        let Some(token) = page.get("NextToken") else { break };
        next["NextToken"] = token.clone();
    }

    assert_eq!(names, ["a", "b", "c", "x-1"]);
    let newest = world.ask("ListPipelines", json!({"MaxResults": 1})).await.unwrap();
    assert_eq!(newest["PipelineSummaries"][0]["PipelineName"], "x-1");
    let some = world.ask("ListPipelines", json!({"PipelineNamePrefix": "x"})).await.unwrap();
    assert_eq!(some["PipelineSummaries"].as_array().unwrap().len(), 1);
    let now = world.machine().clock.now().seconds();
    let none = world.ask("ListPipelines", json!({"CreatedAfter": now})).await.unwrap();
    assert_eq!(none["PipelineSummaries"], json!([]));
}

#[tokio::test]
async fn tags_come_and_go_with_the_pipeline() {
    let world = World::new();
    let mut asked = request("demand", 1);
    asked["Tags"] = json!([{"Key": "team", "Value": "ml"}]);
    let denied = machine::Refusal::invalid("no tags");
    world.double.reply("put_tags", [Reply::Refuse(denied)]);

    world.ask("CreatePipeline", asked.clone()).await.unwrap_err();
    world.ask("DescribePipeline", json!({"PipelineName": "demand"})).await.unwrap_err();
    let made = world.ask("CreatePipeline", asked.clone()).await.unwrap();

    let arn = made["PipelineArn"].as_str().unwrap();
    let tags = || world.machine().store.read::<Value>("tags", arn).unwrap();
    assert_eq!(tags(), Some(asked["Tags"].clone()));
    let delete = json!({"PipelineName": "demand", "ClientRequestToken": token("1")});
    world.ask("DeletePipeline", delete).await.unwrap();
    assert_eq!(tags(), None);
}

#[tokio::test]
async fn search_is_lent_pipelines_and_executions() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let arn = world.start("demand", json!({})).await;
    world.finished(&arn).await;

    let pipelines = world.pipelines().records("Pipeline").unwrap();
    let executions = world.pipelines().records("PipelineExecution").unwrap();

    assert_eq!(pipelines.len(), 1);
    assert_eq!(pipelines[0]["PipelineName"], "demand");
    assert!(pipelines[0].get("PipelineDefinition").is_none());
    assert_eq!(executions[0]["PipelineExecutionStatus"], "Succeeded");
    assert!(world.pipelines().has(&arn).unwrap());
    assert!(world.pipelines().has(pipelines[0]["PipelineArn"].as_str().unwrap()).unwrap());
    assert!(!world.pipelines().has(&format!("{arn}x")).unwrap());
}

#[tokio::test]
async fn what_the_engine_does_not_have_is_refused_and_not_ignored() {
    let world = World::new();
    world.create("demand", json!([after("A", &[])])).await;
    let start = |member: &str, value: Value| json!({"PipelineName": "demand", "ClientRequestToken": token("1"), member: value});

    for (member, value) in [
        ("PipelineVersionAlias", json!("live")),
        ("MlflowExperimentName", json!("x")),
        ("PipelineVersionId", json!(7)),
    ] {
        let asked = start(member, value);
        let refused = world.ask("StartPipelineExecution", asked).await.unwrap_err();
        assert!(refused.message.contains("the local engine"), "{member}: {refused}");
    }
}
