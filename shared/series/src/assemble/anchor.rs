//! Through which moments does the grid go, and how far apart are its points?

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::frequency::{Frequency, Unit};
use crate::grid::{Grid, Moment};

const DAY: i64 = 86_400;

/// The grid of this frequency through the moments, whatever their order; none without a moment.
///
/// It goes through the first one. Months are counted from the longest day of a month that is seen,
/// so that a series of month ends stays at month ends: 28 February belongs to a grid through 31
/// January, and a grid through 28 February would miss 31 March.
pub fn lay_grid(times: &[i64], frequency: Frequency) -> Option<Grid> {
    let first = Moment(*times.iter().min()?);
    if !matches!(frequency.unit, Unit::Month | Unit::Year) {
        return Some(Grid::through(first, frequency));
    }
    let mut days: Vec<i64> = times.to_vec();
    days.sort_unstable();
    days.dedup();
    let ends = days.iter().all(|&time| is_month_end(Moment(time)));
    let longest = days
        .iter()
        .copied()
        .max_by_key(|&time| (Moment(time).civil().day(), std::cmp::Reverse(time)))?;
    let through = Grid::through(Moment(longest), frequency);
    if !ends || days.len() < 2 {
        return Some(through);
    }
    // All are month ends: the grid may go through a longer month that is not among them.
    let earlier = (0..48).map(|back| through.moment(-back)).map(month_end);
    let anchor = earlier.max_by_key(|moment| moment.civil().day())?;
    Some(Grid::through(anchor, frequency))
}

fn is_month_end(moment: Moment) -> bool {
    let date = moment.civil().date();
    date.day() == date.days_in_month()
}

fn month_end(moment: Moment) -> Moment {
    let civil = moment.civil();
    Moment::of(civil.date().last_of_month().to_datetime(civil.time()))
}

/// The distance that neighbouring moments of a series most often have; none if no series has two.
///
/// Months and years are told from days by their lengths: 28 to 31 days are a month, 89 to 92 a
/// quarter.
pub fn infer_frequency(series: &[u32], times: &[i64]) -> Option<Frequency> {
    let mut rows: Vec<(u32, i64)> = series.iter().copied().zip(times.iter().copied()).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut steps: BTreeMap<i64, usize> = BTreeMap::new();
    for ((series, time), (next_series, next)) in rows.iter().zip(rows.iter().skip(1)) {
        if series == next_series {
            *steps.entry(calendar_step(next - time)).or_default() += 1;
        }
    }
    // Of equally frequent steps the shortest: the others may be gaps.
    let most = steps.iter().max_by_key(|&(step, count)| (*count, std::cmp::Reverse(*step)))?;
    let (unit, length) = unit_of(*most.0);
    let count = NonZeroU32::new(u32::try_from(*most.0 / length).ok()?)?;
    Some(Frequency { unit, count })
}

const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;

/// Lengths of months and years made equal; 28 days are four weeks sooner than a February.
fn calendar_step(step: i64) -> i64 {
    if step % DAY != 0 {
        return step;
    }
    match step / DAY {
        29..=31 => MONTH,
        59..=62 => 2 * MONTH,
        89..=92 => 3 * MONTH,
        120..=123 => 4 * MONTH,
        181..=184 => 6 * MONTH,
        365 | 366 => YEAR,
        _ => step,
    }
}

fn unit_of(step: i64) -> (Unit, i64) {
    let lengths = [
        (Unit::Year, YEAR),
        (Unit::Month, MONTH),
        (Unit::Week, 7 * DAY),
        (Unit::Day, DAY),
        (Unit::Hour, 3600),
    ];
    let whole = lengths.into_iter().find(|(_, length)| step % length == 0);
    whole.unwrap_or((Unit::Minute, 60))
}
