//! What is a trained model, and which of its rounds answer?

use crate::objective::Objective;
use crate::settings::{Settings, Validation};
use crate::table::{Kind, Table, Target};
use crate::train::{TrainError, train};
use crate::tree::Tree;
use crate::xgboost::FileError;

/// A column that a model expects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    /// Its name, or empty when the file has none.
    pub(crate) name: String,
    /// What its values are, when the file says.
    pub(crate) kind: Option<FeatureKind>,
}

/// What XGBoost's `feature_types` tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeatureKind {
    Number,
    Category,
}

impl From<Kind> for FeatureKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Number => Self::Number,
            Kind::Category { .. } => Self::Category,
        }
    }
}

/// A tree in its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) tree: Tree,
    /// The output that it adds to.
    pub(crate) output: usize,
    /// What its answers are multiplied by; 1 unless the booster is `dart`.
    pub(crate) scale: f32,
}

/// How many rounds of a model answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounds {
    /// All that are stored, as `Booster.predict` does.
    All,
    /// Up to the best one, when early stopping left its number (`best_iteration`), else all.
    Best,
    /// What SageMaker's built-in container answers with: a model of XGBoost 1 up to its
    /// `best_ntree_limit`, a later one whole, since that attribute ended with XGBoost 2.
    SageMaker,
    /// The first so many, at most.
    First(usize),
}

/// Boosted trees: a sum of answers for each output.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) features: Vec<Feature>,
    pub(crate) objective: Objective,
    /// For each output, as a prediction (not as a margin), as files hold it.
    pub(crate) base_scores: Vec<f32>,
    pub(crate) trees: Vec<Placed>,
    /// Where the trees of each round start, and where the last ends.
    pub(crate) round_starts: Vec<usize>,
    /// Trees of a round and output.
    pub(crate) parallel_trees: usize,
    pub(crate) best_iteration: Option<usize>,
    /// Rounds up to the `best_ntree_limit` of a file of XGBoost 1.
    pub(crate) sagemaker_rounds: Option<usize>,
}

impl Model {
    /// Learns `target` from `table`.
    ///
    /// With `validation`, training stops when its loss does not fall any more, and the model ends
    /// with the best round.
    pub fn train(
        table: &Table,
        target: &Target,
        validation: Option<Validation<'_>>,
        settings: &Settings,
    ) -> Result<Self, TrainError> {
        train(table, target, validation, settings)
    }

    /// Reads what XGBoost 1.6 to 3 or [`Model::to_json`] wrote: JSON, UBJSON, or the binary format of
    /// version 1, which is that of `xgboost-model` in SageMaker's images up to 1.7-1.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        crate::xgboost::from_bytes(bytes)
    }

    /// Reads a model in JSON.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FileError> {
        crate::xgboost::from_json(bytes)
    }

    /// Reads a model in UBJSON.
    pub fn from_ubjson(bytes: &[u8]) -> Result<Self, FileError> {
        crate::xgboost::from_ubjson(bytes)
    }

    /// The model as JSON that XGBoost loads, and that reads back as the same model.
    ///
    /// All rounds are written; what [`Model::with_rounds`] left out is gone.
    pub fn to_json(&self) -> Result<Vec<u8>, FileError> {
        crate::xgboost::to_json(self)
    }

    /// The names of the columns it expects; empty names when the file had none.
    pub fn feature_names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|feature| feature.name.as_str())
    }

    /// What it was trained for.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// How many margins, and sets of contributions, a row has.
    pub fn outputs(&self) -> usize {
        self.base_scores.len()
    }

    /// How many rounds of boosting it has.
    pub fn rounds(&self) -> usize {
        self.round_starts.len().saturating_sub(1)
    }

    /// The round, counted from 0, that early stopping found best, when the model knows.
    pub fn best_iteration(&self) -> Option<usize> {
        self.best_iteration
    }

    /// The model without the rounds that are not to answer.
    #[must_use]
    pub fn with_rounds(mut self, rounds: Rounds) -> Self {
        let wanted = match rounds {
            Rounds::All => None,
            Rounds::Best => self.best_iteration.map(|best| best.saturating_add(1)),
            Rounds::SageMaker => self.sagemaker_rounds,
            Rounds::First(count) => Some(count),
        };
        let kept = wanted.map_or(self.rounds(), |wanted| wanted.min(self.rounds()));
        self.round_starts.truncate(kept + 1);
        self.trees.truncate(self.round_starts.last().copied().unwrap_or(0));
        self.best_iteration = self.best_iteration.filter(|best| *best < kept);
        self.sagemaker_rounds = self.sagemaker_rounds.map(|rounds| rounds.min(kept));
        self
    }

    /// The sum of gains of the splits on each column, in the order of the columns.
    ///
    /// Rewards columns with many different values; contributions are the fairer measure.
    pub fn gains(&self) -> Vec<f64> {
        let mut gains = vec![0.0; self.features.len()];
        for node in self.trees.iter().flat_map(|placed| &placed.tree.nodes) {
            if let Some(gain) = gains.get_mut(node.feature as usize)
                && !node.is_leaf()
            {
                *gain += f64::from(node.gain);
            }
        }
        gains
    }
}
