//! What happened at the same time in earlier years, and how has business grown since?
//!
//! `f(i, t) = sum over years k of w(k) * smooth(i, t - k lag) * growth(i, t)`, for panels whose
//! season is too long to be seen often. Three things make it better than the value of a year ago:
//!
//! - the past is smoothed across series: each pool (the stores of a department) is replaced by a
//!   mean of its approximations of low rank, which is what won the Walmart contest
//!   (davidthaler/Walmart_competition_code); a mean over ranks beats any single rank;
//! - growth is that of the pool, times that of the other keys, times that of the series shrunk by
//!   how much of it is known (James and Stein), and less of it is believed far ahead;
//! - earlier years count too, each brought to the level of the one after it; and the week before
//!   Easter is looked up before Easter.

mod growth;
mod lookup;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analogue::growth::Growth;
use crate::analogue::lookup::{Lookup, Matrix};
use crate::calendar;
use crate::multiplicative::{groups, with_new_ones};
use crate::view::{Means, View};

/// Whether feasts that move with the moon are looked up where they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feasts {
    /// Every week is compared with the week a whole number of years ago.
    Ignored,
    /// Easter is compared with Easter.
    #[default]
    Easter,
}

/// One member of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Analogue {
    /// The key column whose values pool series; none pools nothing.
    pub pool: Option<usize>,
    /// What is done about Easter.
    pub feasts: Feasts,
}

/// The ranks whose approximations are averaged; the whole is one of them.
const RANKS: [usize; 4] = [2, 4, 8, 16];

/// Above so many series a pool is not smoothed: the work grows with the cube.
const LARGEST_POOL: usize = 160;

/// The weight of a year against the one after it.
const OLDER: f64 = 0.54;

/// Forecasts every series; `None` where the history is shorter than a season and a bit, or where
/// origins differ.
pub fn forecast(view: &View<'_>, analogue: Analogue, seasons: &[usize]) -> Option<Means> {
    let lag = calendar::analogue_lag(&view.grid(), seasons)?;
    let origin = view.common_origin()?;
    let first = view.first_point()?;
    let known = usize::try_from(origin - first).ok()?;
    if known < lag + (lag / 8).max(2) {
        return None;
    }
    let raw = Matrix::of(view, first, known);
    let pools = analogue.pool.map_or_else(|| (vec![0; view.count()], 1), |key| groups(view, key));
    let smooth = smoothed(&raw, &pools);
    let lookup = Lookup { grid: view.grid(), first, known, lag, feasts: analogue.feasts };
    let others: Vec<(Vec<usize>, usize)> = (0..view.keys().len())
        .filter(|key| analogue.pool != Some(*key))
        .map(|key| groups(view, key))
        .filter(|(_, count)| *count > 1 && *count < view.count())
        .collect();
    let recent = Growth::of(&raw, (0, known), lag, &pools, &others);
    let years = years(known, lag);
    let between: Vec<Vec<f64>> = (1..years.len())
        .map(|year| {
            let to = (known.saturating_sub(year * lag) + view.horizon().max(lag / 4)).min(known);
            Growth::slow(&raw, (0, to), lag, &pools, &others).all()
        })
        .collect();
    let fallback = with_new_ones(view, raw.last_levels(lag / 4));
    let row = |series: usize| -> Vec<f64> {
        (0..view.horizon())
            .map(|step| {
                let growth = recent.at(series, step, lag);
                let mut chain = growth;
                let (mut sum, mut weights) = (0.0, 0.0);
                for (year, weight) in years.iter().enumerate() {
                    let value = lookup.value(&smooth, series, step, year + 1);
                    if year > 0 {
                        chain *= between
                            .get(year - 1)
                            .and_then(|all| all.get(series))
                            .copied()
                            .unwrap_or(1.0);
                    }
                    if let Some(value) = value {
                        sum += weight * value * chain;
                        weights += weight;
                    }
                }
                let last = fallback.get(series).copied().unwrap_or(0.0);
                if weights > 0.0 { sum / weights } else { last }
            })
            .collect()
    };
    let rows = (0..view.count()).into_par_iter().map(row);
    Some(Means::from_rows(rows.collect(), view.horizon()))
}

/// The weights of the years that are known, the last year first.
fn years(known: usize, lag: usize) -> Vec<f64> {
    let usable = (known / lag.max(1)).clamp(1, 3);
    std::iter::successors(Some(1.0), |weight| Some(weight * OLDER)).take(usable).collect()
}

/// Each pool as the mean of itself and its approximations of low rank.
fn smoothed(raw: &Matrix, pools: &(Vec<usize>, usize)) -> Matrix {
    let mut members = vec![Vec::new(); pools.1];
    for (series, &pool) in pools.0.iter().enumerate() {
        if let Some(list) = members.get_mut(pool) {
            list.push(series);
        }
    }
    let smooth = |members: &Vec<usize>| -> Vec<(usize, Vec<f64>)> {
        let rows: Vec<Vec<f64>> = members.iter().map(|&series| raw.filled(series)).collect();
        let ranks: Vec<usize> =
            RANKS.into_iter().filter(|rank| rank + rank / 2 < rows.len()).collect();
        if ranks.is_empty() || rows.len() > LARGEST_POOL {
            return members.iter().copied().zip(rows).collect();
        }
        let mut means = rows.clone();
        for approximation in crate::solve::low_rank(&rows, &ranks) {
            for (mean, row) in means.iter_mut().zip(approximation) {
                for (mean, value) in mean.iter_mut().zip(row) {
                    *mean += value;
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful of ranks")]
        let share = 1.0 / (ranks.len() + 1) as f64;
        means.iter_mut().flatten().for_each(|value| *value *= share);
        members.iter().copied().zip(means).collect()
    };
    let all: Vec<Vec<(usize, Vec<f64>)>> = members.par_iter().map(smooth).collect();
    raw.with(all.into_iter().flatten())
}

/// The members worth trying: one for each key column that pools series.
pub(crate) fn family(view: &View<'_>, feasts: Feasts) -> impl Iterator<Item = Analogue> {
    let pooling = |&key: &usize| {
        let (_, count) = groups(view, key);
        count < view.count()
    };
    let mut pools: Vec<Option<usize>> = (0..view.keys().len()).filter(pooling).map(Some).collect();
    pools.push(None);
    pools.into_iter().map(move |pool| Analogue { pool, feasts })
}
