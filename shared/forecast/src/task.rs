//! What is to be forecast, and what counts as good?

use series::panel::Panel;

use crate::analogue::Feasts;
use crate::candidate::Candidate;
use crate::error::Error;
use crate::local::{Local, Range};
use crate::multiplicative;
use crate::pooled::Features;
use crate::tournament::measure::Measure;
use crate::view::{Origins, View, end};

/// What is to be forecast.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Task {
    /// The numbers of points after which series may repeat, shortest first.
    pub seasons: Vec<usize>,
    /// How many points to forecast.
    pub horizon: usize,
    /// The levels of the quantiles, ascending, each in (0, 1).
    pub quantiles: Vec<f64>,
    /// What the tournament minimises.
    pub objective: Objective,
    /// By which number the candidates are listed.
    #[serde(default)]
    pub measure: Measure,
    /// Which values the target can take.
    pub range: Range,
    /// From which point on each series is forecast.
    pub origins: Origins,
    /// The models that compete; the families stand for all of their members.
    pub candidates: Vec<Candidate>,
    /// Whether they may be mixed.
    pub combination: Combination,
    /// The flag column of holidays, and what an error on one of them weighs.
    pub holiday: Option<Holiday>,
    /// What is done about Easter.
    pub feasts: Feasts,
    /// The features of regressions; the usual ones of the panel if none are given.
    pub features: Option<Features>,
    /// How many trees a boosted regression has.
    pub rounds: usize,
    /// How much work the tournament may do, in values read by models of one series.
    pub budget: u64,
    /// What trees draw their samples from.
    pub seed: u64,
}

/// A flag column and its weight.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Holiday {
    /// The name of the column.
    pub column: String,
    /// What an error on a holiday weighs; one on another day weighs 1.
    pub weight: f64,
}

/// What the tournament minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The root of the mean squared error over all points.
    Rmse,
    /// The mean absolute error over all points, holidays weighing more.
    Wmae,
    /// The absolute error of each series over its usual change, averaged over series.
    #[default]
    Mase,
}

/// Whether models may be mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// The best single model.
    Best,
    /// A weighted mean.
    #[default]
    Weighted,
}

/// Trees of a boosted regression unless another number is given.
pub const ROUNDS: usize = 150;

/// The budget unless another is given: some seconds of one core with the slowest model.
pub const BUDGET: u64 = 8_000_000;

impl Task {
    /// A task of which only the horizon is told, the rest guessed from the panel.
    ///
    /// The seasons are those of the frequency, the target is nonnegative if its history is, and all
    /// series are forecast from the panel's end if most of them reach it.
    pub fn guess(panel: &Panel, horizon: usize) -> Self {
        Self {
            seasons: panel.grid.frequency().seasons(),
            horizon,
            quantiles: vec![0.1, 0.5, 0.9],
            objective: Objective::default(),
            measure: Measure::default(),
            range: guess_range(panel),
            origins: guess_origins(panel, horizon),
            candidates: Candidate::usual(panel),
            combination: Combination::default(),
            holiday: None,
            feasts: Feasts::default(),
            features: None,
            rounds: ROUNDS,
            budget: BUDGET,
            seed: 0,
        }
    }

    /// Says what is wrong with it.
    pub(crate) fn check(&self, panel: &Panel) -> Result<(), Error> {
        if panel.series.is_empty() {
            return Err(Error::NoSeries);
        }
        if self.horizon == 0 {
            return Err(Error::NoHorizon);
        }
        let inside = self.quantiles.iter().all(|level| *level > 0.0 && *level < 1.0);
        let ascending = self.quantiles.windows(2).all(|pair| pair.first() < pair.last());
        if !inside || !ascending {
            return Err(Error::Levels { levels: self.quantiles.clone() });
        }
        Ok(())
    }

    /// The least value a forecast may have.
    pub(crate) fn least(&self) -> f64 {
        if self.range == Range::Nonnegative { 0.0 } else { f64::NEG_INFINITY }
    }

    /// The candidates with each family replaced by its members that suit the view.
    pub fn members(&self, view: &View<'_>) -> Vec<Candidate> {
        let mut members = Vec::new();
        for candidate in &self.candidates {
            match candidate {
                Candidate::Multiplicative => members.extend(
                    multiplicative::family(view, &self.seasons).into_iter().map(Candidate::Shaped),
                ),
                Candidate::Analogues => {
                    members.extend(
                        crate::analogue::family(view, self.feasts).map(Candidate::Analogue),
                    );
                }
                other => members.push(*other),
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        members.retain(|member| seen.insert(member.name(view.keys())));
        members
    }
}

fn guess_range(panel: &Panel) -> Range {
    let targets = panel.series.iter().flat_map(|series| &series.target);
    if targets.into_iter().any(|&value| value < 0.0) { Range::Any } else { Range::Nonnegative }
}

fn guess_origins(panel: &Panel, horizon: usize) -> Origins {
    let last = end(panel) - crate::view::length(horizon);
    let begun: Vec<i64> = panel
        .series
        .iter()
        .filter(|series| !series.target.is_empty())
        .map(|series| series.start + crate::view::length(series.target.len()))
        .collect();
    let reaching = begun.iter().filter(|&&end| end > last).count();
    if 2 * reaching >= begun.len() { Origins::Common } else { Origins::Each }
}

/// The models of one series that forecasts without training are measured by.
pub const BASELINES: [Local; 5] = [
    Local::Naive,
    Local::SeasonalNaive,
    Local::MovingAverage,
    Local::SeasonalAverage,
    Local::Hybrid,
];
