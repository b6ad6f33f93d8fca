//! Many series on one grid, as models want them.
//!
//! Each series is whole: from its first point to its last there is a place for every period, and
//! what was missing is `NaN` there. Columns beside the target are numbers too; a category is the
//! place of its text in [`Column::levels`].

use crate::grid::Grid;

/// Many series on one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Where its points lie in time.
    pub grid: Grid,
    /// The names of the columns that together name a series.
    pub keys: Vec<String>,
    /// The columns beside the target.
    pub columns: Vec<Column>,
    /// The series, in the order of their ids.
    pub series: Vec<Series>,
}

/// A column beside the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// When its values are known.
    pub known: Known,
    /// The texts of a category; none for a number. A flag is 0 or 1.
    pub levels: Option<Vec<String>>,
}

/// When the values of a column are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Also for the points to come: a price, a promotion, a holiday.
    Ahead,
    /// Only afterwards: weather as measured, stock.
    Afterwards,
    /// Always, and it is the same at all points: the size of a store.
    Always,
}

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The value of each key column.
    pub id: Vec<String>,
    /// The number of its first point on the panel's grid.
    pub start: i64,
    /// The target from the first point on, `NaN` where there is no value.
    pub target: Vec<f64>,
    /// The values of each column of the panel, in the same order: one for a column that is always
    /// known, as many as the target has for one known afterwards, and as many as are known (up to
    /// [`crate::schema::Schema::ahead`] more) for one known ahead.
    pub values: Vec<Vec<f64>>,
}

impl Panel {
    /// The place of a column beside the target.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The first point of any series and the last that has a place for a target.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let held = || self.series.iter().filter(|series| !series.target.is_empty());
        let first = held().map(|series| series.start).min()?;
        let last = held().map(|series| series.end() - 1).max()?;
        Some((first, last))
    }

    /// What was known at the origin: targets and columns known afterwards up to it, columns known
    /// ahead up to `ahead` points more. Series that begin later are left out.
    #[must_use]
    pub fn until(&self, origin: i64, ahead: u32) -> Self {
        let begun = self.series.iter().filter(|series| series.start <= origin);
        let cut = |series: &Series| {
            let known = series.until(origin).len();
            let kept = |(column, values): (&Column, &Vec<f64>)| {
                let most = match column.known {
                    Known::Always => values.len(),
                    Known::Afterwards => known,
                    Known::Ahead => series.points_until(origin.saturating_add(i64::from(ahead))),
                };
                values.iter().take(most).copied().collect()
            };
            Series {
                id: series.id.clone(),
                start: series.start,
                target: series.until(origin).to_vec(),
                values: self.columns.iter().zip(&series.values).map(kept).collect(),
            }
        };
        Self {
            grid: self.grid,
            keys: self.keys.clone(),
            columns: self.columns.clone(),
            series: begun.map(cut).collect(),
        }
    }
}

impl Series {
    /// The point after its last one.
    pub fn end(&self) -> i64 {
        self.start.saturating_add_unsigned(self.target.len() as u64)
    }

    /// The target at a point, `NaN` where there is none.
    pub fn at(&self, point: i64) -> f64 {
        at(&self.target, self.start, point)
    }

    /// The value of a column known afterwards or ahead at a point, `NaN` where there is none.
    pub fn value_at(&self, column: usize, point: i64) -> f64 {
        self.values.get(column).map_or(f64::NAN, |values| at(values, self.start, point))
    }

    /// The target up to and with a point.
    pub fn until(&self, point: i64) -> &[f64] {
        self.target.get(..self.points_until(point)).unwrap_or(&self.target)
    }

    /// How many points there are from the first one to this, both counted.
    fn points_until(&self, point: i64) -> usize {
        usize::try_from(point.saturating_sub(self.start).saturating_add(1)).unwrap_or(0)
    }
}

/// The value at a point of a series that begins at `start`.
fn at(values: &[f64], start: i64, point: i64) -> f64 {
    let place = usize::try_from(point.saturating_sub(start)).ok();
    place.and_then(|place| values.get(place)).copied().unwrap_or(f64::NAN)
}
