//! Experiments: trial components, their parameters, and their metrics.

use std::collections::BTreeMap;
use std::future::Future;

use crate::CallError;

/// A parameter of a trial component.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// A finite number.
    Number(f64),
    /// A text of at most 2,500 characters.
    Text(String),
}

/// A trial component as it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Everything recorded as parameter.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The last value of every metric that the service has indexed so far.
    pub metrics: BTreeMap<String, f64>,
    /// Seconds since 1970 of its creation.
    pub created: i64,
}

/// Which components to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComponentsOf {
    /// Those that a job made: its ARN, in lower case.
    Job(String),
    /// Those of every trial of an experiment, newest first.
    Experiment(String),
}

/// One page of component names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComponentPage {
    /// Newest first.
    pub names: Vec<String>,
    /// What to ask the next page with; `None` on the last.
    pub next: Option<String>,
}

/// Lists components (`sagemaker:ListTrialComponents`).
pub trait ListComponents {
    /// One page of at most 100.
    fn list_components(
        &self,
        of: &ComponentsOf,
        next: Option<String>,
    ) -> impl Future<Output = Result<ComponentPage, CallError>> + Send;
}

/// Describes a component (`sagemaker:DescribeTrialComponent`).
pub trait DescribeComponent {
    /// The component in full; `NotFound` if there is none of that name.
    fn describe_component(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Component, CallError>> + Send;
}

/// Makes and changes components (`sagemaker:CreateTrialComponent`, `UpdateTrialComponent`,
/// `AssociateTrialComponent`).
pub trait WriteComponent {
    /// Makes one; `AlreadyExists` if the name is taken.
    fn create_component(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Replaces the parameters by `parameters`, which must be the full map.
    fn set_parameters(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Makes the component part of a trial; doing it again changes nothing.
    fn associate(
        &self,
        component: &str,
        trial: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// One number of a component's chart.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricPoint {
    /// Its name, at most 255 characters.
    pub name: String,
    /// Its value, finite.
    pub value: f64,
    /// Whole seconds since 1970; not older than two weeks, not more than two hours ahead.
    pub timestamp: i64,
}

/// Why one point was not taken although the call answered 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointRefusal {
    /// The service failed on this one: try again.
    Internal,
    /// It is there already.
    Conflict,
    /// The component has too many metrics.
    LimitExceeded,
    /// The service refuses name, time or value, or says something unknown.
    Invalid,
}

/// A point that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointError {
    /// Its place in the call.
    pub index: usize,
    /// Why.
    pub refusal: PointRefusal,
}

/// The most points that one call takes.
pub const POINTS_PER_CALL: usize = 10;

/// Writes metrics (`sagemaker:BatchPutMetrics`).
pub trait PutMetrics {
    /// Writes at most [`POINTS_PER_CALL`] points and answers with those that were not taken.
    fn put_metrics(
        &self,
        component: &str,
        points: &[MetricPoint],
    ) -> impl Future<Output = Result<Vec<PointError>, CallError>> + Send;
}
