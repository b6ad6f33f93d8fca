//! SNS and the mails, and STS.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::world::{World, arn, fake_programs};

fn publish<'a>(topic: &'a str, subject: &'a str, message: &'a str) -> [(&'a str, &'a str); 4] {
    [("Action", "Publish"), ("TopicArn", topic), ("Subject", subject), ("Message", message)]
}

#[tokio::test]
async fn who_subscribed_gets_a_mail_that_is_a_file_too() {
    let world = World::new().await;

    let (status, _) =
        world.sns(&publish(&arn("sns", "approvals"), "retail-acme v7 waits", "Better by 3 %"));

    assert_eq!(status, 200);
    let mails = world.delivery.mailbox().unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to.as_deref(), Some("ann@example.org"));
    let file = world.machine.home.mail().join("0001-retail-acme-v7-waits.eml");
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("From: \"Almanac\""), "{text}");
    assert!(text.contains("\nTo: ann@example.org\n"), "{text}");
}

#[tokio::test]
async fn a_mail_that_nobody_would_get_is_kept_with_a_note() {
    let world = World::new().await;

    world.sns(&publish(&arn("sns", "alarms"), "down", "it is down"));

    let mails = world.delivery.mailbox().unwrap();
    assert_eq!(mails[0].to, None);
    assert!(mails[0].text().contains("nobody is subscribed"));
}

#[tokio::test]
async fn subjects_are_one_line_of_less_than_100_characters() {
    let world = World::new().await;
    let topic = arn("sns", "approvals");
    for (subject, status) in [
        ("é".repeat(99), 200),
        ("x".repeat(100), 400),
        ("a\nb".to_owned(), 400),
        (String::new(), 400),
    ] {
        assert_eq!(world.sns(&publish(&topic, &subject, "m")).0, status, "{subject}");
    }
    let (status, text) = world.sns(&publish(&topic, "s", &"x".repeat(262_145)));
    assert_eq!(status, 400);
    assert!(text.contains("Invalid parameter: Message too long"), "{text}");
    let (status, text) = world.sns(&publish(&arn("sns", "gone"), "s", "m"));
    assert_eq!(status, 404);
    assert!(text.contains("<Code>NotFound</Code>"), "{text}");
}

#[tokio::test]
async fn a_queue_that_subscribed_gets_the_notification() {
    let world = World::new().await;
    let topic = arn("sns", "alarms");
    let queue = arn("sqs", "work");

    let (status, text) = world.sns(&[
        ("Action", "Subscribe"),
        ("TopicArn", &topic),
        ("Protocol", "sqs"),
        ("Endpoint", &queue),
    ]);
    world.sns(&publish(&topic, "s", "m"));
    let (_, listed) = world.sns(&[("Action", "ListSubscriptionsByTopic"), ("TopicArn", &topic)]);

    assert_eq!(status, 200);
    assert!(text.contains(&format!("<SubscriptionArn>{topic}:")), "{text}");
    assert!(listed.contains("<Protocol>sqs</Protocol>"), "{listed}");
    let body = world.message("work").await["Body"].take();
    let notification: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    assert_eq!(notification["Message"], "m");
    assert_eq!(notification["TopicArn"], json!(topic));
    assert!(world.delivery.mailbox().unwrap().is_empty());
}

#[tokio::test]
async fn protocols_filters_and_operations_that_are_not_there_are_refused() {
    let world = World::new().await;
    let topic = arn("sns", "alarms");
    let subscribe = [("Action", "Subscribe"), ("TopicArn", topic.as_str())];
    let with = |more: &[(&'static str, &'static str)]| {
        let all: Vec<(&str, &str)> = subscribe.iter().chain(more).copied().collect();
        world.sns(&all)
    };

    assert_eq!(with(&[("Protocol", "sms"), ("Endpoint", "+49")]).0, 400);
    let filter = [
        ("Protocol", "email"),
        ("Endpoint", "a@b.c"),
        ("Attributes.entry.1.key", "FilterPolicy"),
        ("Attributes.entry.1.value", "{}"),
    ];
    assert_eq!(with(&filter).0, 400);
    let (status, text) = world.sns(&[("Action", "AddPermission")]);
    assert_eq!(status, 400);
    assert!(text.contains("<Code>InvalidAction</Code>"), "{text}");
}

#[test]
fn a_mail_whose_file_was_lost_is_written_when_the_engine_starts_again() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let file = folder.path().join("home/mail/0001-s.eml");

    runtime().block_on(async {
        let world = World::again(Arc::clone(&folder), fake_programs()).await;
        world.sns(&publish(&arn("sns", "approvals"), "s", "m"));
    });
    fs::remove_file(&file).unwrap();
    runtime().block_on(async {
        let world = World::again(Arc::clone(&folder), fake_programs()).await;
        // The template's subscription is there once, however often it is declared.
        assert_eq!(world.delivery.mailbox().unwrap().len(), 1);
        world.sns(&publish(&arn("sns", "approvals"), "s", "m"));
        assert_eq!(world.delivery.mailbox().unwrap().len(), 2);
    });

    assert!(file.exists());
}

#[tokio::test]
async fn the_caller_is_told_who_it_is_and_given_no_role_that_is_not_there() {
    let world = World::new().await;
    let who = World::form(&[("Action", "GetCallerIdentity")]);
    let assume = World::form(&[
        ("Action", "AssumeRole"),
        ("RoleArn", "arn:aws:iam::000000000000:role/nobody"),
        ("RoleSessionName", "me"),
    ]);
    let role = world.machine.credentials.assumed("arn:aws:iam::000000000000:role/echo", "one");

    let root = world.delivery.sts(&world.root, &who);
    let assumed = world.delivery.sts(&role, &who);
    let refused = world.delivery.sts(&world.root, &assume);

    let text =
        |answer: &http::Response<bytes::Bytes>| String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(text(&root).contains("<Arn>arn:aws:iam::000000000000:root</Arn>"));
    assert!(text(&assumed).contains("<Arn>arn:aws:sts::000000000000:assumed-role/echo/one</Arn>"));
    assert_eq!(refused.status(), 403);
    assert!(text(&refused).contains("<Code>AccessDenied</Code>"));
}

#[tokio::test]
async fn a_fifo_topic_is_refused_with_the_reason() {
    let world = World::new().await;

    let (status, text) = world.sns(&[("Action", "CreateTopic"), ("Name", "orders.fifo")]);

    assert_eq!(status, 400);
    assert!(text.contains("the local engine has no FIFO topics"), "{text}");
}
