//! What is a forecast made of?
//!
//! The parts add up to the forecast. Those of boosted trees are exact Shapley values (Lundberg et
//! al. 2018), those of a line its terms; a product `level * a * b` is split by the logarithmic mean
//! (Ang and Liu 2001): factor `a` adds `L ln(a)`, `L = (f - level) / ln(f / level)`, which leaves no
//! remainder. Other models are split into the level of the last season, how much higher the
//! forecast lies on the whole, and what the season adds at each step. A mixture adds its members'
//! parts by their weights; `limit` is what the least possible value adds.

use std::collections::BTreeMap;

use series::panel::Panel;

use crate::candidate::Candidate;
use crate::error::Error;
use crate::fitted::{Fitted, Part};
use crate::multiplicative::products;
use crate::tournament::third;
use crate::view::View;

/// The parts of the forecast of one series.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// The value of each key column.
    pub id: Vec<String>,
    /// The point of the first step.
    pub start: i64,
    /// The point forecast of each step.
    pub mean: Vec<f64>,
    /// What each part adds at each step.
    pub parts: BTreeMap<String, Vec<f64>>,
}

impl Fitted {
    /// Explains the forecasts of some series of a panel, by their places.
    ///
    /// # Errors
    /// As [`Fitted::forecast`].
    pub fn explain(
        &self,
        panel: &Panel,
        horizon: usize,
        series: &[usize],
    ) -> Result<Vec<Explanation>, Error> {
        let forecast = self.forecast(panel, horizon)?;
        let view = View::before_end(panel, self.task.origins, 0, horizon);
        let mut sums = vec![BTreeMap::new(); series.len()];
        for part in self.parts(&view, series)? {
            for (row, split) in self.split(&view, series, &part)?.into_iter().enumerate() {
                if let Some(sum) = sums.get_mut(row) {
                    add(sum, split);
                }
            }
        }
        let explained = series.iter().zip(sums).filter_map(|(&place, mut parts)| {
            let known = forecast.series.get(place)?;
            let explained = |step: usize| -> f64 {
                parts.values().filter_map(|values: &Vec<f64>| values.get(step)).sum()
            };
            let limit: Vec<f64> =
                known.mean.iter().enumerate().map(|(step, mean)| mean - explained(step)).collect();
            if limit.iter().any(|value| value.abs() > 1e-9) {
                parts.insert("limit".to_owned(), limit);
            }
            let (id, mean) = (known.id.clone(), known.mean.clone());
            Some(Explanation { id, start: known.start, mean, parts })
        });
        Ok(explained.collect())
    }

    /// The parts of what a member adds, for each series asked for.
    fn split(
        &self,
        view: &View<'_>,
        series: &[usize],
        part: &Part,
    ) -> Result<Vec<BTreeMap<String, Vec<f64>>>, Error> {
        let weight =
            |step: usize| part.weights.get(third(step, self.task.horizon)).copied().unwrap_or(0.0);
        Ok(match part.candidate {
            Candidate::Shaped(shape) => {
                let products = products(view, shape, &self.task.seasons, series);
                let split = |product: crate::multiplicative::Product| {
                    by_logarithmic_mean(&product.factors, view.horizon(), weight)
                };
                products.into_iter().map(split).collect()
            }
            Candidate::Regression(_) => self.regression_parts(view, series, part, weight)?,
            _ => {
                let split = |(row, &place): (usize, &usize)| {
                    let level = self.last_season(view, place);
                    by_season(level, part.means.row(row), weight)
                };
                series.iter().enumerate().map(split).collect()
            }
        })
    }

    fn regression_parts(
        &self,
        view: &View<'_>,
        series: &[usize],
        part: &Part,
        weight: impl Fn(usize) -> f64,
    ) -> Result<Vec<BTreeMap<String, Vec<f64>>>, Error> {
        let mut split = vec![BTreeMap::new(); series.len()];
        let Some(contributions) = self.contributions(part.candidate, view, series)? else {
            return Ok(split);
        };
        let rows: BTreeMap<usize, usize> =
            series.iter().enumerate().map(|(row, &place)| (place, row)).collect();
        for (place, step, values) in &contributions.rows {
            let Some(parts) = rows.get(place).and_then(|&row| split.get_mut(row)) else { continue };
            for (name, value) in contributions.names.iter().zip(values) {
                let steps: &mut Vec<f64> =
                    parts.entry(name.clone()).or_insert_with(|| vec![0.0; view.horizon()]);
                if let Some(slot) = steps.get_mut(*step) {
                    *slot += value * weight(*step);
                }
            }
        }
        Ok(split)
    }

    /// The mean of the last season of a series, 0 without one.
    fn last_season(&self, view: &View<'_>, series: usize) -> f64 {
        let longest = self.task.seasons.iter().copied().max().unwrap_or(4);
        let known = view.history(series).values.iter().rev().filter(|value| !value.is_nan());
        let (sum, count) =
            known.take(longest).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    }
}

/// The mean absolute size of each part over all series and steps, the largest first.
pub fn importance(explanations: &[Explanation]) -> Vec<(String, f64)> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    let mut steps = 0.0;
    for explanation in explanations {
        steps += explanation.mean.iter().map(|_| 1.0).sum::<f64>();
        for (name, values) in &explanation.parts {
            *sums.entry(name).or_default() += values.iter().map(|value| value.abs()).sum::<f64>();
        }
    }
    let mut importance: Vec<(String, f64)> =
        sums.into_iter().map(|(name, sum)| (name.to_owned(), sum / f64::max(steps, 1.0))).collect();
    importance.sort_by(|a, b| b.1.total_cmp(&a.1));
    importance
}

fn add(sum: &mut BTreeMap<String, Vec<f64>>, parts: BTreeMap<String, Vec<f64>>) {
    for (name, values) in parts {
        match sum.get_mut(&name) {
            Some(known) => known.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
            None => {
                sum.insert(name, values);
            }
        }
    }
}

/// The first factor is the level; a product with a factor of zero is all loss of the level.
fn by_logarithmic_mean(
    factors: &[(String, Vec<f64>)],
    steps: usize,
    weight: impl Fn(usize) -> f64,
) -> BTreeMap<String, Vec<f64>> {
    let mut parts: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let at = |values: &Vec<f64>, step: usize| values.get(step).copied().unwrap_or(1.0);
    let Some((level_name, levels)) = factors.first() else { return parts };
    for step in 0..steps {
        let level = at(levels, step);
        let others = factors.get(1..).unwrap_or_default();
        let product: f64 = others.iter().map(|(_, values)| at(values, step)).product();
        let change = level * product - level;
        let logarithm = product.ln();
        let mut add = |name: &str, value: f64| {
            let values = parts.entry(name.to_owned()).or_insert_with(|| vec![0.0; steps]);
            if let Some(slot) = values.get_mut(step) {
                *slot += value * weight(step);
            }
        };
        add(level_name, level);
        for (name, values) in others {
            let own = at(values, step).ln();
            let share = if logarithm.is_finite() && logarithm.abs() > 1e-12 {
                own / logarithm * change
            } else if logarithm.is_finite() {
                level * own
            } else {
                0.0
            };
            add(name, share);
        }
        if !logarithm.is_finite() {
            add("zero", change);
        }
    }
    parts
}

/// `means` carry the weight already.
fn by_season(
    level: f64,
    means: &[f64],
    weight: impl Fn(usize) -> f64,
) -> BTreeMap<String, Vec<f64>> {
    let levels: Vec<f64> = (0..means.len()).map(|step| level * weight(step)).collect();
    let total = |values: &[f64]| values.iter().sum::<f64>();
    let weights: f64 = (0..means.len()).map(&weight).sum();
    let higher = if weights > 0.0 { (total(means) - total(&levels)) / weights } else { 0.0 };
    let growth: Vec<f64> = (0..means.len()).map(|step| higher * weight(step)).collect();
    let rest = means.iter().zip(&levels).zip(&growth);
    let season = rest.map(|((mean, level), growth)| mean - level - growth).collect();
    [("level", levels), ("growth", growth), ("season", season)]
        .map(|(name, values)| (name.to_owned(), values))
        .into()
}
