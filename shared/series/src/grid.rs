//! Which point of a series is a moment, and which moment is a point?
//!
//! Points are numbered by whole periods, so that everything after reading calculates with integers.
//! Moments are civil: what a clock on the wall of the shop shows, without time zones.

use std::fmt;

use jiff::civil::{Date, DateTime};

use crate::frequency::{Frequency, Unit};

const SECONDS_OF_DAY: i64 = 86_400;

/// A civil moment, as seconds since the start of 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// The first second of a day.
    pub fn of_date(date: Date) -> Self {
        Self::of(date.at(0, 0, 0, 0))
    }

    /// The moment of a date and time of day; parts of seconds are dropped.
    pub fn of(at: DateTime) -> Self {
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        Self(at.duration_since(epoch).as_secs())
    }

    /// Its date and time of day; those beyond the calendar are its ends.
    pub fn civil(self) -> DateTime {
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        epoch.saturating_add(jiff::SignedDuration::from_secs(self.0))
    }

    /// Days since 1970.
    pub fn day(self) -> i64 {
        self.0.div_euclid(SECONDS_OF_DAY)
    }

    /// Months since the year 0.
    fn month(self) -> i64 {
        let date = self.civil().date();
        i64::from(date.year()) * 12 + i64::from(date.month()) - 1
    }
}

impl fmt::Display for Moment {
    /// A date where it is midnight, with the time of day otherwise.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        if self.0.rem_euclid(SECONDS_OF_DAY) == 0 {
            civil.date().fmt(out)
        } else {
            write!(out, "{} {}", civil.date(), civil.time())
        }
    }
}

/// A moment between two points.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{moment} is not a whole number of {frequency} from {anchor}; the nearest point is {nearest}"
)]
pub struct OffGrid {
    moment: Moment,
    frequency: Frequency,
    anchor: Moment,
    nearest: Moment,
}

/// The points of all series of a panel: a frequency, and one moment that is a point.
///
/// Point 0 lies at the anchor, so numbers are comparable within a panel only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    frequency: Frequency,
    anchor: Moment,
}

impl Grid {
    /// A grid through this moment.
    pub fn through(anchor: Moment, frequency: Frequency) -> Self {
        Self { frequency, anchor }
    }

    /// The moment of point 0.
    pub fn anchor(&self) -> Moment {
        self.anchor
    }

    /// How far apart its points are.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The number of the point at this moment.
    pub fn point(&self, moment: Moment) -> Result<i64, OffGrid> {
        let point = self.last_point(moment);
        if self.moment(point) == moment {
            return Ok(point);
        }
        let (before, after) = (self.moment(point), self.moment(point + 1));
        let nearest = if moment.0 - before.0 <= after.0 - moment.0 { before } else { after };
        Err(OffGrid { moment, frequency: self.frequency, anchor: self.anchor, nearest })
    }

    /// The moment of a point. Where the anchor is the last day of a long month, shorter months
    /// end earlier.
    pub fn moment(&self, point: i64) -> Moment {
        let step = point.saturating_mul(i64::from(self.frequency.count.get()));
        match self.seconds() {
            Some(seconds) => Moment(self.anchor.0.saturating_add(point.saturating_mul(seconds))),
            None => self.month_later(step),
        }
    }

    /// The last point that is not after the moment.
    pub fn last_point(&self, moment: Moment) -> i64 {
        if let Some(seconds) = self.seconds() {
            return (moment.0 - self.anchor.0).div_euclid(seconds);
        }
        let months = moment.month() - self.anchor.month();
        let point = months.div_euclid(self.months());
        if self.moment(point) > moment { point - 1 } else { point }
    }

    /// The seconds between points, where it is always the same number.
    fn seconds(&self) -> Option<i64> {
        let unit = match self.frequency.unit {
            Unit::Minute => 60,
            Unit::Hour => 3600,
            Unit::Day => SECONDS_OF_DAY,
            Unit::Week => 7 * SECONDS_OF_DAY,
            Unit::Month | Unit::Year => return None,
        };
        Some(unit * i64::from(self.frequency.count.get()))
    }

    fn months(&self) -> i64 {
        let unit = if self.frequency.unit == Unit::Year { 12 } else { 1 };
        unit * i64::from(self.frequency.count.get())
    }

    /// The anchor so many units later, at its day of the month or the last before it.
    fn month_later(&self, units: i64) -> Moment {
        let unit = if self.frequency.unit == Unit::Year { 12 } else { 1 };
        let month = self.anchor.month().saturating_add(units.saturating_mul(unit));
        let anchor = self.anchor.civil();
        let year = i16::try_from(month.div_euclid(12)).unwrap_or(i16::MAX).clamp(-9999, 9999);
        let first = Date::constant(1970, 1, 1).with().year(year);
        let of_year = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
        let Ok(first) = first.month(of_year).build() else { return self.anchor };
        let day = anchor.day().min(first.days_in_month());
        let Ok(date) = first.with().day(day).build() else { return self.anchor };
        Moment::of(date.to_datetime(anchor.time()))
    }
}
