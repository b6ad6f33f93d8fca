//! Which hour, weekday, week, month is a point?

use scenario::data::CalendarPart;

use crate::grid::{Grid, Moment};

/// A part of the dates of neighbouring points, calculated once for all series.
pub(super) struct Calendar {
    first: i64,
    values: Vec<f32>,
}

impl Calendar {
    /// The part of the points from the first to the last.
    pub(super) fn of(grid: &Grid, part: CalendarPart, (first, last): (i64, i64)) -> Self {
        let values = (first..=last).map(|point| value(grid.moment(point), part)).collect();
        Self { first, values }
    }

    /// Its value at a point between the two.
    pub(super) fn at(&self, point: i64) -> f32 {
        let place = usize::try_from(point - self.first).ok();
        place.and_then(|place| self.values.get(place)).copied().unwrap_or(f32::NAN)
    }
}

fn value(moment: Moment, part: CalendarPart) -> f32 {
    let civil = moment.civil();
    let date = civil.date();
    let value = match part {
        CalendarPart::Hour => i16::from(civil.hour()),
        CalendarPart::DayOfWeek => i16::from(date.weekday().to_monday_one_offset()),
        CalendarPart::DayOfMonth => i16::from(date.day()),
        CalendarPart::WeekOfYear => i16::from(date.iso_week_date().week()),
        CalendarPart::Month => i16::from(date.month()),
        CalendarPart::Quarter => i16::from((date.month() - 1) / 3 + 1),
        CalendarPart::Year => date.year(),
    };
    f32::from(value)
}
