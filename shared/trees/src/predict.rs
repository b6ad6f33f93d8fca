//! What does a model answer for the rows of a table?
//!
//! Sums in `f32` and in the order of the trees, as XGBoost does.

use rayon::prelude::{IndexedParallelIterator, ParallelIterator, ParallelSliceMut};
use thiserror::Error;

use crate::model::{FeatureKind, Model};
use crate::table::Table;

/// Rows answered together: enough that a tree stays in the cache while they pass.
const BLOCK: usize = 64;

/// Predictions of the rows of a table, for one output or several.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    outputs: usize,
    values: Vec<f64>,
}

impl Predictions {
    /// How many values a row has.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The values of one row after the other.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same, owned.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// The values of each row.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.outputs.max(1))
    }

    /// The values of one output, such as one quantile; empty when there is no such output.
    pub fn output(&self, output: usize) -> Vec<f64> {
        self.rows().filter_map(|row| row.get(output).copied()).collect()
    }
}

/// Why a table does not fit a model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MismatchError {
    /// The model was trained with a column that the table lacks.
    #[error("the model needs column `{column}`, which the table lacks: add it, missing if unknown")]
    Lacks {
        /// The column.
        column: String,
    },
    /// The table has a column that the model was not trained with.
    #[error("column `{column}` of the table is unknown to the model: leave it out")]
    Unknown {
        /// The column.
        column: String,
    },
    /// The model has no names, so columns count by position.
    #[error("the table has {found} columns and the model, which has no names for them, {expected}")]
    Count {
        /// Columns of the table.
        found: usize,
        /// Columns of the model.
        expected: usize,
    },
    /// Numbers where the model has categories, or the other way round.
    #[error("column `{column}` holds {found} in the table and {expected} in the model")]
    Kind {
        /// The column.
        column: String,
        /// What the table holds.
        found: &'static str,
        /// What the model was trained with.
        expected: &'static str,
    },
}

impl FeatureKind {
    fn words(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Category => "categories",
        }
    }
}

/// The columns of a table in the order of a model.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    columns: Vec<&'a [f32]>,
    count: usize,
}

impl<'a> Rows<'a> {
    /// Finds the columns by name; by position when the model has no names.
    pub(crate) fn of(model: &Model, table: &'a Table) -> Result<Self, MismatchError> {
        let (found, expected) = (table.columns().len(), model.features.len());
        let is_named = model.feature_names().all(|name| !name.is_empty());
        if !is_named && found != expected {
            return Err(MismatchError::Count { found, expected });
        }
        let mut columns = Vec::with_capacity(expected);
        for (at, feature) in model.features.iter().enumerate() {
            let named = || table.columns().iter().find(|column| column.name() == feature.name);
            // Nearly always the order is the same.
            let here = table.columns().get(at);
            let column = match here {
                Some(column) if !is_named || column.name() == feature.name => Some(column),
                _ => named(),
            };
            let lacks = || MismatchError::Lacks { column: feature.name.clone() };
            let column = column.ok_or_else(lacks)?;
            let kind = FeatureKind::from(column.kind());
            if let Some(expected) = feature.kind.filter(|expected| *expected != kind) {
                let (found, expected) = (kind.words(), expected.words());
                let column = column.name().to_owned();
                return Err(MismatchError::Kind { column, found, expected });
            }
            columns.push(column.values());
        }
        if found > expected {
            let is_unknown = |name: &&str| model.feature_names().all(|known| known != *name);
            let mut names = table.columns().iter().map(crate::table::Column::name);
            let column = names.find(is_unknown).unwrap_or_default().to_owned();
            return Err(MismatchError::Unknown { column });
        }
        Ok(Self { columns, count: table.rows() })
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Rows from `start` on, one after the other, as many as `into` has room for.
    pub(crate) fn gather(&self, start: usize, into: &mut [f32]) {
        let width = self.columns.len().max(1);
        for (feature, column) in self.columns.iter().enumerate() {
            let places = into.iter_mut().skip(feature).step_by(width);
            for (place, value) in places.zip(column.iter().skip(start)) {
                *place = *value;
            }
        }
    }

    /// How many values a row has, at least 1 so that rows can be told apart.
    pub(crate) fn width(&self) -> usize {
        self.columns.len().max(1)
    }
}

impl Model {
    /// The predictions for each row: means, quantiles, probabilities, as the objective says.
    pub fn predict(&self, table: &Table) -> Result<Predictions, MismatchError> {
        let margins = self.margins(table)?;
        let outputs = self.objective.responses(self.outputs());
        let mut values = Vec::with_capacity(table.rows() * outputs);
        for row in margins.chunks_exact(self.outputs().max(1)) {
            self.objective.respond(row, &mut values);
        }
        Ok(Predictions { outputs, values })
    }

    /// The sums of leaves and base for each row, before the objective turns them into predictions.
    pub fn margin(&self, table: &Table) -> Result<Predictions, MismatchError> {
        let values = self.margins(table)?.into_iter().map(f64::from).collect();
        Ok(Predictions { outputs: self.outputs(), values })
    }

    /// The base of each output as a margin.
    pub(crate) fn base_margins(&self) -> Vec<f32> {
        self.base_scores.iter().map(|score| self.objective.margin_of(*score)).collect()
    }

    fn margins(&self, table: &Table) -> Result<Vec<f32>, MismatchError> {
        let rows = Rows::of(self, table)?;
        let bases = self.base_margins();
        let outputs = bases.len().max(1);
        let mut margins = vec![0.0; rows.count() * bases.len()];
        let blocks = margins.par_chunks_mut(BLOCK * outputs).enumerate();
        blocks.for_each_init(
            || vec![f32::NAN; BLOCK * rows.width()],
            |values, (block, margins)| {
                rows.gather(block * BLOCK, values);
                margins.chunks_exact_mut(outputs).for_each(|row| row.copy_from_slice(&bases));
                self.add_trees(values, rows.width(), margins);
            },
        );
        Ok(margins)
    }

    fn add_trees(&self, values: &[f32], width: usize, margins: &mut [f32]) {
        for placed in &self.trees {
            let sums = margins.iter_mut().skip(placed.output).step_by(self.outputs());
            for (sum, row) in sums.zip(values.chunks_exact(width)) {
                *sum += placed.scale * placed.tree.answer(row);
            }
        }
    }
}
