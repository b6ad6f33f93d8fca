//! What may a model see when it forecasts from a given moment?
//!
//! A [`View`] is a panel cut at an origin. It hands out targets before the origin and known columns
//! up to the horizon, and has no way to reach anything later: a model that gets a view cannot leak.

use series::grid::Grid;
use series::panel::{Known, Panel};

/// A panel as it was known at an origin.
#[derive(Debug, Clone)]
pub struct View<'a> {
    panel: &'a Panel,
    origins: Vec<i64>,
    horizon: usize,
}

/// The known values of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History<'a> {
    /// The point of the first value.
    pub start: i64,
    /// The values, `NaN` where there is none.
    pub values: &'a [f64],
}

/// From which point on each series is forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origins {
    /// All from the point after the panel's last one.
    #[default]
    Common,
    /// Each from the point after its own last one, as in collections of unrelated series.
    Each,
}

impl<'a> View<'a> {
    /// The panel as known before the point `origin`, the first to forecast.
    pub fn at(panel: &'a Panel, origin: i64, horizon: usize) -> Self {
        Self { panel, origins: vec![origin; panel.series.len()], horizon }
    }

    /// The panel as known `back` points before the ends of its series.
    pub fn before_end(panel: &'a Panel, origins: Origins, back: usize, horizon: usize) -> Self {
        let back = i64::try_from(back).unwrap_or(i64::MAX);
        let last = end(panel);
        let origins = panel.series.iter().map(|series| match origins {
            Origins::Common => last.saturating_sub(back),
            Origins::Each => (series.start + length(series.target.len())).saturating_sub(back),
        });
        Self { panel, origins: origins.collect(), horizon }
    }

    /// How many series there are.
    pub fn count(&self) -> usize {
        self.panel.series.len()
    }

    /// How many points are to be forecast.
    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// Where points lie in time.
    pub fn grid(&self) -> Grid {
        self.panel.grid
    }

    /// The names of the columns that name a series.
    pub fn keys(&self) -> &'a [String] {
        &self.panel.keys
    }

    /// The id of a series.
    pub fn id(&self, series: usize) -> &'a [String] {
        self.panel.series.get(series).map_or(&[], |series| &series.id)
    }

    /// The first point to forecast of a series.
    pub fn origin(&self, series: usize) -> i64 {
        self.origins.get(series).copied().unwrap_or_default()
    }

    /// The one origin of all series, if it is the same.
    pub fn common_origin(&self) -> Option<i64> {
        let first = *self.origins.first()?;
        self.origins.iter().all(|&origin| origin == first).then_some(first)
    }

    /// What is known of a series; a gap between its end and the origin is not filled.
    pub fn history(&self, series: usize) -> History<'a> {
        let Some(found) = self.panel.series.get(series) else {
            return History { start: 0, values: &[] };
        };
        let known = usize::try_from(self.origin(series) - found.start).unwrap_or(0);
        let values = found.target.get(..known.min(found.target.len())).unwrap_or_default();
        History { start: found.start, values }
    }

    /// What is known of a series up to the origin, `NaN` where it ended before.
    pub fn padded(&self, series: usize) -> Vec<f64> {
        let history = self.history(series);
        let mut values = history.values.to_vec();
        if !values.is_empty() {
            let wanted = usize::try_from(self.origin(series) - history.start).unwrap_or(0);
            values.resize(wanted.max(values.len()), f64::NAN);
        }
        values
    }

    /// The first point of which any series has a value.
    pub fn first_point(&self) -> Option<i64> {
        let known = (0..self.count()).map(|series| self.history(series));
        known.filter(|history| !history.values.is_empty()).map(|history| history.start).min()
    }

    /// The place of a column that is known ahead or always.
    pub fn known_column(&self, name: &str) -> Option<usize> {
        let usable = |column: &series::panel::Column| {
            column.name == name && column.known != Known::Afterwards
        };
        self.panel.columns.iter().position(usable)
    }

    /// A column's value at a point, if it may be known then; `NaN` otherwise.
    pub fn column_value(&self, column: usize, series: usize, point: i64) -> f64 {
        let (Some(found), Some(about)) =
            (self.panel.series.get(series), self.panel.columns.get(column))
        else {
            return f64::NAN;
        };
        let last = match about.known {
            Known::Always => return value(found.values.get(column), 0),
            Known::Ahead => self.origin(series).saturating_add(length(self.horizon)),
            Known::Afterwards => self.origin(series),
        };
        match usize::try_from(point - found.start) {
            Ok(place) if point < last => value(found.values.get(column), place),
            _ => f64::NAN,
        }
    }

    /// The columns beside the target.
    pub fn columns(&self) -> &'a [series::panel::Column] {
        &self.panel.columns
    }

    /// The same origins for some of the series only is another panel; this is the panel.
    pub(crate) fn panel(&self) -> &'a Panel {
        self.panel
    }
}

/// The point after the last value of a panel.
pub fn end(panel: &Panel) -> i64 {
    let begun = panel.series.iter().filter(|series| !series.target.is_empty());
    begun.map(|series| series.start + length(series.target.len())).max().unwrap_or_default()
}

pub(crate) fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn value(values: Option<&Vec<f64>>, place: usize) -> f64 {
    values.and_then(|values| values.get(place)).copied().unwrap_or(f64::NAN)
}

/// Point forecasts of all series: as many rows as series, as many columns as steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Means {
    steps: usize,
    values: Vec<f64>,
}

impl Means {
    /// All zero.
    pub fn zeros(series: usize, steps: usize) -> Self {
        Self { steps, values: vec![0.0; series * steps] }
    }

    /// One row for each series; shorter ones are filled with their last value, longer ones cut.
    pub fn from_rows(rows: Vec<Vec<f64>>, steps: usize) -> Self {
        let mut values = Vec::with_capacity(rows.len() * steps);
        for mut row in rows {
            let last = row.last().copied().unwrap_or(0.0);
            row.resize(steps, last);
            values.extend(row);
        }
        Self { steps, values }
    }

    /// The forecasts of a series.
    pub fn row(&self, series: usize) -> &[f64] {
        self.values.get(series * self.steps..(series + 1) * self.steps).unwrap_or_default()
    }

    /// The forecasts of a series, to change.
    pub fn row_mut(&mut self, series: usize) -> &mut [f64] {
        self.values.get_mut(series * self.steps..(series + 1) * self.steps).unwrap_or_default()
    }

    /// The rows wanted, in the order wanted.
    pub(crate) fn pick(&self, wanted: &[usize]) -> Self {
        if wanted.iter().copied().eq(0..self.count()) {
            return self.clone();
        }
        let values = wanted.iter().flat_map(|&series| self.row(series)).copied().collect();
        Self { steps: self.steps, values }
    }

    /// How many series.
    pub fn count(&self) -> usize {
        self.values.len().checked_div(self.steps).unwrap_or_default()
    }

    /// How many steps.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Makes all values finite and, where asked, nonnegative.
    pub(crate) fn tidy(&mut self, least: f64) {
        for value in &mut self.values {
            *value = if value.is_finite() { value.max(least) } else { 0.0_f64.max(least) };
        }
    }
}
