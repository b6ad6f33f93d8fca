//! How likely is it that a forecast's value lies above a limit, when only quantiles are known?
//!
//! Between two quantiles the value is taken to be linear in the normal score of the level, which is
//! exact for a normal distribution and close for others; beyond the outermost ones the line of the
//! last two goes on. Probabilities end at [`LEAST`] and its complement: quantiles say nothing of
//! events that are rarer.

/// No probability is told below this, or above its complement.
pub(crate) const LEAST: f64 = 1e-4;

/// The normal scores of levels, calculated once for all series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scores(Vec<f64>);

impl Scores {
    /// Those of ascending levels.
    pub(crate) fn of(levels: &[f64]) -> Self {
        Self(levels.iter().map(|level| score(*level)).collect())
    }
}

/// Scores and values of one forecast, both ascending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantiles<'a> {
    pub(crate) scores: &'a Scores,
    pub(crate) values: &'a [f64],
}

impl Quantiles<'_> {
    /// The probability of a value above the limit; `None` where fewer than two quantiles are known.
    pub(crate) fn above(&self, limit: f64) -> Option<f64> {
        let points: Vec<(f64, f64)> = self.points();
        let (first, last) = (points.first()?, points.last()?);
        if points.len() < 2 || !limit.is_finite() {
            return None;
        }
        let spread = last.1 - first.1;
        if spread <= 0.0 {
            return Some(if limit < first.1 { 1.0 - LEAST } else { LEAST });
        }
        let pair = points.windows(2).find(|pair| pair.last().is_some_and(|it| limit <= it.1));
        let pair = pair.or_else(|| points.windows(2).next_back())?;
        let [(low_score, low), (high_score, high)] = pair else { return None };
        let score = if high > low {
            low_score + (limit - low) / (high - low) * (high_score - low_score)
        } else {
            // Two equal quantiles: the line through all of them is the best there is.
            first.0 + (limit - first.1) / spread * (last.0 - first.0)
        };
        Some((1.0 - normal(score)).clamp(LEAST, 1.0 - LEAST))
    }

    /// The standard deviation of the normal distribution with the outermost quantiles.
    pub(crate) fn deviation(&self) -> Option<f64> {
        let points = self.points();
        let (first, last) = (points.first()?, points.last()?);
        (last.0 > first.0).then(|| ((last.1 - first.1) / (last.0 - first.0)).max(0.0))
    }

    /// Normal scores beside values.
    fn points(&self) -> Vec<(f64, f64)> {
        let pairs = self.scores.0.iter().copied().zip(self.values.iter().copied());
        pairs.filter(|(_, value)| value.is_finite()).collect()
    }
}

/// The normal distribution function, by the continued fraction and series of Marsaglia (2004):
/// exact to the last digits of a double where it matters here.
pub(crate) fn normal(score: f64) -> f64 {
    if score.abs() > 8.0 {
        return if score > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut sum, mut term, mut odd) = (score, score, 1.0);
    while term.abs() > 1e-17 {
        odd += 2.0;
        term *= score * score / odd;
        sum += term;
    }
    0.5 + sum * (-0.5 * score * score - 0.918_938_533_204_672_8).exp()
}

/// Its inverse, found by bisection and finished by Newton's method.
pub(crate) fn score(level: f64) -> f64 {
    let level = level.clamp(1e-12, 1.0 - 1e-12);
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal(middle) < level { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::{LEAST, Quantiles, Scores, normal, score};

    const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

    fn above(values: [f64; 3], limit: f64) -> f64 {
        Quantiles { scores: &Scores::of(&LEVELS), values: &values }.above(limit).unwrap()
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (at, wanted) in
            [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.96, 0.024_997_895_148_22)]
        {
            assert!((normal(at) - wanted).abs() < 1e-13, "{at}");
        }
        for level in [0.001, 0.1, 0.5, 0.975] {
            assert!((normal(score(level)) - level).abs() < 1e-14, "{level}");
        }
    }

    #[test]
    fn at_a_quantile_the_probability_is_what_its_level_leaves() {
        for (limit, wanted) in [(10.0, 0.9), (20.0, 0.5), (30.0, 0.1)] {
            assert!((above([10.0, 20.0, 30.0], limit) - wanted).abs() < 1e-12, "{limit}");
        }
    }

    #[test]
    fn beyond_the_quantiles_it_goes_on_as_a_normal_distribution_would() {
        let deviation = 10.0 / score(0.9);
        let wanted = 1.0 - normal((45.0 - 20.0) / deviation);

        assert!((above([10.0, 20.0, 30.0], 45.0) - wanted).abs() < 1e-12);
        assert!((above([10.0, 20.0, 30.0], 1e9) - LEAST).abs() < 1e-15);
    }

    #[test]
    fn the_deviation_is_that_of_the_normal_distribution_with_these_quantiles() {
        let scores = Scores::of(&LEVELS);
        let values = [100.0 - 5.0 * score(0.9), 100.0, 100.0 + 5.0 * score(0.9)];

        let deviation = Quantiles { scores: &scores, values: &values }.deviation().unwrap();

        assert!((deviation - 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_certain_forecast_breaches_or_does_not() {
        assert!((above([5.0; 3], 4.0) - (1.0 - LEAST)).abs() < 1e-15);
        assert!((above([5.0; 3], 5.0) - LEAST).abs() < 1e-15);
    }

    #[test]
    fn the_probability_never_rises_with_the_limit() {
        let values = [3.0, 3.0, 9.0];
        let probabilities: Vec<f64> =
            (0..120).map(|it| above(values, f64::from(it) / 10.0)).collect();

        assert!(probabilities.windows(2).all(|pair| pair[0] >= pair[1]), "{probabilities:?}");
    }
}
