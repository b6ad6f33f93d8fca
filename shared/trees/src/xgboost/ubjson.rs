//! What does a file in UBJSON say?
//!
//! The part of the draft 12 that XGBoost writes: no no-ops, no high-precision numbers. Nothing is
//! set aside for more values than there are bytes.

use std::collections::BTreeMap;

use crate::xgboost::FileError;
use crate::xgboost::document::Document;

/// Objects and lists inside one another; XGBoost needs eight.
const DEEPEST: usize = 64;

/// Reads a document.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, FileError> {
    let mut reader = Reader { bytes, at: 0 };
    let marker = reader.byte()?;
    let document = reader.value(marker, DEEPEST)?;
    if reader.at < bytes.len() {
        return Err(reader.wrong("something stands after the end of the model"));
    }
    Ok(document)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, message: impl Into<String>) -> FileError {
        FileError::Syntax { format: "UBJSON", at: self.at, message: message.into() }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], FileError> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            let left = self.bytes.len() - self.at;
            self.wrong(format!("{count} bytes are needed and {left} left: the file was cut"))
        })?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FileError> {
        let taken = self.take(N)?;
        taken.first_chunk().copied().ok_or_else(|| self.wrong("the file was cut"))
    }

    fn byte(&mut self) -> Result<u8, FileError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn unknown(&self, marker: u8) -> FileError {
        self.wrong(format!("`{}` is no type of value", marker.escape_ascii()))
    }

    #[expect(clippy::cast_precision_loss, reason = "no index of a model needs more than 53 bits")]
    fn number(&mut self, marker: u8) -> Result<f64, FileError> {
        Ok(match marker {
            b'i' => f64::from(i8::from_be_bytes(self.array()?)),
            b'U' => f64::from(u8::from_be_bytes(self.array()?)),
            b'I' => f64::from(i16::from_be_bytes(self.array()?)),
            b'l' => f64::from(i32::from_be_bytes(self.array()?)),
            b'L' => i64::from_be_bytes(self.array()?) as f64,
            b'd' => f64::from(f32::from_be_bytes(self.array()?)),
            b'D' => f64::from_be_bytes(self.array()?),
            b'T' => 1.0,
            b'F' => 0.0,
            _ => return Err(self.unknown(marker)),
        })
    }

    fn length(&mut self) -> Result<usize, FileError> {
        let marker = self.byte()?;
        let length = match marker {
            b'i' => i64::from(i8::from_be_bytes(self.array()?)),
            b'U' => i64::from(u8::from_be_bytes(self.array()?)),
            b'I' => i64::from(i16::from_be_bytes(self.array()?)),
            b'l' => i64::from(i32::from_be_bytes(self.array()?)),
            b'L' => i64::from_be_bytes(self.array()?),
            _ => return Err(self.wrong("a length has to be a whole number")),
        };
        usize::try_from(length).map_err(|_| self.wrong(format!("a length is {length}")))
    }

    fn text(&mut self) -> Result<String, FileError> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.wrong("a text is not UTF-8"))
    }

    fn value(&mut self, marker: u8, depth: usize) -> Result<Document, FileError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.wrong(format!("more than {DEEPEST} lists and objects in one another")));
        };
        match marker {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'S' => Ok(Document::Text(self.text()?)),
            b'Z' => Ok(Document::Null),
            _ => Ok(Document::Number(self.number(marker)?)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Document, FileError> {
        let mut members = BTreeMap::new();
        while self.peek() != Some(b'}') {
            let key = self.text()?;
            let marker = self.byte()?;
            members.insert(key, self.value(marker, depth)?);
        }
        self.byte()?;
        Ok(Document::Object(members))
    }

    fn list(&mut self, depth: usize) -> Result<Document, FileError> {
        if self.peek() == Some(b'$') {
            self.byte()?;
            let marker = self.byte()?;
            return self.typed(marker);
        }
        if self.peek() == Some(b'#') {
            self.byte()?;
            let count = self.length()?;
            return self.items(depth, Some(count));
        }
        self.items(depth, None)
    }

    fn typed(&mut self, marker: u8) -> Result<Document, FileError> {
        if !b"iUIlLdD".contains(&marker) {
            return Err(self.unknown(marker));
        }
        if self.byte()? != b'#' {
            return Err(self.wrong("the count of a typed list is missing"));
        }
        let count = self.length()?;
        if count > self.bytes.len() - self.at {
            return Err(
                self.wrong(format!("a list of {count} values ends early: the file was cut"))
            );
        }
        let numbers: Result<_, FileError> = (0..count).map(|_| self.number(marker)).collect();
        Ok(Document::Numbers(numbers?))
    }

    fn items(&mut self, depth: usize, count: Option<usize>) -> Result<Document, FileError> {
        let mut items = Vec::new();
        while count.map_or(self.peek() != Some(b']'), |count| items.len() < count) {
            let marker = self.byte()?;
            items.push(self.value(marker, depth)?);
        }
        if count.is_none() {
            self.byte()?;
        }
        let number = |item: &Document| match item {
            Document::Number(number) => Some(*number),
            _ => None,
        };
        let numbers: Option<Vec<f64>> = items.iter().map(number).collect();
        Ok(numbers.map_or(Document::List(items), Document::Numbers))
    }
}
