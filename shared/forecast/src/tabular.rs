//! What number belongs to a single row, such as the days until a product is turned over?
//!
//! Boosted trees of several growths compete on validation rows, where they also stop growing; the
//! best is kept, and can be refitted on training and validation together with as many rounds.
//! Quantiles are conformal: errors of the validation rows over a scale that suits them.

use serde::{Deserialize, Serialize};
use trees::{Column, Kind, Model, Settings, Table, Target, Validation};

use crate::error::Error;
use crate::interval::{Around, Calibration};
use crate::local::Range;
use crate::pooled::Learner;
use crate::tournament::Size;
use crate::tournament::evidence::{Evidence, Point};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowTask {
    /// The levels of the quantiles, ascending; may be empty.
    pub quantiles: Vec<f64>,
    /// Which values the target can take.
    pub range: Range,
    /// Which learners compete; a ridge among them is left out.
    pub learners: Vec<Learner>,
    /// Rounds, at most.
    pub rounds: usize,
    /// What samples are drawn from.
    pub seed: u64,
}

impl Default for RowTask {
    fn default() -> Self {
        Self {
            quantiles: vec![0.1, 0.5, 0.9],
            range: Range::Nonnegative,
            learners: vec![Learner::Boosted, Learner::Leafwise, Learner::Oblivious],
            rounds: 400,
            seed: 0,
        }
    }
}

/// Rows with what is to be learned of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The features.
    pub table: Table,
    /// The target of each row; rows where it is `NaN` are left out.
    pub target: Vec<f64>,
    /// What each row weighs; all the same if empty.
    pub weights: Vec<f32>,
}

/// A fitted regression of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowModel {
    /// What was asked.
    pub task: RowTask,
    /// Every competitor with its root mean squared error on validation, the best first.
    pub table: Vec<(String, f64)>,
    learner: Learner,
    rounds: usize,
    calibration: Calibration,
    json: String,
}

/// The forecast of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowForecast {
    /// The point forecast.
    pub mean: f64,
    /// One for each level, ascending.
    pub quantiles: Vec<f64>,
}

/// What each column adds to the forecast of each row; the last is the forecast knowing nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowContributions {
    /// The columns, and `level`.
    pub names: Vec<String>,
    /// One value for each name of each row; they add up to the forecast before its limit.
    pub rows: Vec<Vec<f64>>,
}

/// A forecast that is the same for all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// The mean of the training rows.
    Mean,
    /// Their median.
    Median,
}

/// Fits on training rows, judged by validation rows.
///
/// # Errors
/// [`Error::NoTarget`] where no target is known, [`Error::Train`] where the columns do not suit.
pub fn fit(training: &Rows, validation: &Rows, task: &RowTask) -> Result<RowModel, Error> {
    let (training, validation) = (training.known()?, validation.known()?);
    let held = validation.target();
    let patience = std::num::NonZeroUsize::new(25).unwrap_or(std::num::NonZeroUsize::MIN);
    let watch = || Some(Validation { table: &validation.table, target: &held, patience });
    let mut tried = Vec::new();
    for &learner in task.learners.iter().filter(|learner| **learner != Learner::Ridge) {
        let settings = settings(learner, task);
        let model = Model::train(&training.table, &training.target(), watch(), &settings)?;
        let predicted = model.predict(&validation.table)?.into_values();
        let loss = root_mean_square(&predicted, &validation.target);
        tried.push((learner, loss, model, predicted));
    }
    tried.sort_by(|a, b| a.1.total_cmp(&b.1));
    let table = tried.iter().map(|(learner, loss, ..)| (name(*learner), *loss)).collect();
    let Some((learner, _, model, predicted)) = tried.into_iter().next() else {
        return Err(Error::NoLearner);
    };
    let calibration = calibration(&predicted, &validation.target, task);
    let json = String::from_utf8_lossy(&model.to_json()?).into_owned();
    let task = task.clone();
    Ok(RowModel { task, table, learner, rounds: model.rounds().max(1), calibration, json })
}

impl RowModel {
    /// The winner trained anew on other rows, such as training and validation together, with the
    /// rounds and the intervals it has.
    ///
    /// # Errors
    /// As [`fit`].
    pub fn refit(&self, rows: &Rows) -> Result<Self, Error> {
        let rows = rows.known()?;
        let settings = Settings { rounds: self.rounds, ..settings(self.learner, &self.task) };
        let model = Model::train(&rows.table, &rows.target(), None, &settings)?;
        let json = String::from_utf8_lossy(&model.to_json()?).into_owned();
        Ok(Self { json, ..self.clone() })
    }

    /// Forecasts rows.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the columns are others than in training.
    pub fn predict(&self, table: &Table) -> Result<Vec<RowForecast>, Error> {
        let predicted = self.model()?.predict(table)?.into_values();
        Ok(predicted.into_iter().map(|mean| self.around(mean)).collect())
    }

    /// What each column adds to each forecast.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the columns are others than in training.
    pub fn contributions(&self, table: &Table) -> Result<RowContributions, Error> {
        let explained = self.model()?.contributions(table)?;
        let mut names = explained.features().to_vec();
        names.push("level".to_owned());
        let row = |row: trees::Explanation<'_>| {
            row.features.iter().copied().chain([row.bias]).collect::<Vec<f64>>()
        };
        Ok(RowContributions { names, rows: explained.of_output(0).map(row).collect() })
    }

    /// The trees, as XGBoost's JSON.
    pub fn trees_json(&self) -> &str {
        &self.json
    }

    fn model(&self) -> Result<Model, Error> {
        Ok(Model::from_json(self.json.as_bytes())?)
    }

    fn around(&self, mean: f64) -> RowForecast {
        let least = if self.task.range == Range::Nonnegative { 0.0 } else { f64::NEG_INFINITY };
        let mean = mean.max(least);
        let deviation = f64::NAN;
        let at = Around { id: "", step: 0, mean, change: 1.0, deviation, least, zeros: 0.0 };
        RowForecast { mean, quantiles: self.calibration.around(&at, &self.task.quantiles) }
    }
}

/// The forecast of a baseline with the quantiles of the training rows.
///
/// # Errors
/// [`Error::NoTarget`] where no target is known.
pub fn constant(kind: Constant, target: &[f64], levels: &[f64]) -> Result<RowForecast, Error> {
    let mut known: Vec<f64> = target.iter().copied().filter(|value| value.is_finite()).collect();
    if known.is_empty() {
        return Err(Error::NoTarget { rows: target.len() });
    }
    known.sort_by(f64::total_cmp);
    let quantiles = crate::interval::quantiles(known.clone(), levels);
    let mean = match kind {
        Constant::Mean => known.iter().sum::<f64>() / known.iter().map(|_| 1.0).sum::<f64>(),
        Constant::Median => {
            crate::interval::quantiles(known, &[0.5]).first().copied().unwrap_or(0.0)
        }
    };
    Ok(RowForecast { mean, quantiles })
}

impl Rows {
    fn target(&self) -> Target {
        #[expect(clippy::cast_possible_truncation, reason = "trees learn in 32 bits")]
        let target = Target::new(self.target.iter().map(|&value| value as f32).collect());
        if self.weights.is_empty() { target } else { target.with_weights(self.weights.clone()) }
    }

    /// Only the rows whose target is known.
    fn known(&self) -> Result<Self, Error> {
        if self.table.rows() != self.target.len() {
            let (found, expected) = (self.table.rows(), self.target.len());
            return Err(Error::Rows { column: "features".to_owned(), found, expected });
        }
        let rows: Vec<usize> = self
            .target
            .iter()
            .enumerate()
            .filter(|(_, value)| value.is_finite())
            .map(|(row, _)| row)
            .collect();
        if rows.is_empty() {
            return Err(Error::NoTarget { rows: self.target.len() });
        }
        Ok(Self {
            table: self.table.select(&rows),
            target: rows.iter().filter_map(|&row| self.target.get(row)).copied().collect(),
            weights: rows.iter().filter_map(|&row| self.weights.get(row)).copied().collect(),
        })
    }

    /// These rows and others with the same columns, one after the other.
    ///
    /// # Errors
    /// [`Error::Table`] when the columns do not fit.
    pub fn and(&self, others: &Self) -> Result<Self, Error> {
        let joined = |(own, other): (&Column, &Column)| {
            let values = own.values().iter().chain(other.values()).copied().collect();
            match own.kind() {
                Kind::Number => Column::numbers(own.name(), values),
                Kind::Category { levels } => Column::categories(own.name(), values, levels),
            }
        };
        let columns = self.table.columns().iter().zip(others.table.columns()).map(joined);
        let both = |own: &[f32], other: &[f32]| own.iter().chain(other).copied().collect();
        Ok(Self {
            table: Table::new(columns.collect())?,
            target: self.target.iter().chain(&others.target).copied().collect(),
            weights: both(&self.weights, &others.weights),
        })
    }
}

fn settings(learner: Learner, task: &RowTask) -> Settings {
    let growth = match learner {
        Learner::Leafwise => trees::Growth::Leafwise { leaves: 31 },
        Learner::Oblivious => trees::Growth::Oblivious { depth: 6 },
        Learner::Boosted | Learner::Ridge => trees::Growth::Depthwise { depth: 5 },
    };
    Settings {
        growth,
        rounds: task.rounds,
        learning_rate: 0.06,
        row_share: 0.8,
        column_share: 0.8,
        min_child_weight: 5.0,
        seed: task.seed,
        ..Settings::default()
    }
}

fn name(learner: Learner) -> String {
    let strength = crate::pooled::Strength::Plain;
    crate::pooled::Regression { learner, strength }.name()
}

fn root_mean_square(predicted: &[f64], actual: &[f64]) -> f64 {
    let squares = predicted.iter().zip(actual).map(|(f, y)| (f - y) * (f - y));
    let (sum, count) = squares.fold((0.0, 0.0), |(sum, count), square| (sum + square, count + 1.0));
    (sum / f64::max(count, 1.0)).sqrt()
}

fn calibration(predicted: &[f64], actual: &[f64], task: &RowTask) -> Calibration {
    let point = |&actual: &f64| Point { series: 0, third: 0, actual, weight: 1.0, change: 1.0 };
    let evidence = Evidence {
        points: actual.iter().map(point).collect(),
        mixture: predicted.to_vec(),
        size: Size { series: 1, origins: 4, steps: 1 },
        ..Evidence::default()
    };
    Calibration::of(&evidence, &task.quantiles, |_| String::new())
}
