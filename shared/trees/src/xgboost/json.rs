//! What does a file in JSON say?
//!
//! XGBoost 1 writes `NaN` for the threshold of a question about categories, which JSON does not
//! know; here it is read as `null`, and `null` in a list of numbers as `NaN`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::xgboost::FileError;
use crate::xgboost::document::Document;

const NAN: &[u8] = b"NaN";

/// Reads a document.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, FileError> {
    let bytes = &*with_null_for_nan(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
        FileError::Syntax { format: "JSON", at: place(bytes, &error), message }
    })
}

/// The bytes with every `NaN` outside of a text replaced.
fn with_null_for_nan(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.windows(NAN.len()).any(|window| window == NAN) {
        return Cow::Borrowed(bytes);
    }
    let mut replaced = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let (mut rest, mut is_text) = (bytes, false);
    while let Some((byte, after)) = rest.split_first() {
        rest = match (byte, rest.strip_prefix(NAN)) {
            (_, Some(after)) if !is_text => {
                replaced.extend(b"null");
                after
            }
            // Of an escape both bytes are copied, so that an escaped quote ends nothing.
            (b'\\', _) if is_text => {
                let (escape, after) = rest.split_at_checked(2).unwrap_or((rest, &[]));
                replaced.extend(escape);
                after
            }
            _ => {
                is_text ^= *byte == b'"';
                replaced.push(*byte);
                after
            }
        };
    }
    Cow::Owned(replaced)
}

/// The byte of a line and column, both counted from 1.
fn place(bytes: &[u8], error: &serde_json::Error) -> usize {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    lines.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1)
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Document;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Document, E> {
        Ok(Document::Number(f64::from(u8::from(value))))
    }

    #[expect(clippy::cast_precision_loss, reason = "no index of a model needs more than 53 bits")]
    fn visit_u64<E>(self, value: u64) -> Result<Document, E> {
        Ok(Document::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no index of a model needs more than 53 bits")]
    fn visit_i64<E>(self, value: i64) -> Result<Document, E> {
        Ok(Document::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Document, E> {
        Ok(Document::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Document, E> {
        Ok(Document::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Document, A::Error> {
        let mut numbers = Vec::new();
        while let Some(item) = items.next_element()? {
            match item {
                Document::Number(number) => numbers.push(number),
                Document::Null => numbers.push(f64::NAN),
                other => return list(numbers, other, items),
            }
        }
        Ok(Document::Numbers(numbers))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Document, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((key, value)) = members.next_entry::<String, Document>()? {
            object.insert(key, value);
        }
        Ok(Document::Object(object))
    }
}

/// The list that began with numbers and goes on with something else.
fn list<'de, A: SeqAccess<'de>>(
    numbers: Vec<f64>,
    other: Document,
    mut items: A,
) -> Result<Document, A::Error> {
    let mut all: Vec<Document> = numbers.into_iter().map(Document::Number).collect();
    all.push(other);
    while let Some(item) = items.next_element()? {
        all.push(item);
    }
    Ok(Document::List(all))
}

#[cfg(test)]
mod tests {
    use super::{Document, read};

    #[test]
    fn nan_is_a_number_outside_of_texts_only() {
        let document = read(br#"{"a": [1, NaN], "NaN\"NaN": "NaN", "b": ["x", 2]}"#).unwrap();

        let Document::Object(members) = document else { panic!("no object") };
        let Some(Document::Numbers(numbers)) = members.get("a") else { panic!("no numbers") };
        assert!(numbers.len() == 2 && numbers.last().is_some_and(|last| last.is_nan()));
        assert_eq!(members.get("NaN\"NaN"), Some(&Document::Text("NaN".to_owned())));
        let items = vec![Document::Text("x".to_owned()), Document::Number(2.0)];
        assert_eq!(members.get("b"), Some(&Document::List(items)));
    }
}
