//! How far from the forecast may the truth lie?
//!
//! Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): the errors of the mixture from
//! earlier origins, divided by a scale, are exchangeable with those to come, so their quantiles are
//! those of the errors to come, whatever the model. The scale is what suits the errors best: a
//! constant, the root of the forecast (counts), the forecast itself, or the usual change of the
//! series; times a factor of each series, shrunk towards one by how little is known of it. Each
//! third of the horizon has quantiles of its own.
//!
//! Where there are few errors, those that the model of a single series expects take part.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numeric kernel: ranks lie between 0 and the number of errors"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tournament::evidence::Evidence;
use crate::tournament::third;

/// So many errors of a series make its own factor half believed.
const SHRINKAGE: f64 = 25.0;

/// So many errors weigh as much as the deviation that a model expects.
const BELIEF: f64 = 30.0;

/// Errors from which on a third of the horizon has quantiles of its own.
const PLENTY: usize = 200;

/// So many values of the same point of the season are looked at for zeros, and at least so many
/// must be known.
const SAME: std::ops::RangeInclusive<usize> = 8..=26;

/// What errors grow with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Nothing.
    Constant,
    /// The root of the forecast.
    Root,
    /// The forecast.
    Proportional,
    /// The usual change of the series.
    Change,
}

/// What was learned about errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What they grow with.
    pub basis: Basis,
    /// The least forecast that is taken as such.
    least: f64,
    /// The steps that were seen; errors beyond them are taken to grow with the root of the step.
    steps: usize,
    /// How many errors there were.
    errors: usize,
    /// For each third of the horizon and each level the error over its scale.
    quantiles: [Vec<f64>; 3],
    /// The factor of each series that was seen, by its place in the panel.
    #[serde(skip)]
    by_place: BTreeMap<usize, f64>,
    /// The same by the id of the series.
    by_id: BTreeMap<String, f64>,
}

impl Basis {
    const ALL: [Self; 4] = [Self::Constant, Self::Root, Self::Proportional, Self::Change];

    fn scale(self, forecast: f64, change: f64, least: f64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Root => forecast.abs().max(least).sqrt(),
            Self::Proportional => forecast.abs().max(least),
            Self::Change => change,
        }
    }
}

impl Calibration {
    /// Learns from the mixture's errors.
    pub(crate) fn of(evidence: &Evidence, levels: &[f64], id: impl Fn(usize) -> String) -> Self {
        let count = evidence.points.len();
        let typical: f64 =
            evidence.mixture.iter().map(|f| f.abs()).sum::<f64>() / count.max(1) as f64;
        let least = (0.02 * typical).max(1e-9);
        let basis = best_basis(evidence, least);
        let scaled: Vec<(usize, usize, f64)> = evidence
            .points
            .iter()
            .zip(&evidence.mixture)
            .map(|(point, &forecast)| {
                let scale = basis.scale(forecast, point.change, least);
                (point.series, point.third, (point.actual - forecast) / scale)
            })
            .filter(|(_, _, error)| error.is_finite())
            .collect();
        let by_place = factors(&scaled);
        let own = |series: &usize| by_place.get(series).copied().unwrap_or(1.0);
        let errors: Vec<(usize, f64)> =
            scaled.iter().map(|(series, third, error)| (*third, error / own(series))).collect();
        let quantiles = std::array::from_fn(|third| {
            let own: Vec<f64> =
                errors.iter().filter(|(of, _)| *of == third).map(|(_, error)| *error).collect();
            let all = || errors.iter().map(|(_, error)| *error).collect();
            quantiles(if own.len() >= PLENTY { own } else { all() }, levels)
        });
        let by_id = by_place.iter().map(|(&series, &factor)| (id(series), factor)).collect();
        let quantiles = quantiles.map(|of_third| widened(of_third, evidence.size.origins));
        let steps = evidence.size.steps;
        Self { basis, least, steps, errors: scaled.len(), quantiles, by_place, by_id }
    }

    /// How much the deviation expected by a model counts, from 0 to 1.
    pub(crate) fn belief_in_model(&self) -> f64 {
        let belief = BELIEF / (BELIEF + self.errors as f64);
        if belief < 0.05 { 0.0 } else { belief }
    }

    /// The quantiles around a forecast, ascending and not below `least`.
    pub(crate) fn around(&self, at: &Around<'_>, levels: &[f64]) -> Vec<f64> {
        let belief = if at.deviation.is_finite() { self.belief_in_model() } else { 0.0 };
        let factor = self.by_id.get(at.id).copied().unwrap_or(1.0);
        let beyond = ((at.step + 1) as f64 / self.steps.max(1) as f64).max(1.0).sqrt();
        let scale = factor * beyond * self.basis.scale(at.mean, at.change, self.least);
        let seen = &self.quantiles[third(at.step, self.steps)];
        let mut quantiles: Vec<f64> = levels
            .iter()
            .zip(seen)
            .map(|(&level, &error)| {
                let expected =
                    if belief > 0.0 { at.deviation * normal_quantile(level) } else { 0.0 };
                if at.least.is_finite() && at.zeros > 0.5 && level <= at.zeros {
                    // Errors of other series say nothing of what is mostly not sold at all.
                    return at.least;
                }
                (at.mean + (1.0 - belief) * scale * error + belief * expected).max(at.least)
            })
            .collect();
        quantiles.sort_by(f64::total_cmp);
        quantiles
    }
}

/// A forecast whose quantiles are asked for.
pub(crate) struct Around<'a> {
    pub(crate) id: &'a str,
    pub(crate) step: usize,
    pub(crate) mean: f64,
    /// The usual change of the series.
    pub(crate) change: f64,
    /// The deviation that a model expects, `NaN` if it was not asked.
    pub(crate) deviation: f64,
    /// The least value possible.
    pub(crate) least: f64,
    /// The share of zeros, see [`zero_share`].
    pub(crate) zeros: f64,
}

/// How many of the last known values that stood at the same point of the season as a step to come
/// were zero, as a share that never reaches one; 0 where too few are known.
pub(crate) fn zero_share(history: &[f64], step: usize, season: usize) -> f64 {
    let season = season.max(1);
    let same = history.iter().rev().skip(season - step % season - 1).step_by(season);
    let known = same.filter(|value| !value.is_nan()).take(*SAME.end());
    let (zeros, count) =
        known.fold((0_usize, 0_usize), |(zeros, n), &v| (zeros + usize::from(v == 0.0), n + 1));
    if count < *SAME.start() { 0.0 } else { zeros as f64 / (count + 1) as f64 }
}

/// The basis under which the errors are likeliest, if they are Laplacian: the least mean of
/// `ln(scale) + ln(mean(abs(error / scale)))`.
fn best_basis(evidence: &Evidence, least: f64) -> Basis {
    let cost = |basis: Basis| {
        let (mut logs, mut sum, mut count) = (0.0, 0.0, 0.0);
        for (point, &forecast) in evidence.points.iter().zip(&evidence.mixture) {
            let scale = basis.scale(forecast, point.change, least);
            logs += scale.ln();
            sum += (point.actual - forecast).abs() / scale;
            count += 1.0;
        }
        if count > 0.0 { logs / count + (sum / count).max(1e-12).ln() } else { f64::INFINITY }
    };
    let costs = Basis::ALL.map(|basis| (basis, cost(basis)));
    let best = costs.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(Basis::Change, |(basis, _)| basis)
}

/// Errors from one origin share what surprised all series then, so they tell too little of what
/// else may happen.
fn widened(quantiles: Vec<f64>, origins: usize) -> Vec<f64> {
    let factor = match origins {
        0 | 1 => 1.2,
        2 => 1.08,
        _ => 1.0,
    };
    quantiles.into_iter().map(|quantile| quantile * factor).collect()
}

/// How much larger the errors of each series are than those of all, shrunk towards one.
fn factors(scaled: &[(usize, usize, f64)]) -> BTreeMap<usize, f64> {
    let overall =
        scaled.iter().map(|(_, _, error)| error.abs()).sum::<f64>() / scaled.len().max(1) as f64;
    let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (series, _, error) in scaled {
        let (sum, count) = sums.entry(*series).or_default();
        (*sum, *count) = (*sum + error.abs(), *count + 1.0);
    }
    let factor = |(sum, count): (f64, f64)| {
        let shrunk = (sum + SHRINKAGE * overall) / (count + SHRINKAGE);
        if overall > 0.0 { shrunk / overall } else { 1.0 }
    };
    sums.into_iter().map(|(series, sums)| (series, factor(sums))).collect()
}

/// Quantiles of a finite sample: the `(n + 1) level`-th error, between neighbours in proportion.
pub(crate) fn quantiles(mut errors: Vec<f64>, levels: &[f64]) -> Vec<f64> {
    errors.sort_by(f64::total_cmp);
    let quantile = |&level: &f64| {
        if errors.is_empty() {
            return 0.0;
        }
        let rank = ((errors.len() + 1) as f64 * level - 1.0).clamp(0.0, (errors.len() - 1) as f64);
        let below = rank.floor() as usize;
        let above = (below + 1).min(errors.len() - 1);
        errors[below] + (rank - rank.floor()) * (errors[above] - errors[below])
    };
    levels.iter().map(quantile).collect()
}

/// The quantile of the standard normal distribution (Acklam's rational approximation, relative
/// error below 1.2e-9).
pub(crate) fn normal_quantile(level: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        0.007_784_695_709_041_462,
        0.322_467_129_070_039_8,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let horner = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    let tail = |level: f64| {
        let q = (-2.0 * level.ln()).sqrt();
        horner(&C, q) / (horner(&D, q) * q + 1.0)
    };
    if level < 0.024_25 {
        tail(level)
    } else if level > 1.0 - 0.024_25 {
        -tail(1.0 - level)
    } else {
        let q = level - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    }
}
