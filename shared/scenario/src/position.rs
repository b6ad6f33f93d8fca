//! Where in a TOML text a key stands, so that errors can say line and key.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A place in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: usize,
    /// With dots between the names of tables; empty where there is none.
    pub(crate) key: String,
}

/// The place of the byte at `offset`.
pub(crate) fn of_offset(text: &str, offset: usize) -> Place {
    let mut key = String::new();
    if let Ok(table) = DeTable::parse(text) {
        deepest(table.get_ref(), offset, &mut key);
    }
    Place { line: line_of(text, offset), key }
}

/// The line on which `key` stands, or the line of the nearest table around it.
pub(crate) fn line_of_key(text: &str, key: &str) -> usize {
    let offset = DeTable::parse(text).ok().and_then(|table| {
        let mut names = key.split('.');
        find(table.get_ref(), &mut names)
    });
    line_of(text, offset.unwrap_or(0))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

fn find<'k>(table: &DeTable<'_>, names: &mut impl Iterator<Item = &'k str>) -> Option<usize> {
    let name = names.next()?;
    let (key, value) = table.iter().find(|(key, _)| key.get_ref().as_ref() == name)?;
    let deeper = match value.get_ref() {
        DeValue::Table(inner) => find(inner, names),
        _ => None,
    };
    deeper.or(Some(key.span().start))
}

/// Appends to `path` the names that lead to the value or key around `offset`.
fn deepest(table: &DeTable<'_>, offset: usize, path: &mut String) {
    for (key, value) in table {
        if !(around(&key.span(), offset) || covers(value.get_ref(), &value.span(), offset)) {
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key.get_ref());
        inside(value.get_ref(), offset, path);
        return;
    }
}

fn inside(value: &DeValue<'_>, offset: usize, path: &mut String) {
    match value {
        DeValue::Table(inner) => deepest(inner, offset, path),
        DeValue::Array(items) => {
            let found = items.iter().find(|item| covers(item.get_ref(), &item.span(), offset));
            if let Some(item) = found {
                inside(item.get_ref(), offset, path);
            }
        }
        _ => {}
    }
}

/// Whether `offset` lies in the value. The span of a `[table]` is that of its header alone, so its
/// members are asked as well.
fn covers(value: &DeValue<'_>, span: &Range<usize>, offset: usize) -> bool {
    around(span, offset)
        || match value {
            DeValue::Table(inner) => inner.iter().any(|(key, member)| {
                around(&key.span(), offset) || covers(member.get_ref(), &member.span(), offset)
            }),
            _ => false,
        }
}

fn around(span: &Range<usize>, offset: usize) -> bool {
    span.contains(&offset) || span.start == offset
}
