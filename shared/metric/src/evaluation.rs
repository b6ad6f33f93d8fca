//! How do observations become a report?
//!
//! An [`Evaluation`] takes points in any order, merges with those of other shards and finishes
//! into a [`Report`]. Its memory grows with series, groups and horizon steps, never with points.
//! What identifies the run (scenario, fingerprint, dates) is for the caller to fill in.

mod finish;
mod slice;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::evaluation::slice::{Slice, Terms, change};
use crate::exact::Exact;
use crate::history::HistoryScale;
use crate::observation::Observation;
use crate::quantile::{Interval, QuantileLevels};
use crate::report::{Figures, Report};
use crate::sums::{Point, Scored, Sums};

/// The weight of a holiday in WMAE unless another is given: that of the Walmart competition.
pub const HOLIDAY_WEIGHT: f64 = 5.0;

/// Why something cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// Levels outside (0, 1), repeated or not ascending.
    #[error("quantile levels {levels:?} are not strictly ascending between 0 and 1")]
    Levels {
        /// The levels as given.
        levels: Vec<f64>,
    },
    /// A weight that is negative or not finite.
    #[error("holiday weight {weight} is not a finite number of at least 0")]
    Weight {
        /// The weight as given.
        weight: f64,
    },
    /// A forecast or an actual is infinite, or a forecast is `NaN`.
    ///
    /// An error and not an entry of `undefined`: a model that leaves out what it cannot forecast
    /// would look better than one that answers.
    #[error("{what} of series `{series}` at step {step} is {value}")]
    NotFinite {
        /// `forecast`, `actual` or the quantile's name.
        what: String,
        /// The series.
        series: String,
        /// The horizon step.
        step: u32,
        /// The number.
        value: f64,
    },
    /// An observation has more or fewer quantile forecasts than the evaluation has levels.
    #[error("series `{series}` at step {step} has {found} quantile forecasts, expected {expected}")]
    QuantileCount {
        /// The series.
        series: String,
        /// The horizon step.
        step: u32,
        /// How many it has.
        found: usize,
        /// How many levels there are.
        expected: usize,
    },
    /// Two shards give different scales for one series.
    #[error("series `{series}` has two different history scales")]
    Scale {
        /// The series.
        series: String,
    },
    /// Two shards were evaluated with different quantiles or holiday weights.
    #[error("evaluations with different quantile levels or holiday weights cannot be merged")]
    Terms,
}

/// Sums of one evaluation, or of one shard of it.
///
/// It is serialisable, so that shards on other machines can send theirs; the numbers inside are
/// written as text because they must read back as the same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    terms: Terms,
    model: Slice,
    steps: BTreeMap<u32, Sums>,
    groups: BTreeMap<String, BTreeMap<String, Slice>>,
    baselines: BTreeMap<String, Slice>,
}

impl Evaluation {
    /// An evaluation without points.
    pub fn new(quantiles: QuantileLevels) -> Self {
        Self {
            terms: Terms {
                quantiles,
                holiday_weight: Exact(HOLIDAY_WEIGHT),
                histories: BTreeMap::new(),
            },
            model: Slice::default(),
            steps: BTreeMap::new(),
            groups: BTreeMap::new(),
            baselines: BTreeMap::new(),
        }
    }

    /// The same with another weight of holidays in WMAE.
    ///
    /// # Errors
    /// [`EvaluationError::Weight`] when it is negative or not finite.
    pub fn with_holiday_weight(mut self, weight: f64) -> Result<Self, EvaluationError> {
        if !weight.is_finite() || weight < 0.0 {
            return Err(EvaluationError::Weight { weight });
        }
        self.terms.holiday_weight = Exact(weight);
        Ok(self)
    }

    /// Gives the history of a series, the unit of its MASE and RMSSE; before or after its points.
    ///
    /// # Errors
    /// [`EvaluationError::Scale`] when another one was given before.
    pub fn history(&mut self, series: &str, scale: HistoryScale) -> Result<(), EvaluationError> {
        match self.terms.histories.get(series) {
            Some(known) if *known != scale => {
                Err(EvaluationError::Scale { series: series.to_owned() })
            }
            Some(_) => Ok(()),
            None => {
                self.terms.histories.insert(series.to_owned(), scale);
                Ok(())
            }
        }
    }

    /// Adds a point with the model's forecast.
    ///
    /// # Errors
    /// [`EvaluationError`] when the forecast is incomplete; nothing is added then.
    pub fn add(&mut self, observation: &Observation<'_>) -> Result<(), EvaluationError> {
        let quantiles = self.checked(observation)?;
        let point = point(observation, quantiles, self.terms.quantiles.intervals());
        self.model.add(&point);
        let step = self.steps.entry(observation.step).or_default();
        if let Some(scored) = &point.scored {
            step.add(scored);
        }
        for (column, value) in observation.groups {
            change(&mut self.groups, column, |values: &mut BTreeMap<String, Slice>| {
                change(values, value, |slice| slice.add(&point));
            });
        }
        Ok(())
    }

    /// Adds a point with the forecast of a baseline.
    ///
    /// # Errors
    /// [`EvaluationError`] when the forecast is incomplete; nothing is added then.
    pub fn add_baseline(
        &mut self,
        baseline: &str,
        observation: &Observation<'_>,
    ) -> Result<(), EvaluationError> {
        let quantiles = self.checked(observation)?;
        let point = point(observation, quantiles, self.terms.quantiles.intervals());
        change(&mut self.baselines, baseline, |slice: &mut Slice| slice.add(&point));
        Ok(())
    }

    /// Adds the sums of another shard; the order of merging does not matter.
    ///
    /// Nothing is added when the two disagree.
    ///
    /// # Errors
    /// [`EvaluationError::Terms`] or [`EvaluationError::Scale`] when the two disagree.
    pub fn merge(&mut self, other: &Self) -> Result<(), EvaluationError> {
        let same_weight = self.terms.holiday_weight == other.terms.holiday_weight;
        if self.terms.quantiles != other.terms.quantiles || !same_weight {
            return Err(EvaluationError::Terms);
        }
        let known = |series: &String| self.terms.histories.get(series);
        let mut theirs = other.terms.histories.iter();
        if let Some((series, _)) =
            theirs.find(|(series, scale)| known(series).is_some_and(|mine| mine != *scale))
        {
            return Err(EvaluationError::Scale { series: series.clone() });
        }
        for (series, scale) in &other.terms.histories {
            self.terms.histories.entry(series.clone()).or_insert(*scale);
        }
        self.model.merge(&other.model);
        for (step, sums) in &other.steps {
            self.steps.entry(*step).or_default().merge(sums);
        }
        for (column, values) in &other.groups {
            change(&mut self.groups, column, |mine: &mut BTreeMap<String, Slice>| {
                for (value, slice) in values {
                    change(mine, value, |group| group.merge(slice));
                }
            });
        }
        for (name, slice) in &other.baselines {
            change(&mut self.baselines, name, |mine: &mut Slice| mine.merge(slice));
        }
        Ok(())
    }

    /// The losses of each series (`mae`, `rmse`, `mase`, `rmsse`, `smape`), for statistical gates.
    pub fn losses(&self) -> impl Iterator<Item = (&str, Figures)> {
        let scale = |name: &String| self.terms.histories.get(name);
        let losses = move |(name, sums)| (String::as_str(name), Slice::losses(sums, scale(name)));
        self.model.series.iter().map(losses)
    }

    /// The report of all points so far; scenario, model, dates and fingerprint are left to fill.
    pub fn finish(&self) -> Report {
        finish::report(self)
    }

    /// Level and forecast, in the order given, when all is there and finite.
    fn checked(&self, observation: &Observation<'_>) -> Result<Vec<(f64, f64)>, EvaluationError> {
        let levels = self.terms.quantiles.levels();
        if observation.quantiles.len() != levels.len() {
            return Err(EvaluationError::QuantileCount {
                series: observation.series.to_owned(),
                step: observation.step,
                found: observation.quantiles.len(),
                expected: levels.len(),
            });
        }
        let wrong = |what: String, value| EvaluationError::NotFinite {
            what,
            series: observation.series.to_owned(),
            step: observation.step,
            value,
        };
        if !observation.forecast.is_finite() {
            return Err(wrong("forecast".to_owned(), observation.forecast));
        }
        if let Some(actual) = observation.actual.filter(|actual| actual.is_infinite()) {
            return Err(wrong("actual".to_owned(), actual));
        }
        let pairs = levels.iter().copied().zip(observation.quantiles.iter().copied());
        let pairs: Vec<(f64, f64)> = pairs.collect();
        match pairs.iter().find(|(_, forecast)| !forecast.is_finite()) {
            Some((level, forecast)) => Err(wrong(QuantileLevels::name(*level), *forecast)),
            None => Ok(pairs),
        }
    }
}

/// The point as the sums take it, its quantile forecasts in ascending order.
fn point<'a>(
    observation: &'a Observation<'a>,
    mut quantiles: Vec<(f64, f64)>,
    intervals: &'a [Interval],
) -> Point<'a> {
    let crossed = !quantiles.is_sorted_by(|(_, one), (_, next)| one <= next);
    if crossed {
        // Rearranging never increases the loss (Chernozhukov et al. 2010).
        let mut forecasts: Vec<f64> = quantiles.iter().map(|(_, forecast)| *forecast).collect();
        forecasts.sort_by(f64::total_cmp);
        for (pair, forecast) in quantiles.iter_mut().zip(forecasts) {
            pair.1 = forecast;
        }
    }
    let actual = observation.actual.filter(|actual| !actual.is_nan());
    let scored = actual.map(|actual| Scored { observation, actual, quantiles, intervals });
    Point { series: observation.series, crossed, scored }
}
