//! What of a series is known at the origin, and how old must it be?
//!
//! The two types here are why features cannot leak: a [`History`] holds nothing after the origin,
//! and is read only through a [`Delay`], which no recipe makes shorter than the horizon.

use crate::panel::Series;

/// A distance into the past that is never shorter than the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delay(i64);

impl Delay {
    /// So many points, or the horizon if that is more; at least one.
    pub(super) fn at_least(points: u32, horizon: u32) -> Self {
        Self(i64::from(points.max(horizon).max(1)))
    }
}

/// Values of a series up to the origin.
#[derive(Debug, Clone, Copy)]
pub(super) struct History<'s> {
    start: i64,
    values: &'s [f64],
}

impl<'s> History<'s> {
    /// The target as it is known at the origin.
    pub(super) fn of_target(series: &'s Series, origin: i64) -> Self {
        Self { start: series.start, values: series.until(origin) }
    }

    /// A column known afterwards as it is known at the origin.
    pub(super) fn of_column(series: &'s Series, column: usize, origin: i64) -> Self {
        let known = series.until(origin).len();
        let values = series.values.get(column).map_or(&[][..], Vec::as_slice);
        Self { start: series.start, values: values.get(..known).unwrap_or(values) }
    }

    /// All values, the first of which is at place 0.
    pub(super) fn values(self) -> &'s [f64] {
        self.values
    }

    /// The place of the value that is the delay older than the point; negative before the first.
    pub(super) fn place(self, point: i64, delay: Delay) -> i64 {
        point - delay.0 - self.start
    }

    /// The value that is the delay older than the point.
    pub(super) fn before(self, point: i64, delay: Delay) -> f64 {
        let place = usize::try_from(self.place(point, delay)).ok();
        place.and_then(|place| self.values.get(place)).copied().unwrap_or(f64::NAN)
    }
}
