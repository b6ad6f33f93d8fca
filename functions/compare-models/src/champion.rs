//! Finds the best model so far, among approved versions or among recorded runs.
//!
//! Best, not latest: a person may have approved a worse model for a while. Among the contenders
//! those measured on the candidate's own holdout come first, since only they can be compared.

use cloud::CallError;
use cloud::experiments::{
    Component, ComponentsOf, DescribeComponent, ListComponents, ParameterValue,
};
use cloud::failure::absent_as_none;
use cloud::objects::ReadObject;
use cloud::registry::{
    Approval, DescribePackage, ListPackages, Package, PackageQuery, Readiness, all_packages,
};
use cloud::reports::{EXECUTION_KEY, FINGERPRINT_KEY, read_report_of};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use metric::{Previous, direction_of};

/// How many calls are under way at once: enough to look at hundreds of versions within a step's
/// patience, few enough to leave the account's request budget to others.
const AT_ONCE: usize = 16;

/// An earlier model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contender {
    name: String,
    pub(crate) package_arn: Option<String>,
    value: Option<f64>,
    fingerprint: Option<String>,
}

impl Contender {
    pub(crate) fn previous(&self) -> Previous {
        Previous {
            name: self.name.clone(),
            value: self.value,
            fingerprint: self.fingerprint.clone(),
        }
    }
}

/// The best of the contenders.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Champion {
    pub(crate) best: Option<Contender>,
    pub(crate) considered: usize,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    metric: &'a str,
    own_execution: &'a str,
    fingerprint: Option<&'a str>,
    retailer: Option<&'a str>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(
        metric: &'a str,
        own_execution: &'a str,
        fingerprint: Option<&'a str>,
    ) -> Self {
        Self { metric, own_execution, fingerprint, retailer: None }
    }

    /// Only runs of this retailer, where runs say whose they are.
    pub(crate) fn within(self, retailer: Option<&'a str>) -> Self {
        Self { retailer, ..self }
    }

    pub(crate) async fn in_registry<Aws>(
        self,
        aws: &Aws,
        group: &str,
    ) -> Result<Champion, CallError>
    where
        Aws: ListPackages + DescribePackage + ReadObject + Sync,
    {
        let approved = PackageQuery { group: group.to_owned(), approval: Some(Approval::Approved) };
        let versions = all_packages(aws, &approved).await?.into_iter();
        let usable = versions.filter(|version| version.readiness == Readiness::Completed);
        let contenders = stream::iter(usable)
            .map(|version| async move {
                let package = absent_as_none(aws.describe_package(&version.arn).await)?;
                match package {
                    Some(package) => self.contender_of_package(aws, package).await,
                    None => Ok(None),
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(self.best(contenders))
    }

    async fn contender_of_package(
        self,
        objects: &impl ReadObject,
        package: Package,
    ) -> Result<Option<Contender>, CallError> {
        let fact = |key: &str| package.metadata.get(key).cloned();
        if fact(EXECUTION_KEY).as_deref() == Some(self.own_execution) {
            return Ok(None);
        }
        let recorded = fact(self.metric).and_then(|text| text.parse().ok());
        let mut contender = Contender {
            name: package.summary.arn.clone(),
            package_arn: Some(package.summary.arn.clone()),
            value: recorded.filter(|value: &f64| value.is_finite()),
            fingerprint: fact(FINGERPRINT_KEY),
        };
        if contender.value.is_none()
            && let Some(report) = read_report_of(objects, &package).await?
        {
            contender.value = report.metric(self.metric);
            contender.fingerprint = report.holdout.fingerprint;
        }
        Ok(Some(contender))
    }

    pub(crate) async fn in_experiment<Aws>(
        self,
        aws: &Aws,
        experiment: &str,
    ) -> Result<Champion, CallError>
    where
        Aws: ListComponents + DescribeComponent + Sync,
    {
        let of = ComponentsOf::Experiment(experiment.to_owned());
        let mut names = Vec::new();
        let mut next = None;
        loop {
            let page = absent_as_none(aws.list_components(&of, next).await)?.unwrap_or_default();
            names.extend(page.names);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let contenders = stream::iter(names)
            .map(|name| async move {
                let component = absent_as_none(aws.describe_component(&name).await)?;
                Ok::<_, CallError>(component.and_then(|it| self.contender_of_run(&it)))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(self.best(contenders))
    }

    /// A run as contender; `None` for components that record no evaluation, and for other runs.
    fn contender_of_run(self, component: &Component) -> Option<Contender> {
        let fact = |key: &str| match component.parameters.get(key) {
            Some(ParameterValue::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let value = match component.parameters.get(self.metric) {
            Some(ParameterValue::Number(number)) => *number,
            _ => return None,
        };
        let elsewhere =
            fact("retailer").zip(self.retailer).is_some_and(|(found, wanted)| found != wanted);
        let own = fact(EXECUTION_KEY).as_deref() == Some(self.own_execution);
        (!own && !elsewhere).then(|| Contender {
            name: component.name.clone(),
            package_arn: None,
            value: Some(value),
            fingerprint: fact(FINGERPRINT_KEY),
        })
    }

    /// The best contender: first those that can be compared, then by value, then the newest.
    fn best(self, contenders: Vec<Option<Contender>>) -> Champion {
        let contenders: Vec<_> = contenders.into_iter().flatten().collect();
        let considered = contenders.len();
        let best = contenders.into_iter().min_by(|one, other| {
            self.rank(one).partial_cmp(&self.rank(other)).unwrap_or(std::cmp::Ordering::Equal)
        });
        Champion { best, considered }
    }

    fn rank(self, contender: &Contender) -> (bool, bool, f64) {
        let known = self.fingerprint.zip(contender.fingerprint.as_deref());
        let incomparable = known.is_some_and(|(one, other)| one != other);
        let loss = contender.value.zip(direction_of(self.metric));
        let loss = loss.map(|(value, direction)| direction.loss(value));
        (contender.value.is_none(), incomparable, loss.unwrap_or(f64::INFINITY))
    }
}
