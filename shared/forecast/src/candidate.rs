//! Which models compete, and how does each forecast a panel?

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use series::panel::{Known, Panel};

use crate::analogue::{self, Analogue};
use crate::calendar::Slot;
use crate::error::Error;
use crate::local::{self, Local, Setting};
use crate::multiplicative::{self, Memory, Pool, Shape, Trend};
use crate::pooled::{self, Learner, Regression, Strength};
use crate::task::Task;
use crate::view::{Means, View};

/// A model, or a family of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    /// A model of each series alone.
    Local(Local),
    /// The family of [`Shape`]s.
    Multiplicative,
    /// One of them.
    Shaped(Shape),
    /// The family of [`Analogue`]s.
    Analogues,
    /// One of them.
    Analogue(Analogue),
    /// A regression over features of all series.
    Regression(Regression),
}

impl Candidate {
    /// What competes unless told otherwise; regressions where there is something to learn from
    /// beside the target, such as prices known ahead.
    pub fn usual(panel: &Panel) -> Vec<Self> {
        let mut usual: Vec<Self> =
            [Local::Auto, Local::SeasonalNaive, Local::Theta, Local::Ets, Local::Mstl]
                .map(Self::Local)
                .to_vec();
        usual.extend([Self::Multiplicative, Self::Analogues]);
        if panel.columns.iter().any(|column| column.known == Known::Ahead) {
            let strength = Strength::Plain;
            let learners = [Learner::Ridge, Learner::Leafwise];
            usual.extend(learners.map(|l| Self::Regression(Regression { learner: l, strength })));
        }
        usual
    }

    /// The name in reports; `keys` are the names of the panel's key columns.
    pub fn name(&self, keys: &[String]) -> String {
        let key = |place: usize| keys.get(place).map_or("key", String::as_str).to_lowercase();
        match self {
            Self::Local(model) => model.name().to_owned(),
            Self::Multiplicative => "multiplicative".to_owned(),
            Self::Shaped(shape) => shaped_name(shape, key),
            Self::Analogues => "analogue".to_owned(),
            Self::Analogue(analogue) => {
                let pool = analogue.pool.map(|place| format!("_by_{}", key(place)));
                format!("analogue{}", pool.unwrap_or_default())
            }
            Self::Regression(regression) => regression.name(),
        }
    }

    /// How many values a forecast of a series costs for each value of its history, against the
    /// cheapest; counted, not timed, so that every machine decides alike.
    pub(crate) fn cost(&self) -> u64 {
        match self {
            Self::Local(Local::Ets) => 60,
            Self::Local(Local::Auto) => 100,
            Self::Local(Local::Mstl | Local::Arima) => 40,
            Self::Local(Local::Theta) => 15,
            Self::Regression(_) => 20,
            _ => 0,
        }
    }

    /// Whether it forecasts a series without looking at the others.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Self::Local(_))
    }

    /// Forecasts all series; `None` where the panel is not one it can forecast.
    ///
    /// # Errors
    /// [`Error`] when trees cannot be trained.
    pub fn forecast(&self, view: &View<'_>, task: &Task) -> Result<Option<Means>, Error> {
        let all: Vec<usize> = (0..view.count()).collect();
        self.forecast_some(view, task, &all)
    }

    /// Forecasts the series wanted, one row for each; the others are only looked at.
    pub(crate) fn forecast_some(
        &self,
        view: &View<'_>,
        task: &Task,
        wanted: &[usize],
    ) -> Result<Option<Means>, Error> {
        let of_all = match self {
            Self::Local(model) => {
                let mut means = local_means(view, *model, task, wanted);
                means.tidy(task.least());
                return Ok(Some(means));
            }
            Self::Multiplicative | Self::Analogues => None,
            Self::Shaped(shape) => Some(multiplicative::forecast(view, *shape, &task.seasons)),
            Self::Analogue(analogue) => analogue::forecast(view, *analogue, &task.seasons),
            Self::Regression(regression) => pooled::forecast(view, *regression, task)?,
        };
        Ok(of_all.map(|means| {
            let mut means = means.pick(wanted);
            means.tidy(task.least());
            means
        }))
    }
}

fn shaped_name(shape: &Shape, key: impl Fn(usize) -> String) -> String {
    let pool = match shape.pool {
        Pool::Key(place) => format!("_by_{}", key(place)),
        Pool::Whole => String::new(),
    };
    let trend = match shape.trend {
        Trend::Linear => "",
        Trend::Flat => "_flat",
        Trend::Quadratic => "_quadratic",
        Trend::Stepped => "_by_year",
    };
    let memory = if shape.memory == Memory::Short { "_recent" } else { "" };
    let year = if shape.year == Some(Slot::DayOfYear) { "_by_day" } else { "" };
    format!("multiplicative{pool}{trend}{memory}{year}")
}

fn local_means(view: &View<'_>, model: Local, task: &Task, wanted: &[usize]) -> Means {
    let setting = Setting { seasons: &task.seasons, horizon: view.horizon(), range: task.range };
    let seen = |series: usize| view.history(series).values.iter().any(|value| !value.is_nan());
    let row = |&series: &usize| {
        seen(series).then(|| local::forecast(model, &view.padded(series), &setting).mean)
    };
    let mut rows: Vec<Option<Vec<f64>>> = wanted.par_iter().map(row).collect();
    if rows.iter().any(Option::is_none) {
        let levels = (0..view.count()).map(|series| recent_level(view, series, task)).collect();
        let levels = multiplicative::with_new_ones(view, levels);
        for (row, &series) in rows.iter_mut().zip(wanted) {
            let level = levels.get(series).copied().unwrap_or(0.0);
            row.get_or_insert_with(|| vec![level; view.horizon()]);
        }
    }
    Means::from_rows(rows.into_iter().flatten().collect(), view.horizon())
}

/// The mean of the last season of a series, `NaN` if it has no value.
fn recent_level(view: &View<'_>, series: usize, task: &Task) -> f64 {
    let known = view.history(series).values.iter().rev().filter(|value| !value.is_nan());
    let longest = task.seasons.iter().copied().max().unwrap_or(4);
    let (sum, count) =
        known.take(longest).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { f64::NAN }
}
