//! How much does each column add to a forecast?
//!
//! Exact Shapley values of the margin, where what is not known is averaged by the covers of the
//! nodes: the path-dependent values of Lundberg, Erion and Lee 2018, which are XGBoost's
//! `pred_contribs`. Sums are in `f64`; they add up to the `f32` margin within its rounding.

mod path;

use rayon::prelude::{IndexedParallelIterator, ParallelIterator, ParallelSliceMut};

use crate::explain::path::{Paths, Scratch};
use crate::model::Model;
use crate::predict::{MismatchError, Rows};
use crate::table::Table;

/// Rows explained together, so that what is prepared for a tree is read once for all of them.
const BLOCK: usize = 128;

/// What each column adds to the margin of one row and output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explanation<'a> {
    /// One value for each column, in the order of the model.
    pub features: &'a [f64],
    /// What the model answers knowing nothing; with the features it sums up to the margin.
    pub bias: f64,
}

/// Explanations of the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    features: Vec<String>,
    outputs: usize,
    values: Vec<f64>,
}

impl Contributions {
    /// The names of the columns.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// How many explanations a row has.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The explanation of a row and output, both counted from 0.
    pub fn get(&self, row: usize, output: usize) -> Option<Explanation<'_>> {
        let width = self.features.len() + 1;
        let start = row.checked_mul(self.outputs)?.checked_add(output)?.checked_mul(width)?;
        let values = self.values.get(start..start.checked_add(width)?)?;
        let (bias, features) = values.split_last()?;
        (output < self.outputs).then_some(Explanation { features, bias: *bias })
    }

    /// The explanations of one output for every row.
    pub fn of_output(&self, output: usize) -> impl Iterator<Item = Explanation<'_>> {
        (0..).map_while(move |row| self.get(row, output))
    }
}

impl Model {
    /// What each column adds to the margin of each row, for each output.
    pub fn contributions(&self, table: &Table) -> Result<Contributions, MismatchError> {
        let rows = Rows::of(self, table)?;
        let (outputs, width) = (self.outputs(), self.features.len() + 1);
        let mut values = vec![0.0; rows.count() * outputs * width];
        let explained = self.explained();
        let blocks = values.par_chunks_mut((BLOCK * outputs * width).max(1)).enumerate();
        blocks.for_each_init(
            || (vec![f32::NAN; BLOCK * rows.width()], Scratch::default()),
            |(inputs, scratch), (block, values)| {
                rows.gather(block * BLOCK, inputs);
                explained.add_to(inputs, rows.width(), values, scratch);
            },
        );
        let features = self.feature_names().map(str::to_owned).collect();
        Ok(Contributions { features, outputs, values })
    }

    fn explained(&self) -> Explained {
        let paths = self.trees.iter().map(|placed| Paths::of(&placed.tree));
        let mut biases: Vec<f64> = self.base_margins().into_iter().map(f64::from).collect();
        let mut trees = Vec::with_capacity(self.trees.len());
        for (placed, paths) in self.trees.iter().zip(paths) {
            let scale = f64::from(placed.scale);
            if let Some(bias) = biases.get_mut(placed.output) {
                *bias += scale * paths.mean();
            }
            trees.push((placed.output, scale, paths));
        }
        Explained { trees, biases, width: self.features.len() + 1 }
    }
}

/// A model made ready to explain.
struct Explained {
    trees: Vec<(usize, f64, Paths)>,
    biases: Vec<f64>,
    width: usize,
}

impl Explained {
    fn add_to(&self, inputs: &[f32], columns: usize, values: &mut [f64], scratch: &mut Scratch) {
        for (own, bias) in values.chunks_exact_mut(self.width).zip(self.biases.iter().cycle()) {
            if let Some(last) = own.last_mut() {
                *last = *bias;
            }
        }
        for (output, scale, paths) in &self.trees {
            let own = values.chunks_exact_mut(self.width).skip(*output).step_by(self.biases.len());
            for (row, into) in inputs.chunks_exact(columns).zip(own) {
                paths.add_to(row, *scale, into, scratch);
            }
        }
    }
}
