//! Which question lowers the loss of a node most?
//!
//! A question is a place in an order of the bins: ascending for numbers, by the answer that each
//! would get for categories (Fisher 1958), which makes the best grouping a prefix of the order.

#![expect(clippy::indexing_slicing, reason = "a bin is a u8 and there are 256 places for it")]

use crate::settings::Monotone;
use crate::train::bins::{Edges, MISSING};
use crate::train::histogram::{OfColumn, Sums, minus, plus};
use crate::train::judge::{Bounds, Judge};
use crate::tree::Side;

/// How the bins of a column are walked through.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    order: Vec<u8>,
    step: Step,
}

/// What is on the near side of a question at a place of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The bins up to there.
    UpTo,
    /// The bin there.
    Alone,
}

/// A place in the order, and where missing values go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) at: usize,
    pub(crate) missing: Side,
}

/// The question of a node and what it parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Split {
    pub(crate) column: usize,
    pub(crate) question: Question,
    pub(crate) missing: Side,
    pub(crate) gain: f64,
    pub(crate) left: Sums,
    pub(crate) right: Sums,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Question {
    /// Bins after this one go right, and values from this edge on.
    From { last: u8, edge: f32 },
    /// These bins go right, and these categories.
    Among { bins: Vec<u8>, levels: Vec<u32> },
}

impl Split {
    /// Whether each bin goes right.
    pub(crate) fn goes_right(&self) -> [bool; 256] {
        let mut right = [false; 256];
        match &self.question {
            Question::From { last, .. } => {
                right.iter_mut().skip(usize::from(*last) + 1).for_each(|goes| *goes = true);
            }
            Question::Among { bins, .. } => {
                for (bin, goes) in (0..=255).zip(&mut right) {
                    *goes = bins.contains(&bin);
                }
            }
        }
        right[usize::from(MISSING)] = self.missing == Side::Right;
        right
    }
}

/// A column with what the settings say of it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) column: usize,
    pub(crate) edges: Edges,
    pub(crate) direction: Option<Monotone>,
    /// Categories up to this many are asked about one at a time.
    pub(crate) one_at_a_time: usize,
    pub(crate) category_l2: f64,
}

impl Asked {
    /// The order for these sums: those of a node, or of a whole level.
    pub(crate) fn walk(&self, sums: &OfColumn, judge: &Judge) -> Walk {
        let bins = (0..=254).take(self.edges.bins());
        match &self.edges {
            Edges::Numbers(_) => Walk { order: bins.collect(), step: Step::UpTo },
            Edges::Categories(levels) => {
                let there: Vec<(u8, Sums)> =
                    bins.zip(sums.iter().copied()).filter(|(_, sums)| sums[1] > 0).collect();
                let is_alone = levels.len() <= self.one_at_a_time;
                let step = if is_alone { Step::Alone } else { Step::UpTo };
                Walk { order: by_answer(there, judge), step }
            }
        }
    }

    /// The judge of this column.
    pub(crate) fn judge(&self, judge: &Judge) -> Judge {
        match self.edges {
            Edges::Numbers(_) => *judge,
            Edges::Categories(_) => judge.with_more_l2(self.category_l2),
        }
    }

    /// The best question for one node: its worth, which has the gain and the worth of the parent.
    pub(crate) fn best(
        &self,
        sums: &OfColumn,
        total: Sums,
        judged: (&Judge, Bounds),
    ) -> Option<Found> {
        let (judge, bounds) = (self.judge(judged.0), judged.1);
        let walk = self.walk(sums, &judge);
        let mut best: Option<(f64, Place)> = None;
        walk.visit(sums, total, |place, near, far| {
            let worth = judge.pair(near, far, bounds, self.direction);
            if let Some(worth) = worth.filter(|worth| best.is_none_or(|(most, _)| *worth > most)) {
                best = Some((worth, place));
            }
        });
        let (worth, place) = best?;
        Some(Found { worth, walk, place })
    }

    /// The question at a place, with the sums of its sides in a node.
    pub(crate) fn split(&self, found: &Found, sums: &OfColumn, total: Sums) -> Split {
        let Found { walk, place, .. } = found;
        let (near, far) = walk.sides(sums, total, *place);
        match &self.edges {
            Edges::Numbers(edges) => Split {
                column: self.column,
                question: from(walk, edges, place.at),
                missing: if sums[usize::from(MISSING)][1] > 0 {
                    place.missing
                } else {
                    heavier(near, far)
                },
                gain: 0.0,
                left: near,
                right: far,
            },
            Edges::Categories(levels) => self.among(levels, found, (sums, near, far)),
        }
    }

    /// The lighter side is listed, so that categories never seen here go with the heavier.
    fn among(&self, levels: &[Vec<u32>], found: &Found, sides: (&OfColumn, Sums, Sums)) -> Split {
        let Found { walk, place, .. } = found;
        let (sums, near, far) = sides;
        let is_near_listed = walk.step == Step::Alone || near[1] <= far[1];
        let is_listed = |at: &usize| walk.is_near(*at, place.at) == is_near_listed;
        let listed = (0..walk.order.len()).filter(is_listed);
        let bins: Vec<u8> = listed.filter_map(|at| walk.order.get(at).copied()).collect();
        let own = bins.iter().filter_map(|bin| levels.get(usize::from(*bin)));
        let mut levels: Vec<u32> = own.flatten().copied().collect();
        levels.sort_unstable();
        let (left, right) = if is_near_listed { (far, near) } else { (near, far) };
        let has_missing = sums[usize::from(MISSING)][1] > 0;
        let missing = match (has_missing, is_near_listed) {
            (false, _) => heavier(left, right),
            (true, false) => place.missing,
            (true, true) => other(place.missing),
        };
        let question = Question::Among { bins, levels };
        Split { column: self.column, question, missing, gain: 0.0, left, right }
    }
}

fn from(walk: &Walk, edges: &[f32], at: usize) -> Question {
    let last = walk.order.get(at).copied().unwrap_or(u8::MAX - 1);
    // Past the last edge only missing values are told apart from the others.
    Question::From { last, edge: edges.get(usize::from(last)).copied().unwrap_or(f32::MAX) }
}

fn heavier(left: Sums, right: Sums) -> Side {
    if left[1] >= right[1] { Side::Left } else { Side::Right }
}

fn other(side: Side) -> Side {
    match side {
        Side::Left => Side::Right,
        Side::Right => Side::Left,
    }
}

fn by_answer(mut there: Vec<(u8, Sums)>, judge: &Judge) -> Vec<u8> {
    there.sort_by(|one, other| {
        let answer = |sums: Sums| judge.answer(sums, Bounds::NONE);
        answer(one.1).total_cmp(&answer(other.1)).then(one.0.cmp(&other.0))
    });
    there.into_iter().map(|(bin, _)| bin).collect()
}

/// The best place of a column.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The worth of the two children.
    pub(crate) worth: f64,
    pub(crate) walk: Walk,
    pub(crate) place: Place,
}

impl Walk {
    /// How many places there are.
    pub(crate) fn places(&self) -> usize {
        self.order.len()
    }

    fn is_near(&self, at: usize, place: usize) -> bool {
        match self.step {
            Step::UpTo => at <= place,
            Step::Alone => at == place,
        }
    }

    /// Shows the sums of the near (left) and far (right) side at every place where they change.
    pub(crate) fn visit(
        &self,
        sums: &OfColumn,
        total: Sums,
        mut see: impl FnMut(Place, Sums, Sums),
    ) {
        let missing = sums[usize::from(MISSING)];
        let has_missing = missing != [0, 0];
        let mut near = [0, 0];
        for (at, bin) in self.order.iter().enumerate() {
            let own = sums[usize::from(*bin)];
            if own == [0, 0] {
                continue;
            }
            near = if self.step == Step::UpTo { plus(near, own) } else { own };
            see(Place { at, missing: Side::Right }, near, minus(total, near));
            if has_missing {
                let with = plus(near, missing);
                see(Place { at, missing: Side::Left }, with, minus(total, with));
            }
        }
    }

    /// The same at every place, whether or not there is anything.
    pub(crate) fn visit_all(
        &self,
        sums: &OfColumn,
        total: Sums,
        mut see: impl FnMut(Place, Sums, Sums),
    ) {
        let mut near = [0, 0];
        for (at, bin) in self.order.iter().enumerate() {
            let own = sums[usize::from(*bin)];
            near = if self.step == Step::UpTo { plus(near, own) } else { own };
            see(Place { at, missing: Side::Right }, near, minus(total, near));
            let with = plus(near, sums[usize::from(MISSING)]);
            see(Place { at, missing: Side::Left }, with, minus(total, with));
        }
    }

    /// The sums of both sides at a place.
    pub(crate) fn sides(&self, sums: &OfColumn, total: Sums, place: Place) -> (Sums, Sums) {
        let is_near = |(at, _): &(usize, &u8)| self.is_near(*at, place.at);
        let near = self.order.iter().enumerate().filter(is_near);
        let near = near.fold([0, 0], |sum, (_, bin)| plus(sum, sums[usize::from(*bin)]));
        let near = match place.missing {
            Side::Left => plus(near, sums[usize::from(MISSING)]),
            Side::Right => near,
        };
        (near, minus(total, near))
    }
}
