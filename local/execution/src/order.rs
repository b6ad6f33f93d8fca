//! What happens next?
//!
//! A step starts when all that it needs is over, and the Condition around it took its side. To
//! those outside that need a Condition, its branches belong to it: they wait for the steps of the
//! side taken, too. A failed or stopped step holds back those that wait for it; independent ones go
//! on, and the execution ends Failed.
//!
//! A Fail step ends the execution: what runs may finish, and nothing new is started. The service
//! documents the first half only; that an execution which ended starts no more is our reading.
//!
//! A stop, and a limit on parallel steps, are the driver's: it starts fewer of those offered here.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Plan;
use crate::step::{Kind, Side, Step};

/// What the service says of an execution in which a step failed.
pub const STEP_FAILURE: &str = "Step failure: One or multiple steps failed.";

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not started.
    Waiting,
    /// Started, and not over.
    Running,
    /// Over, with properties.
    Succeeded,
    /// A Condition that succeeded, with the side it took.
    Decided(Side),
    /// Over. A Fail step that ran is Failed.
    Failed,
    /// Over because somebody stopped it.
    Stopped,
    /// Never to start: in the branch not taken, or not selected.
    Skipped,
}

/// The state of each step by name; one that is not there is Waiting.
pub type States = BTreeMap<String, State>;

/// How an execution ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing failed.
    Succeeded,
    /// At least one step failed; the reason is [`STEP_FAILURE`].
    Failed,
    /// Nothing failed, but a step was stopped.
    Stopped,
}

/// What to do now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Next<'a> {
    /// Steps to start, in the order of the definition. A driver with a limit may take fewer.
    pub start: Vec<&'a Step>,
    /// Steps to mark Skipped: the branch not taken.
    pub skip: Vec<&'a Step>,
    /// How it ended, when nothing runs and nothing is left to start.
    pub done: Option<Ending>,
}

/// What a step is to those that wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Over, or never to come: they need not wait.
    Met,
    /// The branch not taken, known only now.
    Passed,
    /// May still come.
    Open,
    /// To be started now.
    Ready,
    /// Failed, or held back by what failed: they never start.
    Lost,
}

impl Plan {
    /// What to start and to skip, or how the execution ended.
    pub fn next(&self, states: &States) -> Next<'_> {
        let mut standings = vec![Standing::Open; self.steps.len()];
        for place in &self.order {
            let standing = self.standing(*place, &standings, states);
            if let Some(entry) = standings.get_mut(*place) {
                *entry = standing;
            }
        }
        let all = |wanted: Standing| {
            let zipped = self.steps.iter().zip(&standings);
            zipped.filter(move |(_, standing)| **standing == wanted).map(|(step, _)| step)
        };
        let ended = self.ended_by_fail(states);
        let start: Vec<&Step> = if ended { Vec::new() } else { all(Standing::Ready).collect() };
        let any = |wanted: State| self.steps.iter().any(|step| state(step, states) == wanted);

        Next {
            done: (start.is_empty() && !any(State::Running)).then(|| {
                if any(State::Failed) {
                    Ending::Failed
                } else if any(State::Stopped) {
                    Ending::Stopped
                } else {
                    Ending::Succeeded
                }
            }),
            start,
            skip: all(Standing::Passed).collect(),
        }
    }

    /// Whether a Fail step ran: such an execution starts nothing more and cannot be retried.
    pub fn ended_by_fail(&self, states: &States) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| step.kind == Kind::Fail && state(step, states) == State::Failed)
    }

    /// The steps that wait for `name`, directly or through others, in the order of the definition.
    pub fn dependents(&self, name: &str) -> Vec<&Step> {
        let mut reached: BTreeSet<usize> = self.place(name).into_iter().collect();
        for place in &self.order {
            if self.awaited_by(*place).any(|awaited| reached.contains(&awaited)) {
                reached.insert(*place);
            }
        }
        let reached = reached.into_iter().filter_map(|place| self.steps.get(place));
        reached.filter(|step| step.name != name).collect()
    }

    fn standing(&self, place: usize, standings: &[Standing], states: &States) -> Standing {
        let Some(step) = self.steps.get(place) else { return Standing::Lost };
        match state(step, states) {
            State::Succeeded | State::Decided(_) | State::Skipped => return Standing::Met,
            State::Failed | State::Stopped => return Standing::Lost,
            State::Running => return Standing::Open,
            State::Waiting => {}
        }
        if self.is_passed(step, standings, states) {
            return Standing::Passed;
        }
        let awaited = self.awaited_by(place).map(|other| standings.get(other));
        let mut open = false;
        for other in awaited {
            match other {
                Some(Standing::Met | Standing::Passed) => {}
                Some(Standing::Open | Standing::Ready) => open = true,
                Some(Standing::Lost) | None => return Standing::Lost,
            }
        }
        if open { Standing::Open } else { Standing::Ready }
    }

    /// Whether the Condition around a step took the other side, or was passed itself.
    fn is_passed(&self, step: &Step, standings: &[Standing], states: &States) -> bool {
        let Some(branch) = &step.branch else { return false };
        let place = self.place(&branch.condition);
        match states.get(&branch.condition) {
            Some(State::Decided(side)) => *side != branch.side,
            Some(State::Skipped) => true,
            _ => place.and_then(|place| standings.get(place)) == Some(&Standing::Passed),
        }
    }
}

/// The state of a step.
///
/// A Condition that succeeded without a side is a mistake of the driver: none of its branches could
/// ever be decided. It counts as failed, so that it shows.
fn state(step: &Step, states: &States) -> State {
    match states.get(&step.name).copied().unwrap_or(State::Waiting) {
        State::Succeeded if step.kind == Kind::Condition => State::Failed,
        state => state,
    }
}
