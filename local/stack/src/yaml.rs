//! The text of a template as one JSON value.
//!
//! Short tags become the long form (`!Sub x` is `{"Fn::Sub": x}`), anchors are written out, and
//! plain words are read as SAM reads them. What would be read in two ways is refused.

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::StackError;

/// Deeper nesting than any template has; it bounds the recursion of all that walks the value.
const DEEPEST: usize = 100;
/// More values than any template has, aliases written out.
const MOST: usize = 1_000_000;

type Tagged<'a> = Option<Cow<'a, Tag>>;

/// Reads the one document of the text.
pub(crate) fn read(text: &str) -> Result<Value, StackError> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| StackError::Yaml {
            line: error.marker().line(),
            reason: error.info().to_owned(),
        })?;
        let line = span.start.line();
        reader.take(event).map_err(|reason| StackError::Yaml { line, reason })?;
    }
    reader.document.ok_or(StackError::Yaml { line: 1, reason: "the template is empty".into() })
}

#[derive(Default)]
struct Reader<'a> {
    document: Option<Value>,
    open: Vec<Open<'a>>,
    /// What each anchor stands for, with the number of values in it.
    anchors: BTreeMap<usize, (Value, usize)>,
    values: usize,
}

/// A list or an object whose end has not been read.
struct Open<'a> {
    collection: Collection,
    anchor: usize,
    tag: Tagged<'a>,
    /// How many values there were when it began.
    before: usize,
}

enum Collection {
    List(Vec<Value>),
    Object { fields: Map<String, Value>, key: Option<String> },
}

impl<'a> Reader<'a> {
    fn take(&mut self, event: Event<'a>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref())?;
                self.keep(anchor, &value, 1);
                self.add(value, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Collection::List(Vec::new()), anchor, tag)
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Collection::Object { fields: Map::new(), key: None }, anchor, tag)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let unknown = || "the alias stands inside what it repeats".to_owned();
                let (value, size) = self.anchors.get(&anchor).cloned().ok_or_else(unknown)?;
                self.add(value, size)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(
        &mut self,
        collection: Collection,
        anchor: usize,
        tag: Tagged<'a>,
    ) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("nested deeper than {DEEPEST} levels"));
        }
        self.open.push(Open { collection, anchor, tag, before: self.values });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(Open { collection, anchor, tag, before }) = self.open.pop() else {
            return Err("a list or an object ends that did not begin".into());
        };
        let value = match collection {
            Collection::List(items) => Value::Array(items),
            Collection::Object { fields, .. } => Value::Object(fields),
        };
        let value = match tag.as_deref() {
            Some(tag) => tagged(tag, value)?,
            None => value,
        };
        let size = self.values - before + 1;
        self.keep(anchor, &value, size);
        self.add(value, 1)
    }

    /// Anchor 0 is none.
    fn keep(&mut self, anchor: usize, value: &Value, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn add(&mut self, value: Value, size: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(size);
        if self.values > MOST {
            return Err(format!("the aliases make more than {MOST} values of it"));
        }
        match self.open.last_mut().map(|open| &mut open.collection) {
            Some(Collection::List(items)) => items.push(value),
            Some(Collection::Object { fields, key }) => match key.take() {
                None => *key = Some(key_text(value)?),
                Some(name) if fields.contains_key(&name) => {
                    return Err(format!("key {name} is there twice"));
                }
                Some(name) => {
                    fields.insert(name, value);
                }
            },
            None if self.document.is_some() => return Err("there is a second document".into()),
            None => self.document = Some(value),
        }
        Ok(())
    }
}

fn key_text(key: Value) -> Result<String, String> {
    match key {
        Value::String(text) if text == "<<" => Err("write out what the merge key << adds".into()),
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(_) => Err("a key is a word that YAML takes for true or false: quote it".into()),
        other => Err(format!("a key must be a text, not {other}")),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(text.into()),
        Some(tag) => tagged(tag, text.into()),
        None if style == ScalarStyle::Plain => plain(text),
        None => Ok(text.into()),
    }
}

/// A word without quotes.
fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Ok(Value::Bool(true));
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Ok(Value::Bool(false));
        }
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Ok(text.into());
    }
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole && digits.len() > 1 && digits.starts_with('0') {
        return Err(format!("{text} could be octal: quote it, or drop the zeros in front"));
    }
    if whole {
        let number = text.strip_prefix('+').unwrap_or(text).parse::<i64>();
        return number
            .map(Value::from)
            .map_err(|_| format!("{text} is too long a number: quote it"));
    }
    let float = || text.parse::<f64>().ok().and_then(Number::from_f64);
    Ok(digits.contains('.').then(float).flatten().map_or_else(|| text.into(), Value::Number))
}

/// `!X value` in its long form.
fn tagged(tag: &Tag, value: Value) -> Result<Value, String> {
    if tag.handle != "!" || tag.suffix.is_empty() {
        return Err(format!("the tag {tag} has no meaning in a template"));
    }
    let name = match tag.suffix.as_str() {
        "Ref" | "Condition" => tag.suffix.clone(),
        suffix => format!("Fn::{suffix}"),
    };
    let value = match (tag.suffix.as_str(), &value) {
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) =
                text.split_once('.').ok_or_else(|| format!("!GetAtt {text} names no attribute"))?;
            Value::from(vec![resource, attribute])
        }
        _ => value,
    };
    Ok(Value::Object(Map::from_iter([(name, value)])))
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;
    use std::fmt::Write;

    fn reason(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn short_tags_become_the_long_form() {
        let text = "a: !Ref X\nb: !GetAtt R.Arn\nc: !Sub ['${A}', {A: !Ref B}]\nd: !Not [!Condition C]\ne: {Fn::If: [C, 1, !Ref AWS::NoValue]}\nf: !GetAtt [R, Arn]\n";
        let expected = json!({
            "a": {"Ref": "X"},
            "b": {"Fn::GetAtt": ["R", "Arn"]},
            "c": {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]},
            "d": {"Fn::Not": [{"Condition": "C"}]},
            "e": {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]},
            "f": {"Fn::GetAtt": ["R", "Arn"]},
        });
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn anchors_are_written_out() {
        let text = "a: &x {k: [1, two]}\nb: *x\nc: &y !Ref P\nd: [*y, *y]\n";
        let expected = json!({
            "a": {"k": [1, "two"]}, "b": {"k": [1, "two"]},
            "c": {"Ref": "P"}, "d": [{"Ref": "P"}, {"Ref": "P"}],
        });
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn plain_words_have_the_kinds_that_sam_gives_them() {
        let text =
            "[1, -2, 1.5, true, No, ~, 'true', \"1\", 2012-10-17, 10.0.0.1, abc, !!str 7, '']";
        let expected = json!([
            1,
            -2,
            1.5,
            true,
            false,
            null,
            "true",
            "1",
            "2012-10-17",
            "10.0.0.1",
            "abc",
            "7",
            ""
        ]);
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn folded_text_is_one_line() {
        assert_eq!(read("a: >-\n  one\n  two\n").unwrap(), json!({"a": "one two"}));
    }

    #[test]
    fn what_is_doubtful_is_refused_with_its_line() {
        assert_eq!(reason("a: 1\na: 2\n"), "template, line 2: key a is there twice");
        assert_eq!(
            reason("\na: 012\n"),
            "template, line 2: 012 could be octal: quote it, or drop the zeros in front"
        );
        assert!(reason("on: 1\n").contains("quote it"));
        assert!(reason("a: &x {b: 1}\nc: {<<: *x}\n").contains("merge key"));
        assert!(reason("a: !!binary eA==\n").contains("no meaning"));
        assert!(reason("a: !GetAtt R\n").contains("names no attribute"));
        assert!(reason("a: [1\n").starts_with("template, line"));
        assert!(reason("a: 1\n---\nb: 2\n").contains("second document"));
        assert!(reason("").contains("empty"));
        assert!(reason(&"[".repeat(200)).contains("nested deeper"));
    }

    #[test]
    fn aliases_cannot_grow_without_bound() {
        let mut text = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{}", level - 1);
            let list = vec![alias; 10].join(",");
            writeln!(text, "a{level}: &a{level} [{list}]").unwrap();
        }
        assert!(reason(&text).contains("values"));
    }
}
