//! What do features of all series together say?
//!
//! One regression for all series and steps, over the direct features of [`series::features`], which
//! are known a horizon ahead. Target and lags are divided by a level of the row (the mean of the
//! longest window), so that what is learned on large series serves small ones, and growth beyond
//! what was ever seen can be forecast. A forecast is `level * regression(features / level)`.

mod ridge;
mod rows;

use serde::{Deserialize, Serialize};
use trees::{Growth, Model, Settings, Target};

use crate::error::Error;
use crate::pooled::ridge::Linear;
pub use crate::pooled::rows::Features;
use crate::pooled::rows::Rows;
pub(crate) use crate::pooled::rows::Wanted;
use crate::task::{Objective, Task};
use crate::view::{Means, View};

/// A regression over features of all series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Regression {
    /// What learns.
    pub learner: Learner,
    /// How hard it is held back.
    pub strength: Strength,
}

/// What learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    /// Linear, with a penalty on large weights.
    Ridge,
    /// Boosted trees grown by level.
    Boosted,
    /// Boosted trees grown by leaf.
    Leafwise,
    /// Boosted trees with one question a level.
    Oblivious,
}

/// How hard a learner is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// As usual.
    Plain,
    /// With larger penalties, and with parts of rows and columns for each tree.
    Regularised,
}

/// Rows that a regression learns from, at most; they are spread evenly.
const ROWS: usize = 120_000;
/// The same while models compete, and are trained once for each origin.
const TRIAL_ROWS: usize = 25_000;

impl Regression {
    /// Both strengths of a learner.
    pub fn both(learner: Learner) -> [Self; 2] {
        [Strength::Plain, Strength::Regularised].map(|strength| Self { learner, strength })
    }

    /// The name in reports.
    pub fn name(self) -> String {
        let name = match self.learner {
            Learner::Ridge => "ridge",
            Learner::Boosted => "boosted_trees",
            Learner::Leafwise => "leafwise_trees",
            Learner::Oblivious => "oblivious_trees",
        };
        match self.strength {
            Strength::Plain => name.to_owned(),
            Strength::Regularised => format!("{name}_regularised"),
        }
    }

    fn settings(self, task: &Task) -> Settings {
        let growth = match self.learner {
            Learner::Leafwise => Growth::Leafwise { leaves: 48 },
            Learner::Oblivious => Growth::Oblivious { depth: 6 },
            Learner::Boosted | Learner::Ridge => Growth::Depthwise { depth: 6 },
        };
        let objective = match task.objective {
            Objective::Rmse => trees::Objective::SquaredError,
            Objective::Wmae | Objective::Mase => trees::Objective::AbsoluteError,
        };
        let plain = Settings {
            objective,
            rounds: task.rounds,
            growth,
            bins: 64,
            seed: task.seed,
            ..Settings::default()
        };
        match self.strength {
            Strength::Plain => plain,
            Strength::Regularised => {
                Settings { l2: 20.0, category_l2: 50.0, row_share: 0.7, column_share: 0.6, ..plain }
            }
        }
    }
}

/// Trains on a view and forecasts it; `None` where origins differ or nothing can be learned.
pub(crate) fn forecast(
    view: &View<'_>,
    regression: Regression,
    task: &Task,
) -> Result<Option<Means>, Error> {
    // Half the rounds: enough to tell which learner suits the panel.
    let trial = Task { rounds: task.rounds.div_ceil(2), ..task.clone() };
    match Trained::on_rows(view, regression, &trial, TRIAL_ROWS)? {
        Some(trained) => trained.forecast(view, Wanted::All),
        None => Ok(None),
    }
}

/// A regression that has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    features: Features,
    horizon: usize,
    learned: Learned,
}

/// What it learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Learned {
    /// Trees, as XGBoost's JSON.
    Trees(String),
    /// A line.
    Line(Linear),
}

impl Trained {
    /// Trains on what a view knows; `None` where origins differ or nothing can be learned.
    pub(crate) fn on(
        view: &View<'_>,
        regression: Regression,
        task: &Task,
    ) -> Result<Option<Self>, Error> {
        Self::on_rows(view, regression, task, ROWS)
    }

    fn on_rows(
        view: &View<'_>,
        regression: Regression,
        task: &Task,
        most: usize,
    ) -> Result<Option<Self>, Error> {
        let features = task.features.clone().unwrap_or_else(|| Features::usual(view, task));
        let Some(rows) = Rows::training(view, &features, most)? else { return Ok(None) };
        let holiday = task.holiday.as_ref();
        let weights = rows.weights(view, task.objective, holiday);
        let learned = if regression.learner == Learner::Ridge {
            match Linear::fit(&rows, &weights, regression.strength) {
                Some(line) => Learned::Line(line),
                None => return Ok(None),
            }
        } else {
            let target = Target::new(rows.ratios.clone()).with_weights(weights);
            let settings = regression.settings(task);
            let model = Model::train(&rows.table, &target, None, &settings)?;
            Learned::Trees(String::from_utf8_lossy(&model.to_json()?).into_owned())
        };
        Ok(Some(Self { features, horizon: view.horizon(), learned }))
    }

    /// Forecasts the series wanted of a view, and of the others nothing that can be used; `None`
    /// where origins differ.
    pub(crate) fn forecast(
        &self,
        view: &View<'_>,
        wanted: Wanted<'_>,
    ) -> Result<Option<Means>, Error> {
        // What is expected of a series that has not begun depends on all that have.
        let has_begun = |series: &usize| !view.history(*series).values.is_empty();
        let wanted = match wanted {
            Wanted::Some(series) if !series.iter().all(has_begun) => Wanted::All,
            wanted => wanted,
        };
        let rows = Rows::ahead(view, &self.features, self.horizon, wanted)?;
        let Some(rows) = rows else { return Ok(None) };
        let ratios = match &self.learned {
            Learned::Trees(text) => {
                Model::from_json(text.as_bytes())?.predict(&rows.table)?.into_values()
            }
            Learned::Line(line) => line.predict(&rows.table),
        };
        Ok(Some(rows.means(view, &ratios)))
    }

    /// The names of the features of trees, in order; none of a line.
    pub(crate) fn feature_names(&self) -> Vec<String> {
        let Learned::Trees(text) = &self.learned else { return Vec::new() };
        let model = Model::from_json(text.as_bytes());
        model.map_or_else(|_| Vec::new(), |it| it.feature_names().map(str::to_owned).collect())
    }

    /// What each feature adds to the forecasts: for each row (series, step) the values by feature,
    /// the last of them what the regression answers knowing nothing. They add up to the forecast.
    pub(crate) fn contributions(
        &self,
        view: &View<'_>,
        series: &[usize],
    ) -> Result<Option<Contributions>, Error> {
        let rows = Rows::ahead(view, &self.features, self.horizon, Wanted::Some(series))?;
        let Some(rows) = rows else { return Ok(None) };
        let (mut names, values) = match &self.learned {
            Learned::Trees(text) => {
                let model = Model::from_json(text.as_bytes())?;
                let explained = model.contributions(&rows.table)?;
                let row = |row: trees::Explanation<'_>| {
                    row.features.iter().copied().chain([row.bias]).collect::<Vec<f64>>()
                };
                (explained.features().to_vec(), explained.of_output(0).map(row).collect())
            }
            Learned::Line(line) => line.contributions(&rows.table),
        };
        names.push("level".to_owned());
        let places = rows.places(view);
        let rows = places.zip(rows.levels.iter().zip::<Vec<Vec<f64>>>(values)).map(
            |((series, step), (level, values))| {
                (series, step, values.into_iter().map(|value| value * level).collect())
            },
        );
        Ok(Some(Contributions { names, rows: rows.collect() }))
    }
}

/// What each feature adds to each forecast.
pub(crate) struct Contributions {
    pub(crate) names: Vec<String>,
    /// Series, step and one value for each name.
    pub(crate) rows: Vec<(usize, usize, Vec<f64>)>,
}
