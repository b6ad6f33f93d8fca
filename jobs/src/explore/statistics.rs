//! What do many numbers amount to?
//!
//! What is not a number is left out of everything.

/// A count as a number; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
pub(crate) fn factor(count: usize) -> f64 {
    count as f64
}

/// A number from 0 on as a place, rounded down; what is below is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from float saturates"
)]
pub(crate) fn place(value: f64) -> usize {
    value as usize
}

/// Number, sum, mean and deviation, by Welford's method.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Moments {
    pub(crate) count: usize,
    pub(crate) mean: f64,
    squares: f64,
}

impl Moments {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut moments = Self::default();
        values.into_iter().for_each(|value| moments.add(value));
        moments
    }

    pub(crate) fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.count += 1;
            let off = value - self.mean;
            self.mean += off / factor(self.count);
            self.squares += off * (value - self.mean);
        }
    }

    pub(crate) fn sum(&self) -> f64 {
        self.mean * factor(self.count)
    }

    /// The mean, or nothing of nothing.
    pub(crate) fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// That of the values themselves, not of a larger whole.
    pub(crate) fn variance(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.squares / factor(self.count) }
    }

    pub(crate) fn deviation(&self) -> f64 {
        self.variance().sqrt()
    }
}

/// Finite values in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts by the bits, which for integers is several times faster.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let mut keys: Vec<i64> = finite.map(|value| key((value + 0.0).to_bits())).collect();
        keys.sort_unstable();
        Self(keys.into_iter().map(|key| f64::from_bits(bits(key))).collect())
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.0
    }

    /// The quantile, between neighbours.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let Some(last) = self.0.len().checked_sub(1) else { return f64::NAN };
        let at = share.clamp(0.0, 1.0) * factor(last);
        let value = |place: usize| self.0.get(place.min(last)).copied().unwrap_or(f64::NAN);
        let (low, high) = (value(place(at)), value(place(at) + 1));
        low + (high - low) * at.fract()
    }

    pub(crate) fn distinct(&self) -> usize {
        self.0.chunk_by(|a, b| a.total_cmp(b).is_eq()).count()
    }
}

/// An integer that orders as the number does.
fn key(bits: u64) -> i64 {
    let bits = bits.cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

fn bits(key: i64) -> u64 {
    (key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned()
}

/// The line through values at 0, 1, 2 and so on, by least squares: rise of each step.
pub(crate) fn slope(values: &[f64]) -> f64 {
    let at = |place: usize| factor(place);
    let known = || values.iter().enumerate().filter(|(_, value)| value.is_finite());
    let across = Moments::of(known().map(|(place, _)| at(place)));
    let up = Moments::of(known().map(|(_, value)| *value));
    let products: f64 =
        known().map(|(place, value)| (at(place) - across.mean) * (value - up.mean)).sum();
    if across.squares > 0.0 { products / across.squares } else { f64::NAN }
}

/// Pearson's correlation over the pairs of which both are known, and their number.
pub(crate) fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, usize) {
    let known = pairs.filter(|(a, b)| a.is_finite() && b.is_finite());
    let (mut first, mut second) = (Moments::default(), Moments::default());
    for (a, b) in known.clone() {
        first.add(a);
        second.add(b);
    }
    let products: f64 = known.map(|(a, b)| (a - first.mean) * (b - second.mean)).sum();
    let size = (first.squares * second.squares).sqrt();
    let is_constant = |it: &Moments| it.squares <= it.mean * it.mean * 1e-20 * factor(it.count);
    let value =
        if is_constant(&first) || is_constant(&second) { f64::NAN } else { products / size };
    (value.clamp(-1.0, 1.0), first.count)
}

/// The population stability index of shares of the same classes: below 0.1 they are alike, above
/// 0.25 they are not (Siddiqi 2006, "Credit Risk Scorecards").
pub(crate) fn stability(expected: &[f64], actual: &[f64]) -> f64 {
    let shares = |counts: &[f64]| -> Vec<f64> {
        let all: f64 = counts.iter().sum();
        // An empty class would be infinitely unlike.
        counts.iter().map(|count| (count / all.max(1.0)).max(1e-4)).collect()
    };
    let pairs = shares(expected).into_iter().zip(shares(actual));
    pairs.map(|(old, new)| (new - old) * (new / old).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::{Moments, Sorted, correlation, slope, stability};

    #[test]
    fn moments_are_those_of_the_textbook() {
        let moments = Moments::of([2.0, 4.0, f64::NAN, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);

        assert_eq!(moments.count, 8);
        assert!((moments.mean() - 5.0).abs() < 1e-12);
        assert!((moments.deviation() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn quantiles_lie_between_neighbours_and_negatives_come_first() {
        let sorted = Sorted::of([3.0, -1.0, f64::NAN, 0.0, -0.0, 2.0, -7.5]);

        assert_eq!(sorted.values(), [-7.5, -1.0, 0.0, 0.0, 2.0, 3.0]);
        assert!((sorted.quantile(0.9) - 2.5).abs() < 1e-12);
        assert_eq!(sorted.distinct(), 5);
        assert!(Sorted::of([]).quantile(0.5).is_nan());
    }

    #[test]
    fn a_slope_passes_over_gaps() {
        assert!((slope(&[1.0, f64::NAN, 5.0, 7.0]) - 2.0).abs() < 1e-12);
        assert!(slope(&[1.0]).is_nan());
    }

    #[test]
    fn correlation_is_undefined_of_what_does_not_vary() {
        let of = |pairs: &[(f64, f64)]| correlation(pairs.iter().copied()).0;

        assert!((of(&[(1.0, 3.0), (2.0, 1.0), (3.0, -1.0)]) + 1.0).abs() < 1e-12);
        assert!((of(&[(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)])).abs() < 1e-12);
        assert!(of(&[(1.1, 2.0), (1.1, 3.0)]).is_nan());
    }

    #[test]
    fn stability_of_equal_shares_is_zero() {
        assert!(stability(&[10.0, 30.0], &[1.0, 3.0]).abs() < 1e-12);

        let moved = stability(&[50.0, 50.0], &[25.0, 75.0]);
        assert!((moved - (-0.25 * 0.5_f64.ln() + 0.25 * 1.5_f64.ln())).abs() < 1e-12);
    }
}
