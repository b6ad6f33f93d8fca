//! A group in an account in memory, driven as people and AWS would.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cloud::double::{Account, State};
use cloud::hosting::{Endpoint, EndpointStatus, NewEndpointConfig, NewModel};
use cloud::registry::Approval;
use invocation::{Failure, Settings};
use serde_json::{Value, json};

use crate::names::Names;
use crate::{Answer, DeploySettings, handle};

pub(super) const GROUP: &str = "retail-acme";
pub(super) const ENDPOINT: &str = "retail-acme-serverless-prod";
pub(super) const FOREIGN: &str = "made-by-somebody-else";

/// Settings as installed, with `changes` over them.
pub(super) fn settings(changes: &[(&str, &str)]) -> DeploySettings {
    let mut variables = vec![
        ("MODEL_GROUP_PREFIX".to_owned(), "retail-".to_owned()),
        ("MODEL_ROLE_ARN".to_owned(), "arn:aws:iam::111122223333:role/model".to_owned()),
    ];
    for (name, value) in changes {
        variables.insert(0, ((*name).to_owned(), (*value).to_owned()));
    }
    let settings = Settings::of(move |name| {
        variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    });
    DeploySettings::read(&settings).unwrap()
}

/// The event of a decision on a package.
pub(super) fn package_event(group: &str, arn: &str, approval: Approval) -> Value {
    json!({
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "detail": {
            "ModelPackageGroupName": group,
            "ModelPackageArn": arn,
            "ModelApprovalStatus": approval.word(),
            "UpdatedModelPackageFields": ["ModelApprovalStatus"],
        },
    })
}

/// The event of a change of the endpoint.
pub(super) fn endpoint_event(name: &str) -> Value {
    json!({
        "detail-type": "SageMaker Endpoint State Change",
        "source": "aws.sagemaker",
        "detail": {"EndpointName": name, "EndpointStatus": "IN_SERVICE"},
    })
}

/// Runs a future that never waits, as those of the account in memory do.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the account in memory waited"),
    }
}

/// The account, and what is about to happen in it.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) aws: Account,
    pub(super) settings: DeploySettings,
    pub(super) names: Names,
}

impl Group {
    pub(super) fn new() -> Self {
        let settings = settings(&[]);
        let names = Names::of(GROUP, &settings).unwrap();
        Self { aws: Account::new(), settings, names }
    }

    /// A group with versions in these states, numbered from 1.
    pub(super) fn of(approvals: &[Approval]) -> Self {
        let group = Self::new();
        for approval in approvals {
            let arn = group.register();
            group.decide(&arn, *approval);
        }
        group
    }

    /// The same group in an account of its own from now on.
    pub(super) fn fork(&self) -> Self {
        let (settings, names) = (self.settings.clone(), self.names.clone());
        let aws = self.aws.fork();
        aws.change(|state| state.faults = cloud::double::Faults::default());
        Self { aws, settings, names }
    }

    pub(super) fn with_settings(self, changes: &[(&str, &str)]) -> Self {
        let settings = settings(changes);
        let names = Names::of(GROUP, &settings).unwrap();
        Self { aws: self.aws, settings, names }
    }

    /// Changes the account a second later.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        self.aws.change(|state| {
            state.now += 1;
            act(state)
        })
    }

    pub(super) fn register(&self) -> String {
        self.change(|state| state.registry.register(GROUP, &[], state.now))
    }

    pub(super) fn arn(version: u32) -> String {
        format!("arn:aws:sagemaker:eu-west-1:111122223333:model-package/{GROUP}/{version}")
    }

    /// Decides on a version; the event of it.
    pub(super) fn decide(&self, arn: &str, approval: Approval) -> Value {
        self.change(|state| state.registry.decide(arn, approval, state.now));
        package_event(GROUP, arn, approval)
    }

    pub(super) fn approve(&self, version: u32) -> Value {
        self.decide(&Self::arn(version), Approval::Approved)
    }

    pub(super) fn reject(&self, version: u32) -> Value {
        self.decide(&Self::arn(version), Approval::Rejected)
    }

    /// Makes model and configuration of a version as the function would.
    pub(super) fn with_blueprint(self, version: u32) -> Self {
        self.change(|state| {
            let name = self.names.blueprint(version);
            let model = NewModel {
                name: name.clone(),
                package_arn: Self::arn(version),
                role_arn: self.settings.role_arn.clone(),
                tags: std::collections::BTreeMap::default(),
            };
            state.hosting.models.insert(name.clone(), model);
            let config = NewEndpointConfig {
                name: name.clone(),
                model: name.clone(),
                capacity: self.settings.capacity.clone(),
                tags: std::collections::BTreeMap::default(),
            };
            state.hosting.configs.insert(name, config);
        });
        self
    }

    pub(super) fn with_endpoint(self, config: &str, status: EndpointStatus) -> Self {
        self.change(|state| {
            let endpoint = Endpoint {
                status,
                config: config.to_owned(),
                pending_config: None,
                failure: None,
                modified: state.now,
            };
            state.hosting.endpoints.insert(ENDPOINT.to_owned(), endpoint);
        });
        self
    }

    /// An endpoint in `status` that has `version`.
    pub(super) fn with_version(self, version: u32, status: EndpointStatus) -> Self {
        let config = self.names.blueprint(version);
        self.with_blueprint(version).with_endpoint(&config, status)
    }

    pub(super) fn serving(self, version: u32) -> Self {
        self.with_version(version, EndpointStatus::InService)
    }

    pub(super) fn with_pending(self, config: &str) -> Self {
        self.edit(|endpoint| endpoint.pending_config = Some(config.to_owned()))
    }

    /// An endpoint whose last change failed.
    pub(super) fn with_failure(self) -> Self {
        self.edit(|endpoint| endpoint.failure = Some("the model did not start".to_owned()))
    }

    fn edit(self, edit: impl FnOnce(&mut Endpoint)) -> Self {
        self.change(|state| edit(state.hosting.endpoints.get_mut(ENDPOINT).unwrap()));
        self
    }

    pub(super) fn handle(&self, event: Value) -> Result<Answer, Failure> {
        now(handle(&self.aws, &self.settings, event))
    }

    /// Tells the function that the endpoint changed, which makes it look at the group.
    pub(super) fn look(&self) -> Result<Answer, Failure> {
        self.handle(endpoint_event(ENDPOINT))
    }

    /// Ends a change under way; whether there was one.
    pub(super) fn settle(&self) -> bool {
        self.change(|state| state.hosting.settle(ENDPOINT, state.now))
    }

    pub(super) fn endpoint(&self) -> Option<Endpoint> {
        self.aws.look(|state| state.hosting.endpoints.get(ENDPOINT).cloned())
    }

    /// The configuration that the endpoint has or moves to.
    pub(super) fn target(&self) -> Option<String> {
        self.endpoint().map(|endpoint| endpoint.pending_config.unwrap_or(endpoint.config))
    }

    pub(super) fn is_approved(&self, version: u32) -> bool {
        let arn = Self::arn(version);
        self.aws.look(|state| {
            let package = state.registry.packages.get(&arn);
            package.is_some_and(|package| package.summary.approval == Approval::Approved)
        })
    }

    /// The operations so far that can have changed something.
    pub(super) fn changes(&self) -> Vec<&'static str> {
        self.aws.look(|state| {
            let changes = state.faults.changes().map(|call| call.operation);
            changes.map(|name| name.trim_start_matches("sagemaker:")).collect()
        })
    }

    pub(super) fn configs(&self) -> Vec<String> {
        self.aws.look(|state| state.hosting.configs.keys().cloned().collect())
    }
}
