//! Which series are there, and in which weeks?
//!
//! Four of five series have all weeks; the others begin late, end early or are sold now and then.

use crate::number::{count, factor, index};
use crate::random::Random;
use crate::walmart::week::OBSERVED;

/// The most departments of a store.
const DEPARTMENTS: u64 = 81;
/// Weeks of the mean series.
const MEAN: f64 = 134.0;

/// How the rows are laid out over stores and departments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    seed: u64,
    /// How many rows there are with sales.
    pub(crate) rows: u64,
    /// How many departments a store has.
    pub(crate) departments: u64,
}

impl Layout {
    /// As many stores and departments in proportion as there are in the original, 45 and 81.
    pub(crate) fn new(seed: u64, rows: u64) -> Self {
        let series = (factor(rows) / MEAN).ceil();
        let stores = (series * 45.0 / 81.0).sqrt().round().max(1.0);
        let departments = count((series / stores).ceil()).clamp(1, DEPARTMENTS);
        Self { seed, rows, departments }
    }

    /// How many stores it takes to have all rows.
    pub(crate) fn stores(&self) -> u64 {
        let (mut left, mut store) = (self.rows, 0);
        while left > 0 {
            store += 1;
            for department in 1..=self.departments {
                let mut presence = self.presence(store, department);
                let there = (0..OBSERVED).filter(|&week| presence.holds(week)).count();
                left = left.saturating_sub(u64::try_from(there).unwrap_or(0));
            }
        }
        store
    }

    /// When a department is sold at a store.
    pub(crate) fn presence(&self, store: u64, department: u64) -> Presence {
        let part = store.wrapping_mul(1 << 16).wrapping_add(department);
        let mut random = Random::of_part(self.seed, "presence", part);
        let late = random.below(100);
        let (from, until, share) = match random.below(100) {
            0..82 => (0, usize::MAX, 1.0),
            82..88 => (index(late), usize::MAX, 1.0),
            88..93 => (0, index(late) + 20, 1.0),
            _ => (0, usize::MAX, random.between(0.3, 0.95)),
        };
        Presence { random, from, until, share }
    }
}

/// When one series is there. Weeks are asked for in order.
#[derive(Debug)]
pub(crate) struct Presence {
    random: Random,
    from: usize,
    until: usize,
    share: f64,
}

impl Presence {
    /// Whether it is there in this week.
    pub(crate) fn holds(&mut self, week: usize) -> bool {
        let is_sold = self.share >= 1.0 || self.random.chance(self.share);
        (self.from..self.until).contains(&week) && is_sold
    }
}
