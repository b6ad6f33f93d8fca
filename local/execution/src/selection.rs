//! Selective execution: some steps run again, on what an earlier execution of the pipeline left.

use std::collections::BTreeSet;

use crate::order::{State, States};
use crate::plan::Plan;
use crate::step::Step;

/// The most steps that a request may select.
const MOST: usize = 50;

/// What a selective execution runs, and what it takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Steps whose properties, and a Condition whose outcome, come from the source execution.
    pub borrowed: BTreeSet<String>,
    /// The states to start from: selected steps wait, borrowed ones are as in the source, and all
    /// others are skipped.
    pub states: States,
}

/// Why a selection cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// Nothing, or too much.
    #[error("SelectedSteps holds {count} steps; select 1 to {MOST}")]
    Count {
        /// How many were selected.
        count: usize,
    },
    /// No such step.
    #[error("SelectedSteps names `{step}`, which is no step of the pipeline")]
    Unknown {
        /// The step.
        step: String,
    },
    /// A step between two selected ones is left out.
    #[error("step `{step}` lies on a path between two selected steps; select it, too")]
    Gap {
        /// The step left out.
        step: String,
    },
    /// Properties that the source execution does not have.
    #[error(
        "step `{step}` refers to `{needed}`, which is not selected and did not succeed in the \
         source execution; select it, too"
    )]
    NotInSource {
        /// The selected step.
        step: String,
        /// What it refers to.
        needed: String,
    },
    /// A branch that the source execution did not take.
    #[error(
        "step `{step}` stands in a branch of `{condition}`, which is not selected and did not \
         take that branch in the source execution; select it, too"
    )]
    BranchNotTaken {
        /// The selected step.
        step: String,
        /// The Condition around it.
        condition: String,
    },
}

impl Plan {
    /// The start of an execution of `selected` steps after a `source` execution with these states.
    ///
    /// Without a source, `source` is empty. What a selected step names in `DependsOn` only, and is
    /// not selected, is not waited for: the source execution is over.
    pub fn select(
        &self,
        selected: &[String],
        source: &States,
    ) -> Result<Selection, SelectionError> {
        if selected.is_empty() || selected.len() > MOST {
            return Err(SelectionError::Count { count: selected.len() });
        }
        let mut places = BTreeSet::new();
        for name in selected {
            let unknown = || SelectionError::Unknown { step: name.clone() };
            places.insert(self.place(name).ok_or_else(unknown)?);
        }
        self.check_gaps(&places)?;

        let mut borrowed = BTreeSet::new();
        for step in places.iter().filter_map(|place| self.steps.get(*place)) {
            self.borrow_for(step, &places, source, &mut borrowed)?;
        }
        let states = self.steps.iter().enumerate().map(|(place, step)| {
            let state = match source.get(&step.name) {
                _ if places.contains(&place) => State::Waiting,
                Some(state) if borrowed.contains(&step.name) => *state,
                _ => State::Skipped,
            };
            (step.name.clone(), state)
        });
        Ok(Selection { states: states.collect(), borrowed })
    }

    /// Adds what one selected step takes from the source.
    fn borrow_for(
        &self,
        step: &Step,
        selected: &BTreeSet<usize>,
        source: &States,
        borrowed: &mut BTreeSet<String>,
    ) -> Result<(), SelectionError> {
        let runs = |name: &str| self.place(name).is_some_and(|place| selected.contains(&place));
        for needed in step.references.iter().filter(|name| !runs(name)) {
            if !matches!(source.get(needed), Some(State::Succeeded | State::Decided(_))) {
                let (step, needed) = (step.name.clone(), needed.clone());
                return Err(SelectionError::NotInSource { step, needed });
            }
            borrowed.insert(needed.clone());
        }
        if let Some(branch) = step.branch.as_ref().filter(|branch| !runs(&branch.condition)) {
            if source.get(&branch.condition) != Some(&State::Decided(branch.side)) {
                let (step, condition) = (step.name.clone(), branch.condition.clone());
                return Err(SelectionError::BranchNotTaken { step, condition });
            }
            borrowed.insert(branch.condition.clone());
        }
        Ok(())
    }

    /// Whether every path between two selected steps is selected.
    fn check_gaps(&self, selected: &BTreeSet<usize>) -> Result<(), SelectionError> {
        let mut after = BTreeSet::new();
        for place in &self.order {
            let follows = |other: usize| selected.contains(&other) || after.contains(&other);
            if self.awaited_by(*place).any(follows) {
                after.insert(*place);
            }
        }
        let mut before = BTreeSet::new();
        for place in self.order.iter().rev() {
            if selected.contains(place) || before.contains(place) {
                before.extend(self.awaited_by(*place));
            }
        }
        let gap = after.intersection(&before).find(|place| !selected.contains(place));
        match gap.and_then(|place| self.steps.get(*place)) {
            Some(step) => Err(SelectionError::Gap { step: step.name.clone() }),
            None => Ok(()),
        }
    }
}
