//! SQS by its protocols.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, World, arn, sorted};

async fn send(world: &World, body: &str) -> Value {
    world.sqs("SendMessage", json!({"queue": "work", "MessageBody": body})).await.unwrap()
}

async fn receive(world: &World, queue: &str) -> Value {
    let input = json!({"queue": queue, "MaxNumberOfMessages": 10, "AttributeNames": ["All"]});
    world.sqs("ReceiveMessage", input).await.unwrap()["Messages"].take()
}

#[tokio::test]
async fn a_message_is_hidden_while_somebody_works_on_it_and_gone_when_deleted() {
    let world = World::new().await;
    let sent = send(&world, "hello").await;

    let first = receive(&world, "work").await;
    let hidden = receive(&world, "work").await;
    world.advance(31);
    let second = receive(&world, "work").await;
    let receipt = second[0]["ReceiptHandle"].clone();
    let input = json!({"queue": "work", "ReceiptHandle": receipt});
    world.sqs("DeleteMessage", input).await.unwrap();
    world.advance(31);

    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(first[0]["MessageId"], sent["MessageId"]);
    assert_eq!(hidden, Value::Null);
    assert_eq!(second[0]["Attributes"]["ApproximateReceiveCount"], "2");
    assert_eq!(receive(&world, "work").await, Value::Null);
}

#[tokio::test]
async fn an_old_receipt_deletes_nothing() {
    let world = World::new().await;
    send(&world, "hello").await;
    let first = receive(&world, "work").await;
    world.advance(31);
    receive(&world, "work").await;

    let input = json!({"queue": "work", "ReceiptHandle": first[0]["ReceiptHandle"]});
    world.sqs("DeleteMessage", input).await.unwrap();
    world.advance(31);

    assert_eq!(receive(&world, "work").await[0]["Body"], "hello");
}

#[tokio::test]
async fn who_waits_is_given_a_message_that_comes_meanwhile() {
    let world = World::new().await;
    let (message, _) = tokio::join!(world.message("work"), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        send(&world, "late").await
    });

    assert_eq!(message["Body"], "late");
}

#[tokio::test]
async fn a_delayed_message_comes_when_it_is_due() {
    let world = World::new().await;
    let input = json!({"queue": "work", "MessageBody": "later", "DelaySeconds": 60});
    world.sqs("SendMessage", input).await.unwrap();

    let before = receive(&world, "work").await;
    let counts = json!({"queue": "work", "AttributeNames": ["ApproximateNumberOfMessagesDelayed"]});
    let counts = world.sqs("GetQueueAttributes", counts).await.unwrap();
    world.advance(60);

    assert_eq!(before, Value::Null);
    assert_eq!(counts["Attributes"], json!({"ApproximateNumberOfMessagesDelayed": "1"}));
    assert_eq!(receive(&world, "work").await[0]["Body"], "later");
}

#[tokio::test]
async fn a_message_that_is_received_too_often_goes_to_the_dead_letter_queue() {
    let world = World::new().await;
    let policy = json!({"deadLetterTargetArn": arn("sqs", "failures"), "maxReceiveCount": 2});
    let input = json!({"queue": "work", "Attributes": {"RedrivePolicy": policy.to_string()}});
    world.sqs("SetQueueAttributes", input).await.unwrap();
    send(&world, "poison").await;

    for _ in 0..2 {
        assert_eq!(receive(&world, "work").await[0]["Body"], "poison");
        world.advance(31);
    }
    let third = receive(&world, "work").await;
    let dead = receive(&world, "failures").await;

    assert_eq!(third, Value::Null);
    assert_eq!(dead[0]["Body"], "poison");
    assert_eq!(dead[0]["Attributes"]["DeadLetterQueueSourceArn"], arn("sqs", "work"));
}

#[tokio::test]
async fn visibility_is_changed_only_while_a_message_is_in_flight() {
    let world = World::new().await;
    send(&world, "hello").await;
    let receipt = receive(&world, "work").await[0]["ReceiptHandle"].clone();
    let change = |timeout: i64| json!({"queue": "work", "ReceiptHandle": receipt, "VisibilityTimeout": timeout});

    world.sqs("ChangeMessageVisibility", change(100)).await.unwrap();
    world.advance(31);
    let hidden = receive(&world, "work").await;
    world.sqs("ChangeMessageVisibility", change(0)).await.unwrap();
    let refused = world.sqs("ChangeMessageVisibility", change(5)).await.unwrap_err();

    assert_eq!(hidden, Value::Null);
    assert_eq!(refused["__type"], "com.amazonaws.sqs#MessageNotInflight");
    assert_eq!(receive(&world, "work").await[0]["Body"], "hello");
}

#[tokio::test]
async fn entries_of_a_batch_succeed_and_fail_by_themselves() {
    let world = World::new().await;
    let entries = json!([
        {"Id": "a", "MessageBody": "one"},
        {"Id": "b", "MessageBody": ""},
    ]);

    let input = json!({"queue": "work", "Entries": entries});
    let answer = world.sqs("SendMessageBatch", input).await.unwrap();
    let twice = json!({"queue": "work", "Entries": [entries[0], entries[0]]});
    let refused = world.sqs("SendMessageBatch", twice).await.unwrap_err();
    let spaced = json!({"queue": "work", "Entries": [{"Id": "a b", "MessageBody": "one"}]});
    let spaced = world.sqs("SendMessageBatch", spaced).await.unwrap_err();

    assert_eq!(answer["Successful"][0]["Id"], "a");
    assert_eq!(answer["Failed"][0]["Id"], "b");
    assert_eq!(refused["__type"], "com.amazonaws.sqs#BatchEntryIdsNotDistinct");
    assert_eq!(spaced["__type"], "com.amazonaws.sqs#InvalidBatchEntryId");
}

#[tokio::test]
async fn queues_are_made_once_and_refused_by_name_and_attribute() {
    let world = World::new().await;
    let create = |name: &str, seconds: &str| json!({"QueueName": name, "Attributes": {"VisibilityTimeout": seconds}});

    let made = world.sqs("CreateQueue", create("new", "30")).await.unwrap();
    let again = world.sqs("CreateQueue", create("new", "30")).await.unwrap();
    let other = world.sqs("CreateQueue", create("new", "31")).await.unwrap_err();
    let fifo = world.sqs("CreateQueue", create("new.fifo", "30")).await.unwrap_err();
    let endless = world.sqs("CreateQueue", create("more", "43201")).await.unwrap_err();
    let gone = world.sqs("GetQueueUrl", json!({"QueueName": "gone"})).await.unwrap_err();
    let unknown = world.sqs("AddPermission", json!({"queue": "work"})).await.unwrap_err();
    let nameless = world.sqs("StartMessageMoveTask", json!({"SourceArn": "a"})).await.unwrap_err();

    assert_eq!(made, again);
    assert!(made["QueueUrl"].as_str().unwrap().ends_with(&format!("/{ACCOUNT}/new")));
    assert_eq!(other["__type"], "com.amazonaws.sqs#QueueNameExists");
    assert_eq!(fifo["__type"], "com.amazonaws.sqs#UnsupportedOperation");
    assert_eq!(endless["__type"], "com.amazonaws.sqs#InvalidAttributeValue");
    assert_eq!(gone["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    assert_eq!(unknown["__type"], "com.amazonaws.sqs#UnknownOperationException");
    assert_eq!(nameless["message"], "the local engine does not have SQS StartMessageMoveTask");
}

#[tokio::test]
async fn forms_and_xml_do_the_same_as_json() {
    let world = World::new().await;
    let url = format!("http://127.0.0.1/{ACCOUNT}/work");
    let message = World::form(&[
        ("Action", "SendMessage"),
        ("QueueUrl", &url),
        ("MessageBody", "a<b>&c"),
        ("MessageAttribute.1.Name", "kind"),
        ("MessageAttribute.1.Value.DataType", "String"),
        ("MessageAttribute.1.Value.StringValue", "x"),
    ]);
    let receive = World::form(&[
        ("Action", "ReceiveMessage"),
        ("QueueUrl", &url),
        ("MessageAttributeName.1", "All"),
    ]);

    let sent = world.delivery.sqs(&world.root, message).await;
    let received = world.delivery.sqs(&world.root, receive).await;
    let missing = World::form(&[("Action", "GetQueueUrl"), ("QueueName", "gone")]);
    let missing = world.delivery.sqs(&world.root, missing).await;

    assert_eq!(sent.status(), 200);
    let text = String::from_utf8(received.body().to_vec()).unwrap();
    assert!(text.contains("<Body>a&lt;b&gt;&amp;c</Body>"), "{text}");
    assert!(text.contains("<Name>kind</Name><Value><DataType>String</DataType>"), "{text}");
    let text = String::from_utf8(missing.body().to_vec()).unwrap();
    assert!(text.contains("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"), "{text}");
}

#[tokio::test]
async fn all_attributes_are_told() {
    let world = World::new().await;

    let input = json!({"queue": "work", "AttributeNames": ["All"]});
    let answer = world.sqs("GetQueueAttributes", input).await.unwrap();

    let attributes = sorted(&answer["Attributes"]);
    assert_eq!(attributes["QueueArn"], arn("sqs", "work"));
    assert_eq!(attributes["VisibilityTimeout"], "30");
    assert_eq!(attributes["ApproximateNumberOfMessages"], "0");
}

#[tokio::test]
async fn what_only_fifo_queues_do_and_what_no_queue_has_is_refused() {
    let world = World::new().await;
    let once = json!({"queue": "work", "MessageBody": "a", "MessageDeduplicationId": "once"});
    let unknown = json!({"queue": "work", "AttributeNames": ["QueueArn", "Colour"]});

    let once = world.sqs("SendMessage", once).await.unwrap_err();
    let unknown = world.sqs("GetQueueAttributes", unknown).await.unwrap_err();

    assert_eq!(once["__type"], "com.amazonaws.sqs#InvalidParameterValue");
    assert!(once["message"].as_str().unwrap().contains("MessageDeduplicationId"), "{once}");
    assert_eq!(unknown["__type"], "com.amazonaws.sqs#InvalidAttributeName");
    assert_eq!(unknown["message"], "Unknown Attribute Colour.");
    assert_eq!(receive(&world, "work").await, Value::Null);
}

#[tokio::test]
async fn messages_stay_when_their_dead_letter_queue_is_gone() {
    let world = World::new().await;
    world.sqs("CreateQueue", json!({"QueueName": "dead"})).await.unwrap();
    let policy = json!({"deadLetterTargetArn": arn("sqs", "dead"), "maxReceiveCount": 1});
    let input = json!({"queue": "work", "Attributes": {"RedrivePolicy": policy.to_string()}});
    world.sqs("SetQueueAttributes", input).await.unwrap();
    send(&world, "poison").await;
    world.sqs("DeleteQueue", json!({"queue": "dead"})).await.unwrap();

    for count in ["1", "2", "3"] {
        let received = receive(&world, "work").await;
        assert_eq!(received[0]["Attributes"]["ApproximateReceiveCount"], count);
        world.advance(31);
    }
}

#[tokio::test]
async fn a_queue_is_not_its_own_dead_letter_queue() {
    let world = World::new().await;
    let policy = json!({"deadLetterTargetArn": arn("sqs", "work"), "maxReceiveCount": 1});
    let input = json!({"queue": "work", "Attributes": {"RedrivePolicy": policy.to_string()}});

    let refused = world.sqs("SetQueueAttributes", input).await.unwrap_err();

    assert_eq!(refused["__type"], "com.amazonaws.sqs#InvalidParameterValue");
    assert!(refused["message"].as_str().unwrap().contains("its own dead-letter queue"));
}
