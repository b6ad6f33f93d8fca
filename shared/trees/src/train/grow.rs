//! How does one tree grow?

#![expect(
    clippy::indexing_slicing,
    reason = "nodes and ranges are made here, each within what was made before"
)]

use std::ops::Range;

use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator,
    IntoParallelRefMutIterator, ParallelIterator,
};

use crate::settings::{Growth, Monotone};
use crate::train::bins::Binned;
use crate::train::histogram::{Entry, Histogram, Sums, total};
use crate::train::judge::{Bounds, Judge};
use crate::train::level::best_of_level;
use crate::train::partition::{part, ranges_of};
use crate::train::split::{Asked, Question, Split};
use crate::tree::{DEEPEST, Node, Tree, bits_of};

/// Nodes whose histograms are made at once: enough for every thread, and memory that stays bounded
/// in deep trees.
const TOGETHER: usize = 64;

/// What the nodes of a tree share.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) binned: &'a Binned,
    pub(crate) judge: Judge,
    pub(crate) min_gain: f64,
    /// The columns that the tree asks about, ascending.
    pub(crate) asked: &'a [Asked],
    /// Whether each group of columns has one of them.
    pub(crate) groups: Vec<bool>,
}

/// A node that may still be split.
#[derive(Debug)]
pub(crate) struct Open {
    node: usize,
    range: Range<usize>,
    pub(crate) total: Sums,
    depth: usize,
    pub(crate) bounds: Bounds,
    /// None when it is as deep as a leaf has to be.
    pub(crate) histogram: Option<Histogram>,
}

/// A leaf and the entries that ended there.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) node: usize,
    pub(crate) range: Range<usize>,
    pub(crate) total: Sums,
    pub(crate) bounds: Bounds,
}

/// A tree whose leaves have no answers yet.
#[derive(Debug)]
pub(crate) struct Grown {
    pub(crate) tree: Tree,
    pub(crate) leaves: Vec<Leaf>,
}

/// Grows a tree over the entries and leaves those of a leaf together.
pub(crate) fn grow(
    ground: &Ground<'_>,
    growth: Growth,
    entries: &mut [Entry],
    spare: &mut [Entry],
) -> Grown {
    let mut growing = Growing { ground, entries, spare, nodes: Vec::new(), leaves: Vec::new() };
    let root = growing.root();
    match growth {
        Growth::Depthwise { depth } => growing.by_level(root, depth),
        Growth::Leafwise { leaves } => growing.by_gain(root, leaves),
        Growth::Oblivious { depth } => growing.alike(root, depth),
    }
    growing.leaves.sort_by_key(|leaf| leaf.range.start);
    Grown { tree: Tree { nodes: growing.nodes }, leaves: growing.leaves }
}

struct Growing<'a> {
    ground: &'a Ground<'a>,
    entries: &'a mut [Entry],
    spare: &'a mut [Entry],
    nodes: Vec<Node>,
    leaves: Vec<Leaf>,
}

impl Growing<'_> {
    fn root(&mut self) -> Open {
        let total = total(self.entries);
        let histogram = Histogram::of(self.ground.binned, self.entries, &self.ground.groups);
        self.nodes.push(self.ground.leaf(total, Bounds::NONE));
        let (range, bounds) = (0..self.entries.len(), Bounds::NONE);
        Open { node: 0, range, total, depth: 0, bounds, histogram: Some(histogram) }
    }

    fn by_level(&mut self, root: Open, depth: usize) {
        let mut waiting = vec![vec![root]];
        while let Some(mut some) = waiting.pop() {
            let rest = some.split_off(some.len().min(TOGETHER));
            if !rest.is_empty() {
                waiting.push(rest);
            }
            let bests = self.ground.bests(&some);
            let children = self.split_some(some, bests, depth);
            if !children.is_empty() {
                waiting.push(children);
            }
        }
    }

    fn alike(&mut self, root: Open, depth: usize) {
        let mut level = vec![root];
        while !level.is_empty() {
            let bests = best_of_level(self.ground, &level);
            level = self.split_some(level, bests, depth);
        }
    }

    fn by_gain(&mut self, root: Open, leaves: usize) {
        let mut open = self.worth_splitting(vec![root]);
        for _ in 1..leaves {
            let most = (0..open.len())
                .reduce(|most, at| if open[at].0.gain > open[most].0.gain { at } else { most });
            let Some(most) = most else { break };
            let (split, parent) = open.remove(most);
            let children = self.split_some(vec![parent], vec![Some(split)], DEEPEST);
            open.extend(self.worth_splitting(children));
        }
        for (_, open) in open {
            self.close(open);
        }
    }

    /// The nodes that have a split, with it; the others are leaves.
    fn worth_splitting(&mut self, open: Vec<Open>) -> Vec<(Split, Open)> {
        let bests = self.ground.bests(&open);
        let mut worth = Vec::with_capacity(open.len());
        for (open, best) in open.into_iter().zip(bests) {
            match best {
                Some(split) => worth.push((split, open)),
                None => self.close(open),
            }
        }
        worth
    }

    /// Splits the nodes that have a split; the others are leaves. `open` ascends by range.
    fn split_some(
        &mut self,
        open: Vec<Open>,
        splits: Vec<Option<Split>>,
        deepest: usize,
    ) -> Vec<Open> {
        let mut parents = Vec::with_capacity(open.len());
        for (open, split) in open.into_iter().zip(splits) {
            match split.filter(|_| open.depth < deepest) {
                Some(split) => parents.push((open, split)),
                None => self.close(open),
            }
        }
        let lefts = self.part(&parents);
        let ground = self.ground;
        let entries = &*self.entries;
        let histograms: Vec<_> = parents
            .par_iter_mut()
            .zip(lefts.par_iter())
            .map(|((open, _), left)| {
                let whole = open.histogram.take()?;
                (open.depth + 1 < deepest)
                    .then(|| ground.histograms(whole, &entries[open.range.clone()], *left))
            })
            .collect();
        let mut children = Vec::with_capacity(2 * parents.len());
        for (((open, split), left), histograms) in parents.into_iter().zip(lefts).zip(histograms) {
            children.extend(self.children(&open, &split, left, histograms));
        }
        children
    }

    /// Brings the entries of the left children before those of the right ones.
    fn part(&mut self, parents: &[(Open, Split)]) -> Vec<usize> {
        let ranges: Vec<Range<usize>> =
            parents.iter().map(|(open, _)| open.range.clone()).collect();
        let entries = ranges_of(self.entries, &ranges).into_par_iter();
        let spare = ranges_of(self.spare, &ranges).into_par_iter();
        let binned = self.ground.binned;
        let parted = parents.par_iter().zip(entries.zip(spare));
        parted.map(|((_, split), (entries, spare))| part(binned, split, entries, spare)).collect()
    }

    fn children(
        &mut self,
        open: &Open,
        split: &Split,
        left: usize,
        histograms: Option<(Histogram, Histogram)>,
    ) -> [Open; 2] {
        let child = self.nodes.len();
        let [left_bounds, right_bounds] = self.ground.bounds(open.bounds, split);
        self.nodes.push(self.ground.leaf(split.left, left_bounds));
        self.nodes.push(self.ground.leaf(split.right, right_bounds));
        ask(&mut self.nodes[open.node], split, child);
        let middle = open.range.start + left;
        let (left_histogram, right_histogram) = histograms.unzip();
        let depth = open.depth + 1;
        [
            Open {
                node: child,
                range: open.range.start..middle,
                total: split.left,
                depth,
                bounds: left_bounds,
                histogram: left_histogram,
            },
            Open {
                node: child + 1,
                range: middle..open.range.end,
                total: split.right,
                depth,
                bounds: right_bounds,
                histogram: right_histogram,
            },
        ]
    }

    fn close(&mut self, open: Open) {
        let Open { node, range, total, bounds, .. } = open;
        self.leaves.push(Leaf { node, range, total, bounds });
    }
}

#[expect(clippy::cast_possible_truncation, reason = "files hold gains as f32, nodes fit u32")]
fn ask(node: &mut Node, split: &Split, child: usize) {
    node.feature = split.column as u32;
    node.child = child as u32;
    node.missing = split.missing;
    node.gain = split.gain as f32;
    match &split.question {
        Question::From { edge, .. } => node.value = *edge,
        Question::Among { levels, .. } => {
            node.value = 0.0;
            node.right = Some(bits_of(levels));
        }
    }
}

impl Ground<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "files hold answers and covers as f32")]
    fn leaf(&self, total: Sums, bounds: Bounds) -> Node {
        let answer = self.judge.answer(total, bounds) as f32;
        Node::leaf(answer, self.judge.units.cover(total) as f32)
    }

    /// The histograms of both children: the smaller is summed up, the larger is what remains.
    fn histograms(
        &self,
        whole: Histogram,
        entries: &[Entry],
        left: usize,
    ) -> (Histogram, Histogram) {
        let (near, far) = entries.split_at(left);
        if near.len() <= far.len() {
            let near = Histogram::of(self.binned, near, &self.groups);
            let far = whole.without(&near);
            (near, far)
        } else {
            let far = Histogram::of(self.binned, far, &self.groups);
            (whole.without(&far), far)
        }
    }

    fn bests(&self, level: &[Open]) -> Vec<Option<Split>> {
        level.par_iter().map(|open| self.best(open)).collect()
    }

    fn best(&self, open: &Open) -> Option<Split> {
        let histogram = open.histogram.as_ref()?;
        let judged = (&self.judge, open.bounds);
        let found: Vec<_> = self
            .asked
            .par_iter()
            .with_min_len(4)
            .map(|asked| asked.best(histogram.column(asked.column)?, open.total, judged))
            .collect();
        let found = self.asked.iter().zip(found).filter_map(|(asked, found)| Some((asked, found?)));
        let (asked, found) =
            found.reduce(|best, next| if next.1.worth > best.1.worth { next } else { best })?;
        let gain = found.worth - self.judge.worth(open.total, open.bounds);
        let split = asked.split(&found, histogram.column(asked.column)?, open.total);
        self.is_gain(gain, found.worth).then_some(Split { gain, ..split })
    }

    /// Whether a gain is more than asked for, and more than rounding.
    pub(crate) fn is_gain(&self, gain: f64, worth: f64) -> bool {
        gain > self.min_gain && gain > worth.abs() * 1e-12
    }

    fn bounds(&self, own: Bounds, split: &Split) -> [Bounds; 2] {
        let direction = self.asked.iter().find(|asked| asked.column == split.column);
        let Some(direction) = direction.and_then(|asked| asked.direction) else {
            return [own, own];
        };
        let (left, right) =
            (self.judge.answer(split.left, own), self.judge.answer(split.right, own));
        let middle = f64::midpoint(left, right);
        let (below, above) = (Bounds { high: middle, ..own }, Bounds { low: middle, ..own });
        match direction {
            Monotone::Rising => [below, above],
            Monotone::Falling => [above, below],
        }
    }
}
