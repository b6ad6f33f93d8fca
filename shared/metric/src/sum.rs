//! How do numbers add up to the same total in any order and any sharding?
//!
//! Plain `f64` addition is not associative: N shards would reduce to slightly different reports
//! for each N, and a promotion could hang on it. A [`Sum`] keeps the rounding error of each
//! addition in a second number ("double-double": Dekker 1971; Knuth, TAOCP 2, 4.2.2), about 106
//! bits, so that its value is the correctly rounded one in all but contrived cases.

use serde::{Deserialize, Serialize};

use crate::exact::Exact;

/// A running sum with its rounding error.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "(Exact, Exact)", into = "(Exact, Exact)")]
pub struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    /// Adds one number.
    pub fn add(&mut self, number: f64) {
        self.merge(&Self { high: number, low: 0.0 });
    }

    /// Adds the square of a number without rounding it first.
    ///
    /// A variance is a small difference of large sums of squares; rounded squares would leave
    /// nothing of it.
    pub fn add_square(&mut self, number: f64) {
        self.merge(&product(number, number));
    }

    /// Adds another sum: the accurate addition of Li et al. (2002), "Design of XBLAS", figure 6.
    pub fn merge(&mut self, other: &Self) {
        let high = two_sum(self.high, other.high);
        let low = two_sum(self.low, other.low);
        let carried = quick_two_sum(high.high, high.low + low.high);
        *self = quick_two_sum(carried.high, carried.low + low.low);
    }

    /// The total as one number; not finite when a term was not or the total is too large.
    pub fn value(&self) -> f64 {
        self.high + self.low
    }

    /// `count * squares - self^2`: `count^2` times the variance, when `squares` sums the squares.
    pub(crate) fn spread(&self, squares: &Self, count: f64) -> f64 {
        let mut square = product(self.high, self.high);
        square.low += 2.0 * self.high * self.low;
        let mut spread = product(squares.high, count);
        spread.low += squares.low * count;
        spread.merge(&Self { high: -square.high, low: -square.low });
        spread.value()
    }
}

impl From<(Exact, Exact)> for Sum {
    fn from((high, low): (Exact, Exact)) -> Self {
        Self { high: high.0, low: low.0 }
    }
}

impl From<Sum> for (Exact, Exact) {
    fn from(sum: Sum) -> Self {
        (Exact(sum.high), Exact(sum.low))
    }
}

/// `a + b` and its rounding error (Knuth).
fn two_sum(a: f64, b: f64) -> Sum {
    let high = a + b;
    let of_b = high - a;
    Sum { high, low: (a - (high - of_b)) + (b - of_b) }
}

/// As [`two_sum`], when `|a| >= |b|` (Dekker).
fn quick_two_sum(a: f64, b: f64) -> Sum {
    let high = a + b;
    Sum { high, low: b - (high - a) }
}

/// `a * b` and its rounding error (Dekker), without the fused operation that the base x86-64 lacks.
fn product(a: f64, b: f64) -> Sum {
    let high = a * b;
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    Sum { high, low: ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2 }
}

/// A number as two of at most 26 bits each (Veltkamp), so that their products are exact.
fn split(number: f64) -> (f64, f64) {
    let scaled = number * 134_217_729.0; // 2^27 + 1
    let high = scaled - (scaled - number);
    (high, number - high)
}

/// A count as a factor; exact below 2^53, more rows than any holdout has.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn factor(count: u64) -> f64 {
    count as f64
}
