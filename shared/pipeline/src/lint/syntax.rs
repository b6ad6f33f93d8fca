//! Is the text JSON, and which line and column does each finding have?
//!
//! serde_json decides what is JSON. The scan that follows only runs over text it accepted, so it
//! needs no errors of its own; it finds what a parsed value no longer shows, repeated keys and
//! places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::lint::pointer::push_key;
use crate::lint::report::Report;
use crate::lint::{Finding, MAX_CHARACTERS, Place, Severity, limits, lint};

/// Examines text; see [`crate::lint::lint_text`].
pub(crate) fn lint_text(text: &str) -> Vec<Finding> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let excess = limits::excess(text);
    // Reading megabytes to find more fault with what is refused anyway would only cost memory.
    if let Some(place) = excess.filter(|_| text.len() > 8 * MAX_CHARACTERS) {
        return vec![Finding { place: Some(place), ..too_large(text) }];
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return vec![unreadable(text, &error)],
    };
    let scan = Scan::of(text);
    let mut findings = lint(&value);

    findings.retain(|finding| finding.rule != "definition-too-large");
    if excess.is_some() {
        findings.insert(0, too_large(text));
    }
    for finding in &mut findings {
        finding.place = match finding.rule {
            "definition-too-large" => excess,
            _ => scan.places.get(&finding.pointer).copied(),
        };
    }
    findings.extend(scan.repeated);
    findings.sort_by_key(|finding| finding.place);
    findings
}

fn too_large(text: &str) -> Finding {
    let mut report = Report::default();
    limits::too_large(text.chars().count(), &mut report);
    let mut findings = report.in_order_of(&Value::Null);
    findings.pop().unwrap_or_else(|| repeated("", Place { line: 1, column: 1 }))
}

fn unreadable(text: &str, error: &serde_json::Error) -> Finding {
    let deep = error.to_string().contains("recursion limit");
    let place = Place { line: error.line().max(1), column: characters(text, error) };
    Finding {
        pointer: String::new(),
        rule: if deep { "too-deep" } else { "not-json" },
        severity: Severity::Error,
        message: error.to_string(),
        remedy: if deep {
            "flatten it: no part of a definition needs such depth".to_owned()
        } else if text.trim().is_empty() {
            "the text is empty: is it the right file?".to_owned()
        } else {
            "correct the text at that place; JSON has no comments and no trailing commas".to_owned()
        },
        place: Some(place),
    }
}

/// The column of an error in characters: serde_json counts bytes.
fn characters(text: &str, error: &serde_json::Error) -> usize {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let bytes = error.column().saturating_sub(1);
    line.char_indices().take_while(|(offset, _)| *offset < bytes).count() + 1
}

fn repeated(pointer: &str, place: Place) -> Finding {
    Finding {
        pointer: pointer.to_owned(),
        rule: "duplicate-key",
        severity: Severity::Error,
        message: "the object has this key already".to_owned(),
        remedy: "remove one of them: parsers silently keep the last".to_owned(),
        place: Some(place),
    }
}

/// What the text shows and the value does not.
#[derive(Debug, Default)]
struct Scan {
    places: BTreeMap<String, Place>,
    repeated: Vec<Finding>,
    path: String,
}

impl Scan {
    /// Reads text that is known to be JSON, hence nested no deeper than serde_json allows.
    fn of(text: &str) -> Self {
        let mut reader = Reader { rest: text, place: Place { line: 1, column: 1 } };
        let mut scan = Self::default();
        scan.value(&mut reader, None);
        scan
    }

    /// Reads a value; a member's place is that of its key.
    fn value(&mut self, reader: &mut Reader<'_>, key: Option<Place>) {
        reader.skip_blank();
        self.places.insert(self.path.clone(), key.unwrap_or(reader.place));
        match reader.rest.chars().next() {
            Some('{') => self.members(reader),
            Some('[') => self.elements(reader),
            Some('"') => reader.advance(quoted(reader.rest)),
            _ => {
                let ends = |letter: char| letter.is_whitespace() || ",]}".contains(letter);
                reader.advance(reader.rest.find(ends).unwrap_or(reader.rest.len()));
            }
        }
    }

    fn members(&mut self, reader: &mut Reader<'_>) {
        let length = self.path.len();
        let mut keys = BTreeSet::new();

        while reader.next_is_inside() {
            let place = reader.place;
            let text = reader.rest.get(..quoted(reader.rest)).unwrap_or_default();
            let key: String = serde_json::from_str(text).unwrap_or_default();
            reader.advance(text.len());
            reader.skip_blank();
            // The colon.
            reader.advance(1);

            push_key(&mut self.path, &key);
            if !keys.insert(key) {
                self.repeated.push(repeated(&self.path, place));
            }
            self.value(reader, Some(place));
            self.path.truncate(length);
        }
    }

    fn elements(&mut self, reader: &mut Reader<'_>) {
        let length = self.path.len();
        let mut index = 0_usize;

        while reader.next_is_inside() {
            push_key(&mut self.path, &index.to_string());
            self.value(reader, None);
            self.path.truncate(length);
            index += 1;
        }
    }
}

/// Text that is being read, and where it is.
struct Reader<'a> {
    rest: &'a str,
    place: Place,
}

impl Reader<'_> {
    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        for letter in passed.chars() {
            if letter == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.rest = rest;
    }

    fn skip_blank(&mut self) {
        self.advance(self.rest.len() - self.rest.trim_start().len());
    }

    /// Passes the bracket or comma here; whether a member or element follows, not the end.
    fn next_is_inside(&mut self) -> bool {
        self.skip_blank();
        let mut more = !self.rest.is_empty();
        if self.rest.starts_with(['{', '[', ',']) {
            self.advance(1);
            self.skip_blank();
        }
        if self.rest.starts_with(['}', ']']) {
            self.advance(1);
            more = false;
        }
        more
    }
}

/// The length of the string that `text` starts with, quotes included.
fn quoted(text: &str) -> usize {
    let mut escaped = true;
    for (offset, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return offset + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, pointer: &str) -> Option<(usize, usize)> {
        Scan::of(text).places.get(pointer).map(|place| (place.line, place.column))
    }

    #[test]
    fn every_node_has_the_place_where_it_starts() {
        let text = "{\n  \"a\": [1, {\"b/c\": \"ü\"}, [ ]],\n  \"d\": {}, \"e\": null }";

        assert_eq!(place(text, ""), Some((1, 1)));
        assert_eq!(place(text, "/a"), Some((2, 3)));
        assert_eq!(place(text, "/a/0"), Some((2, 9)));
        assert_eq!(place(text, "/a/1"), Some((2, 12)));
        assert_eq!(place(text, "/a/1/b~1c"), Some((2, 13)));
        assert_eq!(place(text, "/a/2"), Some((2, 26)));
        assert_eq!(place(text, "/d"), Some((3, 3)));
        assert_eq!(place(text, "/e"), Some((3, 12)));
    }

    #[test]
    fn a_repeated_key_is_found_at_its_second_place() {
        let scan =
            Scan::of("{\"a\": {\"x\": 1, \"y\": 2,\n \"x\": 3}, \"b\": [{\"x\": 1}, {\"x\": 2}]}");

        assert_eq!(scan.repeated.len(), 1);
        assert_eq!(scan.repeated[0].pointer, "/a/x");
        assert_eq!(scan.repeated[0].place, Some(Place { line: 2, column: 2 }));
    }
}
