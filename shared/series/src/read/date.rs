//! Which moment does a text write?
//!
//! The year comes first: `2013-01-31`, `2013/01/31`, with `T` or a blank a time of day behind it,
//! with or without seconds, parts of them and a time zone. With dots it may come last:
//! `31.01.2013`, which nobody means otherwise. Others cannot be told apart from days before months
//! and are refused. Where points are months or years, `2013-01` and `2013` stand for their first
//! day. The first date of a file says how all of them are written.
//!
//! Moments are civil: a time zone says where a clock hangs and is not calculated with, so it must
//! be the same in the whole file.

use scenario::data::ColumnKind;

use crate::frequency::{Frequency, Unit};
use crate::read::cell::CellFault;
use crate::read::time_form::TimeForm;

const SECONDS_OF_DAY: i64 = 86_400;

/// Reads the dates of one column of one file.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    kind: ColumnKind,
    /// The least that must be written.
    least: Precision,
    layout: Option<Layout>,
    /// Whether months and days below ten have a zero before them; not known of others.
    padded: Option<bool>,
    /// What the first date has behind its day, as a pattern.
    tail: String,
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
    order: Order,
    separator: u8,
    precision: Precision,
    /// What stands before the time of day, if there is one.
    time: Option<u8>,
    zone: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    YearFirst,
    DayFirst,
}

/// What is written of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Year,
    Month,
    Day,
}

const DAY: Layout = Layout {
    order: Order::YearFirst,
    separator: b'-',
    precision: Precision::Day,
    time: None,
    zone: None,
};

impl Dates {
    pub(super) fn of(kind: ColumnKind) -> Self {
        let (least, month) = (Precision::Day, Month::default());
        Self { kind, least, layout: None, padded: None, tail: String::new(), month }
    }

    /// Those of points that are so far apart. Where nobody says how far, months may stand alone;
    /// years may not, because they may be numbers of something else.
    pub(super) fn of_points(kind: ColumnKind, frequency: Option<Frequency>) -> Self {
        let least = match frequency.map(|frequency| frequency.unit) {
            Some(Unit::Year) => Precision::Year,
            Some(Unit::Month) | None => Precision::Month,
            Some(Unit::Minute | Unit::Hour | Unit::Day | Unit::Week) => Precision::Day,
        };
        Self { least, ..Self::of(kind) }
    }

    /// Forgets how dates were written, for another file.
    pub(super) fn forget(&mut self) {
        (self.layout, self.padded) = (None, None);
    }

    /// How the dates were written that were read; nothing if there was none.
    pub(super) fn written(&self) -> Option<TimeForm> {
        let Layout { order, separator, precision, .. } = self.layout?;
        let (month, day) = if self.padded == Some(false) { ("%-m", "%-d") } else { ("%m", "%d") };
        let separator = char::from(separator).to_string();
        let parts: &[&str] = match (order, precision) {
            (_, Precision::Year) => &["%Y"],
            (_, Precision::Month) => &["%Y", month],
            (Order::YearFirst, Precision::Day) => &["%Y", month, day],
            (Order::DayFirst, Precision::Day) => &[day, month, "%Y"],
        };
        Some(TimeForm::of(parts.join(&separator) + &self.tail))
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
                let text = [y0, y1, y2, y3, h0, m0, m1, h1, b'0' + tens, b'0' + ones];
                parse(&text).ok().filter(|date| date.layout == DAY).map(|date| date.moment)
            };
            let first = day(0, 1)?;
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
        let Parsed { layout, moment, padded, tail } = parse(text)?;
        if layout.precision < self.least {
            return Err(CellFault::TooCoarse);
        }
        if self.kind == ColumnKind::Date && moment.rem_euclid(SECONDS_OF_DAY) != 0 {
            return Err(CellFault::TimeOfDay);
        }
        match self.layout.replace(layout) {
            Some(before) if before != layout => {
                self.layout = Some(before);
                let is_zone = Layout { zone: None, ..before } == Layout { zone: None, ..layout };
                return Err(if is_zone { CellFault::MixedZones } else { CellFault::MixedDates });
            }
            Some(_) => {}
            None => self.tail = pattern(tail),
        }
        // Who mixes both is answered in the usual way.
        self.padded = match (self.padded, padded) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (before, now) => before.or(now),
        };
        Ok(moment)
    }
}

/// What stands behind a day, as a pattern: `T10:00:00.5Z` as `T%H:%M:%S.0Z`. It was read before.
fn pattern(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let zone = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone);
    let (clock, fraction) = clock.split_at(clock.find(['.', ',']).unwrap_or(clock.len()));
    let mut pattern = String::new();
    for (place, part) in ["%H", ":%M", ":%S"].iter().zip(clock.split(':')) {
        if !part.is_empty() {
            pattern.extend(part.chars().filter(|letter| !letter.is_ascii_digit()));
            pattern.push_str(place);
        }
    }
    pattern.extend(fraction.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }));
    pattern + zone
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

/// A date, and how it is written.
struct Parsed<'t> {
    layout: Layout,
    moment: i64,
    padded: Option<bool>,
    /// What stands behind the day.
    tail: &'t [u8],
}

/// Reads a date of any layout, and says which.
fn parse(text: &[u8]) -> Result<Parsed<'_>, CellFault> {
    let mut rest = Rest(text);
    let first = rest.number(1..=4).ok_or(CellFault::NotADate)?;
    let alone = |moment, precision, separator, padded| {
        let layout = Layout { separator, precision, ..DAY };
        Ok(Parsed { layout, moment, padded, tail: &[] })
    };
    if first.length == 4 && rest.0.is_empty() {
        let start = moment_of_day(first.value, 1, 1).ok_or(CellFault::NoSuchDay)?;
        return alone(start, Precision::Year, b'-', None);
    }
    let separator = rest.one_of(b"-/.").ok_or(CellFault::NotADate)?;
    let second = rest.number(1..=2).ok_or(CellFault::NotADate)?;
    if first.length == 4 && rest.0.is_empty() {
        let start = moment_of_day(first.value, second.value, 1).ok_or(CellFault::NoSuchDay)?;
        return alone(start, Precision::Month, separator, second.padded());
    }
    rest.one_of(&[separator]).ok_or(CellFault::NotADate)?;
    let third = rest.number(1..=4).ok_or(CellFault::NotADate)?;
    let (order, year, day) = match (first.length, third.length, separator) {
        (4, 1..=2, _) => (Order::YearFirst, &first, &third),
        (1..=2, 4, b'.') => (Order::DayFirst, &third, &first),
        (1..=3, 2..=4, _) => return Err(CellFault::YearLast),
        _ => return Err(CellFault::NotADate),
    };
    let start = moment_of_day(year.value, second.value, day.value).ok_or(CellFault::NoSuchDay)?;
    let padded = match (second.padded(), day.padded()) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (month, day) => month.or(day),
    };
    let mut layout = Layout { order, separator, ..DAY };
    let tail = rest.0;
    if tail.is_empty() {
        return Ok(Parsed { layout, moment: start, padded, tail });
    }
    layout.time = Some(rest.one_of(b"T ").ok_or(CellFault::NotADate)?);
    let seconds = time_of_day(&mut rest)?;
    layout.zone = zone(&mut rest)?;
    let moment = start + seconds;
    if rest.0.is_empty() {
        Ok(Parsed { layout, moment, padded, tail })
    } else {
        Err(CellFault::NotADate)
    }
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

impl Digits {
    /// Whether it has a zero before it; nothing of a number that needs none.
    fn padded(&self) -> Option<bool> {
        (self.value < 10).then_some(self.length == 2)
    }
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
