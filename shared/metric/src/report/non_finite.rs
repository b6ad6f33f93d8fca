//! Which literal of this almost-JSON text is `NaN`, infinite or too large, and where does it stand?
//!
//! Python's `json.dumps` writes `NaN` and `Infinity` by default, so this is the commonest way for
//! a report to be broken, and "expected value at line 1" would not tell its writer what to do.
//! The scan is lenient: it looks for such literals only and judges no other syntax.

use crate::report::{ReportError, pointer_segment};

/// A literal that reads as a number but has no finite value.
#[derive(Debug)]
pub(super) struct Literal {
    /// Line and column of its first byte, counted from 1.
    pub(super) position: (usize, usize),
    text: String,
    path: Vec<String>,
}

impl Literal {
    pub(super) fn into_error(self) -> ReportError {
        ReportError::NonFinite {
            pointer: self.path.iter().map(|segment| pointer_segment(segment)).collect(),
            metric: metric_of(&self.path),
            literal: self.text,
        }
    }
}

/// The flat name of the number at `path`, as `Report::numbers` would spell it.
pub(super) fn metric_of(path: &[String]) -> String {
    match path {
        [section, name, ..] if section == "metrics" => name.clone(),
        [section, rest @ ..] if section == "quantiles" || section == "groups" => rest.join("."),
        [section, rest @ ..] if section == "baselines" => format!("baseline.{}", rest.join(".")),
        [section, rest @ ..] if section == "steps" => format!("step.{}", rest.join(".")),
        path => path.join("."),
    }
}

/// The first such literal of the text.
pub(super) fn first(bytes: &[u8]) -> Option<Literal> {
    let mut scan = Scan { bytes, at: 0, open: Vec::new() };
    while let Some(byte) = scan.bytes.get(scan.at) {
        match byte {
            b'"' => scan.string(),
            byte if is_of_word(*byte) => {
                if let Some(found) = scan.word() {
                    return Some(found);
                }
            }
            byte => scan.punctuation(*byte),
        }
    }
    None
}

/// An object or array that is open at the scan's place.
enum Open {
    Object { key: String, next: Next },
    Array { index: usize },
}

enum Next {
    Key,
    Value,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
}

impl Scan<'_> {
    fn punctuation(&mut self, byte: u8) {
        self.at += 1;
        match (byte, self.open.last_mut()) {
            (b'{', _) => self.open.push(Open::Object { key: String::new(), next: Next::Key }),
            (b'[', _) => self.open.push(Open::Array { index: 0 }),
            (b'}' | b']', _) => drop(self.open.pop()),
            (b':', Some(Open::Object { next, .. })) => *next = Next::Value,
            (b',', Some(Open::Object { next, .. })) => *next = Next::Key,
            (b',', Some(Open::Array { index })) => *index += 1,
            _ => {}
        }
    }

    fn string(&mut self) {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'"' {
                break;
            }
        }
        let quoted = self.bytes.get(start..self.at).unwrap_or_default();
        if let Some(Open::Object { key, next: Next::Key }) = self.open.last_mut() {
            *key = serde_json::from_slice(quoted)
                .unwrap_or_else(|_| String::from_utf8_lossy(quoted).into_owned());
        }
    }

    fn word(&mut self) -> Option<Literal> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_of_word(**byte)).count();
        let text = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
        let start = self.at;
        self.at += length;
        // Rust reads nan, inf and infinity in any case and with a sign, and 1e999 as infinite.
        let number: f64 = text.parse().ok()?;
        if number.is_finite() {
            return None;
        }
        Some(Literal { position: position(self.bytes, start), text, path: self.path() })
    }

    fn path(&self) -> Vec<String> {
        let segment = |open: &Open| match open {
            Open::Object { key, .. } => key.clone(),
            Open::Array { index } => index.to_string(),
        };
        self.open.iter().map(segment).collect()
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}
