//! The operations of EventBridge.

use machine::{Caller, Permissions, Refusal, outbox};
use serde_json::{Map, Value, json};
use stack::Rule;

use crate::rules::Bus;

/// The most bytes of all events of a request.
const MOST_BYTES: usize = 256 * 1024;

impl Bus {
    /// Does what an operation of EventBridge says.
    pub(crate) fn perform(
        &self,
        (caller, permissions): (&Caller, &dyn Permissions),
        operation: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let identity = &self.machine.identity;
        let may = |resource: String| {
            permissions.check(
                caller,
                &format!("events:{operation}"),
                &identity.arn("events", &resource),
            )
        };
        let bus = input.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
        if operation != "PutEvents" && !is_default(bus) {
            let message = format!("Event bus {bus} does not exist.");
            return Err(Refusal::new(400, "ResourceNotFoundException", message));
        }
        match operation {
            "PutEvents" => {
                may("event-bus/default".to_owned())?;
                self.put_events(input)
            }
            "ListRules" => {
                may("rule/*".to_owned())?;
                let prefix = input.get("NamePrefix").and_then(Value::as_str).unwrap_or_default();
                let rules =
                    self.catalog.0.rules.iter().filter(|rule| rule.name.starts_with(prefix));
                Ok(json!({"Rules": rules.map(shown).collect::<Vec<Value>>()}))
            }
            "DescribeRule" => {
                let name = text(input, "Name")?;
                may(format!("rule/{name}"))?;
                Ok(shown(self.rule(name)?))
            }
            "ListTargetsByRule" => {
                let name = text(input, "Rule")?;
                may(format!("rule/{name}"))?;
                let targets = self.rule(name)?.targets.iter().map(|target| {
                    let mut shown = json!({
                        "Id": target.id,
                        "Arn": target.arn,
                        "RetryPolicy": {
                            "MaximumRetryAttempts": target.retry_attempts,
                            "MaximumEventAgeInSeconds": target.max_event_age_seconds,
                        },
                    });
                    if let (Some(queue), Some(object)) =
                        (&target.dead_letter, shown.as_object_mut())
                    {
                        object.insert("DeadLetterConfig".to_owned(), json!({"Arn": queue}));
                    }
                    shown
                });
                Ok(json!({"Targets": targets.collect::<Vec<Value>>()}))
            }
            other => Err(Refusal::unknown_operation("EventBridge", other)),
        }
    }

    fn rule(&self, name: &str) -> Result<&Rule, Refusal> {
        self.catalog.0.rules.iter().find(|rule| rule.name == name).ok_or_else(|| {
            let message = format!("Rule {name} does not exist on EventBus default.");
            Refusal::new(400, "ResourceNotFoundException", message)
        })
    }

    fn put_events(&self, input: &Value) -> Result<Value, Refusal> {
        let entries = input.get("Entries").and_then(Value::as_array).map(Vec::as_slice);
        let entries = entries.filter(|entries| (1..=10).contains(&entries.len())).ok_or_else(|| {
            Refusal::invalid("1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10")
        })?;
        let size: usize = entries.iter().map(|entry| entry.to_string().len()).sum();
        if size > MOST_BYTES {
            return Err(Refusal::invalid(format!(
                "Total size of the entries in the request is over the limit: {size} of {MOST_BYTES} bytes."
            )));
        }
        let answers = self.machine.store.write(|batch| {
            entries
                .iter()
                .map(|entry| match self.envelope(entry) {
                    Ok(event) => {
                        let number = batch.next_number(outbox::KIND)?;
                        batch.put(outbox::KIND, &format!("{number:020}"), &event)?;
                        Ok(json!({"EventId": event.get("id")}))
                    }
                    Err((code, message)) => Ok(json!({"ErrorCode": code, "ErrorMessage": message})),
                })
                .collect::<Result<Vec<Value>, Refusal>>()
        })?;
        let failed = answers.iter().filter(|answer| answer.get("ErrorCode").is_some()).count();
        Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
    }

    fn envelope(&self, entry: &Value) -> Result<Value, (&'static str, String)> {
        let member =
            |name: &str| entry.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
        let need = |name: &'static str| {
            let missing =
                format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            member(name).ok_or(("InvalidArgument", missing))
        };
        let source = need("Source")?;
        if source.starts_with("aws.") {
            let message = "Not authorized for the source.".to_owned();
            return Err(("NotAuthorizedForSourceException", message));
        }
        let bus = member("EventBusName").unwrap_or("default");
        if !is_default(bus) {
            return Err(("ResourceNotFoundException", format!("Event bus {bus} does not exist.")));
        }
        let detail: Map<String, Value> = serde_json::from_str(need("Detail")?)
            .map_err(|_| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
        let resources = entry.get("Resources").and_then(Value::as_array).into_iter().flatten();
        let event = machine::Event {
            source: source.to_owned(),
            detail_type: need("DetailType")?.to_owned(),
            resources: resources.filter_map(Value::as_str).map(str::to_owned).collect(),
            detail: Value::Object(detail),
        };
        Ok(event.envelope(&self.machine.identity, self.machine.clock.now()))
    }
}

fn is_default(bus: &str) -> bool {
    bus == "default" || bus.ends_with(":event-bus/default")
}

fn shown(rule: &Rule) -> Value {
    json!({
        "Name": rule.name,
        "Arn": rule.arn,
        "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
        "EventBusName": "default",
    })
}

fn text<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    input.get(member).and_then(Value::as_str).ok_or_else(|| {
        Refusal::invalid(format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null"))
    })
}
