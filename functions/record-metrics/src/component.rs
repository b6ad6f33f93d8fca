//! The trial component that takes the numbers: the evaluation job's, or one of our own.

use std::collections::BTreeMap;

use cloud::CallError;
use cloud::experiments::{
    Component, ComponentsOf, DescribeComponent, ListComponents, ParameterValue, WriteComponent,
};
use cloud::failure::{absent_as_none, existing_as_done};

use crate::event::Event;

/// The longest name of a component.
const LONGEST_NAME: usize = 120;

/// The component, as it stood before this event.
#[derive(Debug)]
pub(crate) enum Target {
    /// It is there.
    Found(Component),
    /// It has to be made.
    New(Component),
}

/// Whether the component is part of the trial that the event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Association {
    /// The event names no trial, or the job's component is in it already.
    NotNeeded,
    Done,
    /// It could not be put there: there is no such trial, or AWS did not let us.
    Failed(CallError),
}

impl Target {
    /// Finds the component, in an order that gives the same one when the event is repeated: our
    /// own if an earlier call made it, else the job's, else our own to be made.
    ///
    /// The service lists a job's component some time after the job, so "none" may mean "not yet".
    pub(crate) async fn find<Aws>(aws: &Aws, event: &Event) -> Result<Self, CallError>
    where
        Aws: ListComponents + DescribeComponent,
    {
        let own = own_name(&event.run.execution_id);
        if let Some(found) = absent_as_none(aws.describe_component(&own).await)? {
            return Ok(Self::Found(found));
        }
        if let Some(job) = &event.run.job_arn {
            let of = ComponentsOf::Job(job.to_lowercase());
            let page = aws.list_components(&of, None).await?;
            if let Some(name) = page.names.first() {
                return Ok(Self::Found(aws.describe_component(name).await?));
            }
        }
        Ok(Self::New(Component { name: own, ..Component::default() }))
    }

    pub(crate) fn name(&self) -> &str {
        &self.component().name
    }

    pub(crate) fn parameters(&self) -> &BTreeMap<String, ParameterValue> {
        &self.component().parameters
    }

    pub(crate) fn metrics(&self) -> &BTreeMap<String, f64> {
        &self.component().metrics
    }

    fn component(&self) -> &Component {
        match self {
            Self::Found(component) | Self::New(component) => component,
        }
    }

    /// Brings the parameters to what they should be; equal ones are left alone.
    pub(crate) async fn write(
        &self,
        aws: &impl WriteComponent,
        event: &Event,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<Association, CallError> {
        match self {
            Self::New(component) => {
                // Made in between by a repetition of this event: it wrote the same.
                existing_as_done(aws.create_component(&component.name, parameters).await)?;
            }
            Self::Found(component) if component.parameters != *parameters => {
                aws.set_parameters(&component.name, parameters).await?;
            }
            Self::Found(_) => {}
        }
        let own = self.name() == own_name(&event.run.execution_id);
        let Some(trial) = event.run.trial.as_ref().filter(|_| own) else {
            return Ok(Association::NotNeeded);
        };
        // The numbers are written by now: what is missing belongs into the answer.
        Ok(aws
            .associate(self.name(), trial)
            .await
            .map_or_else(Association::Failed, |()| Association::Done))
    }
}

/// The name of our own component: deterministic, in lower case as the metrics service wants it.
fn own_name(execution_id: &str) -> String {
    const SUFFIX: &str = "-evaluation";
    let mut name = String::new();
    for character in execution_id.chars().map(|it| it.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() >= LONGEST_NAME - SUFFIX.len() {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "run" } else { name };
    format!("{name}{SUFFIX}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_name_is_one_that_both_services_take() {
        assert_eq!(own_name("k2x7q9mw3t5a"), "k2x7q9mw3t5a-evaluation");
        assert_eq!(own_name("--Acme_2026.1--"), "acme-2026-1-evaluation");
        assert_eq!(own_name("ä"), "run-evaluation");
        assert!(own_name(&"x".repeat(500)).len() <= LONGEST_NAME);
    }
}
