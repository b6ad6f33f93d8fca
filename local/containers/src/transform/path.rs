//! The part of JSONPath that filters of transform jobs have: `$`, `.name`, `['a','b']`, `[0,-1]`,
//! `[1:]` and `[*]`.

use serde_json::{Map, Value};

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Names(Vec<String>),
    Index(i64),
    Indices(Vec<i64>),
    Slice(Option<i64>, Option<i64>),
    All,
}

impl Path {
    /// Reads it. What is wrong with one that cannot be read is said in words.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let bad =
            || format!("`{text}` is no path, such as $, $.name, $['a','b'], $[0,-1] or $[1:]");
        let mut rest = text.trim().strip_prefix('$').ok_or_else(bad)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (name, remaining) = after.split_at_checked(end).ok_or_else(bad)?;
                steps.push(match name {
                    "" => return Err(bad()),
                    "*" => Step::All,
                    name => Step::Name(name.to_owned()),
                });
                rest = remaining;
            } else {
                let (inner, remaining) = bracket(rest).ok_or_else(bad)?;
                steps.push(step(inner).ok_or_else(bad)?);
                rest = remaining;
            }
        }
        Ok(Self { steps })
    }

    pub(super) fn is_all(&self) -> bool {
        self.steps.is_empty()
    }

    /// What it takes out of a value.
    pub(super) fn of(&self, value: &Value) -> Result<Value, String> {
        taken(value, &self.steps)
    }
}

/// What stands in the brackets that a text begins with, and what follows them.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let mut quoted = None;
    for (at, letter) in inner.char_indices() {
        match (quoted, letter) {
            (None, '\'' | '"') => quoted = Some(letter),
            (Some(mark), letter) if mark == letter => quoted = None,
            (None, ']') => return Some((inner.get(..at)?, inner.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn step(inner: &str) -> Option<Step> {
    let inner = inner.trim();
    if inner == "*" {
        return Some(Step::All);
    }
    if inner.starts_with(['\'', '"']) {
        let mut names = names(inner)?;
        return if names.len() == 1 {
            names.pop().map(Step::Name)
        } else {
            Some(Step::Names(names))
        };
    }
    if let Some((from, to)) = inner.split_once(':') {
        let bound = |text: &str| match text.trim() {
            "" => Some(None),
            number => number.parse().ok().map(Some),
        };
        return Some(Step::Slice(bound(from)?, bound(to)?));
    }
    let numbers = inner.split(',').map(|number| number.trim().parse().ok());
    let numbers: Vec<i64> = numbers.collect::<Option<_>>()?;
    match numbers.as_slice() {
        [number] => Some(Step::Index(*number)),
        _ => Some(Step::Indices(numbers)),
    }
}

fn names(mut inner: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    loop {
        let mark = inner.chars().next().filter(|mark| matches!(mark, '\'' | '"'))?;
        let (name, after) = inner.get(1..)?.split_once(mark)?;
        names.push(name.to_owned());
        match after.trim_start().strip_prefix(',') {
            Some(next) => inner = next.trim_start(),
            None if after.trim().is_empty() => return Some(names),
            None => return None,
        }
    }
}

fn taken(value: &Value, steps: &[Step]) -> Result<Value, String> {
    let Some((step, rest)) = steps.split_first() else { return Ok(value.clone()) };
    let list = || value.as_array().ok_or_else(|| "there is no list to take from".to_owned());
    let many = |values: Vec<&Value>| {
        let each = values.into_iter().map(|value| taken(value, rest));
        each.collect::<Result<Vec<_>, _>>().map(Value::Array)
    };
    match step {
        Step::Name(name) => {
            let found = value.get(name).ok_or_else(|| format!("there is no `{name}`"))?;
            taken(found, rest)
        }
        Step::Names(names) => {
            let found = |name: &String| {
                let found = value.get(name).ok_or_else(|| format!("there is no `{name}`"))?;
                Ok((name.clone(), taken(found, rest)?))
            };
            names.iter().map(found).collect::<Result<Map<_, _>, String>>().map(Value::Object)
        }
        Step::Index(index) => taken(element(list()?, *index)?, rest),
        Step::Indices(indices) => {
            let list = list()?;
            let found = indices.iter().map(|index| element(list, *index));
            many(found.collect::<Result<_, _>>()?)
        }
        Step::Slice(from, to) => {
            let list = list()?;
            let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
            let bound = |given: Option<i64>, usual| match given {
                Some(number) if number < 0 => (length + number).max(0),
                Some(number) => number.min(length),
                None => usual,
            };
            let (from, to) = (bound(*from, 0), bound(*to, length));
            let (from, to) = (usize::try_from(from), usize::try_from(to));
            let part = from.ok().zip(to.ok()).and_then(|(from, to)| list.get(from..to));
            many(part.unwrap_or_default().iter().collect())
        }
        Step::All => match value {
            Value::Object(members) => many(members.values().collect()),
            _ => many(list()?.iter().collect()),
        },
    }
}

fn element(list: &[Value], index: i64) -> Result<&Value, String> {
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let at = if index < 0 { length.saturating_add(index) } else { index };
    let found = usize::try_from(at).ok().and_then(|at| list.get(at));
    found.ok_or_else(|| format!("there is no value {index} among {length}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(path: &str, value: &Value) -> Value {
        Path::read(path).unwrap().of(value).unwrap()
    }

    #[test]
    fn paths_take_what_they_name() {
        let row = json!(["a", "b", "c", "d"]);
        assert_eq!(of("$", &row), row);
        assert_eq!(of("$[1:]", &row), json!(["b", "c", "d"]));
        assert_eq!(of("$[:-1]", &row), json!(["a", "b", "c"]));
        assert_eq!(of("$[0]", &row), json!("a"));
        assert_eq!(of("$[-1]", &row), json!("d"));
        assert_eq!(of("$[0, 2,-1]", &row), json!(["a", "c", "d"]));
        assert_eq!(of("$[7:]", &row), json!([]));

        let record = json!({"id": 7, "features": [1, 2], "deep": {"a]b": [{"x": 1}, {"x": 2}]}});
        assert_eq!(of("$.features", &record), json!([1, 2]));
        assert_eq!(of("$['features'][1]", &record), json!(2));
        assert_eq!(of("$['id', 'features']", &record), json!({"id": 7, "features": [1, 2]}));
        assert_eq!(of("$.deep['a]b'][*].x", &record), json!([1, 2]));
    }

    #[test]
    fn what_is_not_there_is_said() {
        let why = Path::read("$[9]").unwrap().of(&json!([1])).unwrap_err();
        assert_eq!(why, "there is no value 9 among 1");
        let why = Path::read("$.a").unwrap().of(&json!({})).unwrap_err();
        assert_eq!(why, "there is no `a`");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "a", "$.", "$[", "$[a]", "$['a]", "$[1,'a']", "$[1", "$a"] {
            assert!(Path::read(text).is_err(), "{text}");
        }
    }
}
