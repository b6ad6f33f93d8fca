//! What does demand that is mostly zero forecast?
//!
//! Syntetos, Boylan and Croston (2005) sort demand by the mean gap between sales, `p`, and the
//! squared coefficient of variation of their sizes; this follows their bounds. Each model answers
//! with a rate per point, flat ahead.

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::Local;
use super::prepare::{Raw, factor};

/// Where smooth demand ends: the mean gap between sales, 1.32 points.
const GAP: f64 = 1.32;
/// Where sizes become lumpy: their squared coefficient of variation.
const LUMPY: f64 = 0.49;
/// The widest aggregation tried.
const WIDEST: usize = 12;
/// The smoothing of sizes and gaps that are not optimised (Croston 1972).
const SMOOTHING: f64 = 0.1;

/// Whether sales are far enough apart for these models.
pub(super) fn suits(values: &[f64]) -> bool {
    let sales = values.iter().filter(|&&value| value > 0.0).count();
    let negative = values.iter().any(|&value| value < 0.0);
    !negative && factor(values.len()) > GAP * factor(sales)
}

/// The forecast: nothing if nothing was ever sold; the model of ageing stock if sales have
/// stopped; else the mean of three models whose errors differ.
pub(super) fn forecast(values: &[f64], horizon: usize) -> Option<Raw> {
    if values.iter().any(|&value| value < 0.0) {
        return None;
    }
    let sales: Vec<f64> = values.iter().copied().filter(|&value| value > 0.0).collect();
    let flat = |rate: f64, form: &str| Raw {
        mean: vec![rate; horizon],
        deviation: vec![deviation(values, rate); horizon],
        used: Local::Intermittent,
        form: form.to_owned(),
    };
    if sales.is_empty() {
        return Some(flat(0.0, "nothing sold"));
    }
    let idle = values.iter().rev().take_while(|&&value| value <= 0.0).count();
    let gap = factor(values.len()) / factor(sales.len());
    if factor(idle) > 4.0 * gap.max(2.0) {
        return Some(flat(teunter(values), "TSB"));
    }
    if gap <= GAP {
        return Some(flat(optimised(values).0, "SES"));
    }
    if lumpiness(&sales) <= LUMPY {
        let rate = (syntetos(values) + teunter(values) + aggregated(values)) / 3.0;
        return Some(flat(rate, "mean(SBA, TSB, IMAPA)"));
    }
    Some(flat(syntetos(values).midpoint(aggregated(values)), "mean(SBA, IMAPA)"))
}

/// The squared coefficient of variation.
fn lumpiness(sales: &[f64]) -> f64 {
    let count = factor(sales.len());
    let mean = sales.iter().sum::<f64>() / count;
    sales.iter().map(|size| (size - mean) * (size - mean)).sum::<f64>() / (count * mean * mean)
}

/// The spread of the values around the rate.
fn deviation(values: &[f64], rate: f64) -> f64 {
    let squares: f64 = values.iter().map(|value| (value - rate) * (value - rate)).sum();
    (squares / factor(values.len())).sqrt()
}

/// Croston (1972) with the correction of Syntetos and Boylan (2005): `(1 - a/2) z / p`, `z` the
/// smoothed size and `p` the smoothed gap.
fn syntetos(values: &[f64]) -> f64 {
    let (mut size, mut gap, mut since) = (None, 0.0, 0.0);
    for &value in values {
        since += 1.0;
        if value > 0.0 {
            match size {
                None => (size, gap) = (Some(value), since),
                Some(z) => {
                    size = Some(z + SMOOTHING * (value - z));
                    gap += SMOOTHING * (since - gap);
                }
            }
            since = 0.0;
        }
    }
    size.map_or(0.0, |size| (1.0 - SMOOTHING / 2.0) * size / f64::max(gap, 1.0))
}

/// Teunter, Syntetos and Babai (2011): `z p` with the probability of a sale `p` smoothed at every
/// point, so that it falls while nothing sells.
fn teunter(values: &[f64]) -> f64 {
    let (mut size, mut chance) = (None::<f64>, 0.0);
    let early = values.len().min(24);
    for &value in &values[..early] {
        chance += f64::from(u8::from(value > 0.0)) / factor(early);
    }
    for &value in values {
        let sold = value > 0.0;
        chance += SMOOTHING * (f64::from(u8::from(sold)) - chance);
        if sold {
            size = Some(size.map_or(value, |z| z + SMOOTHING * (value - z)));
        }
    }
    size.unwrap_or(0.0) * chance
}

/// The mean over widths of aggregation of the smoothed rate at that width (IMAPA of Petropoulos
/// and Kourentzes 2015), up to the mean gap.
fn aggregated(values: &[f64]) -> f64 {
    let sales = values.iter().filter(|&&value| value > 0.0).count().max(1);
    let most = (values.len() / sales).clamp(1, WIDEST);
    let rate = |width: usize| {
        let skipped = values.len() % width;
        let sums: Vec<f64> = values[skipped..].chunks(width).map(|c| c.iter().sum()).collect();
        optimised(&sums).0 / factor(width)
    };
    (1..=most).map(rate).sum::<f64>() / factor(most)
}

/// Simple exponential smoothing with the best of some smoothing constants: level and constant.
fn optimised(values: &[f64]) -> (f64, f64) {
    let run = |alpha: f64| {
        let count = values.len().min(10);
        let mut level = values[..count].iter().sum::<f64>() / factor(count.max(1));
        let mut squares = 0.0;
        for value in values {
            squares += (value - level) * (value - level);
            level += alpha * (value - level);
        }
        (squares, level, alpha)
    };
    let tried = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3].map(run);
    let mut best = tried[0];
    for one in tried {
        if one.0 < best.0 {
            best = one;
        }
    }
    (best.1, best.2)
}
