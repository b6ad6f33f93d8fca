//! Does a history repeat, and what is left of it without its season?
//!
//! The classical decomposition by centred moving averages, and the test on the autocorrelation
//! that the Theta method uses (Fiorucci et al. 2016, after Makridakis and Hibon 2000).

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::prepare::factor;

/// How a season enters a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Additive,
    Multiplicative,
}

/// One cycle of a season.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cycle {
    pub(super) kind: Kind,
    /// The index of each place; place 0 is that of the first value.
    pub(super) indices: Vec<f64>,
}

impl Cycle {
    /// The indices by the classical decomposition, or `None` where two cycles are not there, or
    /// the season would have to be multiplied with values that are not positive.
    pub(super) fn of(values: &[f64], season: usize, kind: Kind) -> Option<Self> {
        if season < 2 || values.len() < 2 * season {
            return None;
        }
        if kind == Kind::Multiplicative && !all_positive(values) {
            return None;
        }
        let trend = centred_average(values, season);
        let start = season / 2;
        let mut sums = vec![(0.0, 0.0); season];
        for (i, &level) in trend.iter().enumerate() {
            let value = values[start + i];
            let (sum, count) = &mut sums[(start + i) % season];
            *sum += match kind {
                Kind::Additive => value - level,
                Kind::Multiplicative => value / level,
            };
            *count += 1.0;
        }
        let mut indices: Vec<f64> =
            sums.iter().map(|(sum, count)| sum / f64::max(*count, 1.0)).collect();
        let mean = indices.iter().sum::<f64>() / factor(season);
        match kind {
            Kind::Additive => indices.iter_mut().for_each(|index| *index -= mean),
            Kind::Multiplicative => indices.iter_mut().for_each(|index| *index /= mean),
        }
        let usable = kind == Kind::Additive || indices.iter().all(|&index| index > 0.01);
        usable.then_some(Self { kind, indices })
    }

    /// The index at a point of the history or after it.
    pub(super) fn at(&self, t: usize) -> f64 {
        self.indices[t % self.indices.len()]
    }

    /// The values without the season.
    pub(super) fn removed_from(&self, values: &[f64]) -> Vec<f64> {
        let without = |(t, &value): (usize, &f64)| match self.kind {
            Kind::Additive => value - self.at(t),
            Kind::Multiplicative => value / self.at(t),
        };
        values.iter().enumerate().map(without).collect()
    }

    /// Puts the season back on values that begin at point `from`.
    pub(super) fn put_on(&self, values: &mut [f64], from: usize) {
        for (h, value) in values.iter_mut().enumerate() {
            match self.kind {
                Kind::Additive => *value += self.at(from + h),
                Kind::Multiplicative => *value *= self.at(from + h),
            }
        }
    }
}

/// Whether all values are large enough to divide by.
pub(super) fn all_positive(values: &[f64]) -> bool {
    values.iter().all(|&value| value > 1e-4)
}

/// The centred moving average over one season; its first value belongs to point `season / 2`.
fn centred_average(values: &[f64], season: usize) -> Vec<f64> {
    let width = factor(season);
    let mut sum: f64 = values[..season].iter().sum();
    let mut sums = vec![sum / width];
    for (leaves, enters) in values.iter().zip(&values[season..]) {
        sum += enters - leaves;
        sums.push(sum / width);
    }
    if season % 2 == 1 {
        return sums;
    }
    sums.windows(2).map(|pair| pair[0].midpoint(pair[1])).collect()
}

/// The autocorrelations at lags 1 to `most`.
pub(super) fn autocorrelations(values: &[f64], most: usize) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / factor(values.len());
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let total: f64 = centred.iter().map(|value| value * value).sum();
    let at = |lag: usize| {
        let products = centred.iter().zip(&centred[lag.min(centred.len())..]);
        products.map(|(a, b)| a * b).sum::<f64>()
    };
    (1..=most).map(|lag| if total > 0.0 { at(lag) / total } else { 0.0 }).collect()
}

/// Whether the autocorrelation at the season's lag exceeds `bound` times its standard error under
/// Bartlett's formula; 1.645 is the test of the Theta method.
pub(super) fn repeats(values: &[f64], season: usize, bound: f64) -> bool {
    if season < 2 || values.len() < 2 * season {
        return false;
    }
    let correlations = autocorrelations(values, season);
    let shorter: f64 = correlations[..season - 1].iter().map(|r| r * r).sum();
    let error = ((1.0 + 2.0 * shorter) / factor(values.len())).sqrt();
    correlations[season - 1].abs() > bound * error
}

/// How much of what moves around the trend is the season: `max(0, 1 - var(r) / var(s + r))` (Wang,
/// Smith and Hyndman 2006), from 0 to 1.
pub(super) fn strength(values: &[f64], season: usize) -> f64 {
    let Some(cycle) = Cycle::of(values, season, Kind::Additive) else { return 0.0 };
    let trend = centred_average(values, season);
    let start = season / 2;
    let (mut rest, mut both) = (Spread::default(), Spread::default());
    for (i, level) in trend.iter().enumerate() {
        let moved = values[start + i] - level;
        both.add(moved);
        rest.add(moved - cycle.at(start + i));
    }
    let (rest, both) = (rest.variance(), both.variance());
    if both > 1e-24 { f64::max(0.0, 1.0 - rest / both) } else { 0.0 }
}

/// A running variance (Welford 1962).
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }

    fn variance(self) -> f64 {
        if self.count > 0.0 { self.squares / self.count } else { 0.0 }
    }
}

/// The centred moving average over one season for every point; towards both ends, where it cannot
/// reach, it goes on as straight as it was over the last half season.
pub(super) fn trend_of(values: &[f64], season: usize) -> Vec<f64> {
    let middle = centred_average(values, season);
    let (Some(&first), Some(&last)) = (middle.first(), middle.last()) else {
        return values.to_vec();
    };
    let reach = (season / 2).min(middle.len() - 1).max(1);
    let slope = |from: usize, to: usize| (middle[to] - middle[from]) / factor(reach);
    let (early, late) = if middle.len() > reach {
        (slope(0, reach), slope(middle.len() - 1 - reach, middle.len() - 1))
    } else {
        (0.0, 0.0)
    };
    let start = season / 2;
    let after = values.len() - start - middle.len();
    let before = (0..start).map(|t| first - early * factor(start - t));
    let behind = (1..=after).map(|h| last + late * factor(h));
    before.chain(middle.iter().copied()).chain(behind).collect()
}
