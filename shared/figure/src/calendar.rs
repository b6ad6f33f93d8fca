//! Which times deserve a label?

use jiff::civil::{Date, DateTime, Time, date};
use jiff::{SignedDuration, Span};

use crate::number::factor;
use crate::scale::Tick;

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// Seconds since 1970 on the clock of the place, for the horizontal axis of a chart.
pub fn seconds(time: DateTime) -> f64 {
    time.duration_since(EPOCH).as_secs_f64()
}

/// The time of so many seconds, if the calendar has it.
#[expect(clippy::cast_possible_truncation, reason = "a cast from float saturates")]
pub(crate) fn time_of(seconds: f64) -> Option<DateTime> {
    EPOCH.checked_add(SignedDuration::from_secs(seconds.round() as i64)).ok()
}

/// The distance between ticks.
#[derive(Debug, Clone, Copy)]
enum Step {
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Weeks(i64),
    Months(i64),
    Years(i64),
}

/// Sensible distances, by their rough lengths in seconds.
const STEPS: [(f64, Step); 21] = [
    (60.0, Step::Minutes(1)),
    (300.0, Step::Minutes(5)),
    (900.0, Step::Minutes(15)),
    (1800.0, Step::Minutes(30)),
    (3600.0, Step::Hours(1)),
    (10_800.0, Step::Hours(3)),
    (21_600.0, Step::Hours(6)),
    (43_200.0, Step::Hours(12)),
    (DAY, Step::Days(1)),
    (2.0 * DAY, Step::Days(2)),
    (7.0 * DAY, Step::Weeks(1)),
    (14.0 * DAY, Step::Weeks(2)),
    (30.4 * DAY, Step::Months(1)),
    (91.3 * DAY, Step::Months(3)),
    (182.6 * DAY, Step::Months(6)),
    (YEAR, Step::Years(1)),
    (2.0 * YEAR, Step::Years(2)),
    (5.0 * YEAR, Step::Years(5)),
    (10.0 * YEAR, Step::Years(10)),
    (50.0 * YEAR, Step::Years(50)),
    (500.0 * YEAR, Step::Years(500)),
];
const DAY: f64 = 86_400.0;
const YEAR: f64 = 365.25 * DAY;

/// Ticks from low to high, about `most` at most, on round times.
pub(crate) fn ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let fits = |(length, _): &&(f64, Step)| (high - low) / length <= factor(most.max(1));
    let (_, step) = STEPS.iter().find(fits).copied().unwrap_or((0.0, Step::Years(2000)));
    let Some(first) = time_of(low).and_then(|low| step.start(low)) else { return Vec::new() };
    let times = (0..400).map_while(|index| step.after(first, index));
    let inside = times
        .skip_while(|time| seconds(*time) < low)
        .take_while(|time| seconds(*time) <= high + 1e-6);
    let mut earlier = None;
    let tick = |time: DateTime| {
        let label = step.label(time, earlier.replace(time));
        Tick { value: seconds(time), label }
    };
    inside.map(tick).collect()
}

impl Step {
    /// The last round time that is not after this one.
    fn start(self, time: DateTime) -> Option<DateTime> {
        let day = time.date();
        let down = |value: i64, to: i64| value - value.rem_euclid(to);
        let clock = |hour: i64, minute: i64| {
            let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
            Some(day.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
        };
        let month_of = |year: i64, month: i64| {
            let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
            Some(Date::new(year, month, 1).ok()?.at(0, 0, 0, 0))
        };
        match self {
            Self::Minutes(count) => clock(time.hour().into(), down(time.minute().into(), count)),
            Self::Hours(count) => clock(down(time.hour().into(), count), 0),
            Self::Days(_) => Some(day.at(0, 0, 0, 0)),
            Self::Weeks(_) => {
                let back = Span::new().days(day.weekday().to_monday_zero_offset());
                Some(day.checked_sub(back).ok()?.at(0, 0, 0, 0))
            }
            Self::Months(count) => {
                month_of(day.year().into(), down(i64::from(day.month()) - 1, count) + 1)
            }
            Self::Years(count) => month_of(down(day.year().into(), count), 1),
        }
    }

    /// The round time so many steps later.
    fn after(self, first: DateTime, index: i64) -> Option<DateTime> {
        let span = match self {
            Self::Minutes(count) => Span::new().try_minutes(count * index),
            Self::Hours(count) => Span::new().try_hours(count * index),
            Self::Days(count) => Span::new().try_days(count * index),
            Self::Weeks(count) => Span::new().try_weeks(count * index),
            Self::Months(count) => Span::new().try_months(count * index),
            Self::Years(count) => Span::new().try_years(count * index),
        };
        first.checked_add(span.ok()?).ok()
    }

    /// What is new since the tick before: the year once, the day once.
    fn label(self, time: DateTime, earlier: Option<DateTime>) -> String {
        let is_new_year = earlier.is_none_or(|earlier| earlier.year() != time.year());
        let is_new_day = earlier.is_none_or(|earlier| earlier.date() != time.date());
        match self {
            Self::Years(_) => time.year().to_string(),
            Self::Months(_) if is_new_year => format!("{} {}", month(time), time.year()),
            Self::Months(_) => month(time).to_owned(),
            Self::Minutes(_) | Self::Hours(_) if !is_new_day => {
                format!("{:02}:{:02}", time.hour(), time.minute())
            }
            Self::Minutes(_) | Self::Hours(_) if time.time() != Time::midnight() => {
                format!("{} {}, {:02}:{:02}", time.day(), month(time), time.hour(), time.minute())
            }
            _ if is_new_year => format!("{} {} {}", time.day(), month(time), time.year()),
            _ => format!("{} {}", time.day(), month(time)),
        }
    }
}

fn month(time: DateTime) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = usize::try_from(time.month() - 1).unwrap_or(0);
    NAMES.get(at).copied().unwrap_or_default()
}

/// A time for a tooltip: the day, and the clock where it is not midnight.
pub(crate) fn readable(seconds: f64) -> String {
    let Some(time) = time_of(seconds) else { return "n/a".to_owned() };
    if time.time() == Time::midnight() {
        return time.date().to_string();
    }
    format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute())
}
