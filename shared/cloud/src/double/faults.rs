//! Failures to order, and a record of every call.

use std::collections::{BTreeMap, VecDeque};

use crate::Reason;

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The IAM action.
    pub operation: &'static str,
    /// What it was asked of.
    pub resource: String,
}

impl Call {
    /// Whether it can change anything.
    pub fn is_change(&self) -> bool {
        let verb = self.operation.split_once(':').map_or(self.operation, |(_, verb)| verb);
        !["Get", "List", "Describe"].iter().any(|read| verb.starts_with(read))
    }
}

/// What will fail, and what was called.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    ordered: BTreeMap<&'static str, VecDeque<Option<Reason>>>,
    lasting: BTreeMap<&'static str, Reason>,
    /// Every call, in order, failed ones included.
    pub calls: Vec<Call>,
}

impl Faults {
    /// Makes the next call of `operation` fail.
    pub fn fail_next(&mut self, operation: &'static str, reason: Reason) {
        self.ordered.entry(operation).or_default().push_back(Some(reason));
    }

    /// Lets the next `count` calls of `operation` pass before the faults ordered after it.
    pub fn pass_next(&mut self, operation: &'static str, count: usize) {
        let queue = self.ordered.entry(operation).or_default();
        queue.extend(std::iter::repeat_n(None, count));
    }

    /// Makes every call of `operation` fail from now on.
    pub fn fail_always(&mut self, operation: &'static str, reason: Reason) {
        self.lasting.insert(operation, reason);
    }

    /// The calls so far that can have changed something.
    pub fn changes(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.is_change())
    }

    pub(super) fn meet(&mut self, operation: &'static str, resource: &str) -> Option<Reason> {
        self.calls.push(Call { operation, resource: resource.to_owned() });
        let next = self.ordered.get_mut(operation).and_then(VecDeque::pop_front).flatten();
        next.or_else(|| self.lasting.get(operation).copied())
    }
}
