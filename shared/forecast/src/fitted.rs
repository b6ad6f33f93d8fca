//! How does a chosen mixture forecast a panel, today or at any later origin?
//!
//! [`Fitted`] is what a model bundle stores: the choice, the trained regressions and the calibration
//! of intervals. Models of one series and pooled factors are estimated again from the history at
//! hand, which is what keeps them up to date; the choice is never made again.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use series::panel::Panel;

use crate::candidate::Candidate;
use crate::error::Error;
use crate::interval::{Around, Calibration, zero_share};
use crate::local::{self, Local, Setting};
use crate::pooled::{Contributions, Trained, Wanted};
use crate::task::Task;
use crate::tournament::evidence::usual_change;
use crate::tournament::{self, Choice, third};
use crate::view::{Means, View};

/// A chosen and calibrated mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// What was asked.
    pub task: Task,
    /// What was chosen.
    pub choice: Choice,
    /// What was learned about errors.
    pub calibration: Calibration,
    /// The regressions of the mixture, trained.
    trained: Vec<(Candidate, Trained)>,
}

/// Forecasts of a panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelForecast {
    /// The levels of the quantiles.
    pub levels: Vec<f64>,
    /// One for each series that was wanted; otherwise one for each of the panel, in its order.
    pub series: Vec<SeriesForecast>,
}

/// The forecast of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesForecast {
    /// The value of each key column.
    pub id: Vec<String>,
    /// The point of the first step on the panel's grid.
    pub start: i64,
    /// The point forecast of each step.
    pub mean: Vec<f64>,
    /// For each step the quantiles, one for each level, ascending.
    pub quantiles: Vec<Vec<f64>>,
}

/// Holds the tournament, calibrates the winner and trains its regressions on all that is known.
///
/// # Errors
/// [`Error`] when the task is impossible, the panel is empty, or trees cannot be trained.
pub fn fit(panel: &Panel, task: &Task) -> Result<Fitted, Error> {
    task.check(panel)?;
    let (choice, evidence) = tournament::hold(panel, task)?;
    let id = |series: usize| panel.series.get(series).map_or_else(String::new, |s| name(&s.id));
    let calibration = Calibration::of(&evidence, &task.quantiles, id);
    let fitted = Fitted { task: task.clone(), choice, calibration, trained: Vec::new() };
    fitted.refit(panel)
}

impl Fitted {
    /// The same choice with its regressions trained on another panel, such as training and
    /// validation together.
    ///
    /// # Errors
    /// [`Error::Train`] and [`Error::Table`] when trees cannot be trained.
    pub fn refit(mut self, panel: &Panel) -> Result<Self, Error> {
        let view = View::before_end(panel, self.task.origins, 0, self.task.horizon);
        let regressions = self.choice.members.iter().filter_map(|member| match member.candidate {
            Candidate::Regression(regression) => Some((member.candidate, regression)),
            _ => None,
        });
        self.trained = regressions
            .filter_map(|(candidate, regression)| {
                let trained = Trained::on(&view, regression, &self.task).transpose()?;
                Some(trained.map(|trained| (candidate, trained)))
            })
            .collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Forecasts every series of the panel from its end.
    ///
    /// # Errors
    /// [`Error`] when the panel has no series, the horizon is 0, or stored trees cannot be read.
    pub fn forecast(&self, panel: &Panel, horizon: usize) -> Result<PanelForecast, Error> {
        let all: Vec<usize> = (0..panel.series.len()).collect();
        self.forecast_some(panel, horizon, &all)
    }

    /// The same of the series at these places, in this order: what [`Self::forecast`] says of them,
    /// in less time. Places where no series is are left out.
    ///
    /// # Errors
    /// The same.
    pub fn forecast_some(
        &self,
        panel: &Panel,
        horizon: usize,
        wanted: &[usize],
    ) -> Result<PanelForecast, Error> {
        let task = Task { horizon, ..self.task.clone() };
        task.check(panel)?;
        let view = &View::before_end(panel, task.origins, 0, horizon);
        let is_there = |series: &usize| *series < panel.series.len();
        let wanted: Vec<usize> = wanted.iter().copied().filter(is_there).collect();
        let means = self.means(view, &wanted)?;
        let least = self.task.least();
        let season = task.seasons.iter().copied().min().unwrap_or(1);
        let one = |(row, &series): (usize, &usize)| {
            let mean = means.row(row).to_vec();
            let id = name(view.id(series));
            let change = usual_change(view, series, &self.task.seasons);
            let deviation = self.deviation(view, series);
            let history = view.history(series).values;
            let around = |(step, &mean): (usize, &f64)| {
                let deviation = deviation.get(step).copied().unwrap_or(f64::NAN);
                let zeros = zero_share(history, step, season);
                let around = Around { id: &id, step, mean, change, deviation, least, zeros };
                self.calibration.around(&around, &self.task.quantiles)
            };
            let quantiles = mean.iter().enumerate().map(around).collect();
            let start = view.origin(series);
            SeriesForecast { id: view.id(series).to_vec(), start, mean, quantiles }
        };
        let series = wanted.par_iter().enumerate().map(one).collect();
        Ok(PanelForecast { levels: self.task.quantiles.clone(), series })
    }

    /// The mixture's point forecasts of the series wanted.
    fn means(&self, view: &View<'_>, wanted: &[usize]) -> Result<Means, Error> {
        let mut sum = Means::zeros(wanted.len(), view.horizon());
        for part in self.parts(view, wanted)? {
            for row in 0..wanted.len() {
                for (total, value) in sum.row_mut(row).iter_mut().zip(part.means.row(row)) {
                    *total += value;
                }
            }
        }
        sum.tidy(self.task.least());
        Ok(sum)
    }

    /// What each member adds to the forecast: its own times its weight. A member that cannot
    /// forecast this panel leaves its weight to the others.
    pub(crate) fn parts(&self, view: &View<'_>, wanted: &[usize]) -> Result<Vec<Part>, Error> {
        let planned = self.task.horizon;
        let forecast = |candidate: Candidate| {
            let trained = self.trained.iter().find(|(of, _)| *of == candidate);
            match trained {
                Some((_, trained)) => {
                    let means = trained.forecast(view, Wanted::Some(wanted))?;
                    Ok(means.map(|means| means.pick(wanted)))
                }
                None => candidate.forecast_some(view, &self.task, wanted),
            }
        };
        let mut parts: Vec<Part> = Vec::new();
        for member in &self.choice.members {
            if let Some(means) = forecast(member.candidate)? {
                parts.push(Part { candidate: member.candidate, weights: member.weights, means });
            }
        }
        if parts.is_empty() {
            let candidate = Candidate::Local(Local::Auto);
            if let Some(means) = candidate.forecast_some(view, &self.task, wanted)? {
                parts.push(Part { candidate, weights: [1.0; 3], means });
            }
        }
        let totals: [f64; 3] = std::array::from_fn(|third| {
            parts.iter().filter_map(|part| part.weights.get(third)).sum()
        });
        for part in &mut parts {
            for (weight, total) in part.weights.iter_mut().zip(totals) {
                *weight /= if total > 0.0 { total } else { 1.0 };
            }
            for row in 0..wanted.len() {
                for (step, value) in part.means.row_mut(row).iter_mut().enumerate() {
                    let weight = part.weights.get(third(step, planned)).copied();
                    *value *= weight.unwrap_or(0.0);
                }
            }
        }
        Ok(parts)
    }

    /// What each feature adds to the forecasts of a regression of the mixture.
    pub(crate) fn contributions(
        &self,
        candidate: Candidate,
        view: &View<'_>,
        series: &[usize],
    ) -> Result<Option<Contributions>, Error> {
        match self.trained.iter().find(|(of, _)| *of == candidate) {
            Some((_, trained)) => trained.contributions(view, series),
            None => Ok(None),
        }
    }

    /// The deviations that a model of the series alone expects, if they are needed.
    fn deviation(&self, view: &View<'_>, series: usize) -> Vec<f64> {
        if self.calibration.belief_in_model() <= 0.0 {
            return Vec::new();
        }
        let setting = Setting {
            seasons: &self.task.seasons,
            horizon: view.horizon(),
            range: self.task.range,
        };
        local::forecast(Local::Auto, &view.padded(series), &setting).deviation
    }

    /// The features that trees in the mixture ask about, in the order of the first of them.
    pub fn feature_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.trained.iter().flat_map(|(_, trained)| trained.feature_names()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The plan as JSON.
    ///
    /// # Errors
    /// [`Error::Stored`] if a number is beyond JSON, which a fitted plan has none of.
    pub fn to_json(&self) -> Result<String, Error> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// [`Error::Stored`] when it is none.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Ok(serde_json::from_str(text)?)
    }
}

/// What a member adds to the forecast.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) candidate: Candidate,
    pub(crate) weights: [f64; 3],
    pub(crate) means: Means,
}

/// A series in one text: its id's parts with `|` between.
pub fn name(id: &[String]) -> String {
    id.join("|")
}
