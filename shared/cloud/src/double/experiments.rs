//! Trials and their components.

use std::collections::{BTreeMap, BTreeSet};

use super::{Account, State};
use crate::experiments::{
    Component, ComponentPage, ComponentsOf, DescribeComponent, ListComponents, MetricPoint,
    POINTS_PER_CALL, ParameterValue, PointError, PointRefusal, PutMetrics, WriteComponent,
};
use crate::{CallError, Reason};

/// The most parameters that a component holds.
const PARAMETERS: usize = 300;
/// The most components on a page.
const PAGE: usize = 100;

/// Components, trials and experiments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Experiments {
    /// Components by name.
    pub components: BTreeMap<String, Component>,
    /// The components that jobs made: by lower-case job ARN.
    pub by_source: BTreeMap<String, String>,
    /// Trials with their experiment and the components in them.
    pub trials: BTreeMap<String, (String, BTreeSet<String>)>,
    /// Points of components: (component, metric) with every (timestamp, value).
    pub points: BTreeMap<(String, String), Vec<(i64, f64)>>,
    /// Points that the next calls refuse although they answer 200: metric name and why, each once.
    pub refusals: Vec<(String, PointRefusal)>,
}

impl Experiments {
    /// Makes a trial of an experiment.
    pub fn add_trial(&mut self, experiment: &str, trial: &str) {
        self.trials.insert(trial.to_owned(), (experiment.to_owned(), BTreeSet::new()));
    }

    /// Makes the component that a job leaves behind.
    pub fn add_job_component(&mut self, job_arn: &str, name: &str) {
        let component = Component { name: name.to_owned(), ..Component::default() };
        self.components.insert(name.to_owned(), component);
        self.by_source.insert(job_arn.to_lowercase(), name.to_owned());
    }

    fn names(&self, of: &ComponentsOf) -> Vec<String> {
        match of {
            ComponentsOf::Job(arn) => self.by_source.get(arn).cloned().into_iter().collect(),
            ComponentsOf::Experiment(experiment) => {
                let trials = self.trials.values().filter(|(of, _)| of == experiment);
                let mut names: Vec<_> = trials.flat_map(|(_, names)| names.clone()).collect();
                names.sort_by_key(|name| {
                    std::cmp::Reverse(self.components.get(name).map(|found| found.created))
                });
                names
            }
        }
    }

    fn put(&mut self, component: &str, point: &MetricPoint) -> Option<PointRefusal> {
        let ordered = self.refusals.iter().position(|(name, _)| *name == point.name);
        if let Some(place) = ordered {
            return Some(self.refusals.remove(place).1);
        }
        let key = (component.to_owned(), point.name.clone());
        let points = self.points.entry(key).or_default();
        if points.iter().any(|(timestamp, _)| *timestamp == point.timestamp) {
            return Some(PointRefusal::Conflict);
        }
        points.push((point.timestamp, point.value));
        if let Some(found) = self.components.get_mut(component) {
            found.metrics.insert(point.name.clone(), point.value);
        }
        None
    }
}

fn component_mut<'a>(
    state: &'a mut State,
    name: &str,
) -> Result<&'a mut Component, (Reason, String)> {
    let found = state.experiments.components.get_mut(name);
    found.ok_or_else(|| (Reason::NotFound, "trial component does not exist".to_owned()))
}

fn check_parameters(parameters: &BTreeMap<String, ParameterValue>) -> Result<(), (Reason, String)> {
    let finite = |value: &ParameterValue| match value {
        ParameterValue::Number(number) => number.is_finite(),
        ParameterValue::Text(text) => text.chars().count() <= 2500,
    };
    if parameters.len() > PARAMETERS || !parameters.values().all(finite) {
        return Err((Reason::Refused, "ValidationException: Parameters".to_owned()));
    }
    Ok(())
}

impl ListComponents for Account {
    async fn list_components(
        &self,
        of: &ComponentsOf,
        next: Option<String>,
    ) -> Result<ComponentPage, CallError> {
        let (ComponentsOf::Job(asked) | ComponentsOf::Experiment(asked)) = of;
        self.call("sagemaker:ListTrialComponents", asked, |state| {
            let from = next.and_then(|next| next.parse().ok()).unwrap_or(0);
            let names = state.experiments.names(of);
            let next = (names.len() > from + PAGE).then(|| (from + PAGE).to_string());
            Ok(ComponentPage { names: names.into_iter().skip(from).take(PAGE).collect(), next })
        })
        .await
    }
}

impl DescribeComponent for Account {
    async fn describe_component(&self, name: &str) -> Result<Component, CallError> {
        self.call("sagemaker:DescribeTrialComponent", name, |state| {
            component_mut(state, name).map(|component| component.clone())
        })
        .await
    }
}

impl WriteComponent for Account {
    async fn create_component(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<(), CallError> {
        self.call("sagemaker:CreateTrialComponent", name, |state| {
            check_parameters(parameters)?;
            if state.experiments.components.contains_key(name) {
                return Err((Reason::AlreadyExists, "already exists".to_owned()));
            }
            let component = Component {
                name: name.to_owned(),
                arn: format!(
                    "arn:aws:sagemaker:eu-west-1:111122223333:experiment-trial-component/{name}"
                ),
                parameters: parameters.clone(),
                created: state.now,
                ..Component::default()
            };
            state.experiments.components.insert(name.to_owned(), component);
            Ok(())
        })
        .await
    }

    async fn set_parameters(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<(), CallError> {
        self.call("sagemaker:UpdateTrialComponent", name, |state| {
            check_parameters(parameters)?;
            component_mut(state, name)?.parameters.clone_from(parameters);
            Ok(())
        })
        .await
    }

    async fn associate(&self, component: &str, trial: &str) -> Result<(), CallError> {
        self.call("sagemaker:AssociateTrialComponent", trial, |state| {
            component_mut(state, component)?;
            let Some((_, components)) = state.experiments.trials.get_mut(trial) else {
                return Err((Reason::NotFound, format!("Trial '{trial}' does not exist.")));
            };
            components.insert(component.to_owned());
            Ok(())
        })
        .await
    }
}

impl PutMetrics for Account {
    async fn put_metrics(
        &self,
        component: &str,
        points: &[MetricPoint],
    ) -> Result<Vec<PointError>, CallError> {
        self.call("sagemaker:BatchPutMetrics", component, |state| {
            if points.len() > POINTS_PER_CALL || component.chars().any(char::is_uppercase) {
                return Err((Reason::Refused, "ValidationException: MetricData".to_owned()));
            }
            let mut errors = Vec::new();
            for (index, point) in points.iter().enumerate() {
                if let Some(refusal) = state.experiments.put(component, point) {
                    errors.push(PointError { index, refusal });
                }
            }
            Ok(errors)
        })
        .await
    }
}
