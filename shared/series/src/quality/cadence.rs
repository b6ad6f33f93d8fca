//! Which point is a moment, while the grid is not known yet?
//!
//! The first moment that is seen decides where points lie; whether it was the odd one is seen from
//! how many others do not fit.

use crate::frequency::{Frequency, Unit};
use crate::grid::Moment;

/// The points of a frequency through the first moment.
#[derive(Debug, Clone)]
pub(super) struct Cadence {
    frequency: Frequency,
    /// Seconds between points, or 0 where they are months apart.
    step: i64,
    anchor: Option<i64>,
    last: (i64, i64),
}

impl Cadence {
    pub(super) fn of(frequency: Frequency) -> Self {
        let unit = match frequency.unit {
            Unit::Minute => 60,
            Unit::Hour => 3600,
            Unit::Day => 86_400,
            Unit::Week => 604_800,
            Unit::Month | Unit::Year => 0,
        };
        let step = unit * i64::from(frequency.count.get());
        Self { frequency, step, anchor: None, last: (i64::MIN, 0) }
    }

    pub(super) fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The point of a moment; none if it lies between two.
    #[inline]
    pub(super) fn point(&mut self, time: i64) -> Option<i64> {
        let point = if self.step > 0 && time.wrapping_sub(self.last.0) == self.step {
            self.last.1 + 1
        } else if time == self.last.0 {
            self.last.1
        } else {
            self.anew(time)?
        };
        self.last = (time, point);
        Some(point)
    }

    fn anew(&mut self, time: i64) -> Option<i64> {
        let anchor = *self.anchor.get_or_insert(time);
        if self.step > 0 {
            let distance = time - anchor;
            return (distance % self.step == 0).then(|| distance / self.step);
        }
        let (first, civil) = (Moment(anchor).civil(), Moment(time).civil());
        let is_end = |day: jiff::civil::Date| day.day() == day.days_in_month();
        let fits = first.day() == civil.day() || is_end(first.date()) && is_end(civil.date());
        let months = self.months();
        let distance = month(civil) - month(first);
        (fits && first.time() == civil.time() && distance % months == 0).then(|| distance / months)
    }

    /// The moment of a point; of months the day of the first moment, or the last before it.
    pub(super) fn moment(&self, point: i64) -> Moment {
        let anchor = self.anchor.unwrap_or_default();
        crate::grid::Grid::through(Moment(anchor), self.frequency).moment(point)
    }

    fn months(&self) -> i64 {
        let unit = if self.frequency.unit == Unit::Year { 12 } else { 1 };
        unit * i64::from(self.frequency.count.get())
    }
}

fn month(civil: jiff::civil::DateTime) -> i64 {
    i64::from(civil.year()) * 12 + i64::from(civil.month())
}
