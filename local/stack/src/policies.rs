//! IAM policies: may this role do this to that?
//!
//! The engine asks before it does anything in a role's name, so that a statement missing from
//! template.yaml is found on a laptop and not in production.

mod condition;
mod document;

use std::collections::BTreeMap;

use document::Effect;
pub(crate) use document::trusted_services;
pub use document::{PolicyDocument, Statement};

use crate::Role;

/// What roles may do.
#[derive(Debug, Clone, Default)]
pub struct Policies(BTreeMap<String, Vec<PolicyDocument>>);

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// No statement allows it.
    DeniedImplicitly,
    /// A statement denies it, whatever others allow.
    DeniedExplicitly {
        /// The statement's name, if it has one.
        sid: Option<String>,
    },
    /// The stack has no such role.
    UnknownRole,
}

impl Policies {
    /// The policies of these roles.
    pub fn new(roles: &[Role]) -> Self {
        Self(roles.iter().map(|role| (role.arn.clone(), role.policies.clone())).collect())
    }

    /// Judges one action on one resource. `context` holds condition keys like
    /// `iam:PassedToService`; their case does not matter.
    pub fn decide(
        &self,
        role_arn: &str,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Decision {
        let Some(documents) = self.0.get(role_arn) else { return Decision::UnknownRole };
        let context: BTreeMap<String, &str> =
            context.iter().map(|(key, value)| (key.to_lowercase(), value.as_str())).collect();
        let mut decision = Decision::DeniedImplicitly;
        let statements = documents.iter().flat_map(|document| &document.statements);
        for statement in statements.filter(|it| it.applies(action, resource, &context)) {
            match statement.effect {
                Effect::Allow => decision = Decision::Allowed,
                Effect::Deny => {
                    return Decision::DeniedExplicitly { sid: statement.sid.clone() };
                }
            }
        }
        decision
    }
}

impl Decision {
    /// What AWS tells who was denied; nothing when allowed.
    pub fn denial(
        &self,
        role_arn: &str,
        session: &str,
        action: &str,
        resource: &str,
    ) -> Option<String> {
        let because = match self {
            Self::Allowed => return None,
            Self::DeniedImplicitly => {
                format!("because no identity-based policy allows the {action} action")
            }
            Self::DeniedExplicitly { .. } => {
                "with an explicit deny in an identity-based policy".to_owned()
            }
            // AWS would not have let such a role in; locally it is given in a request.
            Self::UnknownRole => format!("because the stack has no role {role_arn}"),
        };
        let user = assumed(role_arn, session);
        Some(format!(
            "User: {user} is not authorized to perform: {action} on resource: {resource} {because}"
        ))
    }
}

/// Who acts when somebody assumes a role, as STS writes it.
pub fn assumed(role_arn: &str, session: &str) -> String {
    let name = role_arn.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = role_arn.splitn(6, ':').collect();
    let partition = parts.get(1).copied().unwrap_or("aws");
    let account = parts.get(4).copied().unwrap_or_default();
    format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}")
}
