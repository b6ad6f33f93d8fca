//! Which point of which series is each row?

use crate::assemble::collect::{Collected, Kept};
use crate::assemble::{Duplicates, Notes, is_bare};
use crate::grid::{Grid, Moment};
use crate::panel::{Known, Series};
use crate::read::ReadError;
use crate::schema::{Purpose, Schema};

/// The most points of a series, 32 megabytes of each column.
const LIMIT: u32 = 1 << 22;

/// The series that have a target, in the order of their ids.
pub(super) struct Placed {
    pub(super) series: Vec<Series>,
    pub(super) notes: Notes,
}

/// Places the rows; values of categories keep the numbers of their file.
pub(super) fn place(
    rows: &Collected,
    schema: &Schema,
    grid: Grid,
    duplicates: Duplicates,
) -> Result<Placed, ReadError> {
    let points = points(rows, schema, &grid)?;
    let spans = spans(rows, &points);
    let mut placing = Placing { rows, schema, duplicates, grid, notes: Notes::default() };
    let mut series = placing.empty(&spans)?;
    let order = placing.by_series(spans.len());
    for (number, series) in series.iter_mut().enumerate() {
        placing.fill(series, order.of(number), &points)?;
    }
    series.retain(|series| !is_bare(series));
    series.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Placed { series, notes: placing.notes })
}

/// The point of each row.
fn points(rows: &Collected, schema: &Schema, grid: &Grid) -> Result<Vec<i64>, ReadError> {
    let mut points = Vec::with_capacity(rows.time.len());
    let mut last = (i64::MIN, 0);
    for (row, &time) in rows.time.iter().enumerate() {
        if last.0 != time {
            let point = grid.point(Moment(time)).map_err(|cause| ReadError::OffGrid {
                place: rows.place(row),
                column: schema.time.clone().unwrap_or_default(),
                cause,
            })?;
            last = (time, point);
        }
        points.push(last.1);
    }
    Ok(points)
}

/// The first and last point with a target of each series; the last is before the first without.
fn spans(rows: &Collected, points: &[i64]) -> Vec<(i64, i64)> {
    let mut spans = vec![(i64::MAX, i64::MIN); rows.ids.len()];
    for ((&series, &point), target) in rows.series.iter().zip(points).zip(&rows.target) {
        if let Some(span) = spans.get_mut(series as usize).filter(|_| !target.is_nan()) {
            *span = (span.0.min(point), span.1.max(point));
        }
    }
    spans
}

/// The rows of each series in the order of the file.
struct Order {
    begins: Vec<usize>,
    rows: Vec<u32>,
}

impl Order {
    fn of(&self, series: usize) -> &[u32] {
        let bounds = self.begins.get(series).zip(self.begins.get(series + 1));
        bounds.and_then(|(&begin, &end)| self.rows.get(begin..end)).unwrap_or_default()
    }
}

struct Placing<'r> {
    rows: &'r Collected,
    schema: &'r Schema,
    duplicates: Duplicates,
    grid: Grid,
    notes: Notes,
}

impl Placing<'_> {
    /// Series with room for their points.
    fn empty(&mut self, spans: &[(i64, i64)]) -> Result<Vec<Series>, ReadError> {
        let mut all = Vec::with_capacity(spans.len());
        for (number, &(first, last)) in (0..).zip(spans) {
            let id = self.rows.ids.get(number).iter().map(ToString::to_string).collect();
            let length = last.saturating_sub(first).saturating_add(1).max(0);
            let length = u32::try_from(length).ok().filter(|&length| length <= LIMIT);
            let length = length.ok_or_else(|| ReadError::TooLong {
                series: self.rows.name(&self.schema.keys, number),
                first: self.grid.moment(first),
                last: self.grid.moment(last),
                frequency: self.grid.frequency(),
                limit: LIMIT,
            })? as usize;
            self.notes.without_target += u64::from(length == 0);
            let values = if length == 0 { Vec::new() } else { self.room(number, length) };
            let start = if length == 0 { 0 } else { first };
            all.push(Series { id, start, target: vec![f64::NAN; length], values });
        }
        Ok(all)
    }

    /// The values of all columns, empty but for those that are always the same.
    fn room(&self, number: u32, length: usize) -> Vec<Vec<f64>> {
        let columns = self.schema.columns.iter().zip(&self.rows.columns);
        let room = columns.filter_map(|(field, kept)| match (field.purpose, kept) {
            (Purpose::Feature(Known::Always), Kept::Series(values)) => {
                Some(vec![values.get(number as usize).copied().unwrap_or(f64::NAN)])
            }
            (Purpose::Feature(Known::Ahead), _) => {
                Some(vec![f64::NAN; length + self.schema.ahead as usize])
            }
            (Purpose::Feature(_), _) => Some(vec![f64::NAN; length]),
            _ => None,
        });
        room.collect()
    }

    fn by_series(&self, series: usize) -> Order {
        let mut begins = vec![0; series + 1];
        for &number in &self.rows.series {
            if let Some(count) = begins.get_mut(number as usize + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for begin in &mut begins {
            total += *begin;
            *begin = total;
        }
        let mut next = begins.clone();
        let mut rows = vec![0; self.rows.series.len()];
        for (row, &number) in (0..).zip(&self.rows.series) {
            if let Some(place) = next.get_mut(number as usize) {
                rows.get_mut(*place).into_iter().for_each(|slot| *slot = row);
                *place += 1;
            }
        }
        Order { begins, rows }
    }

    /// Gives a series the values of its rows.
    fn fill(&mut self, series: &mut Series, rows: &[u32], points: &[i64]) -> Result<(), ReadError> {
        let length = series.target.len() + self.schema.ahead as usize;
        if is_bare(series) {
            self.notes.unused_rows += rows.len() as u64;
            return Ok(());
        }
        let mut taken = vec![false; length];
        for &row in rows {
            let row = row as usize;
            let point = points.get(row).copied().unwrap_or_default();
            let place = usize::try_from(point - series.start).ok();
            let Some((place, taken)) = place.and_then(|place| Some((place, taken.get_mut(place)?)))
            else {
                self.notes.unused_rows += 1;
                continue;
            };
            if std::mem::replace(taken, true) {
                if self.duplicates == Duplicates::Refuse {
                    return Err(self.twice(rows, points, row));
                }
                self.notes.merged_rows += 1;
            }
            self.put(series, place, row);
        }
        Ok(())
    }

    fn put(&self, series: &mut Series, place: usize, row: usize) {
        let target = self.rows.target.get(row).copied().unwrap_or(f64::NAN);
        if let Some(slot) = series.target.get_mut(place)
            && !target.is_nan()
        {
            let is_sum = self.duplicates == Duplicates::Sum && !slot.is_nan();
            *slot = if is_sum { *slot + target } else { target };
        }
        let columns = self.schema.columns.iter().zip(&self.rows.columns);
        let columns = columns.filter(|(field, _)| matches!(field.purpose, Purpose::Feature(_)));
        for ((_, kept), values) in columns.zip(&mut series.values) {
            let Kept::Rows(kept) = kept else { continue };
            let value = kept.get(row).copied().unwrap_or(f64::NAN);
            if let Some(slot) = values.get_mut(place).filter(|_| !value.is_nan()) {
                *slot = value;
            }
        }
    }

    /// The error of a row whose point an earlier row of the series has.
    fn twice(&self, rows: &[u32], points: &[i64], second: usize) -> ReadError {
        let point = points.get(second).copied().unwrap_or_default();
        let earlier = rows.iter().map(|&row| row as usize);
        let first = earlier.filter(|row| points.get(*row) == Some(&point)).min();
        let number = self.rows.series.get(second).copied().unwrap_or_default();
        ReadError::Duplicate {
            series: self.rows.name(&self.schema.keys, number),
            moment: self.grid.moment(point),
            first: self.rows.place(first.unwrap_or(second)),
            second: self.rows.place(second),
        }
    }
}
