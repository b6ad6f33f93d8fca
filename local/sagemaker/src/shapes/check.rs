//! One walk over a value, along its shape.

use std::collections::BTreeMap;

use machine::Refusal;
use serde_json::{Map, Value};

use super::table::{Shape, Type, table};

/// What was found on the way.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Values of another type, which the service cannot read at all.
    pub(super) mistyped: Vec<String>,
    /// Members that the table does not have.
    pub(super) unknown: Vec<String>,
    /// Limits that are not kept.
    pub(super) violations: Vec<String>,
}

impl Walk {
    /// Walks over all of a value.
    pub(super) fn over(shape: &str, value: &Value) -> Result<Self, Refusal> {
        let mut walk = Self::default();
        walk.visit(shape, "", value)?;
        Ok(walk)
    }

    fn visit(&mut self, name: &str, place: &str, value: &Value) -> Result<(), Refusal> {
        let lost = || Refusal::internal(format!("the table of shapes lacks {name}"));
        let shape = table().shapes.get(name).ok_or_else(lost)?;
        match (shape.is, value) {
            (Type::Structure, Value::Object(members)) => self.structure(shape, place, members),
            (Type::Map, Value::Object(entries)) => self.map(shape, place, entries),
            (Type::List, Value::Array(items)) => self.list(shape, place, items),
            (is, value) if fits(is, value) => {
                for rule in broken(shape, value)? {
                    self.violate(place, value, &rule);
                }
                Ok(())
            }
            (is, value) => {
                let (found, wanted) = (type_of(value), word(is));
                let words = format!("{found} can not be converted to {wanted} at '{place}'");
                self.mistyped.push(words);
                Ok(())
            }
        }
    }

    fn structure(
        &mut self,
        shape: &Shape,
        place: &str,
        members: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        let at = |name: &str| {
            let name = lower_first(name);
            if place.is_empty() { name } else { format!("{place}.{name}") }
        };
        for name in &shape.required {
            if members.get(name).is_none_or(Value::is_null) {
                let words = "failed to satisfy constraint: Member must not be null";
                self.violations.push(format!("Value null at '{}' {words}", at(name)));
            }
        }
        // By name, whatever order the client wrote them in.
        let given: BTreeMap<&String, &Value> =
            members.iter().filter(|(_, value)| !value.is_null()).collect();
        for (name, value) in given {
            match shape.members.get(name) {
                Some(member) => self.visit(member, &at(name), value)?,
                None => self.unknown.push(format!("'{}'", at(name))),
            }
        }
        Ok(())
    }

    fn list(&mut self, shape: &Shape, place: &str, items: &[Value]) -> Result<(), Refusal> {
        for rule in sized(shape, items.len()) {
            self.violate(place, &Value::Array(items.to_vec()), &rule);
        }
        let Some(member) = shape.member.as_deref() else { return Ok(()) };
        for (index, item) in items.iter().enumerate() {
            self.visit(member, &format!("{place}.{}.member", index + 1), item)?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        shape: &Shape,
        place: &str,
        entries: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        let whole = Value::Object(entries.clone());
        for rule in sized(shape, entries.len()) {
            self.violate(place, &whole, &rule);
        }
        let shape_of =
            |name: &Option<String>| name.as_deref().and_then(|name| table().shapes.get(name));
        for (key, value) in entries {
            if let Some(key_shape) = shape_of(&shape.key) {
                let rules = broken(key_shape, &Value::String(key.clone()))?;
                if !rules.is_empty() {
                    let all = rules.join(", ");
                    self.violate(
                        place,
                        &whole,
                        &format!("Map keys must satisfy constraint: [{all}]"),
                    );
                }
            }
            let Some(name) = shape.value.as_deref() else { continue };
            match shape_of(&shape.value) {
                Some(of) if fits(of.is, value) => {
                    let rules = broken(of, value)?;
                    if !rules.is_empty() {
                        let all = rules.join(", ");
                        let rule = format!("Map value must satisfy constraint: [{all}]");
                        self.violate(place, &whole, &rule);
                    }
                }
                _ => self.visit(name, &format!("{place}.{key}.member"), value)?,
            }
        }
        Ok(())
    }

    fn violate(&mut self, place: &str, value: &Value, rule: &str) {
        let shown = shown(value);
        self.violations
            .push(format!("Value '{shown}' at '{place}' failed to satisfy constraint: {rule}"));
    }
}

fn fits(is: Type, value: &Value) -> bool {
    match is {
        Type::String => value.is_string(),
        Type::Boolean => value.is_boolean(),
        Type::Integer | Type::Long => value.is_i64() || value.is_u64(),
        Type::Float | Type::Double | Type::Timestamp => value.is_number(),
        Type::Structure | Type::List | Type::Map => false,
    }
}

/// The rules that a simple value breaks.
fn broken(shape: &Shape, value: &Value) -> Result<Vec<String>, Refusal> {
    let mut rules = Vec::new();
    match value {
        Value::String(text) => {
            rules.extend(lengths(shape, text.chars().count()));
            if let Some(pattern) = shape.pattern.as_ref().filter(|_| rules.is_empty())
                && !pattern.matches(text)?
            {
                let text = pattern.text();
                rules.push(format!("Member must satisfy regular expression pattern: {text}"));
            }
            if !shape.words.is_empty() && !shape.words.contains(text) {
                let set = shape.words.join(", ");
                rules.push(format!("Member must satisfy enum value set: [{set}]"));
            }
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            if let Some(min) = shape.min.filter(|min| number < *min) {
                rules.push(format!("Member must have value greater than or equal to {min}"));
            }
            if let Some(max) = shape.max.filter(|max| number > *max) {
                rules.push(format!("Member must have value less than or equal to {max}"));
            }
        }
        _ => {}
    }
    Ok(rules)
}

/// Lists and maps are measured as texts are.
fn sized(shape: &Shape, size: usize) -> Vec<String> {
    lengths(shape, size)
}

fn lengths(shape: &Shape, length: usize) -> Vec<String> {
    let length = f64::from(u32::try_from(length).unwrap_or(u32::MAX));
    let mut rules = Vec::new();
    if let Some(min) = shape.min.filter(|min| length < *min) {
        rules.push(format!("Member must have length greater than or equal to {min}"));
    }
    if let Some(max) = shape.max.filter(|max| length > *max) {
        rules.push(format!("Member must have length less than or equal to {max}"));
    }
    rules
}

/// A value as the service prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

fn word(is: Type) -> &'static str {
    match is {
        Type::Structure => "a structure",
        Type::List => "a list",
        Type::Map => "a map",
        Type::String => "a String",
        Type::Boolean => "a Boolean",
        Type::Integer => "an Integer",
        Type::Long => "a Long",
        Type::Float => "a Float",
        Type::Double => "a Double",
        Type::Timestamp => "a Timestamp",
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
