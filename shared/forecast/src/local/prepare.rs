//! In which form do models see a history?
//!
//! In units of its own size (a power of two, so that nothing is rounded), from its first value
//! on, without gaps and without the seasons that it is too short to show. Afterwards the forecast
//! is brought back, and whatever a model did, it is finite.

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::{Local, LocalForecast, Range, Setting};

/// A history made ready.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// The values, complete, with the largest between one half and one.
    pub(super) values: Vec<f64>,
    /// The seasons of which the history holds at least one and a point more.
    pub(super) seasons: Vec<usize>,
    /// How many powers of two were taken out.
    exponent: i32,
    /// The least and the largest value, in the models' units.
    bounds: (f64, f64),
}

/// How many zeros at the beginning are more than chance.
const LAUNCH: usize = 4;

/// A forecast in the models' units.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    pub(super) mean: Vec<f64>,
    pub(super) deviation: Vec<f64>,
    pub(super) used: Local,
    pub(super) form: String,
}

impl Raw {
    /// Whether every number is one.
    pub(super) fn is_finite(&self) -> bool {
        self.mean.iter().chain(&self.deviation).all(|value| value.is_finite())
    }
}

impl Prepared {
    /// `None` where there is not one value.
    pub(super) fn of(history: &[f64], seasons: &[usize]) -> Option<Self> {
        let first = history.iter().position(|value| value.is_finite())?;
        let history = &history[first..];
        let largest = history.iter().filter(|v| v.is_finite()).fold(0.0_f64, |a, v| a.max(v.abs()));
        let exponent = exponent_of(largest);
        let scaled: Vec<f64> =
            history.iter().map(|value| times_two_to(*value, -exponent)).collect();
        let mut seasons: Vec<usize> =
            seasons.iter().copied().filter(|&m| m > 1 && m < scaled.len()).collect();
        seasons.sort_unstable();
        seasons.dedup();
        let values = without_gaps(&scaled, seasons.first().copied());
        let bounds = values.iter().fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        Some(Self { values, seasons, exponent, bounds })
    }

    /// The history from its first sale on, if it begins with zeros as it never has again.
    ///
    /// A product that is not yet sold says nothing about how it sells.
    pub(super) fn since_launch(self) -> Self {
        let zeros = self.values.iter().take_while(|&&value| value == 0.0).count();
        let sold = &self.values[zeros..];
        let idle = sold.split(|&value| value > 0.0).map(<[f64]>::len).max().unwrap_or(0);
        let never_negative = self.bounds.0 >= 0.0;
        if sold.is_empty() || zeros < LAUNCH || zeros <= 2 * idle || !never_negative {
            return self;
        }
        let seasons = self.seasons.iter().copied().filter(|&m| m < sold.len()).collect();
        Self { values: sold.to_vec(), seasons, ..self }
    }

    /// The same history in the same units, seen only up to a point before its end.
    pub(super) fn until(&self, length: usize) -> Self {
        let values = self.values[..length].to_vec();
        let seasons = self.seasons.iter().copied().filter(|&m| m < length).collect();
        Self { values, seasons, ..*self }
    }

    /// The forecast in the units of the history.
    ///
    /// Values ten ranges of the history away from it are no forecasts but accidents of a model,
    /// and are held there.
    pub(super) fn finish(&self, raw: Raw, setting: &Setting<'_>) -> LocalForecast {
        let (least, most) = self.bounds;
        let reach = 10.0 * (most - least).max(0.0);
        let newest = self.values.last().copied().unwrap_or_default();
        let held = |value: f64| {
            if value.is_finite() { value.clamp(least - reach, most + reach) } else { newest }
        };
        let floored = |value: f64| match setting.range {
            Range::Any => value,
            Range::Nonnegative => value.max(0.0),
        };
        let back =
            |value: f64| times_two_to(value, self.exponent).clamp(f64::MIN / 4.0, f64::MAX / 4.0);
        let mean = raw.mean.iter().map(|&value| back(floored(held(value)))).collect();
        let spread = |value: f64| {
            if value.is_finite() { value.clamp(0.0, 4.0 * (1.0 + reach)) } else { reach }
        };
        let deviation = raw.deviation.iter().map(|&value| back(spread(value))).collect();
        LocalForecast { mean, deviation, used: raw.used, form: raw.form }
    }
}

/// The forecast of a series of which not one value is known.
pub(super) fn nothing_known(horizon: usize) -> LocalForecast {
    LocalForecast {
        mean: vec![0.0; horizon],
        deviation: vec![0.0; horizon],
        used: Local::Mean,
        form: "no history".to_owned(),
    }
}

/// The power of two next above a number.
fn exponent_of(largest: f64) -> i32 {
    if largest == 0.0 {
        return 0;
    }
    let mut exponent = 0;
    let mut rest = largest;
    while rest >= 1.0 {
        rest *= 0.5;
        exponent += 1;
    }
    while rest < 0.5 {
        rest *= 2.0;
        exponent -= 1;
    }
    exponent
}

/// `value 2^exponent`, in two steps because one factor alone may not be a number.
fn times_two_to(value: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    value * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}

/// Fills gaps: from the neighbouring seasons where they are known, else on the line between the
/// values around the gap.
fn without_gaps(values: &[f64], season: Option<usize>) -> Vec<f64> {
    let mut filled = values.to_vec();
    let known: Vec<usize> = (0..values.len()).filter(|&t| values[t].is_finite()).collect();
    for pair in known.windows(2) {
        for (t, place) in filled.iter_mut().enumerate().take(pair[1]).skip(pair[0] + 1) {
            *place = seasonal_neighbours(values, t, season)
                .unwrap_or_else(|| on_line(values, (pair[0], pair[1]), t));
        }
    }
    if let Some(&last) = known.last() {
        for t in last + 1..values.len() {
            filled[t] = match season {
                Some(m) if t >= m => filled[t - m],
                _ => values[last],
            };
        }
    }
    filled
}

/// The mean of the values one season before and after.
fn seasonal_neighbours(values: &[f64], t: usize, season: Option<usize>) -> Option<f64> {
    let m = season?;
    let before = t.checked_sub(m).map(|t| values[t]).filter(|v| v.is_finite());
    let after = values.get(t + m).copied().filter(|v| v.is_finite());
    match (before, after) {
        (Some(before), Some(after)) => Some(before.midpoint(after)),
        (one, other) => one.or(other),
    }
}

/// The value at `t` of the line between two known points.
fn on_line(values: &[f64], (from, to): (usize, usize), t: usize) -> f64 {
    let (steps, place) = (factor(to - from), factor(t - from));
    values[from] + (values[to] - values[from]) * place / steps
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "histories have fewer than 2^53 points")]
pub(super) fn factor(count: usize) -> f64 {
    count as f64
}
