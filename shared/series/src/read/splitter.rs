//! Where do records and fields begin and end in a stream of bytes?
//!
//! A block of the stream is searched eight bytes at a time for delimiters and line ends, and
//! records of as many fields as the header has are taken from what was found. Records with quotes,
//! with other numbers of fields and blank lines go the long way, byte by byte. Both find the same.
//!
//! Records may end with `\n`, `\r\n` or `\r`, also mixed. Nothing is copied but text with quotes.

#![expect(
    clippy::indexing_slicing,
    reason = "places come from searching the same bytes; what is outside is asked for with get"
)]

use std::io::Read;

use crate::read::block::{Block, Bound, Ragged};
use crate::read::cell::CellFault;
use crate::read::separators::search;

/// How many bytes are split at a time; the fields of them stay in the second cache.
const BLOCK: usize = 64 * 1024;
/// The longest a record may be.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
/// How many bytes after the last one may be read as part of a word or two.
pub(super) const PADDING: usize = 16;

/// Splits a stream into blocks of records.
pub(super) struct Splitter {
    stream: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    /// The first byte that belongs to no block yet.
    begin: usize,
    /// The first byte after those that were read.
    filled: usize,
    is_at_end: bool,
    /// Why reading ended early; told when all complete records were taken.
    failure: Option<std::io::Error>,
    /// The line of the first byte that belongs to no block yet.
    line: u64,
    delimiter: u8,
    separators: Vec<u32>,
}

/// Why no block could be made.
pub(super) enum Broken {
    /// The stream failed.
    Stream(std::io::Error),
    /// A record that begins on this line does not end.
    Endless(u64),
}

impl Splitter {
    pub(super) fn new(stream: Box<dyn Read + Send>) -> Self {
        Self {
            stream,
            bytes: Vec::new(),
            begin: 0,
            filled: 0,
            is_at_end: false,
            failure: None,
            line: 1,
            delimiter: b',',
            separators: Vec::new(),
        }
    }

    /// The line on which what comes next begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The first record as it stands, without a byte order mark; nothing if there is none.
    pub(super) fn header(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        self.fill(BLOCK);
        if self.unread().starts_with(&[0xef, 0xbb, 0xbf]) {
            self.begin += 3;
        }
        loop {
            while matches!(self.unread().first(), Some(b'\r' | b'\n')) {
                self.line += u64::from(!self.unread().starts_with(b"\r\n"));
                self.begin += 1;
            }
            let (first, line) = (self.begin, self.line);
            if first == self.filled && self.is_at_end {
                return Ok(None);
            }
            if let Some(end) = self.end_of_record(first) {
                self.skip_to(end);
                return Ok(Some(self.bytes[first..end].to_vec()));
            }
            if self.is_at_end {
                let whole = self.unread().to_vec();
                self.begin = self.filled;
                self.line += 1;
                return Ok(Some(whole));
            }
            self.fill_more(line)?;
        }
    }

    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The next records, of which each but the ragged ones has as many fields.
    pub(super) fn split(&mut self, fields: usize, block: &mut Block) -> Result<More, Broken> {
        block.clear(fields, self.line);
        self.fill(BLOCK);
        loop {
            self.search();
            self.take_records(fields, block);
            if self.begin > 0 {
                std::mem::swap(&mut block.bytes, &mut self.bytes);
                block.end = self.begin;
                self.keep_rest(&block.bytes);
                return Ok(More::Block);
            }
            if self.is_at_end {
                return Ok(More::End);
            }
            self.fill_more(self.line)?;
        }
    }

    fn unread(&self) -> &[u8] {
        &self.bytes[self.begin..self.filled]
    }

    /// Reads until so many bytes belong to no block, or the stream ends or fails.
    fn fill(&mut self, wanted: usize) {
        if self.begin > 0 {
            self.bytes.copy_within(self.begin..self.filled, 0);
            self.filled -= self.begin;
            self.begin = 0;
        }
        self.bytes.resize(wanted.max(self.filled) + PADDING, 0);
        while self.filled < wanted && !self.is_at_end && self.failure.is_none() {
            match self.stream.read(&mut self.bytes[self.filled..wanted]) {
                Ok(0) => self.is_at_end = true,
                Ok(read) => self.filled += read,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => self.failure = Some(cause),
            }
        }
        self.bytes[self.filled..].fill(0);
    }

    /// Reads as much again, because a record did not end.
    fn fill_more(&mut self, line: u64) -> Result<(), Broken> {
        if let Some(cause) = self.failure.take() {
            return Err(Broken::Stream(cause));
        }
        let length = self.filled - self.begin;
        if length >= LONGEST {
            return Err(Broken::Endless(line));
        }
        self.fill((2 * length).clamp(BLOCK, LONGEST));
        Ok(())
    }

    /// After the bytes went to a block: begins anew with those that it did not take.
    fn keep_rest(&mut self, taken: &[u8]) {
        let rest = &taken[self.begin..self.filled];
        if self.bytes.len() < rest.len() {
            self.bytes.resize(rest.len(), 0);
        }
        self.bytes[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
        self.begin = 0;
    }

    /// Finds all delimiters and line ends that were read.
    fn search(&mut self) {
        let (delimiter, feed, carriage) = (self.delimiter, b'\n', b'\r');
        // Most files have no carriage returns, and two are found sooner than three.
        if memchr::memchr(b'\r', &self.bytes[..self.filled]).is_none() {
            search(&self.bytes, [delimiter, feed], &mut self.separators);
        } else {
            search(&self.bytes, [delimiter, feed, carriage], &mut self.separators);
        }
    }

    fn take_records(&mut self, fields: usize, block: &mut Block) {
        let quote = memchr::memchr(b'"', &self.bytes[self.begin..self.filled]);
        let mut quote = quote.map_or(usize::MAX, |place| self.begin + place);
        let mut next = 0;
        loop {
            next = self.take_plain(fields, block, (next, quote));
            if !self.take_other(fields, block) {
                return;
            }
            while self.separators.get(next).is_some_and(|&at| (at as usize) < self.begin) {
                next += 1;
            }
            if quote < self.begin {
                let rest = memchr::memchr(b'"', &self.bytes[self.begin..self.filled]);
                quote = rest.map_or(usize::MAX, |place| self.begin + place);
            }
        }
    }

    /// Takes records without quotes as long as each has the right number of fields. Gives the
    /// separator that comes next.
    fn take_plain(&mut self, fields: usize, block: &mut Block, from: (usize, usize)) -> usize {
        // A number of fields that is known beforehand makes loops of straight lines.
        match fields {
            2 => self.take_plain_of(block, from, <[u32]>::first_chunk::<2>),
            3 => self.take_plain_of(block, from, <[u32]>::first_chunk::<3>),
            4 => self.take_plain_of(block, from, <[u32]>::first_chunk::<4>),
            5 => self.take_plain_of(block, from, <[u32]>::first_chunk::<5>),
            6 => self.take_plain_of(block, from, <[u32]>::first_chunk::<6>),
            _ => self.take_plain_of(block, from, |ends| ends.get(..fields)),
        }
    }

    #[inline]
    fn take_plain_of<E: AsRef<[u32]> + ?Sized>(
        &mut self,
        block: &mut Block,
        (mut next, quote): (usize, usize),
        record: impl Fn(&[u32]) -> Option<&E>,
    ) -> usize {
        let mut taken = 0;
        while let Some(ends) = self.separators.get(next..).and_then(&record).map(AsRef::as_ref) {
            let Some((&last, inner)) = ends.split_last() else { break };
            let end = last as usize;
            if end > quote.min(self.filled) || end == self.begin {
                break;
            }
            let is_inner = |&at: &u32| self.bytes[at as usize] == self.delimiter;
            let last_byte = self.bytes[end];
            if last_byte == self.delimiter || !inner.iter().all(is_inner) {
                break;
            }
            let is_pair = last_byte == b'\r' && self.bytes[end + 1] == b'\n';
            // Whether a line feed follows is not known yet.
            if last_byte == b'\r' && end + 1 == self.filled && !self.is_at_end {
                break;
            }
            let mut start = as_offset(self.begin);
            block.bounds.extend(ends.iter().map(|&end| {
                let bound = Bound { start, end };
                start = end + 1;
                bound
            }));
            self.begin = end + 1 + usize::from(is_pair);
            next += ends.len() + usize::from(is_pair);
            taken += 1;
        }
        self.line += taken as u64;
        block.rows += taken;
        next
    }

    /// Takes one record byte by byte, or some blank lines. False if what was read holds no more.
    fn take_other(&mut self, fields: usize, block: &mut Block) -> bool {
        let (first, line) = (self.begin, self.line);
        if first >= self.filled {
            return false;
        }
        let end = match self.end_of_record(first) {
            Some(end) => end,
            None if self.is_at_end => self.filled,
            None => return false,
        };
        if end < self.filled && !self.is_at_end && end + 1 == self.filled {
            // Whether a line feed follows a carriage return is not known yet.
            if self.bytes[end] == b'\r' {
                return false;
            }
        }
        self.skip_to(end);
        if first == end {
            block.lines.set(block.rows, self.line);
            return true;
        }
        let bounds = block.bounds.len();
        let what = self.take_fields(first..end, block).err();
        let found = block.bounds.len() - bounds;
        let ragged = CellFault::FieldCount { expected: fields };
        match what.or_else(|| (found != fields).then_some(ragged)) {
            None => {
                block.quoted.push((block.rows, first..end));
                block.lines.set(block.rows, line);
                block.rows += 1;
            }
            Some(what) => {
                block.bounds.truncate(bounds);
                let range = first..end;
                block.ragged.push(Ragged { line, found, what, range });
            }
        }
        block.lines.set(block.rows, self.line);
        true
    }

    /// The place of the line end that ends the record, if it was read.
    fn end_of_record(&self, first: usize) -> Option<usize> {
        let mut is_quoted = false;
        let mut closed = None;
        let mut at = first;
        while at < self.filled {
            at += memchr::memchr3(b'"', b'\n', b'\r', &self.bytes[at..self.filled])?;
            match self.bytes[at] {
                b'"' if is_quoted => {
                    is_quoted = false;
                    closed = Some(at);
                }
                // A quote opens at the beginning of a field, or doubles the one before it.
                b'"' => {
                    let before = self.bytes[first..at].last();
                    let begins = before.is_none_or(|&byte| byte == self.delimiter);
                    is_quoted = begins || closed.is_some_and(|closed| closed + 1 == at);
                }
                _ if !is_quoted => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Goes on after the line end at this place, and counts the lines until there.
    fn skip_to(&mut self, end: usize) {
        let mut lines = 0;
        let mut at = self.begin;
        while let Some(found) = memchr::memchr2(b'\n', b'\r', &self.bytes[at..end]) {
            at += found + 1;
            let is_pair = self.bytes[at - 1] == b'\r' && self.bytes[at] == b'\n' && at < end;
            lines += u64::from(!is_pair);
        }
        let is_pair = end + 1 < self.filled && &self.bytes[end..end + 2] == b"\r\n";
        self.line += lines + u64::from(end < self.filled);
        self.begin = (end + 1 + usize::from(is_pair)).min(self.filled);
    }

    /// Finds the fields of a record; text with quotes is put behind the bytes that were read.
    fn take_fields(
        &mut self,
        range: std::ops::Range<usize>,
        block: &mut Block,
    ) -> Result<(), CellFault> {
        let mut at = range.start;
        loop {
            let (bound, end) = if self.bytes[at..range.end].first() == Some(&b'"') {
                self.quoted(at, range.end)?
            } else {
                let rest = &self.bytes[at..range.end];
                let end =
                    memchr::memchr(self.delimiter, rest).map_or(range.end, |place| at + place);
                (Bound { start: as_offset(at), end: as_offset(end) }, end)
            };
            block.bounds.push(bound);
            if end >= range.end {
                return Ok(());
            }
            at = end + 1;
        }
    }

    /// A field that begins with a quote: where its text is, and where the field ends.
    fn quoted(&mut self, first: usize, end: usize) -> Result<(Bound, usize), CellFault> {
        let mut text = Vec::new();
        let mut at = first + 1;
        loop {
            let rest = &self.bytes[at..end];
            let close = memchr::memchr(b'"', rest).ok_or(CellFault::OpenQuote)?;
            text.extend_from_slice(&rest[..close]);
            at += close + 1;
            if self.bytes[at..end].first() != Some(&b'"') {
                break;
            }
            text.push(b'"');
            at += 1;
        }
        // What follows a closing quote is text as well, as spreadsheets read it.
        let rest = &self.bytes[at..end];
        let tail = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
        text.extend_from_slice(&rest[..tail]);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&text);
        let bound = Bound { start: as_offset(start), end: as_offset(self.bytes.len()) };
        self.bytes.extend_from_slice(&[0; PADDING]);
        Ok((bound, at + tail))
    }
}

/// Whether a block was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum More {
    /// Yes.
    Block,
    /// The stream has ended.
    End,
}

/// An offset in a block, which is far smaller than four gigabytes.
fn as_offset(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
