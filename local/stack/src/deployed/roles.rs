//! Roles with all policies that count for them.

use serde_json::Value;

use super::{Deploying, Role};
use crate::StackError;
use crate::naming::{self, Kind};
use crate::parameters::scalar_text;
use crate::policies::{PolicyDocument, trusted_services};
use crate::properties::Properties;

impl Deploying<'_> {
    pub(super) fn role(&self, properties: &Properties) -> Result<Role, StackError> {
        properties.only(&[
            "RoleName",
            "Description",
            "AssumeRolePolicyDocument",
            "ManagedPolicyArns",
            "Policies",
            "MaxSessionDuration",
            "Tags",
        ])?;
        let trust = properties.0.get("AssumeRolePolicyDocument");
        let trust = trust.ok_or_else(|| StackError::here("AssumeRolePolicyDocument is missing"))?;
        let trusted_services =
            trusted_services(trust).map_err(|error| error.inside("AssumeRolePolicyDocument"))?;
        let mut policies = properties.each("Policies", |policy| {
            policy.only(&["PolicyName", "PolicyDocument"])?;
            document(policy, "PolicyName")
        })?;
        for arn in properties.list("ManagedPolicyArns")? {
            let attached = self.attached(&scalar_text(arn).unwrap_or_default());
            policies.push(attached.map_err(|error| error.inside("ManagedPolicyArns"))?);
        }
        Ok(Role { name: self.name()?, arn: self.arn()?, trusted_services, policies })
    }

    /// The template's own managed policy of this ARN. What others say is not known here, and
    /// to guess would allow or deny the wrong things.
    fn attached(&self, wanted: &str) -> Result<PolicyDocument, StackError> {
        let resolver = self.resolver;
        for (logical, resource) in &resolver.template.resources {
            if Kind::of(&resource.kind)? != Kind::ManagedPolicy
                || !resolver.is_created(resource, 0)?
                || naming::arn(resolver, logical, 0)? != wanted
            {
                continue;
            }
            let mut policy =
                managed_policy(&Properties(resolver.fields(&resource.properties, 0)?))?;
            policy.name = naming::physical_name(resolver, logical, 0)?;
            return Ok(policy);
        }
        let reason = format!("{wanted} is no policy of this template; write its statements out");
        Err(StackError::here(reason))
    }
}

/// Reads a managed policy; roles name it in `ManagedPolicyArns`, not the other way about.
pub(super) fn managed_policy(properties: &Properties) -> Result<PolicyDocument, StackError> {
    properties.only(&["ManagedPolicyName", "Description", "PolicyDocument"])?;
    document(properties, "ManagedPolicyName")
}

fn document(policy: &Properties, name: &str) -> Result<PolicyDocument, StackError> {
    let name = policy.text(name)?.unwrap_or_default();
    let document = policy.0.get("PolicyDocument").unwrap_or(&Value::Null);
    PolicyDocument::read(&name, document).map_err(|error| error.inside("PolicyDocument"))
}
