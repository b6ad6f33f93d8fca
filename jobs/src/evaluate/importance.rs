//! What does a model go by?
//!
//! The mean size of what each feature, or each part of a mixture, adds to the forecasts of the
//! hold-out: for trees the mean absolute Shapley value.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use forecast::Fitted;
use forecast::tabular::RowModel;
use series::panel::Panel;
use trees::Table;

use crate::failure::Failure;
use crate::feature_list::FeatureList;
use crate::xgboost::Booster;

/// As many series are explained; more would not change the order.
const SERIES: usize = 40;
/// As many rows of trees.
const ROWS: usize = 2000;

/// A feature, and how much it adds in the mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Importance {
    pub(crate) feature: String,
    pub(crate) mean_absolute: f64,
}

/// The parts of a mixture.
pub(super) fn of_mixture(
    fitted: &Fitted,
    past: &Panel,
    steps: usize,
) -> Result<Vec<Importance>, Failure> {
    let count = past.series.len();
    let chosen: Vec<usize> =
        (0..count.min(SERIES)).map(|it| it * count / count.min(SERIES)).collect();
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    let mut points = 0_u32;
    for explanation in fitted.explain(past, steps, &chosen)? {
        points += u32::try_from(explanation.mean.len()).unwrap_or(0);
        for (part, values) in explanation.parts {
            *sums.entry(part).or_default() += values.iter().map(|value| value.abs()).sum::<f64>();
        }
    }
    Ok(sorted(sums, points))
}

/// The features of the built-in XGBoost, under the names that `prepare` gave them.
pub(super) fn of_booster(
    booster: &Booster,
    columns: Vec<Vec<f32>>,
    list: &Path,
) -> Result<Vec<Importance>, Failure> {
    let text = fs::read_to_string(list).map_err(Failure::read(list))?;
    let list: FeatureList = serde_json::from_str(&text)
        .map_err(|source| Failure::Json { path: list.to_owned(), source })?;
    let table = sample(&booster.table(columns)?);
    let contributions = booster.model().contributions(&table).map_err(forecast::Error::from)?;
    let mut sums = BTreeMap::new();
    for explanation in contributions.of_output(0) {
        for (name, value) in list.names().zip(explanation.features) {
            *sums.entry(name.to_owned()).or_default() += value.abs();
        }
    }
    Ok(sorted(sums, u32::try_from(table.rows()).unwrap_or(u32::MAX)))
}

/// The features of trees over rows that stand alone.
pub(super) fn of_rows(model: &RowModel, table: &Table) -> Result<Vec<Importance>, Failure> {
    let table = sample(table);
    let contributions = model.contributions(&table)?;
    let mut sums = BTreeMap::new();
    for row in &contributions.rows {
        for (name, value) in
            contributions.names.iter().zip(row).filter(|(name, _)| *name != "level")
        {
            *sums.entry(name.clone()).or_default() += value.abs();
        }
    }
    Ok(sorted(sums, u32::try_from(table.rows()).unwrap_or(u32::MAX)))
}

fn sample(table: &Table) -> Table {
    let count = table.rows().min(ROWS);
    let rows: Vec<usize> = (0..count).map(|it| it * table.rows() / count.max(1)).collect();
    table.select(&rows)
}

fn sorted(sums: BTreeMap<String, f64>, count: u32) -> Vec<Importance> {
    let mean = |sum: f64| sum / f64::from(count.max(1));
    let named = |(feature, sum)| Importance { feature, mean_absolute: mean(sum) };
    let mut sorted: Vec<Importance> = sums.into_iter().map(named).collect();
    sorted.sort_by(|a, b| b.mean_absolute.total_cmp(&a.mean_absolute));
    sorted
}
