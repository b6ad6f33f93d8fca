//! The form and XML protocol of SQS, translated to and from its JSON protocol.

use std::collections::BTreeMap;

use machine::{Caller, Refusal};
use serde_json::{Map, Value, json};

use super::Queues;
use crate::query::{Form, Xml, done, refused};
use crate::wire::{Request, Response};

const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

/// What the query protocol calls an error of the JSON protocol.
pub(super) fn code(code: &str) -> &str {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "QueueNameExists" => "QueueAlreadyExists",
        "EmptyBatchRequest" => "AWS.SimpleQueueService.EmptyBatchRequest",
        "TooManyEntriesInBatchRequest" => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "BatchEntryIdsNotDistinct" => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "InvalidBatchEntryId" => "AWS.SimpleQueueService.InvalidBatchEntryId",
        "BatchRequestTooLong" => "AWS.SimpleQueueService.BatchRequestTooLong",
        "MessageNotInflight" => "AWS.SimpleQueueService.MessageNotInflight",
        "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation",
        code => code,
    }
}

pub(super) async fn answer(queues: &Queues, caller: &Caller, request: &Request) -> Response {
    let form = Form::read(request);
    let action = form.action();
    let mut input = input(&form);
    // A queue may be named by the path of its address alone.
    let path = request.uri().path();
    if input.get("QueueUrl").is_none() && path.len() > 1 {
        super::operations::put(&mut input, "QueueUrl", json!(path));
    }
    match queues.perform(caller, action, &input).await {
        Ok(output) => done(NAMESPACE, action, result(action, &output)),
        Err(refusal) => {
            let code = code(&refusal.code).to_owned();
            refused(NAMESPACE, &Refusal { code: code.into(), ..refusal })
        }
    }
}

const PLAIN: [&str; 10] = [
    "QueueUrl",
    "QueueName",
    "QueueNamePrefix",
    "MessageBody",
    "DelaySeconds",
    "MaxNumberOfMessages",
    "WaitTimeSeconds",
    "VisibilityTimeout",
    "ReceiptHandle",
    "Id",
];

fn input(form: &Form) -> Value {
    let mut input = Map::new();
    for member in PLAIN {
        if let Some(value) = form.get(member) {
            input.insert(member.to_owned(), json!(value));
        }
    }
    let lists = [
        ("AttributeName", "AttributeNames"),
        ("MessageSystemAttributeName", "MessageSystemAttributeNames"),
        ("MessageAttributeName", "MessageAttributeNames"),
    ];
    for (prefix, member) in lists {
        let items = form.items(prefix);
        let items: Vec<&str> = items.iter().filter_map(|item| item.get("")).collect();
        if !items.is_empty() {
            input.insert(member.to_owned(), json!(items));
        }
    }
    let pairs = [("Attribute", "Attributes", "Name"), ("Tag", "tags", "Key")];
    for (prefix, member, key) in pairs {
        let pairs = form.pairs(prefix, key, "Value");
        if !pairs.is_empty() {
            input.insert(member.to_owned(), json!(pairs));
        }
    }
    let attributes = message_attributes(form);
    if !attributes.is_empty() {
        input.insert("MessageAttributes".to_owned(), Value::Object(attributes));
    }
    let operation = form.action();
    if operation.ends_with("Batch") {
        let entries: Vec<Value> =
            form.items(&format!("{operation}RequestEntry")).iter().map(self::input).collect();
        input.insert("Entries".to_owned(), json!(entries));
    }
    Value::Object(input)
}

fn message_attributes(form: &Form) -> Map<String, Value> {
    let attribute = |item: &Form| {
        let members = ["DataType", "StringValue", "BinaryValue"];
        let members: Map<String, Value> = members
            .iter()
            .filter_map(|member| {
                let value = item.get(&format!("Value.{member}"))?;
                Some(((*member).to_owned(), json!(value)))
            })
            .collect();
        Some((item.get("Name")?.to_owned(), Value::Object(members)))
    };
    form.items("MessageAttribute").iter().filter_map(attribute).collect()
}

fn result(action: &str, output: &Value) -> Option<Xml> {
    let object = output.as_object()?;
    let silent = [
        "DeleteMessage",
        "ChangeMessageVisibility",
        "DeleteQueue",
        "PurgeQueue",
        "SetQueueAttributes",
    ];
    if silent.contains(&action) {
        return None;
    }
    let mut xml = Xml::default();
    write(&mut xml, action, object);
    Some(xml)
}

fn write(xml: &mut Xml, action: &str, object: &Map<String, Value>) {
    for (member, value) in object {
        match (member.as_str(), value) {
            ("QueueUrls", Value::Array(urls)) => {
                urls.iter().filter_map(Value::as_str).for_each(|url| xml.text("QueueUrl", url));
            }
            ("Messages", Value::Array(items)) => list(xml, action, ("Message", items)),
            ("Successful", Value::Array(items)) => {
                list(xml, action, (&format!("{action}ResultEntry"), items));
            }
            ("Failed", Value::Array(items)) => list(xml, action, ("BatchResultErrorEntry", items)),
            ("Attributes", pairs) => xml.pairs(["Attribute", "Name", "Value"], &texts(pairs)),
            ("Tags", pairs) => xml.pairs(["Tag", "Key", "Value"], &texts(pairs)),
            ("MessageAttributes", Value::Object(attributes)) => {
                for (name, attribute) in attributes {
                    xml.element("MessageAttribute", |xml| {
                        xml.text("Name", name);
                        xml.element("Value", |xml| {
                            for (member, value) in &texts(attribute) {
                                xml.text(member, value);
                            }
                        });
                    });
                }
            }
            (member, Value::String(value)) => xml.text(member, value),
            (member, value) => xml.text(member, &value.to_string()),
        }
    }
}

fn list(xml: &mut Xml, action: &str, (name, items): (&str, &[Value])) {
    for item in items.iter().filter_map(Value::as_object) {
        xml.element(name, |xml| write(xml, action, item));
    }
}

fn texts(pairs: &Value) -> BTreeMap<String, String> {
    let pairs = pairs.as_object().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
