//! Which moment does a text write?
//!
//! The year comes first: `2013-01-31`, `2013/01/31`, with `T` or a blank a time of day behind it,
//! with or without seconds, parts of them and a time zone. Others cannot be told apart from days
//! before months and are refused. The first date of a file says how all of them are written.
//!
//! Moments are civil: a time zone says where a clock hangs and is not calculated with, so it must
//! be the same in the whole file.

use scenario::data::ColumnKind;

use crate::read::cell::CellFault;

const SECONDS_OF_DAY: i64 = 86_400;

/// Reads the dates of one column of one file.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    kind: ColumnKind,
    layout: Option<Layout>,
    /// The month of the last date, because dates repeat or follow one another.
    month: Month,
}

/// A month as ISO days begin with it.
#[derive(Debug, Clone, Copy, Default)]
struct Month {
    /// `YYYY-MM-` as one word.
    text: u64,
    /// The moment of the day before its first.
    before: i64,
    days: u8,
}

/// How dates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    separator: u8,
    /// What stands before the time of day, if there is one.
    time: Option<u8>,
    zone: Option<i32>,
}

const DAY: Layout = Layout { separator: b'-', time: None, zone: None };

impl Dates {
    pub(super) fn of(kind: ColumnKind) -> Self {
        Self { kind, layout: None, month: Month::default() }
    }

    /// Forgets how dates were written, for another file.
    pub(super) fn forget(&mut self) {
        self.layout = None;
    }

    /// The moment of a text without blanks around it, in seconds since 1970.
    #[inline]
    pub(super) fn moment(&mut self, text: &[u8]) -> Result<i64, CellFault> {
        if let Ok(day) = <&[u8; 10]>::try_from(text)
            && self.layout == Some(DAY)
            && let Some(moment) = self.iso_day(day)
        {
            return Ok(moment);
        }
        self.any(text)
    }

    /// The moment of `YYYY-MM-DD`, if it is one.
    #[inline]
    fn iso_day(&mut self, &[y0, y1, y2, y3, h0, m0, m1, h1, d0, d1]: &[u8; 10]) -> Option<i64> {
        let text = u64::from_le_bytes([y0, y1, y2, y3, h0, m0, m1, h1]);
        if self.month.text != text {
            let day = |tens: u8, ones: u8| {
                let day = parse(&[y0, y1, y2, y3, h0, m0, m1, h1, b'0' + tens, b'0' + ones]);
                day.ok().filter(|(layout, _)| *layout == DAY)
            };
            let (_, first) = day(0, 1)?;
            let last =
                [31, 30, 29, 28].into_iter().find(|last| day(last / 10, last % 10).is_some());
            self.month = Month { text, before: first - SECONDS_OF_DAY, days: last? };
        }
        let (tens, ones) = (d0.wrapping_sub(b'0'), d1.wrapping_sub(b'0'));
        let day = tens.wrapping_mul(10).wrapping_add(ones);
        let is_day = tens < 4 && ones < 10 && (1..=self.month.days).contains(&day);
        is_day.then(|| self.month.before + i64::from(day) * SECONDS_OF_DAY)
    }

    #[cold]
    fn any(&mut self, text: &[u8]) -> Result<i64, CellFault> {
        let (layout, moment) = parse(text)?;
        if self.kind == ColumnKind::Date && moment.rem_euclid(SECONDS_OF_DAY) != 0 {
            return Err(CellFault::TimeOfDay);
        }
        match self.layout.replace(layout) {
            Some(before) if before != layout => {
                self.layout = Some(before);
                let is_zone = Layout { zone: None, ..before } == Layout { zone: None, ..layout };
                Err(if is_zone { CellFault::MixedZones } else { CellFault::MixedDates })
            }
            _ => Ok(moment),
        }
    }
}

/// The first second of a day of the calendar.
fn moment_of_day(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) || year == 0 {
        return None;
    }
    // Days of the proleptic Gregorian calendar, with years that begin in March.
    let year = year - i64::from(month < 3);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * SECONDS_OF_DAY)
}

/// Reads a date of any layout, and says which.
fn parse(text: &[u8]) -> Result<(Layout, i64), CellFault> {
    let mut rest = Rest(text);
    let first = rest.number(1..=4).ok_or(CellFault::NotADate)?;
    let separator = rest.one_of(b"-/.").ok_or(CellFault::NotADate)?;
    if first.length < 4 {
        let is_date = rest.number(1..=2).is_some()
            && rest.one_of(&[separator]).is_some()
            && rest.number(2..=4).is_some();
        return Err(if is_date { CellFault::YearLast } else { CellFault::NotADate });
    }
    let month = rest.number(1..=2).ok_or(CellFault::NotADate)?;
    rest.one_of(&[separator]).ok_or(CellFault::NotADate)?;
    let day = rest.number(1..=2).ok_or(CellFault::NotADate)?;
    let start = moment_of_day(first.value, month.value, day.value).ok_or(CellFault::NoSuchDay)?;
    let mut layout = Layout { separator, time: None, zone: None };
    if rest.0.is_empty() {
        return Ok((layout, start));
    }
    layout.time = Some(rest.one_of(b"T ").ok_or(CellFault::NotADate)?);
    let seconds = time_of_day(&mut rest)?;
    layout.zone = zone(&mut rest)?;
    if rest.0.is_empty() { Ok((layout, start + seconds)) } else { Err(CellFault::NotADate) }
}

fn time_of_day(rest: &mut Rest) -> Result<i64, CellFault> {
    let hour = rest.number(2..=2).ok_or(CellFault::NotADate)?.value;
    rest.one_of(b":").ok_or(CellFault::NotADate)?;
    let minute = rest.number(2..=2).ok_or(CellFault::NotADate)?.value;
    let mut second = 0;
    if rest.one_of(b":").is_some() {
        second = rest.number(2..=2).ok_or(CellFault::NotADate)?.value;
        if rest.one_of(b".,").is_some() {
            rest.number(1..=18).ok_or(CellFault::NotADate)?;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(CellFault::NoSuchDay);
    }
    Ok(hour * 3600 + minute * 60 + second)
}

/// The minutes before UTC that a zone says, if one is written.
fn zone(rest: &mut Rest) -> Result<Option<i32>, CellFault> {
    let sign = match rest.one_of(b"Z+-") {
        None => return Ok(None),
        Some(b'Z') => return Ok(Some(0)),
        Some(sign) => sign,
    };
    let hours = rest.number(2..=2).ok_or(CellFault::NotADate)?.value;
    rest.one_of(b":");
    let minutes = rest.number(2..=2).map_or(0, |minutes| minutes.value);
    let zone = i32::try_from(hours * 60 + minutes).unwrap_or(0);
    Ok(Some(if sign == b'-' { -zone } else { zone }))
}

/// What of a text was not read yet.
struct Rest<'t>(&'t [u8]);

struct Digits {
    value: i64,
    length: usize,
}

impl Rest<'_> {
    /// As many digits as there are, if their number is allowed.
    fn number(&mut self, lengths: std::ops::RangeInclusive<usize>) -> Option<Digits> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        if !lengths.contains(&length) {
            return None;
        }
        self.0 = rest;
        let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        Some(Digits { value, length })
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        bytes.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
