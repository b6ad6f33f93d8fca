//! What is a series made of: trend, season and what remains?
//!
//! The classical decomposition: the trend is the centred moving average over one season, the
//! season is the mean of what is left at each place of it. Strengths are those of Wang, Smith and
//! Hyndman (2006): the share of the variance without trend that the season explains, and likewise
//! for the trend.

use super::statistics::{Moments, factor};

/// The parts of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) trend: Vec<f64>,
    pub(crate) season: Vec<f64>,
    pub(crate) remainder: Vec<f64>,
}

impl Parts {
    /// Nothing where two seasons are not known.
    pub(crate) fn of(values: &[f64], season: usize) -> Option<Self> {
        let known = values.iter().filter(|value| value.is_finite()).count();
        if season < 2 || known < 2 * season {
            return None;
        }
        let trend = moving_average(values, season);
        let mut places = vec![Moments::default(); season];
        for (at, (value, trend)) in values.iter().zip(&trend).enumerate() {
            if let Some(moments) = places.get_mut(at % season) {
                moments.add(value - trend);
            }
        }
        let level = Moments::of(places.iter().map(Moments::mean)).mean();
        let effects: Vec<f64> = places.iter().map(|place| place.mean() - level).collect();
        let effect = |at: usize| effects.get(at % season).copied().unwrap_or(f64::NAN);
        let seasons: Vec<f64> = (0..values.len()).map(effect).collect();
        let rest = values.iter().zip(&trend).zip(&seasons);
        let remainder = rest.map(|((value, trend), season)| value - trend - season).collect();
        Some(Self { trend, season: seasons, remainder })
    }

    /// How much of what is not trend is season, from 0 to 1.
    pub(crate) fn seasonal_strength(&self) -> f64 {
        strength(&self.season, &self.remainder)
    }

    /// How much of what is not season is trend, from 0 to 1.
    pub(crate) fn trend_strength(&self) -> f64 {
        strength(&self.trend, &self.remainder)
    }
}

fn strength(part: &[f64], remainder: &[f64]) -> f64 {
    let both = Moments::of(part.iter().zip(remainder).map(|(part, rest)| part + rest));
    let (rest, whole) = (Moments::of(remainder.iter().copied()).variance(), both.variance());
    let scale = both.mean().abs().max(1.0);
    if whole.sqrt() > 1e-9 * scale { (1.0 - rest / whole).max(0.0) } else { f64::NAN }
}

/// The centred mean over one season; an even season has half a point at either end. `NaN` within
/// half a season of the ends; gaps are passed over unless more than half is missing.
pub(crate) fn moving_average(values: &[f64], season: usize) -> Vec<f64> {
    let sums = running(values, |value| value);
    let counts = running(values, |_| 1.0);
    let between = |sums: &[f64], from: usize, to: usize| {
        let at = |place: usize| sums.get(place).copied().unwrap_or(f64::NAN);
        at(to) - at(from)
    };
    let half = season / 2;
    let average = |at: usize| {
        if at < half || at + half >= values.len() {
            return f64::NAN;
        }
        let mean = |from: usize, to: usize| {
            let count = between(&counts, from, to);
            if count * 2.0 < factor(season) { f64::NAN } else { between(&sums, from, to) / count }
        };
        let (from, to) = (at - half, at + half);
        if season.is_multiple_of(2) {
            f64::midpoint(mean(from, to), mean(from + 1, to + 1))
        } else {
            mean(from, to + 1)
        }
    };
    (0..values.len()).map(average).collect()
}

/// Sums of all values before each place.
fn running(values: &[f64], weigh: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums = vec![0.0];
    for value in values {
        if value.is_finite() {
            sum += weigh(*value);
        }
        sums.push(sum);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::{Parts, moving_average};

    fn series(season: &[f64], rise: f64, count: usize) -> Vec<f64> {
        let trend = (0..count).map(|at| 100.0 + rise * f64::from(u32::try_from(at).unwrap()));
        trend.zip(season.iter().cycle()).map(|(trend, season)| trend + season).collect()
    }

    #[test]
    fn a_line_with_a_season_is_taken_apart_exactly() {
        let values = series(&[3.0, -1.0, -2.0, 0.0], 0.5, 24);

        let parts = Parts::of(&values, 4).unwrap();

        assert!(parts.trend[..2].iter().all(|value| value.is_nan()));
        assert!((parts.trend[10] - 105.0).abs() < 1e-9, "{}", parts.trend[10]);
        assert!((parts.season[8] - 3.0).abs() < 1e-9);
        assert!(parts.seasonal_strength() > 0.999_999 && parts.trend_strength() > 0.999_999);
    }

    #[test]
    fn less_than_two_seasons_cannot_be_taken_apart() {
        assert_eq!(Parts::of(&[1.0; 13], 7), None);
        assert_eq!(Parts::of(&[1.0; 20], 1), None);
    }

    #[test]
    fn a_constant_series_has_no_strength() {
        let parts = Parts::of(&[4.0; 28], 7).unwrap();

        assert!(parts.seasonal_strength().is_nan());
    }

    #[test]
    fn the_moving_average_passes_over_a_gap() {
        let average = moving_average(&[1.0, f64::NAN, 3.0, 5.0, 1.0], 3);

        assert!(average[0].is_nan() && average[4].is_nan());
        assert!((average[1] - 2.0).abs() < 1e-12 && (average[3] - 3.0).abs() < 1e-12);
    }
}
