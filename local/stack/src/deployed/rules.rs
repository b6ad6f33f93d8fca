//! Rules of EventBridge and where they send events.

use super::{Deploying, Rule, Target};
use crate::StackError;
use crate::pattern::Pattern;
use crate::properties::Properties;

/// What EventBridge allows one rule.
const MOST_TARGETS: usize = 5;
const RETRIES: u32 = 185;
const ONE_DAY: u32 = 86_400;

impl Deploying<'_> {
    pub(super) fn rule(&self, properties: &Properties) -> Result<Rule, StackError> {
        properties.only(&["Name", "Description", "State", "EventPattern", "Targets"])?;
        let pattern = properties.0.get("EventPattern");
        let pattern = pattern.ok_or_else(|| StackError::here("EventPattern is missing"))?;
        let pattern = Pattern::read(pattern)
            .map_err(|error| StackError::here(error.to_string()).inside("EventPattern"))?;
        let targets = properties.each("Targets", target)?;
        if targets.len() > MOST_TARGETS {
            let reason = format!("a rule has at most {MOST_TARGETS} targets");
            return Err(StackError::here(reason).inside("Targets"));
        }
        Ok(Rule {
            name: self.name()?,
            arn: self.arn()?,
            pattern,
            enabled: properties.word("State", &["ENABLED", "DISABLED"])? == "ENABLED",
            targets,
        })
    }
}

fn target(target: &Properties) -> Result<Target, StackError> {
    target.only(&["Id", "Arn", "RetryPolicy", "DeadLetterConfig"])?;
    let retry = target.part("RetryPolicy")?.unwrap_or(Properties(serde_json::Map::new()));
    retry
        .only(&["MaximumRetryAttempts", "MaximumEventAgeInSeconds"])
        .map_err(|error| error.inside("RetryPolicy"))?;
    let dead_letter = match target.part("DeadLetterConfig")? {
        None => None,
        Some(config) => Some(config.required("Arn").map_err(|it| it.inside("DeadLetterConfig"))?),
    };
    Ok(Target {
        id: target.required("Id")?,
        arn: target.required("Arn")?,
        retry_attempts: retry.number("MaximumRetryAttempts", 0..=RETRIES, RETRIES)?,
        max_event_age_seconds: retry.number("MaximumEventAgeInSeconds", 60..=ONE_DAY, ONE_DAY)?,
        dead_letter,
    })
}
