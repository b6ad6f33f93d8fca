//! Which steps are run again when a run begins in the middle.

use execution::{Plan, Step};

use crate::failure::Failure;

/// The step and all that needs it, directly or not.
pub(crate) fn from(definition: &str, step: &str) -> Result<Vec<String>, Failure> {
    let plan = Plan::read(definition)?;
    if plan.step(step).is_none_or(|found| found.branch.is_some()) {
        let names = plan.steps().iter().filter(|it| it.branch.is_none());
        let known = names.map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failure::NoSuchStep { step: step.to_owned(), known });
    }
    let after = plan.dependents(step);
    let again = |it: &&Step| it.name == step || after.iter().any(|one| one.name == it.name);
    Ok(plan.steps().iter().filter(again).map(|it| it.name.clone()).collect())
}
