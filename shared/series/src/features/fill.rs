//! What are the values of the features at these rows?
//!
//! Features are filled side by side, each over all series, so that a column is written once and in
//! order.

use std::ops::Range;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::Row;
use super::calendar::Calendar;
use super::history::{Delay, History};
use super::plan::{Derived, How};
use crate::panel::{Panel, Series};

/// The values of every feature of the plan at the rows, as they are known at the origin.
pub(super) fn columns(panel: &Panel, plan: &[Derived], origin: i64, rows: &[Row]) -> Vec<Vec<f32>> {
    let filling = Filling { panel, origin, rows, groups: groups(rows) };
    plan.par_iter().map(|derived| filling.column(&derived.how)).collect()
}

/// The rows of one series after another.
fn groups(rows: &[Row]) -> Vec<Range<usize>> {
    let mut begin = 0;
    let chunks = rows.chunk_by(|one, next| one.series == next.series);
    let ranges = chunks.map(|chunk| {
        let range = begin..begin + chunk.len();
        begin = range.end;
        range
    });
    ranges.collect()
}

struct Filling<'p> {
    panel: &'p Panel,
    origin: i64,
    rows: &'p [Row],
    groups: Vec<Range<usize>>,
}

impl Filling<'_> {
    fn column(&self, how: &How) -> Vec<f32> {
        match how {
            How::Key(levels) => self.by_place(levels),
            How::Calendar(part) => {
                let points = || self.rows.iter().map(|row| row.point);
                let extent = points().min().zip(points().max()).unwrap_or((0, -1));
                let calendar = Calendar::of(&self.panel.grid, *part, extent);
                self.rows.iter().map(|row| calendar.at(row.point)).collect()
            }
            How::Lag(delay) => self.by_point(|series| {
                let history = History::of_target(series, self.origin);
                move |point| history.before(point, *delay)
            }),
            How::Mean(delay, window) => self.rolling(*delay, *window, Sums::mean),
            How::Deviation(delay, window) => self.rolling(*delay, *window, Sums::deviation),
            How::Ahead(column) => {
                self.by_point(|series| move |point| series.value_at(*column, point))
            }
            How::Afterwards(column, delay) => self.by_point(|series| {
                let history = History::of_column(series, *column, self.origin);
                move |point| history.before(point, *delay)
            }),
            How::Always(column) => self.by_point(|series| {
                let value = series.values.get(*column).and_then(|values| values.first());
                let value = value.copied().unwrap_or(f64::NAN);
                move |_| value
            }),
            How::HolidayNext(column, window) => self.by_point(|series| {
                move |point| distance(series, *column, *window, |step| point + step)
            }),
            How::HolidayLast(column, window) => self.by_point(|series| {
                move |point| distance(series, *column, *window, |step| point - step)
            }),
            How::Total(columns) => self.by_point(|series| {
                move |point| known(series, columns, point).fold(0.0, |sum, value| sum + value)
            }),
            How::Present(columns) => self.by_point(|series| {
                move |point| {
                    f64::from(u8::from(known(series, columns, point).any(|value| value != 0.0)))
                }
            }),
        }
    }

    /// One value for all rows of a series.
    fn by_place(&self, values: &[f32]) -> Vec<f32> {
        let value = |row: &Row| values.get(row.series as usize).copied().unwrap_or(f32::NAN);
        self.rows.iter().map(value).collect()
    }

    /// A value for each point, by a function that is made once for each series.
    fn by_point<'s, F: Fn(i64) -> f64>(&'s self, of_series: impl Fn(&'s Series) -> F) -> Vec<f32> {
        let mut column = Vec::with_capacity(self.rows.len());
        for group in &self.groups {
            let rows = self.rows.get(group.clone()).unwrap_or_default();
            let place = rows.first().map_or(usize::MAX, |row| row.series as usize);
            let Some(series) = self.panel.series.get(place) else { continue };
            let value = of_series(series);
            column.extend(rows.iter().map(|row| single(value(row.point))));
        }
        column
    }

    fn rolling(&self, delay: Delay, window: usize, of: fn(&Sums, Range<usize>) -> f64) -> Vec<f32> {
        self.by_point(|series| {
            let history = History::of_target(series, self.origin);
            let sums = Sums::of(history.values());
            move |point| {
                let Ok(last) = usize::try_from(history.place(point, delay)) else {
                    return f64::NAN;
                };
                let first = (last + 1).saturating_sub(window);
                of(&sums, first..last + 1)
            }
        })
    }
}

/// The values of these columns that are there.
fn known(series: &Series, columns: &[usize], point: i64) -> impl Iterator<Item = f64> {
    let values = columns.iter().map(move |&column| series.value_at(column, point));
    values.filter(|value| !value.is_nan())
}

/// The fewest steps, up to the window, to a point whose flag is set; the window and one without.
fn distance(series: &Series, column: usize, window: u32, at: impl Fn(i64) -> i64) -> f64 {
    let is_set = |&step: &u32| series.value_at(column, at(i64::from(step))) > 0.0;
    f64::from((0..=window).find(is_set).unwrap_or(window.saturating_add(1)))
}

/// Tree models calculate in single precision.
#[expect(clippy::cast_possible_truncation, reason = "what trees split by is no more precise")]
fn single(value: f64) -> f32 {
    value as f32
}

/// Sums of the values before each place, of which windows are differences.
///
/// The first value is taken off all, so that the squares of large and steady sales do not drown
/// their deviation. Sums up to a place depend on the values before it alone.
struct Sums {
    offset: f64,
    before: Vec<Sum>,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    count: f64,
    total: f64,
    squares: f64,
}

impl Sums {
    fn of(values: &[f64]) -> Self {
        let offset = values.iter().copied().find(|value| !value.is_nan()).unwrap_or(0.0);
        let mut sum = Sum::default();
        let mut before = Vec::with_capacity(values.len() + 1);
        before.push(sum);
        for value in values {
            if !value.is_nan() {
                let value = value - offset;
                sum.count += 1.0;
                sum.total += value;
                sum.squares += value * value;
            }
            before.push(sum);
        }
        Self { offset, before }
    }

    fn over(&self, window: &Range<usize>) -> Sum {
        let (Some(first), Some(last)) =
            (self.before.get(window.start), self.before.get(window.end))
        else {
            return Sum::default();
        };
        Sum {
            count: last.count - first.count,
            total: last.total - first.total,
            squares: last.squares - first.squares,
        }
    }

    fn mean(&self, window: Range<usize>) -> f64 {
        let over = self.over(&window);
        if over.count < 1.0 { f64::NAN } else { self.offset + over.total / over.count }
    }

    fn deviation(&self, window: Range<usize>) -> f64 {
        let over = self.over(&window);
        if over.count < 2.0 {
            return f64::NAN;
        }
        let squares = over.squares - over.total * over.total / over.count;
        (squares.max(0.0) / (over.count - 1.0)).sqrt()
    }
}
