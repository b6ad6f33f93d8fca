//! Into which of at most 255 intervals does each value of a column fall?
//!
//! Edges are weighted quantiles of the column, computed exactly, in the middle between two values
//! that occur. Columns lie in groups of four, whose bins of a row are read at once.

#![expect(
    clippy::cast_possible_truncation,
    reason = "there are at most 255 bins, and an edge is between two f32"
)]

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use crate::table::{Column, Kind, Table, Target};

/// The bin of missing values.
pub(crate) const MISSING: u8 = 255;

/// Columns whose bins stand together.
pub(crate) const GROUP: usize = 4;

/// What the bins of a column are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edges {
    /// Bin `b` holds the values from `edges[b - 1]` on and below `edges[b]`.
    Numbers(Vec<f32>),
    /// Bin `b` holds the categories `levels[b]`: one, but for the last, which may hold all rare ones.
    Categories(Vec<Vec<u32>>),
}

impl Edges {
    /// How many bins there are, without that of missing values.
    pub(crate) fn bins(&self) -> usize {
        match self {
            Self::Numbers(edges) => edges.len() + 1,
            Self::Categories(levels) => levels.len(),
        }
    }
}

/// A table in bins.
#[derive(Debug)]
pub(crate) struct Binned {
    /// For each column.
    pub(crate) edges: Vec<Edges>,
    /// For each group of columns the bins of every row.
    pub(crate) groups: Vec<Vec<[u8; GROUP]>>,
}

impl Binned {
    /// Puts the columns of a table into at most `bins` bins each.
    pub(crate) fn of(table: &Table, target: &Target, bins: usize) -> Self {
        let columns: Vec<&[Column]> = table.columns().chunks(GROUP).collect();
        let made: Vec<(Vec<Edges>, Vec<[u8; GROUP]>)> = columns
            .into_par_iter()
            .map(|group| {
                let mut together = vec![[0; GROUP]; table.rows()];
                let mut edges = Vec::with_capacity(GROUP);
                for (place, column) in group.iter().enumerate() {
                    let found = edges_of(column, target, bins);
                    write_bins(column, &found, &mut together, place);
                    edges.push(found);
                }
                (edges, together)
            })
            .collect();
        let (edges, groups): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        Self { edges: edges.into_iter().flatten().collect(), groups }
    }
}

fn edges_of(column: &Column, target: &Target, bins: usize) -> Edges {
    match column.kind() {
        Kind::Number => Edges::Numbers(cuts(&distinct(column, target), bins)),
        Kind::Category { levels } => Edges::Categories(common_first(column, target, levels, bins)),
    }
}

/// The values that occur, ascending, with the sum of their weights; 0 and -0 are one.
fn distinct(column: &Column, target: &Target) -> Vec<(f32, f64)> {
    let is_there = |(row, value): &(usize, &f32)| !value.is_nan() && target.weight(*row) > 0.0;
    let there = column.values().iter().enumerate().filter(is_there);
    let mut values: Vec<(f32, f64)> = if target.weights().is_none() {
        let mut keys: Vec<u32> = there.map(|(_, value)| ascending(*value + 0.0)).collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| (value_of(key), 1.0)).collect()
    } else {
        let weighted = |(row, value): (usize, &f32)| (*value + 0.0, target.weight(row));
        let mut values: Vec<(f32, f32)> = there.map(weighted).collect();
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        values.into_iter().map(|(value, weight)| (value, f64::from(weight))).collect()
    };
    values.dedup_by(|next, kept| {
        let is_same = next.0.to_bits() == kept.0.to_bits();
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
    values
}

/// A whole number that is larger for a larger value.
fn ascending(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn value_of(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// Edges that share the weight out evenly, as far as values that occur often let them.
fn cuts(values: &[(f32, f64)], bins: usize) -> Vec<f32> {
    let mut left = values.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut free = f64::from(u32::try_from(bins).unwrap_or(u32::MAX));
    let is_few = values.len() <= bins;
    let (mut cuts, mut held) = (Vec::new(), 0.0);
    for ((value, weight), (next, next_weight)) in values.iter().zip(values.iter().skip(1)) {
        held += weight;
        // A bin is full when the next value would overfill it by more than it lacks.
        let share = left / free;
        if is_few || (free > 1.0 && held + next_weight / 2.0 > share) {
            cuts.push(between(*value, *next));
            left -= held;
            free -= 1.0;
            held = 0.0;
        }
    }
    cuts
}

/// An edge with `low` below it and `high` not.
fn between(low: f32, high: f32) -> f32 {
    let middle = f64::midpoint(f64::from(low), f64::from(high)) as f32;
    if middle > low { middle } else { high }
}

/// The categories in bins: the weightiest have their own, the rest share the last.
fn common_first(column: &Column, target: &Target, levels: u32, bins: usize) -> Vec<Vec<u32>> {
    let mut weights = vec![0.0_f64; levels as usize];
    for (row, value) in column.values().iter().enumerate() {
        if let Some(weight) = code(*value).and_then(|code| weights.get_mut(code as usize)) {
            *weight += f64::from(target.weight(row));
        }
    }
    let mut order: Vec<(u32, f64)> =
        (0..).zip(weights).filter(|(_, weight)| *weight > 0.0).collect();
    order.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let alone = if order.len() <= bins { order.len() } else { bins - 1 };
    let (own, rare) = order.split_at_checked(alone).unwrap_or_default();
    let mut levels: Vec<Vec<u32>> = own.iter().map(|(level, _)| vec![*level]).collect();
    if !rare.is_empty() {
        levels.push(rare.iter().map(|(level, _)| *level).collect());
    }
    levels
}

#[expect(clippy::cast_sign_loss, reason = "a table holds codes of at least 0")]
fn code(value: f32) -> Option<u32> {
    (!value.is_nan()).then_some(value as u32)
}

fn write_bins(column: &Column, edges: &Edges, into: &mut [[u8; GROUP]], place: usize) {
    let bin_of_level = match edges {
        Edges::Numbers(_) => Vec::new(),
        Edges::Categories(levels) => bins_of_levels(levels),
    };
    let bin = |value: f32| match edges {
        _ if value.is_nan() => MISSING,
        Edges::Numbers(edges) => edges.partition_point(|edge| *edge <= value) as u8,
        Edges::Categories(_) => {
            let at = code(value).and_then(|code| bin_of_level.get(code as usize));
            at.copied().unwrap_or(MISSING)
        }
    };
    for (row, value) in into.iter_mut().zip(column.values()) {
        if let Some(cell) = row.get_mut(place) {
            *cell = bin(*value);
        }
    }
}

fn bins_of_levels(levels: &[Vec<u32>]) -> Vec<u8> {
    let largest = levels.iter().flatten().max().copied().unwrap_or(0);
    let mut bins = vec![MISSING; largest as usize + 1];
    for (bin, level) in
        (0..=254).zip(levels).flat_map(|(bin, own)| own.iter().map(move |l| (bin, l)))
    {
        if let Some(cell) = bins.get_mut(*level as usize) {
            *cell = bin;
        }
    }
    bins
}
