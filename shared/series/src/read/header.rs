//! Which field of a file is which column of the schema?

use crate::read::ReadError;
use crate::schema::{Presence, Purpose, Schema};

/// What may stand between fields, the usual one first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// What the header of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// What stands between fields.
    pub(super) delimiter: u8,
    /// All names of the header.
    pub(super) names: Vec<String>,
    /// For each column of the schema its field, unless the file lacks it.
    pub(super) fields: Vec<Option<usize>>,
}

impl Header {
    /// Reads the first record of a text. The delimiter is the one that makes the most of the
    /// schema's columns of it, which is unambiguous as soon as there are two.
    pub(super) fn of_text(file: &str, record: &[u8], schema: &Schema) -> Result<Self, ReadError> {
        let text = String::from_utf8_lossy(record);
        let known = |names: &[String]| {
            schema.columns.iter().filter(|field| names.contains(&field.name)).count()
        };
        let (mut delimiter, mut names) = (b',', names_of(&text, ','));
        for other in DELIMITERS {
            let candidates = names_of(&text, char::from(other));
            if known(&candidates) > known(&names) {
                (delimiter, names) = (other, candidates);
            }
        }
        Self::of_names(file, names, schema).map(|header| Self { delimiter, ..header })
    }

    /// Finds the columns among the names of a file.
    pub(super) fn of_names(
        file: &str,
        names: Vec<String>,
        schema: &Schema,
    ) -> Result<Self, ReadError> {
        let mut fields = Vec::with_capacity(schema.columns.len());
        for column in &schema.columns {
            let mut found = names.iter().enumerate().filter(|(_, name)| **name == column.name);
            let field = found.next().map(|(field, _)| field);
            if found.next().is_some() {
                let (file, column) = (file.to_owned(), column.name.clone());
                return Err(ReadError::RepeatedColumn { file, column });
            }
            if field.is_none() && column.presence == Presence::Required {
                let (file, column) = (file.to_owned(), column.name.clone());
                let remedy = remedy(&column, &names);
                return Err(ReadError::NoColumn { file, column, remedy });
            }
            fields.push(field);
        }
        Ok(Self { delimiter: b',', names, fields })
    }

    /// The columns of the file that the schema does not name.
    pub(super) fn extra(&self, schema: &Schema) -> Vec<String> {
        let is_extra = |name: &&String| schema.place(name).is_none();
        self.names.iter().filter(is_extra).cloned().collect()
    }

    /// The columns of the schema that the file lacks.
    pub(super) fn lacking(&self, schema: &Schema) -> Vec<String> {
        let columns = schema.columns.iter().zip(&self.fields);
        let lacking = columns
            .filter(|(column, field)| field.is_none() && column.purpose != Purpose::Identifier);
        lacking.map(|(column, _)| column.name.clone()).collect()
    }
}

/// The names of a header without blanks and quotes around them.
fn names_of(header: &str, delimiter: char) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    for character in header.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            _ if character == delimiter && !is_quoted => names.push(String::new()),
            _ => names.last_mut().into_iter().for_each(|name| name.push(character)),
        }
    }
    names.iter().map(|name| name.trim().to_owned()).collect()
}

/// What to do about a column that is missing.
fn remedy(column: &str, names: &[String]) -> String {
    if let [only] = names {
        let lone = only.chars().find(|character| ":^~\u{1}".contains(*character));
        if let Some(delimiter) = lone {
            return format!(
                "the header has one column, which looks separated by {delimiter:?}; \
                 separate by comma, semicolon, tab or |"
            );
        }
    }
    let like = |name: &&String| distance(&name.to_lowercase(), &column.to_lowercase());
    let nearest = names.iter().min_by_key(like);
    let most = (column.chars().count() / 3).max(1);
    if let Some(nearest) = nearest.filter(|name| like(name) <= most) {
        return format!("did you mean `{nearest}`? Name it so in the schema or in the file");
    }
    let shown: Vec<String> =
        names.iter().take(20).map(|name| format!("`{}`", short(name))).collect();
    format!("the first line names {}; it must name the columns", shown.join(", "))
}

fn short(name: &str) -> String {
    crate::read::cell::shown(name.as_bytes())
}

/// How many letters must be inserted, removed or replaced.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(256).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().take(256).enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (above, expected) in
            row.iter_mut().zip(std::iter::once(None).chain(other.iter().map(Some)))
        {
            let Some(expected) = expected else {
                *above = left;
                continue;
            };
            let replaced = diagonal + usize::from(*expected != letter);
            diagonal = *above;
            left = replaced.min(*above + 1).min(left + 1);
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
