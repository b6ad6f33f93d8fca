//! Are the rows that judge a model like those it learns from?
//!
//! For each column the population stability index over ten classes of as many training rows as ties
//! allow, or over the levels of a category, and how far the mean has moved. A hold-out of other
//! months differs by its season as well.

use super::rows::{Attribute, History, Kind, Role};
use super::statistics::{Moments, Sorted, factor, stability};
use super::summary::counts;
use crate::table::Table;

/// From here on distributions are called different.
pub(crate) const DIFFERENT: f64 = 0.25;
/// Up to here they are called alike.
pub(crate) const ALIKE: f64 = 0.1;

/// How one column has moved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drift {
    pub(crate) column: String,
    pub(crate) stability: f64,
    /// Means of the training rows and of the hold-out; `NaN` for categories.
    pub(crate) means: (f64, f64),
    /// How far the mean has moved, in deviations of the training rows.
    pub(crate) shift: f64,
    /// Shares of missing values.
    pub(crate) missing: (f64, f64),
    /// Levels of the hold-out that training never saw.
    pub(crate) unseen: Vec<String>,
}

impl Drift {
    /// What the index says.
    pub(crate) fn verdict(&self) -> &'static str {
        match self.stability {
            index if index >= DIFFERENT => "different",
            index if index > ALIKE => "moved",
            index if index.is_nan() => "unknown",
            _ => "alike",
        }
    }
}

/// The target, then each column that both have.
pub(crate) fn drifts(train: &History, holdout: &History) -> Vec<Drift> {
    let target = of_numbers(&train.target_name, &train.target, &holdout.target);
    let columns = train.columns.iter().filter(|it| it.part != Role::Key);
    let pairs = columns.filter_map(|column| Some((column, holdout.column(&column.name)?)));
    std::iter::once(target).chain(pairs.map(|(old, new)| of_columns(old, new))).collect()
}

fn of_columns(old: &Attribute, new: &Attribute) -> Drift {
    if old.values == Kind::Number {
        return of_numbers(&old.name, &old.numbers, &new.numbers);
    }
    let mut shares: std::collections::BTreeMap<String, (f64, f64)> =
        std::collections::BTreeMap::new();
    for (place, count) in counts(old).into_iter().enumerate() {
        shares.entry(old.level(place)).or_default().0 += factor(count);
    }
    for (place, count) in counts(new).into_iter().enumerate() {
        shares.entry(new.level(place)).or_default().1 += factor(count);
    }
    let (before, after): (Vec<f64>, Vec<f64>) = shares.values().copied().unzip();
    let unseen = shares.iter().filter(|(_, (before, after))| *before == 0.0 && *after > 0.0);
    Drift {
        column: old.name.clone(),
        stability: stability(&before, &after),
        means: (f64::NAN, f64::NAN),
        shift: f64::NAN,
        missing: (missing(&old.numbers), missing(&new.numbers)),
        unseen: unseen.map(|(level, _)| level.clone()).collect(),
    }
}

fn of_numbers(name: &str, old: &[f64], new: &[f64]) -> Drift {
    let sorted = Sorted::of(old.iter().copied());
    let mut edges: Vec<f64> = (1_u8..10).map(|it| sorted.quantile(f64::from(it) / 10.0)).collect();
    edges.dedup();
    let classes = |values: &[f64]| {
        let mut counts = vec![0.0; edges.len() + 1];
        for value in values.iter().filter(|value| value.is_finite()) {
            if let Some(count) = counts.get_mut(edges.partition_point(|edge| edge < value)) {
                *count += 1.0;
            }
        }
        counts
    };
    let (before, after) = (Moments::of(old.iter().copied()), Moments::of(new.iter().copied()));
    let is_known = before.count > 0 && after.count > 0;
    Drift {
        column: name.to_owned(),
        stability: if is_known { stability(&classes(old), &classes(new)) } else { f64::NAN },
        means: (before.mean(), after.mean()),
        shift: (after.mean() - before.mean()) / before.deviation(),
        missing: (missing(old), missing(new)),
        unseen: Vec::new(),
    }
}

fn missing(values: &[f64]) -> f64 {
    let none = values.iter().filter(|value| !value.is_finite()).count();
    factor(none) / factor(values.len().max(1))
}

/// `drift.csv`.
pub(crate) fn table(drifts: &[Drift]) -> Table {
    let number = |pick: fn(&Drift) -> f64| drifts.iter().map(pick).collect::<Vec<_>>();
    Table::new()
        .text("column", drifts.iter().map(|it| it.column.as_str()))
        .number("stability_index", number(|it| it.stability))
        .text("verdict", drifts.iter().map(Drift::verdict))
        .number("train_mean", number(|it| it.means.0))
        .number("holdout_mean", number(|it| it.means.1))
        .number("shift_in_deviations", number(|it| it.shift))
        .number("train_missing_share", number(|it| it.missing.0))
        .number("holdout_missing_share", number(|it| it.missing.1))
        .text("unseen_levels", drifts.iter().map(|it| it.unseen.join("; ")))
}
