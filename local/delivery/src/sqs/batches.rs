//! Up to ten messages at once; each entry succeeds or fails by itself.

use std::collections::BTreeSet;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use super::operations::{put, text};
use super::{Queues, query};

impl Queues {
    pub(super) fn batch(
        &self,
        caller: &Caller,
        operation: &str,
        (name, input): (&str, &Value),
    ) -> Result<Value, Refusal> {
        let entries = checked(input)?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let id = text(entry, "Id")?;
            let done = match operation {
                "SendMessageBatch" => self.send(caller, name, entry),
                "DeleteMessageBatch" => self.delete_message(name, entry),
                _ => self.change_visibility(name, entry),
            };
            match done {
                Ok(mut result) => {
                    put(&mut result, "Id", json!(id));
                    successful.push(result);
                }
                Err(refusal) => failed.push(json!({
                    "Id": id,
                    "Code": query::code(&refusal.code),
                    "Message": refusal.message,
                    "SenderFault": refusal.status < 500,
                })),
            }
        }
        let mut output = json!({"Successful": successful});
        if !failed.is_empty() {
            put(&mut output, "Failed", json!(failed));
        }
        Ok(output)
    }
}

fn checked(input: &Value) -> Result<&[Value], Refusal> {
    let entries = input.get("Entries").and_then(Value::as_array).map(Vec::as_slice);
    let entries = entries.filter(|entries| !entries.is_empty()).ok_or_else(|| {
        let message = "There should be at least one entry in the request.";
        Refusal::new(400, "EmptyBatchRequest", message)
    })?;
    if entries.len() > 10 {
        let message = format!(
            "Maximum number of entries per request are 10. You have sent {}.",
            entries.len()
        );
        return Err(Refusal::new(400, "TooManyEntriesInBatchRequest", message));
    }
    let mut ids = BTreeSet::new();
    for entry in entries {
        let id = text(entry, "Id")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if id.is_empty() || id.len() > 80 || !id.bytes().all(allowed) {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
            return Err(Refusal::new(400, "InvalidBatchEntryId", message));
        }
        if !ids.insert(id) {
            let message = format!("Id {id} repeated.");
            return Err(Refusal::new(400, "BatchEntryIdsNotDistinct", message));
        }
    }
    // Messages of one request count together.
    let size: usize = entries
        .iter()
        .filter_map(|entry| entry.get("MessageBody").and_then(Value::as_str))
        .map(str::len)
        .sum();
    if size > 1_048_576 {
        let message = format!(
            "Batch requests cannot be longer than 1048576 bytes. You have sent {size} bytes."
        );
        return Err(Refusal::new(400, "BatchRequestTooLong", message));
    }
    Ok(entries)
}
