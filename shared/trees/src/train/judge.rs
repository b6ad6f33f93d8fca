//! How much does a split lower the loss, and what would a leaf answer?
//!
//! Second-order approximation with an L2 penalty: equations 5 to 7 of Chen and Guestrin 2016,
//! without their factor of one half, as XGBoost does.

use crate::settings::{Monotone, Settings};
use crate::train::histogram::Sums;

/// What fixed point has to be multiplied by, for first and second derivatives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    pub(crate) first: f64,
    pub(crate) second: f64,
}

impl Units {
    #[expect(clippy::cast_precision_loss, reason = "53 bits of a sum are enough to compare splits")]
    fn real(self, sums: Sums) -> (f64, f64) {
        (sums[0] as f64 * self.first, sums[1] as f64 * self.second)
    }

    /// The sum of second derivatives.
    pub(crate) fn cover(self, sums: Sums) -> f64 {
        self.real(sums).1
    }
}

/// Between what the answers below a node have to stay, for columns with a known direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Bounds {
    /// Any answer.
    pub(crate) const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };
}

/// Judges the nodes of a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge {
    pub(crate) units: Units,
    pub(crate) l2: f64,
    pub(crate) min_child_weight: f64,
    /// The largest answer, or 0 for any.
    pub(crate) largest_step: f64,
    has_bounds: bool,
}

impl Judge {
    pub(crate) fn new(settings: &Settings, units: Units) -> Self {
        let largest_step = settings.objective.largest_step();
        Self {
            units,
            l2: settings.l2,
            min_child_weight: settings.min_child_weight,
            largest_step,
            has_bounds: largest_step > 0.0 || !settings.monotone.is_empty(),
        }
    }

    /// The same with more penalty, for questions about categories.
    pub(crate) fn with_more_l2(self, l2: f64) -> Self {
        Self { l2: self.l2 + l2, ..self }
    }

    /// The answer of a leaf before the learning rate: `-G / (H + l2)` within the bounds.
    pub(crate) fn answer(&self, sums: Sums, bounds: Bounds) -> f64 {
        let (first, second) = self.units.real(sums);
        if second <= 0.0 {
            return 0.0_f64.clamp(bounds.low, bounds.high);
        }
        let step = -first / (second + self.l2);
        let limit = if self.largest_step > 0.0 { self.largest_step } else { f64::INFINITY };
        step.clamp(-limit, limit).clamp(bounds.low, bounds.high)
    }

    /// By how much a leaf with its own answer lowers twice the loss.
    pub(crate) fn worth(&self, sums: Sums, bounds: Bounds) -> f64 {
        let (first, second) = self.units.real(sums);
        if !self.has_bounds {
            return first * first / (second + self.l2);
        }
        let answer = self.answer(sums, bounds);
        -(2.0 * first * answer + (second + self.l2) * answer * answer)
    }

    /// Whether a child has enough weight to be one.
    pub(crate) fn is_enough(&self, sums: Sums) -> bool {
        sums[1] > 0 && self.units.cover(sums) >= self.min_child_weight
    }

    /// The worth of two children, unless one is too light or they go the wrong way.
    pub(crate) fn pair(
        &self,
        left: Sums,
        right: Sums,
        bounds: Bounds,
        direction: Option<Monotone>,
    ) -> Option<f64> {
        if !self.is_enough(left) || !self.is_enough(right) {
            return None;
        }
        if let Some(direction) = direction {
            let (left, right) = (self.answer(left, bounds), self.answer(right, bounds));
            let is_wrong = match direction {
                Monotone::Rising => left > right,
                Monotone::Falling => left < right,
            };
            if is_wrong {
                return None;
            }
        }
        Some(self.worth(left, bounds) + self.worth(right, bounds))
    }
}
