//! Where in the week, the year and among the feasts is a point?
//!
//! Only what follows from the date alone: no list of holidays of a country.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "parts of a date are small positive numbers"
)]

use serde::{Deserialize, Serialize};
use series::frequency::Unit;
use series::grid::{Grid, Moment};

/// How the place in the season is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The place in a season of so many points.
    Phase(usize),
    /// The day of the week, from Monday.
    Weekday,
    /// The month of the year.
    Month,
    /// The day of the year; 29 February is the day before 1 March.
    DayOfYear,
    /// The week of the year, counted by sevens of days from 1 January.
    WeekOfYear,
}

impl Slot {
    /// How many places there are.
    pub fn places(self) -> usize {
        match self {
            Self::Phase(length) => length.max(1),
            Self::Weekday => 7,
            Self::Month => 12,
            Self::DayOfYear => 366,
            Self::WeekOfYear => 53,
        }
    }

    /// The place of a point.
    pub fn place(self, grid: &Grid, point: i64) -> usize {
        let moment = grid.moment(point);
        match self {
            Self::Phase(length) => point.rem_euclid(length.max(1) as i64) as usize,
            Self::Weekday => (moment.day() + 3).rem_euclid(7) as usize,
            Self::Month => (moment.civil().month() - 1) as usize,
            Self::DayOfYear => day_of_leap_year(moment),
            Self::WeekOfYear => (day_of_leap_year(moment) / 7).min(52),
        }
    }
}

fn day_of_leap_year(moment: Moment) -> usize {
    let date = moment.civil().date();
    let day = date.day_of_year() as usize - 1;
    if !date.in_leap_year() && day >= 59 { day + 1 } else { day }
}

/// The slots in which people's doings repeat on a grid, for the seasons asked for.
///
/// A year of days is left to [`yearly_slots`], because it can be told by the month or by the day.
pub fn short_slots(grid: &Grid, seasons: &[usize]) -> Vec<Slot> {
    let daily = is_daily(grid);
    let short = seasons.iter().filter(|&&season| season > 1 && !is_year(grid, season));
    let mut slots: Vec<Slot> = short
        .map(|&season| if daily && season == 7 { Slot::Weekday } else { Slot::Phase(season) })
        .collect();
    slots.dedup();
    slots
}

/// The ways to tell the place in the year, if the grid is finer than a year.
pub fn yearly_slots(grid: &Grid) -> &'static [Slot] {
    let count = grid.frequency().count.get();
    match grid.frequency().unit {
        Unit::Day if count == 1 => &[Slot::Month, Slot::DayOfYear],
        Unit::Week if count == 1 => &[Slot::WeekOfYear],
        Unit::Month if count == 1 => &[Slot::Month],
        _ => &[],
    }
}

/// The calendar year of a point, counted from that of the first.
pub(crate) fn year(grid: &Grid, point: i64, first: i64) -> usize {
    let of = |point: i64| i64::from(grid.moment(point).civil().year());
    usize::try_from(of(point) - of(first)).unwrap_or(0)
}

fn is_daily(grid: &Grid) -> bool {
    grid.frequency().unit == Unit::Day && grid.frequency().count.get() == 1
}

/// Whether a season of so many points is a year on this grid.
fn is_year(grid: &Grid, season: usize) -> bool {
    let count = grid.frequency().count.get();
    count == 1
        && matches!(
            (grid.frequency().unit, season),
            (Unit::Day, 364..=366) | (Unit::Week, 52..=53) | (Unit::Month, 12)
        )
}

/// The number of points to the same time a year ago, or one longest season where the grid is too
/// fine or too coarse for a year: 364 for days, so that weekdays meet weekdays.
pub fn analogue_lag(grid: &Grid, seasons: &[usize]) -> Option<usize> {
    let longest = seasons.iter().copied().max().filter(|&season| season > 1)?;
    Some(if is_daily(grid) && (364..=366).contains(&longest) { 364 } else { longest })
}

/// The week in which people prepare for Easter, for weeks that are a year of weeks apart.
///
/// Points of a weekly grid are dates; the answer is the point of the week that holds Good Friday of
/// the year of the given point, if the grid is weekly.
pub fn easter_week(grid: &Grid, point: i64) -> Option<i64> {
    let frequency = grid.frequency();
    if frequency.unit != Unit::Week || frequency.count.get() != 1 {
        return None;
    }
    let date = grid.moment(point).civil().date();
    let good_friday_from_first = easter_day_of_year(i64::from(date.year())) - 2;
    let distance = good_friday_from_first - i64::from(date.day_of_year());
    // A date that names a week is taken as its last day, as the weeks of trade are named.
    let weeks = distance.div_euclid(7) + i64::from(distance.rem_euclid(7) > 0);
    Some(point + weeks)
}

/// The day of the year of Easter Sunday (Meeus, "Astronomical Algorithms", chapter 8).
#[expect(clippy::many_single_char_names, reason = "the names of the source")]
pub fn easter_day_of_year(year: i64) -> i64 {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let leap = i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let before = if month == 3 { 59 + leap } else { 90 + leap };
    before + day
}
