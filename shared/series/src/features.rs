//! What do tree models learn from, and is it known when they forecast?
//!
//! Forecasts are direct: one model for all steps of the horizon. A row is a series and a point, and
//! its features are the same whichever origin its forecast is made at, so whatever is derived from
//! the target or from a column known only afterwards is at least a horizon old. This holds by
//! construction: the only way to such values goes through a `Delay`, which cannot be
//! shorter than the horizon, and through a `History`, which ends at the origin.
//!
//! | feature | from | of the point |
//! |---|---|---|
//! | a key's name | the key, as a category | itself |
//! | `day_of_week` and so on | the calendar | itself |
//! | `lag_7` | the target | 7 points earlier |
//! | `mean_28`, `deviation_28` | the target | the 28 that end a horizon earlier |
//! | a column's name | a column known ahead or always | itself |
//! | `temperature_lag_28` | a column known afterwards | a horizon earlier |
//! | `holiday_next`, `holiday_last` | the holiday column | points to the next and since the last one, within the window; beyond it, the window and one more |
//! | `markdown_total`, `markdown_present` | the markdown columns | itself |
//!
//! A lag of the recipe that is shorter than the horizon is lifted to its first multiple that is
//! not, so that it stays on the same day of the week: with a horizon of 28, 7 becomes 28. What is
//! not known is `NaN`, which tree models take.

mod calendar;
mod fill;
mod history;
mod label;
mod plan;

use scenario::Scenario;
use scenario::data::CalendarPart;

pub use crate::features::label::{HighDemand, class_weights, high_demand};
use crate::frequency::{Frequency, Unit};
use crate::panel::{Panel, Series};

/// Which features are derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// How many points ahead of its origin a forecast may lie.
    pub horizon: u32,
    /// Parts of the date.
    pub calendar: Vec<CalendarPart>,
    /// The target so many points earlier, at least a horizon after lifting.
    pub lags: Vec<u32>,
    /// Mean and deviation of the target over so many points.
    pub rolling: Vec<u32>,
    /// The column that flags holidays.
    pub holiday: Option<String>,
    /// How many points before and after a holiday count as its surroundings.
    pub holiday_window: u32,
    /// The columns of which total and presence are derived.
    pub markdowns: Vec<String>,
}

/// What tree models learn from, and what they learn.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTable {
    /// The features, in the order of the columns.
    pub features: Vec<Feature>,
    /// The values of each feature, one for each row.
    pub columns: Vec<Vec<f32>>,
    /// What each row is of, by series and within them by time.
    pub rows: Vec<Row>,
    /// The target of each row; `NaN` in all rows ahead of an origin, see [`actuals`].
    pub target: Vec<f64>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name, unlike that of any other.
    pub name: String,
    /// The texts of a category, whose value is a place among them; none for a number.
    pub levels: Option<Vec<String>>,
}

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The place of the series in the panel.
    pub series: u32,
    /// The point on the panel's grid.
    pub point: i64,
}

impl Recipe {
    /// The recipe of a scenario; none where rows stand alone.
    pub fn of(scenario: &Scenario) -> Option<Self> {
        let features = scenario.features();
        Some(Self {
            horizon: scenario.series()?.horizon,
            calendar: features.calendar.clone(),
            lags: features.lags.clone(),
            rolling: features.rolling.clone(),
            holiday: features.holiday.as_ref().map(ToString::to_string),
            holiday_window: features.holiday_window,
            markdowns: features.markdowns.iter().map(ToString::to_string).collect(),
        })
    }

    /// A recipe for a panel of which only frequency and season are known: the last points that can
    /// be known, the same point of four seasons, and windows of one and four seasons.
    pub fn usual(frequency: Frequency, season: u32, horizon: u32) -> Self {
        let (season, horizon) = (season.max(1), horizon.max(1));
        let first = horizon.div_ceil(season);
        let seasons =
            (first..first.saturating_add(4)).map(|seasons| seasons.saturating_mul(season));
        let calendar = match frequency.unit {
            Unit::Minute | Unit::Hour => vec![CalendarPart::Hour, CalendarPart::DayOfWeek],
            Unit::Day => {
                vec![CalendarPart::DayOfWeek, CalendarPart::DayOfMonth, CalendarPart::Month]
            }
            Unit::Week => vec![CalendarPart::WeekOfYear, CalendarPart::Month],
            Unit::Month => vec![CalendarPart::Month],
            Unit::Year => Vec::new(),
        };
        let windows = [season, season.saturating_mul(4)];
        Self {
            horizon,
            calendar,
            lags: [horizon, horizon.saturating_add(1)].into_iter().chain(seasons).collect(),
            rolling: windows.into_iter().filter(|&window| window > 1).collect(),
            holiday: None,
            holiday_window: 0,
            markdowns: Vec::new(),
        }
    }

    /// The lags as they are used: each lifted to its first multiple that is not shorter than the
    /// horizon, none twice, ascending.
    pub fn lifted_lags(&self) -> Vec<u32> {
        let lifted = self.lags.iter().filter(|&&lag| lag > 0);
        let lifted = lifted.map(|&lag| self.horizon.div_ceil(lag).max(1).saturating_mul(lag));
        let mut lags: Vec<u32> = lifted.collect();
        lags.sort_unstable();
        lags.dedup();
        lags
    }
}

impl FeatureTable {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The rows whose target is known at the origin: all points up to it that have one.
pub fn training(panel: &Panel, recipe: &Recipe, origin: i64) -> FeatureTable {
    let rows = known_rows(panel, origin);
    let target = actuals(panel, &rows);
    FeatureTable { target, ..of_rows(panel, recipe, origin, rows) }
}

/// The rows to be forecast at the origin, see [`rows_ahead`]. Their target is `NaN`, even if the
/// panel knows more.
pub fn ahead(panel: &Panel, recipe: &Recipe, origin: i64) -> FeatureTable {
    of_rows(panel, recipe, origin, rows_ahead(panel, recipe, origin))
}

/// All points up to the origin that have a target.
pub fn known_rows(panel: &Panel, origin: i64) -> Vec<Row> {
    let rows_of = |(place, series): (usize, &Series)| {
        let known = series.until(origin).iter().zip(series.start..);
        let known = known.filter(|(target, _)| !target.is_nan());
        known.map(|(_, point)| Row { series: number(place), point }).collect::<Vec<_>>()
    };
    panel.series.iter().enumerate().flat_map(rows_of).collect()
}

/// Of every series that has begun, the points from the one after the origin to the horizon.
pub fn rows_ahead(panel: &Panel, recipe: &Recipe, origin: i64) -> Vec<Row> {
    let points = origin + 1..=origin.saturating_add(i64::from(recipe.horizon));
    let begun = panel.series.iter().enumerate().filter(|(_, series)| series.start <= origin);
    let rows = begun.flat_map(|(place, _)| {
        let series = number(place);
        points.clone().map(move |point| Row { series, point })
    });
    rows.collect()
}

/// The features of some rows, in the order of series and time, as they are known at the origin.
/// Their target is `NaN`.
pub fn of_rows(panel: &Panel, recipe: &Recipe, origin: i64, rows: Vec<Row>) -> FeatureTable {
    let plan = plan::of(panel, recipe);
    let columns = fill::columns(panel, &plan, origin, &rows);
    let features = plan.into_iter().map(|derived| derived.feature).collect();
    let target = vec![f64::NAN; rows.len()];
    FeatureTable { features, columns, rows, target }
}

/// What happened at these rows, `NaN` where the panel does not know.
pub fn actuals(panel: &Panel, rows: &[Row]) -> Vec<f64> {
    let of_row = |row: &Row| panel.series.get(row.series as usize).map(|it| it.at(row.point));
    rows.iter().map(|row| of_row(row).unwrap_or(f64::NAN)).collect()
}

/// The place of a series as rows hold it; four billion series do not fit into memory.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
