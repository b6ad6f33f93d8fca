//! An object becomes requests.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::Reshaping;
use crate::job::Gzip;
use crate::job::transform::{BatchStrategy, SplitType};

/// One request: what the model is sent, and the records that it was made of where they are joined
/// to the answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) body: Vec<u8>,
    pub(super) records: Vec<String>,
}

/// How an object is cut.
#[derive(Debug, Clone)]
pub(super) struct Cutting {
    pub(super) split: SplitType,
    pub(super) strategy: BatchStrategy,
    /// How many bytes a request may have; 0 says that it may have any.
    pub(super) most: u64,
    pub(super) reshaping: Option<Reshaping>,
}

/// The requests of an object, read as they are asked for.
pub(super) struct Payloads {
    source: Box<dyn BufRead + Send>,
    cutting: Cutting,
    /// A record that did not fit into the request before.
    waiting: Option<Payload>,
    done: bool,
}

impl Payloads {
    pub(super) fn open(path: &Path, gzip: Gzip, cutting: Cutting) -> io::Result<Self> {
        let file = BufReader::with_capacity(256 * 1024, File::open(path)?);
        let source: Box<dyn BufRead + Send> = match gzip {
            Gzip::None => Box::new(file),
            Gzip::Gzip => Box::new(BufReader::new(MultiGzDecoder::new(file))),
        };
        Ok(Self { source, cutting, waiting: None, done: false })
    }

    /// The next request.
    pub(super) fn next(&mut self) -> Result<Option<Payload>, String> {
        match self.cutting.split {
            SplitType::None => self.whole(),
            SplitType::Line => self.lines(),
        }
    }

    fn whole(&mut self) -> Result<Option<Payload>, String> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let limit = if self.cutting.most == 0 { u64::MAX } else { self.cutting.most + 1 };
        let mut bytes = Vec::new();
        self.source.by_ref().take(limit).read_to_end(&mut bytes).map_err(|it| it.to_string())?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.check(bytes.len())?;
        let Some(reshaping) = &self.cutting.reshaping else {
            return Ok(Some(Payload { body: bytes, records: Vec::new() }));
        };
        let mut payload = Payload::default();
        for record in reshaping.records(text(&bytes)?) {
            payload.body.extend_from_slice(reshaping.inward(record)?.as_bytes());
            payload.records.push(record.to_owned());
        }
        Ok(Some(payload))
    }

    fn lines(&mut self) -> Result<Option<Payload>, String> {
        let mut payload = Payload::default();
        while let Some(record) = self.record()? {
            self.check(record.body.len())?;
            let fits = self.cutting.most == 0
                || (payload.body.len() + record.body.len()) as u64 <= self.cutting.most;
            if !payload.body.is_empty() && !fits {
                self.waiting = Some(record);
                break;
            }
            payload.body.extend(record.body);
            payload.records.extend(record.records);
            if self.cutting.strategy == BatchStrategy::SingleRecord {
                break;
            }
        }
        Ok(Some(payload).filter(|payload| !payload.body.is_empty()))
    }

    /// The next line that is not empty, as the model is to see it.
    fn record(&mut self) -> Result<Option<Payload>, String> {
        if let Some(waiting) = self.waiting.take() {
            return Ok(Some(waiting));
        }
        loop {
            let mut line = Vec::new();
            let read = self.source.read_until(b'\n', &mut line);
            if read.map_err(|error| error.to_string())? == 0 {
                return Ok(None);
            }
            while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                line.pop();
            }
            if line.is_empty() {
                continue;
            }
            let Some(reshaping) = &self.cutting.reshaping else {
                line.push(b'\n');
                return Ok(Some(Payload { body: line, records: Vec::new() }));
            };
            let record = text(&line)?;
            let body = reshaping.inward(record)?.into_bytes();
            return Ok(Some(Payload { body, records: vec![record.to_owned()] }));
        }
    }

    fn check(&self, size: usize) -> Result<(), String> {
        let most = self.cutting.most;
        if most == 0 || size as u64 <= most {
            return Ok(());
        }
        let unit = match self.cutting.split {
            SplitType::None => "the object",
            SplitType::Line => "a record",
        };
        Err(format!(
            "{unit} is larger than MaxPayloadInMB ({most} bytes); raise it, or set SplitType"
        ))
    }
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| format!("a record is not UTF-8: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(content: &str, cutting: Cutting) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("object");
        std::fs::write(&path, content).unwrap();
        let mut payloads = Payloads::open(&path, Gzip::None, cutting).unwrap();
        let mut bodies = Vec::new();
        while let Some(payload) = payloads.next()? {
            bodies.push(String::from_utf8(payload.body).unwrap());
        }
        Ok(bodies)
    }

    fn cutting(split: SplitType, strategy: BatchStrategy, most: u64) -> Cutting {
        Cutting { split, strategy, most, reshaping: None }
    }

    #[test]
    fn lines_are_sent_as_many_as_fit_or_each_alone() {
        let many = cutting(SplitType::Line, BatchStrategy::MultiRecord, 8);
        assert_eq!(bodies("abc\ndef\n\nghi\r\n", many).unwrap(), ["abc\ndef\n", "ghi\n"]);
        let single = cutting(SplitType::Line, BatchStrategy::SingleRecord, 8);
        assert_eq!(bodies("abc\ndef", single).unwrap(), ["abc\n", "def\n"]);
    }

    #[test]
    fn what_is_larger_than_allowed_is_refused() {
        let whole = cutting(SplitType::None, BatchStrategy::MultiRecord, 3);
        assert!(bodies("abcd", whole).unwrap_err().contains("the object"));
        let line = cutting(SplitType::Line, BatchStrategy::MultiRecord, 3);
        assert!(bodies("abcd\n", line).unwrap_err().contains("a record"));
        let any = cutting(SplitType::None, BatchStrategy::MultiRecord, 0);
        assert_eq!(bodies("abcd", any).unwrap(), ["abcd"]);
    }
}
