//! How do counts become factors and draws become counts, without a silent loss?

/// A count as a factor; exact below 2^53, more rows than any history has.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn factor(count: u64) -> f64 {
    count as f64
}

/// The nearest whole number; the bounds of the type for what lies beyond them, 0 for `NaN`.
#[expect(clippy::cast_possible_truncation, reason = "a cast from float saturates")]
pub(crate) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// As [`whole`], of what cannot be negative.
pub(crate) fn count(value: f64) -> u64 {
    u64::try_from(whole(value)).unwrap_or(0)
}

/// A count as an index on this machine.
pub(crate) fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
