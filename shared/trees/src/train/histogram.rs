//! What do the derivatives of the rows of a node sum up to, for each bin of each column?

#![expect(
    clippy::indexing_slicing,
    reason = "a bin is a u8 and a histogram has 256; rows of entries are rows of the table"
)]

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::train::bins::{Binned, GROUP};

/// Sums of first and second derivatives in fixed point: exact, so that order does not matter.
pub(crate) type Sums = [i64; 2];

/// The sums of every bin of a column.
pub(crate) type OfColumn = [Sums; 256];

type OfGroup = [OfColumn; GROUP];

/// A row of a node with its derivatives in fixed point.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Entry {
    pub(crate) row: u32,
    pub(crate) derivatives: [i32; 2],
}

/// `one - other`, or what the other child has.
pub(crate) fn minus(one: Sums, other: Sums) -> Sums {
    [one[0] - other[0], one[1] - other[1]]
}

/// `one + other`.
pub(crate) fn plus(one: Sums, other: Sums) -> Sums {
    [one[0] + other[0], one[1] + other[1]]
}

/// The sums of a node, for the groups of columns that a tree asks about.
#[derive(Debug)]
pub(crate) struct Histogram {
    groups: Vec<Option<Box<OfGroup>>>,
}

impl Histogram {
    /// Adds the entries up. Groups that are not `wanted` are left out.
    pub(crate) fn of(binned: &Binned, entries: &[Entry], wanted: &[bool]) -> Self {
        let sum =
            |(bins, wanted): (&Vec<[u8; GROUP]>, &bool)| wanted.then(|| add_up(bins, entries));
        Self { groups: binned.groups.par_iter().zip(wanted).map(sum).collect() }
    }

    /// What remains of a node without one of its children.
    #[must_use]
    pub(crate) fn without(mut self, child: &Self) -> Self {
        for (whole, part) in self.groups.iter_mut().zip(&child.groups) {
            if let (Some(whole), Some(part)) = (whole, part) {
                let cells = whole.as_flattened_mut().as_flattened_mut().iter_mut();
                cells.zip(part.as_flattened().as_flattened()).for_each(|(cell, own)| *cell -= own);
            }
        }
        self
    }

    /// The sums of a column, unless the tree does not ask about it.
    pub(crate) fn column(&self, column: usize) -> Option<&OfColumn> {
        Some(&self.groups[column / GROUP].as_ref()?[column % GROUP])
    }
}

fn add_up(bins: &[[u8; GROUP]], entries: &[Entry]) -> Box<OfGroup> {
    let mut sums: Box<OfGroup> = Box::new([[[0; 2]; 256]; GROUP]);
    for entry in entries {
        let bins = bins[entry.row as usize];
        let [first, second] = entry.derivatives.map(i64::from);
        for (column, bin) in sums.iter_mut().zip(bins) {
            let cell = &mut column[usize::from(bin)];
            cell[0] += first;
            cell[1] += second;
        }
    }
    sums
}

/// The sums over all entries.
pub(crate) fn total(entries: &[Entry]) -> Sums {
    entries.iter().fold([0, 0], |sum, entry| plus(sum, entry.derivatives.map(i64::from)))
}
