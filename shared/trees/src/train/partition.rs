//! Which rows of a node go to which child?
//!
//! Rows keep their order, so that a table is read forwards whatever the depth.

#![expect(
    clippy::indexing_slicing,
    reason = "rows of entries are rows of the table, counts are below lengths"
)]

use std::ops::Range;

use rayon::prelude::{IndexedParallelIterator, ParallelIterator, ParallelSlice, ParallelSliceMut};

use crate::train::bins::{Binned, GROUP};
use crate::train::histogram::Entry;
use crate::train::split::Split;

/// Rows parted by one thread at a time.
const BLOCK: usize = 1 << 14;

/// Cuts these ranges, ascending and apart, out of a slice.
pub(crate) fn ranges_of<'a, T>(
    mut slice: &'a mut [T],
    ranges: &[Range<usize>],
) -> Vec<&'a mut [T]> {
    let (mut start, mut cut) = (0, Vec::with_capacity(ranges.len()));
    for range in ranges {
        let (_, rest) = slice.split_at_mut(range.start - start);
        let (own, rest) = rest.split_at_mut(range.len());
        cut.push(own);
        (slice, start) = (rest, range.end);
    }
    cut
}

/// Brings those that go left before those that go right, and says how many go left.
///
/// `spare` has the length of `entries`; what it holds does not matter.
pub(crate) fn part(
    binned: &Binned,
    split: &Split,
    entries: &mut [Entry],
    spare: &mut [Entry],
) -> usize {
    let bins = &binned.groups[split.column / GROUP];
    let place = split.column % GROUP;
    let right = split.goes_right();
    let goes_right = |entry: &Entry| right[usize::from(bins[entry.row as usize][place])];
    if entries.len() <= BLOCK {
        return part_block(entries, spare, goes_right);
    }
    let blocks = entries.par_chunks_mut(BLOCK).zip(spare.par_chunks_mut(BLOCK));
    let lefts: Vec<usize> =
        blocks.map(|(entries, spare)| part_block(entries, spare, goes_right)).collect();
    let left = lefts.iter().sum();
    gather(entries, spare, &lefts, left);
    entries.par_chunks_mut(BLOCK).zip(spare.par_chunks(BLOCK)).for_each(|(entries, spare)| {
        entries.copy_from_slice(spare);
    });
    left
}

fn part_block(
    entries: &mut [Entry],
    spare: &mut [Entry],
    goes_right: impl Fn(&Entry) -> bool,
) -> usize {
    let (mut left, mut right) = (0, 0);
    for at in 0..entries.len() {
        let entry = entries[at];
        let goes = usize::from(goes_right(&entry));
        // Both are written and one counts: a branch here would be guessed wrong half the time.
        entries[left] = entry;
        spare[right] = entry;
        left += 1 - goes;
        right += goes;
    }
    entries[left..].copy_from_slice(&spare[..right]);
    left
}

/// Copies the left parts of the blocks one after the other, then the right parts.
fn gather(entries: &[Entry], spare: &mut [Entry], lefts: &[usize], left: usize) {
    let (mut into_left, mut into_right) = spare.split_at_mut(left);
    for (block, count) in entries.chunks(BLOCK).zip(lefts) {
        let (own_left, rest) = into_left.split_at_mut(*count);
        own_left.copy_from_slice(&block[..*count]);
        into_left = rest;
        let (own_right, rest) = into_right.split_at_mut(block.len() - count);
        own_right.copy_from_slice(&block[*count..]);
        into_right = rest;
    }
}
