//! Round after round: which tree lowers what the trees so far leave?

use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator,
    IntoParallelRefMutIterator, ParallelIterator, ParallelSlice,
};

use crate::model::{Feature, Model, Placed, Rounds};
use crate::objective::{Derivatives, Objective};
use crate::predict::Rows;
use crate::settings::{Settings, Validation};
use crate::table::{Table, Target};
use crate::train::bins::{Binned, GROUP};
use crate::train::chance::Chance;
use crate::train::check::check;
use crate::train::error::TrainError;
use crate::train::grow::{Ground, grow};
use crate::train::histogram::Entry;
use crate::train::judge::{Judge, Units};
use crate::train::leaf::{Answering, answer, quantile};
use crate::train::split::Asked;
use crate::tree::Tree;

/// Trains a model.
pub(crate) fn train(
    table: &Table,
    target: &Target,
    validation: Option<Validation<'_>>,
    settings: &Settings,
) -> Result<Model, TrainError> {
    let outputs = check(table, target, validation, settings)?;
    let mut model = empty(table, target, settings, outputs);
    let mut watched = match validation {
        Some(validation) => Some(Watched::of(&model, validation)?),
        None => None,
    };
    let binned = Binned::of(table, target, settings.bins);
    let mut boosting = Boosting::of(&model, (target, settings), &binned, table);
    for round in 0..settings.rounds {
        for output in 0..outputs {
            let tree = boosting.tree(round * outputs + output, output);
            if let Some(watched) = &mut watched {
                watched.add(&tree, output);
            }
            model.trees.push(Placed { tree, output, scale: 1.0 });
        }
        model.round_starts.push(model.trees.len());
        if let Some(watched) = &mut watched
            && watched.is_over(&settings.objective, round)
        {
            break;
        }
    }
    Ok(match watched {
        Some(watched) => watched.best_of(model),
        None => model,
    })
}

/// The model before its first round.
fn empty(table: &Table, target: &Target, settings: &Settings, outputs: usize) -> Model {
    let feature = |column: &crate::table::Column| Feature {
        name: column.name().to_owned(),
        kind: Some(column.kind().into()),
    };
    Model {
        features: table.columns().iter().map(feature).collect(),
        objective: settings.objective.clone(),
        base_scores: (0..outputs).map(|output| base(&settings.objective, output, target)).collect(),
        trees: Vec::new(),
        round_starts: vec![0],
        parallel_trees: 1,
        best_iteration: None,
        sagemaker_rounds: None,
    }
}

/// The best prediction that is the same for every row.
#[expect(clippy::cast_possible_truncation, reason = "files hold base scores as f32")]
fn base(objective: &Objective, output: usize, target: &Target) -> f32 {
    let weight = |row| f64::from(target.weight(row));
    let values = target.values().iter().map(|value| f64::from(*value)).enumerate();
    let level = match objective {
        Objective::PseudoHuber { .. } => Some(0.5),
        _ => objective.quantile(output),
    };
    if let Some(level) = level {
        let weighted = values.map(|(row, value)| (value, weight(row)));
        let weighted = weighted.filter(|(_, weight)| *weight > 0.0).collect();
        return quantile(weighted, f64::from(level)) as f32;
    }
    let (sum, total) = values.fold((0.0, 0.0), |(sum, total), (row, value)| {
        (sum + value * weight(row), total + weight(row))
    });
    let mean = (sum / total) as f32;
    match objective {
        Objective::Logistic => mean.clamp(1e-6, 1.0 - 1e-6),
        _ if objective.accepts_base(mean) => mean,
        // All counts are zero, whose logarithm no margin reaches.
        _ => 1e-6,
    }
}

struct Boosting<'a> {
    target: &'a Target,
    settings: &'a Settings,
    binned: &'a Binned,
    asked: Vec<Asked>,
    /// For each output the margin of every row.
    margins: Vec<Vec<f32>>,
    entries: Vec<Entry>,
    spare: Vec<Entry>,
}

impl<'a> Boosting<'a> {
    fn of(
        model: &Model,
        (target, settings): (&'a Target, &'a Settings),
        binned: &'a Binned,
        table: &Table,
    ) -> Self {
        let asked = |(column, edges): (usize, &crate::train::bins::Edges)| Asked {
            column,
            edges: edges.clone(),
            direction: table
                .columns()
                .get(column)
                .and_then(|column| settings.monotone.get(column.name()).copied()),
            one_at_a_time: settings.one_at_a_time as usize,
            category_l2: settings.category_l2,
        };
        let rows = table.rows();
        Self {
            target,
            settings,
            binned,
            asked: binned.edges.iter().enumerate().map(asked).collect(),
            margins: model.base_margins().into_iter().map(|base| vec![base; rows]).collect(),
            entries: vec![Entry::default(); rows],
            spare: vec![Entry::default(); rows],
        }
    }

    /// Grows the next tree of an output and adds its answers to the margins.
    fn tree(&mut self, number: usize, output: usize) -> Tree {
        let settings = self.settings;
        let chance = Chance::of(settings.seed, number as u64);
        let columns = chance.columns(self.asked.len(), settings.column_share);
        let asked: Vec<Asked> =
            columns.iter().filter_map(|column| self.asked.get(*column).cloned()).collect();
        let of_tree = |group: usize| columns.iter().any(|column| column / GROUP == group);
        let groups = (0..self.binned.groups.len()).map(of_tree).collect();
        let units = self.write_entries(chance, output);
        let judge = Judge::new(settings, units);
        let ground = Ground {
            binned: self.binned,
            judge,
            min_gain: settings.min_gain,
            asked: &asked,
            groups,
        };
        let mut grown = grow(&ground, settings.growth, &mut self.entries, &mut self.spare);
        let answering = Answering {
            judge,
            refresh: settings.objective.refresh(output),
            learning_rate: settings.learning_rate,
            target: self.target,
        };
        if let Some(margins) = self.margins.get_mut(output) {
            answer(&mut grown, &self.entries, margins, answering);
        }
        grown.tree.in_levels()
    }

    /// The derivatives of every row in fixed point; those of rows that chance leaves out are 0.
    fn write_entries(&mut self, chance: Chance, output: usize) -> Units {
        let (target, objective) = (self.target, &self.settings.objective);
        let margins = self.margins.get(output).map(Vec::as_slice).unwrap_or_default();
        let at = |(row, margin): (usize, &f32)| {
            let actual = target.values().get(row).copied().unwrap_or_default();
            let Derivatives { first, second } = objective.derivatives(output, actual, *margin);
            let weight = target.weight(row);
            [first * weight, second * weight]
        };
        let sizes = margins.par_iter().enumerate().map(|row| at(row).map(f32::abs));
        let largest =
            sizes.reduce(|| [0.0; 2], |one, other| [one[0].max(other[0]), one[1].max(other[1])]);
        let scales = largest.map(scale);
        let share = self.settings.row_share;
        let rows = (0_u32..u32::MAX).into_par_iter().take(margins.len());
        let entries = self.entries.par_iter_mut().zip(rows.zip(margins.par_iter()));
        entries.for_each(|(entry, (row, margin))| {
            let derivatives = if chance.takes_row(row, share) {
                let [first, second] = at((row as usize, margin));
                [fixed(first * scales[0]), fixed(second * scales[1])]
            } else {
                [0, 0]
            };
            *entry = Entry { row, derivatives };
        });
        Units { first: 1.0 / f64::from(scales[0]), second: 1.0 / f64::from(scales[1]) }
    }
}

/// The power of two that brings the largest size to between 2^29 and 2^30.
#[expect(clippy::cast_possible_truncation, reason = "a power of two of at most 125")]
fn scale(largest: f32) -> f32 {
    if largest > 0.0 && largest.is_finite() {
        let exponent = (f64::from(largest).log2().floor()).clamp(-96.0, 96.0);
        (29.0 - exponent).exp2() as f32
    } else {
        1.0
    }
}

/// To the nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "a cast of f32 to i32 saturates")]
fn fixed(value: f32) -> i32 {
    (value + 0.5_f32.copysign(value)) as i32
}

/// The loss on rows kept aside.
struct Watched<'a> {
    target: &'a Target,
    patience: usize,
    /// The values of the rows, one row after the other.
    values: Vec<f32>,
    width: usize,
    margins: Vec<Vec<f32>>,
    /// The round with the least loss, and that loss.
    best: Option<(usize, f64)>,
}

impl<'a> Watched<'a> {
    fn of(model: &Model, validation: Validation<'a>) -> Result<Self, TrainError> {
        let rows = Rows::of(model, validation.table).map_err(TrainError::Validation)?;
        let mut values = vec![f32::NAN; rows.count() * rows.width()];
        rows.gather(0, &mut values);
        let margins = model.base_margins();
        Ok(Self {
            target: validation.target,
            patience: validation.patience.get(),
            values,
            width: rows.width(),
            margins: margins.into_iter().map(|base| vec![base; rows.count()]).collect(),
            best: None,
        })
    }

    fn add(&mut self, tree: &Tree, output: usize) {
        if let Some(margins) = self.margins.get_mut(output) {
            let rows = self.values.par_chunks_exact(self.width);
            let rows = margins.par_iter_mut().zip(rows).with_min_len(1024);
            rows.for_each(|(margin, row)| *margin += tree.answer(row));
        }
    }

    /// The sum over outputs and rows, added in order, so that it is the same for all threads.
    fn loss(&self, objective: &Objective) -> f64 {
        let mut sum = 0.0;
        for (output, margins) in self.margins.iter().enumerate() {
            for (row, (margin, actual)) in margins.iter().zip(self.target.values()).enumerate() {
                let weight = f64::from(self.target.weight(row));
                sum += weight * objective.loss(output, *actual, *margin);
            }
        }
        sum
    }

    /// Whether patience is at its end after this round.
    fn is_over(&mut self, objective: &Objective, round: usize) -> bool {
        let loss = self.loss(objective);
        if self.best.is_none_or(|(_, least)| loss < least || least.is_nan()) {
            self.best = Some((round, loss));
        }
        self.best.is_some_and(|(best, _)| round - best >= self.patience)
    }

    fn best_of(&self, model: Model) -> Model {
        let Some((best, _)) = self.best else { return model };
        let model = model.with_rounds(Rounds::First(best + 1));
        Model { best_iteration: Some(best), ..model }
    }
}
