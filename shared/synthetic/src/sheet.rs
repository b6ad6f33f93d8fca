//! How do records become CSV quickly?
//!
//! No generator writes a text with a comma, quote or line break, so nothing is ever quoted.

use std::io::{self, Write};

use crate::defect::Spoiler;
use crate::number::whole;

/// So many bytes are gathered before they are written.
const ENOUGH: usize = 1 << 16;

/// One CSV file in the making.
pub(crate) struct Sheet<'w> {
    sink: &'w mut dyn Write,
    buffer: Vec<u8>,
    start: usize,
    spoiler: Spoiler,
    rows: u64,
}

impl<'w> Sheet<'w> {
    /// Begins with the header.
    pub(crate) fn new(sink: &'w mut dyn Write, columns: &[&str], spoiler: Spoiler) -> Self {
        let mut header = columns.iter().map(|&name| name.to_owned()).collect();
        spoiler.drop_columns(&mut header);
        let mut buffer = header.join(",").into_bytes();
        buffer.push(b'\n');
        Self { sink, start: buffer.len(), buffer, spoiler, rows: 0 }
    }

    /// A text that needs no quotes; several fields at once when it has commas.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.buffer.extend_from_slice(text.as_bytes());
        self.buffer.push(b',');
        self
    }

    /// No value.
    pub(crate) fn empty(&mut self) -> &mut Self {
        self.buffer.push(b',');
        self
    }

    /// A count.
    pub(crate) fn number(&mut self, value: u64) -> &mut Self {
        self.digits(value, 1);
        self.buffer.push(b',');
        self
    }

    /// A whole number.
    pub(crate) fn whole(&mut self, value: i64) -> &mut Self {
        if value < 0 {
            self.buffer.push(b'-');
        }
        self.digits(value.unsigned_abs(), 1);
        self.buffer.push(b',');
        self
    }

    /// A number with so many decimals, rounded half away from zero; trailing zeros are written, as
    /// in prices.
    pub(crate) fn fixed(&mut self, value: f64, decimals: u8) -> &mut Self {
        let scale = 10_u64.pow(u32::from(decimals.min(9)));
        let scaled = whole(value * crate::number::factor(scale));
        if scaled < 0 {
            self.buffer.push(b'-');
        }
        self.digits(scaled.unsigned_abs() / scale, 1);
        if decimals > 0 {
            self.buffer.push(b'.');
            self.digits(scaled.unsigned_abs() % scale, usize::from(decimals.min(9)));
        }
        self.buffer.push(b',');
        self
    }

    /// Decimal digits, at least so many.
    fn digits(&mut self, mut value: u64, least: usize) {
        let start = self.buffer.len();
        while value > 0 || self.buffer.len() - start < least {
            self.buffer.push(b'0' + u8::try_from(value % 10).unwrap_or(0));
            value /= 10;
        }
        if let Some(digits) = self.buffer.get_mut(start..) {
            digits.reverse();
        }
    }

    /// Ends the record.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.buffer.pop();
        if self.spoiler.is_idle() {
            self.buffer.push(b'\n');
            self.rows += 1;
        } else {
            self.spoil();
        }
        self.start = self.buffer.len();
        if self.start < ENOUGH {
            return Ok(());
        }
        self.flush()
    }

    fn spoil(&mut self) {
        let record = self.buffer.split_off(self.start.min(self.buffer.len()));
        let record = String::from_utf8_lossy(&record);
        let mut fields = record.split(',').map(str::to_owned).collect();
        for _ in 0..self.spoiler.spoil(&mut fields) {
            self.buffer.extend_from_slice(fields.join(",").as_bytes());
            self.buffer.push(b'\n');
            self.rows += 1;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.buffer)?;
        self.buffer.clear();
        self.start = 0;
        Ok(())
    }

    /// Writes what is left, and answers how many records there are.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        self.sink.flush()?;
        Ok(self.rows)
    }
}
