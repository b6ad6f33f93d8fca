//! Which seasons does a history have, and what is left of it without them?
//!
//! For hours that repeat by day and week, days by week and year, weeks by year. Seasons are taken
//! out one after the other, the shortest first, as in MSTL (Bandara, Hyndman and Bergmeir 2021),
//! but each index is an exponentially weighted mean over the cycles rather than a loess curve.
//! That makes it possible to forecast every cycle from those before it, and these forecasts decide
//! how fast a season is forgotten, how far it is smoothed along the cycle, and how far it is shrunk
//! towards nothing: a season that does not forecast the next cycle is not there.

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::prepare::{Raw, factor};
use super::season::{Kind, all_positive, trend_of};

/// A history without its seasons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rest {
    /// What is left, in the units of the history.
    values: Vec<f64>,
    /// How seasons enter; the profiles of multiplied ones are logarithms.
    kind: Kind,
    profiles: Vec<Vec<f64>>,
    /// What is left of the squares around the trend.
    unexplained: f64,
}

/// How much of an index the next cycle keeps.
const DECAYS: [f64; 5] = [1.0, 0.95, 0.85, 0.7, 0.45];
/// Which share of the squares a season must forecast to be there.
const LEAST_GAIN: f64 = 0.03;
/// From which season on the indices may be smoothed along the cycle.
const SMOOTHED: usize = 100;

impl Rest {
    /// Takes out the seasons of which the history has two cycles; by addition or by
    /// multiplication, whichever leaves less around the trend.
    pub(super) fn of(values: &[f64], seasons: &[usize]) -> Self {
        let added = Self::with(values, seasons, Kind::Additive);
        if !all_positive(values) {
            return added;
        }
        let multiplied = Self::with(values, seasons, Kind::Multiplicative);
        if multiplied.unexplained < added.unexplained { multiplied } else { added }
    }

    fn with(values: &[f64], seasons: &[usize], kind: Kind) -> Self {
        let logs = |value: &f64| if kind == Kind::Multiplicative { value.ln() } else { *value };
        let mut rest: Vec<f64> = values.iter().map(logs).collect();
        let mut profiles = Vec::new();
        let mut unexplained = 1.0;
        for &season in seasons.iter().filter(|&&season| values.len() >= 2 * season) {
            let trend = trend_of(&rest, season);
            let moved: Vec<f64> =
                rest.iter().zip(&trend).map(|(value, level)| value - level).collect();
            let Some((profile, left)) = learn_best(&moved, season) else { continue };
            rest.iter_mut().enumerate().for_each(|(t, value)| *value -= profile[t % season]);
            profiles.push(profile);
            unexplained *= left;
        }
        if kind == Kind::Multiplicative {
            for value in &mut rest {
                *value = value.exp();
            }
        }
        Self { values: rest, kind, profiles, unexplained }
    }

    /// The forecast of what is left by a model that knows no seasons, and the seasons on it.
    pub(super) fn forecast(
        &self,
        model: impl Fn(&[f64], Option<usize>, usize) -> Option<Raw>,
        horizon: usize,
    ) -> Option<Raw> {
        let mut raw = model(&self.values, None, horizon)?;
        self.put_on(&mut raw.mean, &mut raw.deviation);
        Some(raw)
    }

    /// Puts the seasons back on means and deviations of what is left.
    fn put_on(&self, mean: &mut [f64], deviation: &mut [f64]) {
        for (h, (mean, deviation)) in mean.iter_mut().zip(deviation).enumerate() {
            let t = self.values.len() + h;
            let lift: f64 = self.profiles.iter().map(|profile| profile[t % profile.len()]).sum();
            match self.kind {
                Kind::Additive => *mean += lift,
                Kind::Multiplicative => {
                    *mean *= lift.exp();
                    *deviation *= lift.exp();
                }
            }
        }
    }
}

/// The profile whose forecasts of each cycle from those before were best, shrunken, and the share
/// of the squares that they left; `None` if no season is there.
fn learn_best(moved: &[f64], season: usize) -> Option<(Vec<f64>, f64)> {
    let widths: &[usize] = if season >= SMOOTHED { &[0, 3, 10] } else { &[0] };
    let mut best: Option<(Vec<f64>, f64)> = None;
    for &width in widths {
        let smooth = running_mean(moved, width);
        for decay in DECAYS {
            let learnt = learn(moved, &smooth, (season, decay));
            let (left, share) = learnt.judged();
            if 1.0 - left > LEAST_GAIN && best.as_ref().is_none_or(|(_, least)| left < *least) {
                best = Some((learnt.profile.iter().map(|index| share * index).collect(), left));
            }
        }
    }
    best
}

/// A profile, and how it forecast while it was learnt.
struct Learnt {
    profile: Vec<f64>,
    with: f64,
    own: f64,
    total: f64,
}

impl Learnt {
    /// The least share of squares left and the share of the profile that leaves it.
    fn judged(&self) -> (f64, f64) {
        if self.own <= 0.0 || self.total <= 0.0 {
            return (1.0, 0.0);
        }
        let share = (self.with / self.own).clamp(0.0, 1.0);
        let left = self.total - 2.0 * share * self.with + share * share * self.own;
        (left / self.total, share)
    }
}

fn learn(moved: &[f64], smooth: &[f64], (season, decay): (usize, f64)) -> Learnt {
    let mut sums = vec![(0.0_f64, 0.0_f64); season];
    let (mut with, mut own, mut total) = (0.0, 0.0, 0.0);
    for (t, (value, smooth)) in moved.iter().zip(smooth).enumerate() {
        let (sum, weight) = &mut sums[t % season];
        if *weight > 0.0 {
            let expected = *sum / *weight;
            with += value * expected;
            own += expected * expected;
            total += value * value;
        }
        *sum = decay * *sum + smooth;
        *weight = decay * *weight + 1.0;
    }
    let mut profile: Vec<f64> = sums.iter().map(|(sum, weight)| sum / weight).collect();
    let mean = profile.iter().sum::<f64>() / factor(season);
    for index in &mut profile {
        *index -= mean;
    }
    Learnt { profile, with, own, total }
}

/// The mean of each value and `width` neighbours on both sides.
fn running_mean(values: &[f64], width: usize) -> Vec<f64> {
    if width == 0 {
        return values.to_vec();
    }
    let around = |t: usize| &values[t.saturating_sub(width)..(t + width + 1).min(values.len())];
    let mean = |window: &[f64]| window.iter().sum::<f64>() / factor(window.len());
    (0..values.len()).map(|t| mean(around(t))).collect()
}
