//! Reading a pattern; what EventBridge refuses is refused, with the path to it.

use serde_json::{Map, Value};

use super::matcher::{Bound, LARGEST, Matcher, Network, Range, Test, Text};
use super::{Field, Fields, PatternError};
use crate::glob::Glob;

fn wrong<T>(path: &str, reason: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError { path: path.to_owned(), reason: reason.into() })
}

/// Reads an object of fields.
pub(super) fn fields(pattern: &Value, path: &str) -> Result<Fields, PatternError> {
    let Value::Object(pattern) = pattern else { return wrong(path, "must be an object") };
    if pattern.is_empty() {
        return wrong(path, "an empty object asks for nothing");
    }
    let mut all = Fields::default();
    for (key, value) in pattern {
        let path = format!("{path}.{key}");
        match value {
            Value::Array(items) if key == "$or" => {
                all.alternatives.push(alternatives(items, &path)?);
            }
            _ if key == "$or" => return wrong(&path, "must be a list of objects"),
            Value::Object(_) => {
                all.fields.push((key.clone(), Field::Within(fields(value, &path)?)));
            }
            Value::Array(items) if items.is_empty() => {
                return wrong(&path, "an empty list would match nothing");
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let matchers = items.map(|(index, item)| matcher(item, &format!("{path}.{index}")));
                all.fields.push((key.clone(), Field::Any(matchers.collect::<Result<_, _>>()?)));
            }
            _ => return wrong(&path, "must be a list of values or an object"),
        }
    }
    Ok(all)
}

fn alternatives(items: &[Value], path: &str) -> Result<Vec<Fields>, PatternError> {
    if items.len() < 2 {
        return wrong(path, "needs two alternatives or more");
    }
    let items = items.iter().enumerate();
    items.map(|(index, item)| fields(item, &format!("{path}.{index}"))).collect()
}

fn matcher(item: &Value, path: &str) -> Result<Matcher, PatternError> {
    let Value::Object(item) = item else {
        return match item {
            Value::Array(_) => wrong(path, "a list within a list is no matcher"),
            scalar => Ok(Matcher::Is(Test::Equal(scalar.clone()))),
        };
    };
    let (operator, value) = only(item, path)?;
    let path = format!("{path}.{operator}");
    match operator {
        "exists" => match value {
            Value::Bool(wanted) => Ok(Matcher::Exists(*wanted)),
            _ => wrong(&path, "must be true or false"),
        },
        "anything-but" => anything_but(value, &path).map(Matcher::AnythingBut),
        _ => test(operator, value, &path).map(Matcher::Is),
    }
}

fn test(operator: &str, value: &Value, path: &str) -> Result<Test, PatternError> {
    Ok(match operator {
        "prefix" => Test::Prefix(text_of_either_case(value, path)?),
        "suffix" => Test::Suffix(text_of_either_case(value, path)?),
        "equals-ignore-case" => Test::EqualText(any_case(value, path)?),
        "wildcard" => Test::Wildcard(wildcard(value, path)?),
        "numeric" => Test::Numeric(range(value, path)?),
        "cidr" => Test::Cidr(network(value, path)?),
        _ => return wrong(path, "is no matcher of event patterns"),
    })
}

/// Texts, numbers, or one matcher of texts, each alone or as a list.
fn anything_but(value: &Value, path: &str) -> Result<Vec<Test>, PatternError> {
    if let Value::Object(inner) = value {
        let (operator, value) = only(inner, path)?;
        let path = format!("{path}.{operator}");
        if !matches!(operator, "prefix" | "suffix" | "equals-ignore-case" | "wildcard") {
            return wrong(&path, "cannot stand in anything-but");
        }
        let tests = list(value, &path)?.iter().map(|item| match item {
            Value::String(text) if text.is_empty() => wrong(&path, "must not be empty"),
            Value::String(_) => test(operator, item, &path),
            _ => wrong(&path, "must be a text or a list of texts"),
        });
        return tests.collect();
    }
    let items = list(value, path)?;
    if !items.iter().all(Value::is_string) && !items.iter().all(Value::is_number) {
        return wrong(path, "must be texts only or numbers only");
    }
    Ok(items.iter().cloned().map(Test::Equal).collect())
}

fn list<'v>(value: &'v Value, path: &str) -> Result<&'v [Value], PatternError> {
    match value {
        Value::Array(items) if items.is_empty() => wrong(path, "must not be an empty list"),
        Value::Array(items) => Ok(items),
        one => Ok(std::slice::from_ref(one)),
    }
}

fn only<'v>(
    object: &'v Map<String, Value>,
    path: &str,
) -> Result<(&'v str, &'v Value), PatternError> {
    let mut all = object.iter();
    match (all.next(), all.next()) {
        (Some((key, value)), None) => Ok((key, value)),
        _ => wrong(path, "must have exactly one matcher"),
    }
}

fn text<'v>(value: &'v Value, path: &str) -> Result<&'v str, PatternError> {
    value.as_str().map_or_else(|| wrong(path, "must be a text"), Ok)
}

fn any_case(value: &Value, path: &str) -> Result<Text, PatternError> {
    text(value, path).map(|text| Text::AnyCase(text.to_lowercase()))
}

/// A text, or `{"equals-ignore-case": text}`.
fn text_of_either_case(value: &Value, path: &str) -> Result<Text, PatternError> {
    let Value::Object(inner) = value else {
        return text(value, path).map(|text| Text::Exact(text.to_owned()));
    };
    match only(inner, path)? {
        ("equals-ignore-case", value) => any_case(value, &format!("{path}.equals-ignore-case")),
        (other, _) => wrong(path, format!("{other} cannot stand here")),
    }
}

fn wildcard(value: &Value, path: &str) -> Result<Glob, PatternError> {
    Glob::of_event(text(value, path)?).or_else(|reason| wrong(path, reason))
}

fn range(value: &Value, path: &str) -> Result<Range, PatternError> {
    let mut range = Range { least: Bound::None, most: Bound::None };
    let Value::Array(parts) = value else { return wrong(path, "must be a list of comparisons") };
    match parts.as_slice() {
        [Value::String(sign), number] if sign == "=" => {
            let number = Bound::Including(limited(number, path)?);
            range = Range { least: number, most: number };
        }
        [Value::String(sign), number] if sign.starts_with('<') => {
            range.most = bound(sign, '<', limited(number, path)?, path)?;
        }
        [Value::String(sign), number] => {
            range.least = bound(sign, '>', limited(number, path)?, path)?;
        }
        [Value::String(above), least, Value::String(below), most] => {
            let (least, most) = (limited(least, path)?, limited(most, path)?);
            if least >= most {
                return wrong(path, "the lower bound must be less than the upper one");
            }
            range.least = bound(above, '>', least, path)?;
            range.most = bound(below, '<', most, path)?;
        }
        _ => return wrong(path, "must be one comparison, or a lower and then an upper bound"),
    }
    Ok(range)
}

fn limited(value: &Value, path: &str) -> Result<f64, PatternError> {
    match value.as_f64() {
        Some(number) if number.abs() <= LARGEST => Ok(number),
        _ => wrong(path, "must compare with numbers from -5.0e9 to 5.0e9"),
    }
}

fn bound(sign: &str, side: char, number: f64, path: &str) -> Result<Bound, PatternError> {
    match sign.strip_prefix(side) {
        Some("") => Ok(Bound::Excluding(number)),
        Some("=") => Ok(Bound::Including(number)),
        _ => wrong(path, format!("{sign} is not the comparison that stands here")),
    }
}

fn network(value: &Value, path: &str) -> Result<Network, PatternError> {
    let parts = text(value, path)?.split_once('/');
    let network = parts.and_then(|(address, length)| {
        Some(Network { address: address.parse().ok()?, length: length.parse().ok()? })
    });
    match network {
        Some(network) if network.length <= if network.address.is_ipv4() { 32 } else { 128 } => {
            Ok(network)
        }
        _ => wrong(path, "must be an address and a length, like 10.0.0.0/24"),
    }
}
