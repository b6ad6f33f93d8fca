//! Which days does a history have, and what comes round with them?

use jiff::Span;
use jiff::civil::Date;

use crate::number::factor;

/// The `count` days of which `last` is the one numbered `observed - 1`.
pub(crate) fn days(last: Date, observed: usize, count: usize) -> Vec<Date> {
    let back = i32::try_from(observed.saturating_sub(1)).unwrap_or(i32::MAX);
    let first = Span::new().try_days(back).and_then(|span| last.checked_sub(span));
    first.unwrap_or(Date::MIN).series(Span::new().days(1)).take(count).collect()
}

/// The share of the year that is over, 0 on the first of January.
pub(crate) fn part_of_year(date: Date) -> f64 {
    f64::from(date.day_of_year() - 1) / 365.25
}

/// A wave of one year that is 1 where `peak` of the year is over, and -1 half a year later.
pub(crate) fn yearly(date: Date, peak: f64) -> f64 {
    libm::cos(std::f64::consts::TAU * (part_of_year(date) - peak))
}

/// The value of a profile at this day of the week; Monday comes first.
pub(crate) fn of_weekday(date: Date, profile: &[f64; 7]) -> f64 {
    let monday_based = date.weekday().to_monday_zero_offset();
    usize::try_from(monday_based).ok().and_then(|at| profile.get(at)).copied().unwrap_or(1.0)
}

/// The value of a profile of months, which holds at the middle of each, at this day: neighbours
/// are joined by straight lines, so that no month begins with a step.
pub(crate) fn of_month(date: Date, profile: &[f64; 12]) -> f64 {
    let place = f64::from(date.day() - 1) / f64::from(date.days_in_month()) - 0.5;
    let month = usize::try_from(date.month() - 1).unwrap_or(0);
    let neighbour = if place < 0.0 { month + 11 } else { month + 1 };
    let value = |month: usize| profile.get(month % 12).copied().unwrap_or(1.0);
    value(month) + place.abs() * (value(neighbour) - value(month))
}

/// Years from the first day to this one.
pub(crate) fn years(step: usize) -> f64 {
    factor(u64::try_from(step).unwrap_or(u64::MAX)) / 365.25
}
