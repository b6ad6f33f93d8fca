//! Which rows does a regression learn from and forecast, and what is their level?
#![expect(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "numeric kernel: trees take 32 bits, and all columns have one value for each row"
)]

use serde::{Deserialize, Serialize};
use series::features::{FeatureTable, Recipe, Row, actuals, known_rows, of_rows, rows_ahead};
use trees::{Column, Table};

use crate::error::Error;
use crate::task::{Holiday, Objective, Task};
use crate::view::{Means, View, length};

/// Which features are derived; [`Recipe`] in a form that can be stored, without the horizon.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Features {
    /// Parts of the date, as a scenario names them: `day-of-week`.
    pub calendar: Vec<String>,
    /// The target so many points earlier; those shorter than the horizon are lifted.
    pub lags: Vec<u32>,
    /// Mean and deviation over so many points.
    pub rolling: Vec<u32>,
    /// The column that flags holidays.
    pub holiday: Option<String>,
    /// How many points around a holiday count as its surroundings.
    pub holiday_window: u32,
    /// The columns of which total and presence are derived.
    pub markdowns: Vec<String>,
}

const CALENDAR: [&str; 7] =
    ["hour", "day-of-week", "day-of-month", "week-of-year", "month", "quarter", "year"];

impl Features {
    /// The features of a scenario's recipe.
    pub fn of(recipe: &Recipe) -> Self {
        let among = |word: &&str| {
            let part = serde_json::from_value(serde_json::Value::from(*word)).ok();
            part.is_some_and(|part| recipe.calendar.contains(&part))
        };
        Self {
            calendar: CALENDAR.iter().filter(|word| among(word)).map(ToString::to_string).collect(),
            lags: recipe.lags.clone(),
            rolling: recipe.rolling.clone(),
            holiday: recipe.holiday.clone(),
            holiday_window: recipe.holiday_window,
            markdowns: recipe.markdowns.clone(),
        }
    }

    /// The usual ones of a panel.
    pub(crate) fn usual(view: &View<'_>, task: &Task) -> Self {
        let season = task.seasons.first().copied().unwrap_or(1);
        let mut recipe =
            Recipe::usual(view.grid().frequency(), number(season), number(view.horizon()));
        recipe.lags.extend(task.seasons.iter().map(|&season| number(season)));
        recipe.holiday = task.holiday.as_ref().map(|holiday| holiday.column.clone());
        recipe.holiday_window = u32::from(recipe.holiday.is_some());
        Self::of(&recipe)
    }

    fn recipe(&self, horizon: usize) -> Recipe {
        let words = self.calendar.iter().cloned().map(serde_json::Value::from);
        let calendar = words.filter_map(|word| serde_json::from_value(word).ok()).collect();
        Recipe {
            horizon: number(horizon),
            calendar,
            lags: self.lags.clone(),
            rolling: self.rolling.clone(),
            holiday: self.holiday.clone(),
            holiday_window: self.holiday_window,
            markdowns: self.markdowns.clone(),
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Which series of a view are asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// All of them.
    All,
    /// Those at these places, ascending or not.
    Some(&'a [usize]),
}

impl Wanted<'_> {
    /// For each of so many series, whether it is one of them.
    fn among(self, count: usize) -> Vec<bool> {
        let Self::Some(places) = self else { return vec![true; count] };
        let mut among = vec![false; count];
        for &place in places {
            among.get_mut(place).into_iter().for_each(|is_wanted| *is_wanted = true);
        }
        among
    }
}

/// Rows of features with what is derived from the target divided by a level.
pub(super) struct Rows {
    pub(super) table: Table,
    pub(super) of: Vec<Row>,
    pub(super) levels: Vec<f64>,
    /// Target over level; `NaN` ahead.
    pub(super) ratios: Vec<f32>,
}

impl Rows {
    /// So many of the rows whose target is known, evenly spread.
    pub(super) fn training(
        view: &View<'_>,
        features: &Features,
        most: usize,
    ) -> Result<Option<Self>, Error> {
        let Some(origin) = view.common_origin() else { return Ok(None) };
        let recipe = features.recipe(view.horizon());
        let rows = known_rows(view.panel(), origin - 1);
        let stride = rows.len().div_ceil(most.max(1)).max(1);
        // A stride that shares no factor with weeks or years meets all days alike.
        let stride = (stride..stride + 3).find(|it| *it == 1 || it % 7 != 0).unwrap_or(1);
        let rows: Vec<Row> = rows.into_iter().step_by(stride).collect();
        let target = actuals(view.panel(), &rows);
        let known = of_rows(view.panel(), &recipe, origin - 1, rows);
        Self::of(view, FeatureTable { target, ..known })
    }

    /// The rows to forecast, of as many steps as the view has, of the series that are wanted.
    pub(super) fn ahead(
        view: &View<'_>,
        features: &Features,
        horizon: usize,
        wanted: Wanted<'_>,
    ) -> Result<Option<Self>, Error> {
        let Some(origin) = view.common_origin() else { return Ok(None) };
        let recipe = features.recipe(horizon.max(view.horizon()));
        let last = origin + length(view.horizon());
        let mut rows = rows_ahead(view.panel(), &recipe, origin - 1);
        let wanted = wanted.among(view.count());
        rows.retain(|row| row.point < last && wanted.get(row.series as usize) == Some(&true));
        Self::of(view, of_rows(view.panel(), &recipe, origin - 1, rows))
    }

    /// None if there is no row.
    fn of(view: &View<'_>, mut known: FeatureTable) -> Result<Option<Self>, Error> {
        if known.is_empty() {
            return Ok(None);
        }
        let levels = levels(view, &known);
        for (feature, column) in known.features.iter().zip(&mut known.columns) {
            if is_of_target(&feature.name) {
                for (value, level) in column.iter_mut().zip(&levels) {
                    *value /= *level as f32;
                }
            }
        }
        let ratio = |(target, level): (&f64, &f64)| (target / level) as f32;
        let ratios = known.target.iter().zip(&levels).map(ratio).collect();
        let columns = known.features.into_iter().zip(known.columns);
        let columns = columns.map(|(feature, values)| match feature.levels {
            Some(levels) => Column::categories(feature.name, values, number(levels.len())),
            None => Column::numbers(feature.name, values),
        });
        let table = Table::new(columns.collect())?;
        Ok(Some(Self { table, of: known.rows, levels, ratios }))
    }

    /// What each row weighs: what its error weighs under the objective.
    pub(super) fn weights(
        &self,
        view: &View<'_>,
        objective: Objective,
        holiday: Option<&Holiday>,
    ) -> Vec<f32> {
        let column = holiday.and_then(|holiday| view.known_column(&holiday.column));
        let mean = self.levels.iter().sum::<f64>() / f64::from(number(self.levels.len()).max(1));
        let weight = |(row, level): (&Row, &f64)| {
            let flag = column
                .map_or(0.0, |column| view.column_value(column, row.series as usize, row.point));
            let day = if flag > 0.0 { holiday.map_or(1.0, |holiday| holiday.weight) } else { 1.0 };
            let size = match objective {
                Objective::Rmse => (level / mean).powf(1.5),
                Objective::Wmae => day * level / mean,
                Objective::Mase => 1.0,
            };
            size.max(1e-6) as f32
        };
        self.of.iter().zip(&self.levels).map(weight).collect()
    }

    /// Forecasts of all series of the view from the ratios of the rows; series that have not begun
    /// get the level that their keys let expect.
    pub(super) fn means(&self, view: &View<'_>, ratios: &[f64]) -> Means {
        let mut means = Means::zeros(view.count(), view.horizon());
        let mut seen = vec![f64::NAN; view.count()];
        for (((series, step), ratio), level) in self.places(view).zip(ratios).zip(&self.levels) {
            if let Some(slot) = means.row_mut(series).get_mut(step) {
                *slot = ratio * level;
                seen[series] = *level;
            }
        }
        if seen.iter().any(|level| level.is_nan()) {
            let new = seen.clone();
            let filled = crate::multiplicative::with_new_ones(view, seen);
            for series in (0..view.count()).filter(|&series| new[series].is_nan()) {
                means.row_mut(series).fill(filled[series]);
            }
        }
        means
    }

    /// The series and step of each row ahead.
    pub(super) fn places(&self, view: &View<'_>) -> impl Iterator<Item = (usize, usize)> {
        let origin = view.common_origin().unwrap_or_default();
        self.of.iter().map(move |row| {
            (row.series as usize, usize::try_from(row.point - origin).unwrap_or(usize::MAX))
        })
    }
}

fn is_of_target(name: &str) -> bool {
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    ["lag_", "mean_", "deviation_"].iter().any(|p| name.strip_prefix(p).is_some_and(number))
}

/// The level of each row: the mean over the longest window, else over any, else over the series.
fn levels(view: &View<'_>, known: &FeatureTable) -> Vec<f64> {
    let windows: Vec<usize> = known
        .features
        .iter()
        .enumerate()
        .filter(|(_, feature)| feature.name.starts_with("mean_") && is_of_target(&feature.name))
        .map(|(place, _)| place)
        .rev()
        .collect();
    let own: Vec<f64> = (0..view.count()).map(|series| magnitude(view, series)).collect();
    let level = |(place, row): (usize, &Row)| {
        let own = own.get(row.series as usize).copied().unwrap_or(1.0);
        let seen = windows.iter().map(|&window| f64::from(known.columns[window][place]));
        let seen = seen.into_iter().find(|mean| mean.is_finite());
        seen.unwrap_or(own).abs().max(0.05 * own).max(1e-6)
    };
    known.rows.iter().enumerate().map(level).collect()
}

/// The mean size of the values of a series.
fn magnitude(view: &View<'_>, series: usize) -> f64 {
    let known = view.history(series).values.iter().filter(|value| !value.is_nan());
    let (sum, count) = known.fold((0.0, 0.0), |(s, n), value| (s + value.abs(), n + 1.0));
    if count > 0.0 { sum / count } else { 1.0 }
}
