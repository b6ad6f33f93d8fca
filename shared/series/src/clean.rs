//! What becomes of targets below zero, and of points without one?
//!
//! A gap is filled from what came before it in its own series, never from what came after: a mean
//! over the whole series would tell the model what it is to forecast. Who cuts a panel at an origin
//! may therefore clean it before or after.

use scenario::data::{Gap, NegativeTarget};

use crate::panel::Panel;

/// Whether gaps are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// They stay `NaN`, which tree models take.
    Stay,
    /// They get what the rule says of the values before them; the first point is never a gap.
    Fill(Gap),
}

/// Cleans the targets of a panel.
///
/// A target that goes because it is below zero is not filled: nobody knows what was sold.
pub fn clean(panel: &mut Panel, negative: NegativeTarget, gaps: Gaps) {
    for series in &mut panel.series {
        let mut before = Before::default();
        for target in &mut series.target {
            *target = if target.is_nan() {
                before.fill(gaps)
            } else if *target < 0.0 {
                instead(negative, *target)
            } else {
                *target
            };
            before.take(*target, gaps);
        }
    }
}

/// What stands in the place of a target below zero; `NaN` if its row goes.
pub fn instead(negative: NegativeTarget, target: f64) -> f64 {
    match negative {
        NegativeTarget::Keep => target,
        NegativeTarget::Clip => 0.0,
        NegativeTarget::Drop => f64::NAN,
    }
}

/// The values of a series before a point.
#[derive(Default)]
struct Before {
    count: f64,
    sum: f64,
    sorted: Vec<f64>,
}

impl Before {
    fn take(&mut self, value: f64, gaps: Gaps) {
        if value.is_nan() {
            return;
        }
        self.count += 1.0;
        self.sum += value;
        if gaps == Gaps::Fill(Gap::Median) {
            let place = self.sorted.partition_point(|&other| other < value);
            self.sorted.insert(place, value);
        }
    }

    fn fill(&self, gaps: Gaps) -> f64 {
        match gaps {
            Gaps::Fill(Gap::Zero) => 0.0,
            Gaps::Fill(Gap::Mean) if self.count > 0.0 => self.sum / self.count,
            Gaps::Fill(Gap::Median) => self.median(),
            Gaps::Stay | Gaps::Fill(Gap::Mean | Gap::Missing) => f64::NAN,
        }
    }

    fn median(&self) -> f64 {
        let upper = self.sorted.get(self.sorted.len() / 2);
        let lower = self.sorted.len().checked_sub(1).and_then(|last| self.sorted.get(last / 2));
        lower.zip(upper).map_or(f64::NAN, |(lower, upper)| f64::midpoint(*lower, *upper))
    }
}
