//! The roles of the stack, enforced.

use std::collections::BTreeMap;

use machine::{Caller, Permissions, Refusal};
use stack::{Decision, Policies, Stack};

/// What the template's roles may do. The root user may do everything; a role that the stack does
/// not have, such as one that a client of the Python SDK made up, is not held back: nobody here
/// knows its policies.
#[derive(Debug)]
pub(crate) struct Roles(Policies);

impl Roles {
    pub(crate) fn of(stack: &Stack) -> Self {
        Self(Policies::new(&stack.roles))
    }
}

impl Permissions for Roles {
    fn check_in(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let Some(role) = &caller.role else { return Ok(()) };
        let decision = self.0.decide(role, action, resource, context);
        if decision == Decision::UnknownRole {
            return Ok(());
        }
        let session = caller.arn.rsplit('/').next().unwrap_or_default();
        match decision.denial(role, session, action, resource) {
            None => Ok(()),
            Some(words) => {
                tracing::warn!(role, action, resource, "denied");
                Err(Refusal::denied(words))
            }
        }
    }
}
