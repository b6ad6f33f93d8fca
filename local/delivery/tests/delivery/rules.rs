//! Events, and where rules send them.

use machine::Event;
use machine::faults::Probabilities;
use serde_json::{Value, json};

use crate::world::{World, arn, length};

#[tokio::test]
async fn an_event_written_with_a_change_reaches_the_function_of_its_rule() {
    let world = World::new().await;
    let event = Event {
        source: "test".to_owned(),
        detail_type: "to-function".to_owned(),
        resources: Vec::new(),
        detail: json!({}),
    };
    // The fake function does as the event says at the top, where `mark` is not; so it only echoes.
    let (identity, now) = (&world.machine.identity, world.machine.clock.now());

    world.machine.store.write(|batch| batch.emit(&event, identity, now)).unwrap();
    world.delivery.settled().await.unwrap();

    let log = world.machine.home.logs().join("lambda-echo.log");
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(log.matches(r#""status":"success""#).count(), 1, "{log}");
}

#[tokio::test]
async fn events_reach_queues_and_topics_whole() {
    let world = World::new().await;

    let put = world.put_event("to-queue", &json!({"n": 1}));
    world.put_event("to-topic", &json!({"n": 2}));
    world.delivery.settled().await.unwrap();

    assert_eq!(put["FailedEntryCount"], 0);
    let message = world.message("work").await;
    let event: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert_eq!(event["detail"], json!({"n": 1}));
    assert_eq!(event["id"], put["Entries"][0]["EventId"]);
    let mails = world.delivery.mailbox().unwrap();
    assert!(mails[0].message.contains(r#""detail":{"n":2}"#));
}

#[tokio::test]
async fn what_cannot_be_delivered_goes_to_the_dead_letter_queue_with_the_reason() {
    let world = World::new().await;
    for (kind, code) in [("to-nobody", "NO_RESOURCE"), ("not-permitted", "NO_PERMISSIONS")] {
        world.put_event(kind, &json!({}));

        let message = world.message("undelivered").await;

        let told = |name: &str| message["MessageAttributes"][name]["StringValue"].clone();
        assert_eq!(told("ERROR_CODE"), code);
        assert_eq!(told("RULE_ARN"), arn("events", &format!("rule/{kind}")));
        assert!(message["Body"].as_str().unwrap().contains(kind));
    }
}

#[tokio::test]
async fn a_rule_that_is_disabled_or_wants_other_events_sends_nothing() {
    let world = World::new().await;

    world.put_event("disabled", &json!({}));
    world.put_event("unheard-of", &json!({}));
    world.delivery.settled().await.unwrap();

    assert_eq!(length(&world.machine.home.logs().join("lambda-echo.log")), 0);
}

#[tokio::test]
async fn nobody_but_aws_puts_events_of_aws() {
    let world = World::new().await;
    let entry = |source: &str| json!({"Source": source, "DetailType": "x", "Detail": "{}"});

    let answer = world
        .events("PutEvents", &json!({"Entries": [entry("aws.sagemaker"), {"Source": "test"}]}));

    assert_eq!(answer["FailedEntryCount"], 2);
    assert_eq!(answer["Entries"][0]["ErrorCode"], "NotAuthorizedForSourceException");
    assert_eq!(answer["Entries"][1]["ErrorCode"], "InvalidArgument");
}

#[tokio::test]
async fn rules_and_targets_are_shown_and_unknown_operations_refused() {
    let world = World::new().await;

    let rules = world.events("ListRules", &json!({"NamePrefix": "to-"}));
    let targets = world.events("ListTargetsByRule", &json!({"Rule": "to-queue"}));
    let missing = world.events("DescribeRule", &json!({"Name": "nope"}));
    let unknown = world.events("PutRule", &json!({"Name": "x"}));

    assert_eq!(rules["Rules"].as_array().unwrap().len(), 4);
    assert_eq!(targets["Targets"][0]["Arn"], arn("sqs", "work"));
    assert_eq!(targets["Targets"][0]["DeadLetterConfig"]["Arn"], arn("sqs", "undelivered"));
    assert_eq!(missing["__type"], "ResourceNotFoundException");
    assert_eq!(unknown["__type"], "UnknownOperationException");
}

#[tokio::test]
async fn events_that_are_repeated_and_late_on_purpose_all_arrive() {
    let world = World::new().await;
    let (duplicate_events, late_events) = (0.5, 0.5);
    let wanted = Probabilities { duplicate_events, late_events, seed: 3, throttle: 0.0 };
    world.machine.faults.set(wanted).unwrap();

    (0..40).for_each(|number| drop(world.put_event("to-topic", &json!({"n": number}))));
    world.delivery.settled().await.unwrap();

    let happened = world.machine.faults.happened();
    assert!(happened.duplicated > 10 && happened.late > 10, "{happened:?}");
    let mails = world.delivery.mailbox().unwrap();
    assert_eq!(u64::try_from(mails.len()).unwrap(), 40 + happened.duplicated);
    for number in 0..40 {
        let detail = format!(r#""detail":{{"n":{number}}}"#);
        assert!(mails.iter().any(|mail| mail.message.contains(&detail)), "{number} is lost");
    }
}
