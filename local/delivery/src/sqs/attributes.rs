//! Message attributes and the digests by which SDK clients check what was sent and received.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use machine::Refusal;
use md5::{Digest, Md5};
use serde_json::{Map, Value};

use crate::base64;

/// Attributes by name; each is `{"DataType": .., "StringValue" or "BinaryValue": ..}`.
pub(crate) type Attributes = Map<String, Value>;

/// A text attribute.
pub(crate) fn text(value: &str) -> Value {
    serde_json::json!({"DataType": "String", "StringValue": value})
}

/// Refuses attributes that break a rule of SQS.
pub(super) fn checked(attributes: Option<&Value>) -> Result<Attributes, Refusal> {
    let Some(attributes) = attributes.and_then(Value::as_object) else {
        return Ok(Attributes::new());
    };
    let bad = |why: String| Refusal::new(400, "InvalidParameterValue", why);
    if attributes.len() > 10 {
        return Err(bad(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [10].",
            attributes.len()
        )));
    }
    let mut checked = Attributes::new();
    for (name, attribute) in attributes {
        if bytes_of(attribute).is_none() {
            return Err(bad(format!(
                "The message attribute '{name}' must contain a non-empty message attribute type and value."
            )));
        }
        // Members that clients send empty are not part of the message.
        let kept = ["DataType", "StringValue", "BinaryValue"];
        let attribute: Map<String, Value> = attribute
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, value)| kept.contains(&key.as_str()) && !value.is_null())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        checked.insert(name.clone(), Value::Object(attribute));
    }
    Ok(checked)
}

/// How many bytes they count for in a message.
pub(super) fn size(attributes: &Attributes) -> usize {
    attributes
        .iter()
        .filter_map(|(name, attribute)| {
            let (kind, _, bytes) = bytes_of(attribute)?;
            Some(name.len() + kind.len() + bytes.len())
        })
        .sum()
}

/// Those that were asked for: names, `All`, or prefixes such as `rule.*`.
pub(super) fn chosen(attributes: &Attributes, names: &[String]) -> Attributes {
    let wanted = |name: &str| {
        names.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(prefix) => name.starts_with(prefix),
            None => wanted == "All" || wanted == ".*" || wanted == name,
        })
    };
    attributes
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The digest of a body.
pub(crate) fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest of attributes: name, type, kind of value and value of each, in the order of names.
pub(super) fn md5_of(attributes: &Attributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let sorted: BTreeMap<&String, &Value> = attributes.iter().collect();
    let mut encoded = Vec::new();
    for (name, attribute) in sorted {
        let (data_type, transport, value) = bytes_of(attribute)?;
        for part in [name.as_bytes(), data_type.as_bytes()] {
            append(&mut encoded, part);
        }
        encoded.push(transport);
        append(&mut encoded, &value);
    }
    Some(md5(&encoded))
}

fn append(encoded: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    encoded.extend_from_slice(&length.to_be_bytes());
    encoded.extend_from_slice(part);
}

/// Its type, whether it travels as text (1) or bytes (2), and its value.
fn bytes_of(attribute: &Value) -> Option<(&str, u8, Vec<u8>)> {
    let data_type = attribute.get("DataType")?.as_str().filter(|text| !text.is_empty())?;
    let member = |name: &str| attribute.get(name).and_then(Value::as_str);
    let (transport, value) = match data_type.split('.').next() {
        Some("Binary") => (2, base64::decode(member("BinaryValue")?)?),
        Some("String" | "Number") => (1, member("StringValue")?.as_bytes().to_vec()),
        _ => return None,
    };
    (!value.is_empty()).then_some((data_type, transport, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digests_are_those_that_sdks_calculate() {
        // Bodies and attributes of the samples in moto's and the SDKs' own tests.
        let attributes = checked(Some(&json!({
            "timestamp": {"DataType": "Number", "StringValue": "1493147359900"},
        })))
        .unwrap();

        assert_eq!(md5(b"hello"), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(md5_of(&attributes).unwrap(), "235c5c510d26fb653d073faed50ae77c");
    }

    #[test]
    fn an_attribute_without_value_is_refused() {
        let refused = checked(Some(&json!({"a": {"DataType": "String"}}))).unwrap_err();

        assert_eq!(refused.code, "InvalidParameterValue");
    }
}
