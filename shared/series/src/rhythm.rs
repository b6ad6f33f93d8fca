//! At which points of a week is there anything at all?
//!
//! Business days have no Saturdays, and the hours of a shop no nights. A forecast of such points
//! answers what nobody asked, and shifts the end of a horizon that was counted in open points.

use crate::frequency::{Frequency, Unit};
use crate::panel::Panel;

/// A place of the week counts as closed if chance alone would leave one empty with at most this
/// probability.
const CHANCE: f64 = 1e-6;
/// No panel is so full that a gap would be impossible.
const FULLEST: f64 = 0.99;
/// Weeks before which nothing is concluded.
const FEWEST_WEEKS: u64 = 4;

/// The points of a week at which a panel has values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    /// One for each point of a week, from point 0 of the grid on; a single one without a rhythm.
    open: Vec<bool>,
}

impl Rhythm {
    /// What the panel shows: all points are open unless some never had a value in any series,
    /// though there were so many others that this is no chance.
    pub fn of(panel: &Panel) -> Self {
        Self::seen(panel).unwrap_or(Self { open: vec![true] })
    }

    fn seen(panel: &Panel) -> Option<Self> {
        let cycle = week(panel.grid.frequency())?;
        let mut values = vec![0_u64; cycle];
        let mut places = vec![0_u64; cycle];
        for series in &panel.series {
            for (point, value) in (series.start..).zip(&series.target) {
                let phase = phase(point, cycle);
                *places.get_mut(phase)? += 1;
                *values.get_mut(phase)? += u64::from(!value.is_nan());
            }
        }
        if places.iter().any(|&places| places < FEWEST_WEEKS) {
            return None;
        }
        let open: Vec<bool> = values.iter().map(|&values| values > 0).collect();
        if !open.contains(&true) {
            return None;
        }
        let of_open = |counts: &[u64]| -> f64 {
            let counts = counts.iter().zip(&open).filter(|(_, open)| **open);
            counts.map(|(&count, _)| number(count)).sum()
        };
        let full = (of_open(&values) / of_open(&places)).min(FULLEST);
        let fewest = *places.iter().zip(&open).filter(|(_, open)| !**open).map(|it| it.0).min()?;
        let by_chance =
            number(cycle as u64) * (1.0 - full).powi(i32::try_from(fewest).unwrap_or(i32::MAX));
        (by_chance < CHANCE).then_some(Self { open })
    }

    /// Whether there is something at a point of the panel's grid.
    pub fn is_open(&self, point: i64) -> bool {
        self.open.get(phase(point, self.open.len())).copied().unwrap_or(true)
    }

    /// How many points there are from `start` on up to the last of `wanted` open ones.
    pub fn points(&self, start: i64, wanted: usize) -> usize {
        let mut open = (start..).zip(1_usize..).filter(|(point, _)| self.is_open(*point));
        wanted.checked_sub(1).and_then(|last| open.nth(last)).map_or(0, |(_, count)| count)
    }

    /// How many points of a week are open, and how many a week has, unless all are.
    pub fn share(&self) -> Option<(usize, usize)> {
        let open = self.open.iter().filter(|open| **open).count();
        (open < self.open.len()).then_some((open, self.open.len()))
    }
}

/// The points of a week, where they are a whole number above one.
fn week(frequency: Frequency) -> Option<usize> {
    let length: usize = match frequency.unit {
        Unit::Minute => 10_080,
        Unit::Hour => 168,
        Unit::Day => 7,
        Unit::Week | Unit::Month | Unit::Year => return None,
    };
    let count = frequency.count.get() as usize;
    (length.is_multiple_of(count) && length > count).then_some(length / count)
}

fn phase(point: i64, cycle: usize) -> usize {
    let cycle = i64::try_from(cycle).unwrap_or(i64::MAX).max(1);
    usize::try_from(point.rem_euclid(cycle)).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of points are far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Grid, Moment};
    use crate::panel::Series;

    fn panel(frequency: &str, points: i64, has: impl Fn(i64) -> bool) -> Panel {
        let target = (0..points).map(|point| if has(point) { 1.0 } else { f64::NAN });
        let series =
            Series { id: vec!["a".into()], start: 3, target: target.collect(), values: vec![] };
        let grid = Grid::through(Moment(0), frequency.parse().unwrap());
        Panel { grid, keys: vec!["id".into()], columns: vec![], series: vec![series] }
    }

    #[test]
    fn days_without_weekends_are_open_on_five_of_seven() {
        let rhythm = Rhythm::of(&panel("1D", 70, |point| point % 7 < 5));

        assert_eq!(rhythm.share(), Some((5, 7)));
        assert!(rhythm.is_open(3) && !rhythm.is_open(3 + 5) && rhythm.is_open(3 + 70));
        assert_eq!(rhythm.points(3 + 70, 5), 5);
        assert_eq!(rhythm.points(3 + 70, 6), 8);
        assert_eq!(rhythm.points(3 + 70, 20), 26);
    }

    #[test]
    fn the_nights_of_hours_are_closed() {
        let rhythm = Rhythm::of(&panel("1H", 24 * 40, |point| (9..18).contains(&(point % 24))));

        assert_eq!(rhythm.share(), Some((63, 168)));
    }

    #[test]
    fn a_gap_that_may_be_chance_closes_nothing() {
        let full = panel("1D", 70, |_| true);
        let short = panel("1D", 27, |point| point % 7 < 5);
        let sparse = panel("1D", 42, |point| point % 7 < 5 && point % 4 == 0);
        let weekly = panel("1W", 200, |point| point % 7 < 5);
        let empty = panel("1D", 70, |_| false);

        for open in [full, short, sparse, weekly, empty] {
            assert_eq!(Rhythm::of(&open).share(), None, "{open:?}");
            assert_eq!(Rhythm::of(&open).points(9, 20), 20);
        }
    }
}
