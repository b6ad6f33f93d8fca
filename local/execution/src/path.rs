//! Paths into JSON: `.member`, `[0]` and `['key']`.

use serde_json::Value;

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// `.name`
    Member(&'a str),
    /// `[3]`
    Index(usize),
    /// `['name']`
    Key(&'a str),
}

/// The members by which the answers of the service name the elements of their lists.
const NAMES: [&str; 7] =
    ["OutputName", "InputName", "MetricName", "ChannelName", "VariantName", "Name", "Key"];

/// Cuts off the leading name.
pub(crate) fn head(text: &str) -> (&str, &str) {
    text.split_at(text.find(['.', '[']).unwrap_or(text.len()))
}

/// Reads `.a[0]['b']`; nothing if it is torn.
pub(crate) fn parse(text: &str) -> Option<Vec<Segment<'_>>> {
    let mut segments = Vec::new();
    let mut rest = text;

    while !rest.is_empty() {
        let (segment, tail) = match rest.strip_prefix('.') {
            Some(after) => {
                let (name, tail) = head(after);
                ((!name.is_empty()).then_some(Segment::Member(name))?, tail)
            }
            None => bracket(rest)?,
        };
        segments.push(segment);
        rest = tail;
    }
    Some(segments)
}

fn bracket(text: &str) -> Option<(Segment<'_>, &str)> {
    let inner = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let (key, tail) = quoted.split_once(quote)?;
            return Some((Segment::Key(key), tail.strip_prefix(']')?));
        }
    }
    let (digits, tail) = inner.split_once(']')?;
    Some((Segment::Index(digits.parse().ok()?), tail))
}

/// Reads the path of `Std:JsonGet`, which starts without a dot, or with `$.`.
pub(crate) fn parse_file_path(text: &str) -> Option<Vec<Segment<'_>>> {
    let text = text.strip_prefix('$').unwrap_or(text);
    if text.starts_with(['[', '.']) {
        return parse(text).filter(|path| !path.is_empty());
    }
    let (name, rest) = head(text);
    let mut path = vec![(!name.is_empty()).then_some(Segment::Member(name))?];
    path.extend(parse(rest)?);
    Some(path)
}

/// What stands at `path` in a file.
pub(crate) fn in_file<'v>(value: &'v Value, path: &[Segment<'_>]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Member(name) | Segment::Key(name) => value.as_object()?.get(*name),
        Segment::Index(index) => value.as_array()?.get(*index),
    })
}

/// What stands at `path` in the properties of a step: a key finds the element of a list, too.
pub(crate) fn in_properties<'v>(value: &'v Value, path: &[Segment<'_>]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, segment| match (segment, value) {
        (Segment::Key(key), Value::Array(items)) => named(items, key),
        _ => in_file(value, &[*segment]),
    })
}

/// The element of a list that has this name.
pub(crate) fn named<'v>(items: &'v [Value], name: &str) -> Option<&'v Value> {
    items.iter().find(|item| {
        NAMES.iter().any(|member| item.get(member).and_then(Value::as_str) == Some(name))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_indexes_and_keys_are_followed() {
        let properties = json!({"A": {"Outputs": [{"OutputName": "x y", "S": [1, 2]}]}});
        let path = parse(".A.Outputs['x y'].S[1]").unwrap();

        assert_eq!(in_properties(&properties, &path), Some(&json!(2)));
    }

    #[test]
    fn a_list_in_a_file_is_entered_by_index_only() {
        let file = json!({"list": [{"Name": "x", "v": 1}]});
        let by_name = parse_file_path("list['x'].v").unwrap();
        let by_index = parse_file_path("$.list[0]['v']").unwrap();

        assert_eq!(in_file(&file, &by_name), None);
        assert_eq!(in_file(&file, &by_index), Some(&json!(1)));
    }

    #[test]
    fn a_torn_path_is_none() {
        for text in [".", ".a.", ".a[", ".a[x]", ".a['b]", "a", ".a]b["] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse_file_path(""), None);
        assert_eq!(parse_file_path("$"), None);
    }
}
