//! What the stack deploys, found by the names that callers use.

use std::sync::Arc;

use machine::Refusal;
use stack::{Function, Stack};

/// The stack. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Catalog(pub(crate) Arc<Stack>);

impl Catalog {
    /// A function by name, partial or full ARN, with or without `$LATEST`.
    pub(crate) fn function(&self, named: &str) -> Result<&Function, Refusal> {
        let name = match named.split_once(":function:") {
            Some((_, rest)) => rest,
            None => named.strip_prefix("function:").unwrap_or(named),
        };
        let (name, version) = name.split_once(':').unwrap_or((name, "$LATEST"));
        // The rest of an ARN must be ours too.
        let same = |function: &&Function| {
            let ours = function.arn.split_once(":function:").map_or("", |(before, _)| before);
            let before = named.split_once(":function:").map_or("", |(before, _)| before);
            function.name == name && ours.ends_with(before)
        };
        let found = self.0.functions.iter().find(same).filter(|_| version == "$LATEST");
        found.ok_or_else(|| {
            let message = format!("Function not found: {named}");
            Refusal::new(404, "ResourceNotFoundException", message).with("Type", "User")
        })
    }

    /// Whether a rule may call a function: the template must say so, as in AWS.
    pub(crate) fn rule_may_invoke(&self, rule_arn: &str, function_arn: &str) -> bool {
        self.0.permissions.iter().any(|permission| {
            permission.function_arn == function_arn
                && permission.principal == "events.amazonaws.com"
                && permission.source_arn.as_deref().is_none_or(|source| source == rule_arn)
        })
    }
}
