//! Which steps are run again when a run begins in the middle.

use execution::{Plan, Step};

/// The step and all that needs it, directly or not; else the names that there are.
pub(crate) fn from(definition: &str, step: &str) -> Result<Vec<String>, String> {
    let known = |plan: &Plan| {
        let names = plan.steps().iter().filter(|it| it.branch.is_none());
        names.map(|it| it.name.clone()).collect::<Vec<_>>().join(", ")
    };
    let plan = Plan::read(definition).map_err(|error| error.to_string())?;
    if plan.step(step).is_none_or(|found| found.branch.is_some()) {
        return Err(known(&plan));
    }
    let after = plan.dependents(step);
    let again = |it: &&Step| it.name == step || after.iter().any(|one| one.name == it.name);
    Ok(plan.steps().iter().filter(again).map(|it| it.name.clone()).collect())
}
