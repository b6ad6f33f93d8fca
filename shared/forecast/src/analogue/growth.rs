//! How much more is sold than a season ago: by the pool, by the other keys, by the series itself?
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "numeric kernel: groups are numbered below their count, counts are small"
)]

use crate::analogue::lookup::Matrix;

/// How many effective points of its own make a series half believed.
const SHRINKAGE: f64 = 4.0;

/// Growth beyond these is rather a gap or a mistake.
const BOUNDS: (f64, f64) = (0.5, 2.0);

/// Growth of each series over one season.
pub(super) struct Growth {
    factor: Vec<f64>,
}

type Grouping = (Vec<usize>, usize);

impl Growth {
    /// As seen from the end: half of the weight lies within a ninth of the season (six weeks).
    pub(super) fn of(
        raw: &Matrix,
        within: (usize, usize),
        lag: usize,
        pools: &Grouping,
        others: &[Grouping],
    ) -> Self {
        Self::weighted(raw, within, (lag, (lag as f64 / 9.0).max(2.0)), pools, others)
    }

    /// Over the better part of a season.
    pub(super) fn slow(
        raw: &Matrix,
        within: (usize, usize),
        lag: usize,
        pools: &Grouping,
        others: &[Grouping],
    ) -> Self {
        Self::weighted(raw, within, (lag, (lag as f64 / 2.0).max(2.0)), pools, others)
    }

    fn weighted(
        raw: &Matrix,
        (from, to): (usize, usize),
        (lag, half_life): (usize, f64),
        pools: &Grouping,
        others: &[Grouping],
    ) -> Self {
        let fade = |point: usize| 0.5_f64.powf((to - 1 - point) as f64 / half_life);
        let weights: Vec<f64> = (from..to).map(fade).collect();
        // Now, before, and how many points of weight are behind it.
        let sums = |series: usize| {
            let row = raw.row(series);
            let (mut now, mut before, mut known) = (0.0, 0.0, 0.0);
            for point in (from + lag).min(to)..to {
                let (a, b, w) = (row[point], row[point - lag], weights[point - from]);
                if a > 0.0 && b > 0.0 {
                    (now, before, known) = (now + w * a, before + w * b, known + w);
                }
            }
            (now, before, known)
        };
        let sums: Vec<(f64, f64, f64)> = (0..raw.count()).map(sums).collect();
        let mut factor = vec![1.0; raw.count()];
        for (group, count) in std::iter::once(pools).chain(others) {
            let mut totals = vec![(0.0, 0.0); *count];
            for (series, &of) in group.iter().enumerate() {
                totals[of].0 += sums[series].0;
                totals[of].1 += sums[series].1 * factor[series];
            }
            for (series, &of) in group.iter().enumerate() {
                let (now, before) = totals[of];
                factor[series] *= if before > 0.0 && now > 0.0 { now / before } else { 1.0 };
            }
        }
        for (factor, (now, before, known)) in factor.iter_mut().zip(&sums) {
            if *before > 0.0 && *factor > 0.0 {
                let own = (now / (before * *factor)).clamp(0.3, 3.0);
                *factor *= own.powf(known / (known + SHRINKAGE));
            }
            *factor = factor.clamp(BOUNDS.0, BOUNDS.1);
        }
        Self { factor }
    }

    /// The growth believed in for a step: nine tenths of it (in logarithms) at first, seven tenths
    /// later, because businesses return to what they were.
    pub(super) fn at(&self, series: usize, step: usize, lag: usize) -> f64 {
        let far = (-(step as f64) / (lag as f64 / 4.0).max(1.0)).exp();
        self.factor.get(series).copied().unwrap_or(1.0).powf(0.7 + 0.2 * far)
    }

    /// The growth of all series, wholly believed.
    pub(super) fn all(self) -> Vec<f64> {
        self.factor
    }
}
