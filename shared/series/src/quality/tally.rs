//! How often did something happen, and where first?

use crate::quality::report::Example;

/// How many places are kept.
pub(super) const KEPT: usize = 10;

/// A count with its first examples.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) examples: Vec<Example>,
}

impl Tally {
    /// Counts one; what it looks like is asked for as long as there are few.
    pub(super) fn add(&mut self, example: impl FnOnce() -> Example) {
        self.count += 1;
        if self.examples.len() < KEPT {
            self.examples.push(example());
        }
    }
}
