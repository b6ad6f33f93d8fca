//! Which rows does a model learn from or predict, and what are their columns called?
//!
//! Leaves out where the values come from: categories arrive as codes, dates as numbers.

use thiserror::Error;

/// What the values of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Numbers, which have an order.
    Number,
    /// Codes `0, 1, .. levels - 1`, which have none.
    Category {
        /// How many codes there are.
        levels: u32,
    },
}

/// A named column; `NaN` is a missing value.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) values: Vec<f32>,
}

impl Column {
    /// A column of numbers.
    pub fn numbers(name: impl Into<String>, values: Vec<f32>) -> Self {
        Self { name: name.into(), kind: Kind::Number, values }
    }

    /// A column of category codes below `levels`.
    pub fn categories(name: impl Into<String>, values: Vec<f32>, levels: u32) -> Self {
        Self { name: name.into(), kind: Kind::Category { levels }, values }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the values mean.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The values, `NaN` where missing.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    fn check(&self) -> Result<(), TableError> {
        let wrong = |row: usize, value: f32| match self.kind {
            Kind::Number if value.is_infinite() => {
                Some(TableError::Infinite { column: self.name.clone(), row })
            }
            Kind::Category { levels } if !value.is_nan() && !is_code(value, levels) => {
                Some(TableError::Code { column: self.name.clone(), row, value, levels })
            }
            _ => None,
        };
        let first = self.values.iter().enumerate().find_map(|(row, value)| wrong(row, *value));
        first.map_or(Ok(()), Err)
    }
}

/// Codes above this are not told apart by an `f32`.
pub(crate) const LARGEST_LEVELS: u32 = 1 << 24;

fn is_code(value: f32, levels: u32) -> bool {
    value >= 0.0 && value.fract().abs() <= 0.0 && f64::from(value) < f64::from(levels)
}

/// Columns of equal length and different names.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// Checks the columns.
    ///
    /// # Errors
    /// [`TableError`] when lengths differ, a name is there twice, or a value is infinite or no code
    /// of its column.
    pub fn new(columns: Vec<Column>) -> Result<Self, TableError> {
        let rows = columns.first().map_or(0, |column| column.values.len());
        let mut names: Vec<&str> = columns.iter().map(Column::name).collect();
        names.sort_unstable();
        let twice = names.iter().zip(names.iter().skip(1)).find(|(name, next)| name == next);
        if let Some((name, _)) = twice {
            return Err(TableError::SameName { column: (*name).to_owned() });
        }
        for column in &columns {
            let (name, length) = (column.name.clone(), column.values.len());
            if length != rows {
                return Err(TableError::Length { column: name, length, rows });
            }
            if let Kind::Category { levels } = column.kind
                && levels > LARGEST_LEVELS
            {
                return Err(TableError::Levels { column: name, levels });
            }
            column.check()?;
        }
        Ok(Self { columns, rows })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows of these numbers, in this order; one that does not exist has every value missing.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let chosen = |column: &Column| {
            let value = |row: &usize| column.values.get(*row).copied().unwrap_or(f32::NAN);
            Column { values: rows.iter().map(value).collect(), ..column.clone_empty() }
        };
        Self { columns: self.columns.iter().map(chosen).collect(), rows: rows.len() }
    }
}

impl Column {
    fn clone_empty(&self) -> Self {
        Self { name: self.name.clone(), kind: self.kind, values: Vec::new() }
    }
}

/// What is to be learned: a value for each row of a table, and how much each row counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub(crate) values: Vec<f32>,
    pub(crate) weights: Option<Vec<f32>>,
}

impl Target {
    /// Every row counts the same.
    pub fn new(values: Vec<f32>) -> Self {
        Self { values, weights: None }
    }

    /// A row of weight 2 counts as two rows of weight 1; one of weight 0 is not learned from.
    #[must_use]
    pub fn with_weights(self, weights: Vec<f32>) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// The values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The weights, when they are not all the same.
    pub fn weights(&self) -> Option<&[f32]> {
        self.weights.as_deref()
    }

    pub(crate) fn weight(&self, row: usize) -> f32 {
        let given = self.weights.as_ref().map(|weights| weights.get(row).copied());
        given.map_or(1.0, Option::unwrap_or_default)
    }
}

/// Why columns are not a table.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// A column has more or fewer values than the first.
    #[error("column `{column}` has {length} values where the first column has {rows}")]
    Length {
        /// The column.
        column: String,
        /// Its length.
        length: usize,
        /// The length of the first.
        rows: usize,
    },
    /// Two columns cannot be told apart.
    #[error("two columns are called `{column}`: rename one")]
    SameName {
        /// Their name.
        column: String,
    },
    /// A number is infinite.
    #[error("row {row} of column `{column}` is infinite: leave it missing (`NaN`) or bound it")]
    Infinite {
        /// The column.
        column: String,
        /// The row, counted from 0.
        row: usize,
    },
    /// A value of a category column is no code of it.
    #[error(
        "row {row} of column `{column}` is {value}: its codes are whole numbers below {levels}"
    )]
    Code {
        /// The column.
        column: String,
        /// The row, counted from 0.
        row: usize,
        /// The value.
        value: f32,
        /// How many codes the column has.
        levels: u32,
    },
    /// A category column has more levels than an `f32` can count.
    #[error("column `{column}` has {levels} levels: at most {LARGEST_LEVELS} can be told apart")]
    Levels {
        /// The column.
        column: String,
        /// How many levels were declared.
        levels: u32,
    },
}
