//! What does a grown leaf answer?

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::objective::Refresh;
use crate::table::Target;
use crate::train::grow::{Grown, Leaf};
use crate::train::histogram::Entry;
use crate::train::judge::Judge;

/// How answers are chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answering<'a> {
    pub(crate) judge: Judge,
    pub(crate) refresh: Refresh,
    pub(crate) learning_rate: f64,
    pub(crate) target: &'a Target,
}

/// Writes the answers into the leaves and adds them to the margins of the leaves' rows.
pub(crate) fn answer(
    grown: &mut Grown,
    entries: &[Entry],
    margins: &mut [f32],
    answering: Answering<'_>,
) {
    let known = &*margins;
    let answers: Vec<f32> = grown
        .leaves
        .par_iter()
        .map(|leaf| answering.of(leaf, entries.get(leaf.range.clone()).unwrap_or_default(), known))
        .collect();
    for (leaf, answer) in grown.leaves.iter().zip(answers) {
        if let Some(node) = grown.tree.nodes.get_mut(leaf.node) {
            (node.value, node.weight) = (answer, answer);
        }
        for entry in entries.get(leaf.range.clone()).unwrap_or_default() {
            if let Some(margin) = margins.get_mut(entry.row as usize) {
                *margin += answer;
            }
        }
    }
}

impl Answering<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "files hold answers as f32")]
    fn of(&self, leaf: &Leaf, entries: &[Entry], margins: &[f32]) -> f32 {
        let answer = match self.refresh {
            Refresh::Newton => self.judge.answer(leaf.total, leaf.bounds),
            Refresh::Quantile(level) => {
                let error = |entry: &Entry| {
                    let row = entry.row as usize;
                    let actual = *self.target.values().get(row)?;
                    let error = f64::from(actual) - f64::from(*margins.get(row)?);
                    let is_learned = entry.derivatives[1] > 0;
                    is_learned.then(|| (error, f64::from(self.target.weight(row))))
                };
                quantile(entries.iter().filter_map(error).collect(), f64::from(level))
            }
        };
        (answer * self.learning_rate) as f32
    }
}

/// The weighted quantile of values: the inverse of their distribution, the middle where it is flat.
///
/// So a value of weight 2 is the same as twice the value, and the median of two is their mean.
pub(crate) fn quantile(mut values: Vec<(f64, f64)>, level: f64) -> f64 {
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let wanted = level * values.iter().map(|(_, weight)| weight).sum::<f64>();
    let rounding = wanted * 1e-9;
    let mut below = 0.0;
    let mut flat_from: Option<f64> = None;
    for (value, weight) in &values {
        if let Some(from) = flat_from {
            return f64::midpoint(from, *value);
        }
        below += weight;
        if below > wanted + rounding {
            return *value;
        }
        if below >= wanted - rounding {
            flat_from = Some(*value);
        }
    }
    values.last().map_or(0.0, |(value, _)| *value)
}
