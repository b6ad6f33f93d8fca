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
    /// the horizon more) for one known ahead.
    pub values: Vec<Vec<f64>>,
}
