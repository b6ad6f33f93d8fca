//! Panels that count their points instead of dating them: `ds` 1, 2, 3 or years such as 1975.
//!
//! Numbers become the points of a grid of the frequency that is told, and the forecast's moments
//! become numbers again. No model learns anything of a calendar that is not there but where the
//! year, the week or the day begins, which only shifts a season.

use std::fs;
use std::io::Read;
use std::path::Path;

use jiff::civil::Date;
use series::frequency::Frequency;
use series::grid::{Grid, Moment};

use crate::failure::Failure;

/// Numbers with more digits are no count of points: `20130101` is a date without hyphens.
const MOST_DIGITS: usize = 6;

/// A panel whose points were counted, with dates instead.
pub(super) struct Counted {
    /// The rows as CSV.
    pub(super) text: Vec<u8>,
    grid: Grid,
}

impl Counted {
    /// Reads a plain CSV file or standard input; `None` if its times are something else. What was
    /// read from standard input is handed back as the text.
    pub(super) fn read(
        data: &Path,
        time: &str,
        frequency: Option<Frequency>,
    ) -> Result<Result<Self, Option<Vec<u8>>>, Failure> {
        let stream = data == Path::new("-");
        if !stream && !data.is_file() {
            return Ok(Err(None));
        }
        let mut bytes = Vec::new();
        if stream {
            std::io::stdin().read_to_end(&mut bytes).map_err(Failure::read(data))?;
        } else {
            // Enough to see whether times are numbers.
            let file = fs::File::open(data).map_err(Failure::read(data))?;
            file.take(1 << 16).read_to_end(&mut bytes).map_err(Failure::read(data))?;
        }
        let back = |bytes| Ok(Err(stream.then_some(bytes)));
        let Some(column) = counted_column(&bytes, time) else { return back(bytes) };
        let Some(frequency) = frequency else {
            return Err(Failure::Usage(
                "the time column counts points: say how far apart they are with --freq, such as 1Y",
            ));
        };
        if !stream {
            bytes = fs::read(data).map_err(Failure::read(data))?;
        }
        let grid = Grid::through(Moment::of_date(Date::constant(1000, 1, 1)), frequency);
        match dated(&bytes, column, &grid) {
            Some(text) => Ok(Ok(Self { text, grid })),
            None => back(bytes),
        }
    }

    /// The number of a moment.
    pub(super) fn number(&self, moment: Moment) -> i64 {
        self.grid.last_point(moment)
    }
}

/// The place of the time column if its first value is a number of points.
fn counted_column(bytes: &[u8], time: &str) -> Option<usize> {
    let mut reader = csv::Reader::from_reader(bytes);
    let column = reader.headers().ok()?.iter().position(|name| name.trim() == time)?;
    let first = reader.records().next()?.ok()?;
    number(first.get(column)?).map(|_| column)
}

fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    (text.len() <= MOST_DIGITS).then(|| text.parse().ok())?
}

/// The rows with dates; `None` if a row has something else, which the usual way says better.
fn dated(bytes: &[u8], column: usize, grid: &Grid) -> Option<Vec<u8>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(bytes.len() * 2));
    writer.write_record(reader.headers().ok()?).ok()?;
    for record in reader.records() {
        let record = record.ok()?;
        let civil = grid.moment(number(record.get(column)?)?).civil();
        let moment = format!("{} {}", civil.date(), civil.time());
        let cells = record.iter().enumerate();
        let cells = cells.map(|(place, it)| if place == column { moment.as_str() } else { it });
        writer.write_record(cells).ok()?;
    }
    writer.into_inner().ok()
}

#[cfg(test)]
mod tests {
    use super::{Counted, Grid, dated};
    use crate::forecast::steps::counted_column;
    use jiff::civil::Date;
    use series::grid::Moment;

    #[test]
    fn numbers_become_moments_and_numbers_again() {
        for frequency in ["1H", "1D", "1W", "1M", "1Q", "1Y"] {
            let anchor = Moment::of_date(Date::constant(1000, 1, 1));
            let grid = Grid::through(anchor, frequency.parse().unwrap());
            let text = b"id,ds,y\na,1,5\na,1975,6\n";

            let column = counted_column(text, "ds").unwrap();
            let dates = String::from_utf8(dated(text, column, &grid).unwrap()).unwrap();
            let counted = Counted { text: Vec::new(), grid };

            assert!(dates.starts_with("id,ds,y\na,1"), "{dates}");
            for number in [1, 1975] {
                assert_eq!(counted.number(grid.moment(number)), number, "{frequency}");
            }
        }
    }

    #[test]
    fn dates_are_no_numbers() {
        assert_eq!(counted_column(b"ds,y\n2013-01-01,5\n", "ds"), None);
        assert_eq!(counted_column(b"ds,y\n20130101,5\n", "ds"), None);
        assert_eq!(counted_column(b"ds,y\n", "ds"), None);
    }
}
