//! What does the check remember of a series?

/// The most periods between the first and last row of a series for which bits are kept, two
/// megabytes; dates farther apart than that are wrong.
const FARTHEST: i64 = 1 << 24;
/// How many rows the running level remembers.
const MEMORY: f64 = 64.0;
/// From how many rows on the running level means something.
const SETTLED: u32 = 32;
/// How many mean deviations away an outlier is.
const FAR: f64 = 20.0;

/// What is remembered of a series.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) rows: u64,
    pub(super) missing: u64,
    pub(super) duplicates: u64,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) sum: f64,
    pub(super) outliers: u64,
    level: f64,
    deviation: f64,
    settled: u32,
    /// The point of the first bit, a multiple of 64.
    base: i64,
    bits: Vec<u64>,
}

/// Whether a point was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    First,
    Again,
    /// So far from the others that it must be wrong.
    TooFar,
}

impl Default for State {
    fn default() -> Self {
        Self {
            rows: 0,
            missing: 0,
            duplicates: 0,
            first: i64::MAX,
            last: i64::MIN,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            outliers: 0,
            level: 0.0,
            deviation: 0.0,
            settled: 0,
            base: 0,
            bits: Vec::new(),
        }
    }
}

impl State {
    /// Marks a point.
    #[inline]
    pub(super) fn mark(&mut self, point: i64) -> Seen {
        if self.rows == 0 {
            self.base = point & !63;
        }
        self.rows += 1;
        let place = point.wrapping_sub(self.base);
        let bit = 1_u64 << (place & 63);
        let word = usize::try_from(place >> 6).ok().and_then(|word| self.bits.get_mut(word));
        let Some(word) = word else { return self.mark_outside(point) };
        if *word & bit != 0 {
            self.duplicates += 1;
            return Seen::Again;
        }
        *word |= bit;
        self.first = self.first.min(point);
        self.last = self.last.max(point);
        Seen::First
    }

    /// Marks a point for which there is no bit yet.
    fn mark_outside(&mut self, point: i64) -> Seen {
        let first = self.first.min(point);
        if self.last.max(point).saturating_sub(first) > FARTHEST {
            return Seen::TooFar;
        }
        if point < self.base {
            let more = (self.base - (point & !63)) >> 6;
            let more = usize::try_from(more).unwrap_or_default().max(self.bits.len() / 2);
            self.bits.splice(0..0, std::iter::repeat_n(0, more));
            self.base -= 64 * i64::try_from(more).unwrap_or_default();
        }
        let word = usize::try_from((point - self.base) >> 6).unwrap_or_default();
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if let Some(word) = self.bits.get_mut(word) {
            *word |= 1 << (point & 63);
        }
        self.first = first;
        self.last = self.last.max(point);
        Seen::First
    }

    /// Takes a target. True if it is an outlier.
    #[inline]
    pub(super) fn target(&mut self, value: f64) -> bool {
        if value.is_nan() {
            self.missing += 1;
            return false;
        }
        if value < self.min {
            self.min = value;
        }
        if value > self.max {
            self.max = value;
        }
        self.sum += value;
        let error = value - self.level;
        let distance = error.abs();
        if self.settled < SETTLED {
            self.settled += 1;
            let share = f64::from(self.settled).recip();
            self.level += error * share;
            self.deviation += (distance - self.deviation) * share;
            return false;
        }
        let most = 3.0 * self.deviation;
        self.level += error.clamp(-most, most) / MEMORY;
        let is_outlier = distance > FAR * self.deviation && self.deviation > 0.0;
        // A deviation of zero would never grow from what is cut at zero.
        let cut = if self.deviation > 0.0 { distance.min(most) } else { distance };
        self.deviation += (cut - self.deviation) / MEMORY;
        self.outliers += u64::from(is_outlier);
        is_outlier
    }

    /// How many points from the first to the last there are.
    pub(super) fn span(&self) -> u64 {
        u64::try_from(self.last.saturating_sub(self.first).saturating_add(1)).unwrap_or(0)
    }

    /// How many points have a row.
    pub(super) fn points(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The points between the first and the last that have no row.
    pub(super) fn gaps(&self) -> impl Iterator<Item = i64> {
        (self.first..=self.last).filter(|&point| !self.has(point))
    }

    pub(super) fn has(&self, point: i64) -> bool {
        let place = point - self.base;
        let word = usize::try_from(place >> 6).ok().and_then(|word| self.bits.get(word));
        word.is_some_and(|word| word >> (place & 63) & 1 == 1)
    }

    /// The points that have a row, 64 in a word, and the point of the first bit.
    pub(super) fn marks(&self) -> (i64, &[u64]) {
        (self.base, &self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, State};

    #[test]
    fn points_are_marked_in_any_order() {
        let mut state = State::default();
        for point in [100, 3, -70, 1000, 4, 100, -70] {
            let seen = state.mark(point);
            let again = state.duplicates > 0;
            assert_eq!(seen, if again { Seen::Again } else { Seen::First });
        }

        assert_eq!((state.first, state.last, state.points()), (-70, 1000, 5));
        assert_eq!(state.gaps().count(), 1071 - 5);
        assert!(state.has(-70) && state.has(1000) && !state.has(5));
    }

    #[test]
    fn dates_far_apart_do_not_fill_the_memory() {
        let mut state = State::default();
        state.mark(0);

        assert_eq!(state.mark(i64::MAX / 2), Seen::TooFar);
        assert_eq!(state.mark(-(1 << 30)), Seen::TooFar);
    }

    #[test]
    fn a_value_far_off_is_an_outlier_and_does_not_move_the_level() {
        let mut state = State::default();
        let usual = |place: u32| 100.0 + f64::from(place * 7 % 13);
        let flagged: Vec<u32> = (0..500)
            .filter(|&place| state.target(if place == 300 { 5000.0 } else { usual(place) }))
            .collect();

        assert_eq!(flagged, [300]);
    }
}
