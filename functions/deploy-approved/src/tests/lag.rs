//! Listings that lag behind decisions: what decides is described first.

use cloud::CallError;
use cloud::double::Account;
use cloud::hosting::{
    Blueprints, DescribeEndpoint, Endpoint, Endpoints, NewEndpoint, NewEndpointConfig, NewModel,
};
use cloud::registry::Approval::{Approved, Pending, Rejected};
use cloud::registry::{
    DescribePackage, ListPackages, Package, PackagePage, PackageQuery, PackageSummary,
};

use super::group::{ENDPOINT, Group, endpoint_event, now};
use crate::{Action, Answer, handle};

/// An account whose listing of packages shows the past.
struct Lagging {
    aws: Account,
    listed: Vec<PackageSummary>,
}

impl Lagging {
    /// Shows `group` as it is at this moment from now on.
    fn of(group: &Group) -> Self {
        let listed = group.aws.look(|state| {
            state.registry.packages.values().map(|package| package.summary.clone()).collect()
        });
        Self { aws: group.aws.clone(), listed }
    }

    fn handle(&self, group: &Group, event: serde_json::Value) -> Answer {
        now(handle(self, &group.settings, event)).unwrap()
    }
}

impl ListPackages for Lagging {
    async fn list_packages(
        &self,
        _: &PackageQuery,
        _: Option<String>,
    ) -> Result<PackagePage, CallError> {
        Ok(PackagePage { packages: self.listed.clone(), next: None })
    }
}

impl DescribePackage for Lagging {
    async fn describe_package(&self, arn: &str) -> Result<Package, CallError> {
        self.aws.describe_package(arn).await
    }
}

impl Blueprints for Lagging {
    async fn create_model(&self, model: &NewModel) -> Result<(), CallError> {
        self.aws.create_model(model).await
    }

    async fn delete_model(&self, name: &str) -> Result<(), CallError> {
        self.aws.delete_model(name).await
    }

    async fn create_endpoint_config(&self, config: &NewEndpointConfig) -> Result<(), CallError> {
        self.aws.create_endpoint_config(config).await
    }

    async fn list_endpoint_configs(&self, part: &str) -> Result<Vec<String>, CallError> {
        self.aws.list_endpoint_configs(part).await
    }

    async fn delete_endpoint_config(&self, name: &str) -> Result<(), CallError> {
        self.aws.delete_endpoint_config(name).await
    }
}

impl DescribeEndpoint for Lagging {
    async fn describe_endpoint(&self, name: &str) -> Result<Endpoint, CallError> {
        self.aws.describe_endpoint(name).await
    }
}

impl Endpoints for Lagging {
    async fn create_endpoint(&self, endpoint: &NewEndpoint) -> Result<(), CallError> {
        self.aws.create_endpoint(endpoint).await
    }

    async fn update_endpoint(&self, name: &str, config: &str) -> Result<(), CallError> {
        self.aws.update_endpoint(name, config).await
    }

    async fn delete_endpoint(&self, name: &str) -> Result<(), CallError> {
        self.aws.delete_endpoint(name).await
    }
}

#[tokio::test]
async fn a_version_that_is_only_listed_as_approved_is_not_deployed() {
    let group = Group::of(&[Approved, Approved]).serving(1);
    let lagging = Lagging::of(&group);

    let answer = lagging.handle(&group, group.reject(2));

    assert_eq!((answer.action, answer.version), (Action::Unchanged, Some(1)));
}

#[tokio::test]
async fn a_version_that_the_event_tells_of_is_deployed_before_it_is_listed_as_approved() {
    let group = Group::of(&[Approved, Pending]).serving(1);
    let lagging = Lagging::of(&group);

    let answer = lagging.handle(&group, group.approve(2));

    assert_eq!((answer.action, answer.version), (Action::Updated, Some(2)));
}

#[tokio::test]
async fn a_version_that_the_event_tells_of_is_deployed_before_it_is_listed_at_all() {
    let group = Group::of(&[Approved]).serving(1);
    let lagging = Lagging::of(&group);
    let arn = group.register();

    let answer = lagging.handle(&group, group.decide(&arn, Approved));

    assert_eq!((answer.action, answer.version), (Action::Updated, Some(2)));
}

#[tokio::test]
async fn an_endpoint_is_not_deleted_because_the_listing_missed_an_approval() {
    let group = Group::of(&[Rejected]).serving(1);
    let lagging = Lagging::of(&group);
    group.approve(1);

    let answer = lagging.handle(&group, endpoint_event(ENDPOINT));

    assert_eq!((answer.action, answer.version), (Action::Unchanged, Some(1)));
}
