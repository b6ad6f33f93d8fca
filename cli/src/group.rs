//! What a model package group has: its versions, and which of them serves where.

use cloud::CallError;
use cloud::failure::absent_as_none;
use cloud::hosting::{DescribeEndpoint, EndpointStatus, ListEndpoints};
use cloud::registry::{
    Approval, ListPackages, PackageQuery, PackageSummary, Readiness, all_packages,
};

/// A group as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Newest first.
    pub(crate) versions: Vec<PackageSummary>,
    /// The endpoints that deploy-approved made for the group; one, unless its settings changed.
    pub(crate) endpoints: Vec<Serving>,
}

/// An endpoint that has, or is on its way to, a version of the group.
#[derive(Debug, Clone)]
pub(crate) struct Serving {
    pub(crate) endpoint: String,
    pub(crate) status: EndpointStatus,
    pub(crate) version: u32,
}

impl Group {
    pub(crate) async fn look(
        aws: &(impl ListPackages + ListEndpoints + DescribeEndpoint),
        name: &str,
    ) -> Result<Self, CallError> {
        let query = PackageQuery { group: name.to_owned(), approval: None };
        let mut versions = all_packages(aws, &query).await?;
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        let mut endpoints = Vec::new();
        for endpoint in aws.list_endpoints(name).await? {
            let Some(found) = absent_as_none(aws.describe_endpoint(&endpoint).await)? else {
                continue;
            };
            let config = found.pending_config.as_ref().unwrap_or(&found.config);
            if let Some(version) = deploy_approved::version_served(name, config) {
                endpoints.push(Serving { endpoint, status: found.status, version });
            }
        }
        Ok(Self { versions, endpoints })
    }

    /// What follows for the endpoint from a decision that was made just now: deploy-approved lets
    /// the newest approved version serve, whichever was decided on last.
    pub(crate) fn consequence(&self, version: u32, approval: Approval) -> String {
        match approval {
            Approval::Approved => self.after_approval(version),
            _ => self.after_rejection(version),
        }
    }

    fn after_approval(&self, version: u32) -> String {
        let complete = |it: &&PackageSummary| it.readiness == Readiness::Completed;
        if !self.versions.iter().filter(complete).any(|it| it.version == version) {
            return "the registry has not completed it, so it cannot serve".to_owned();
        }
        if let Some(newer) = self.newest_approved(version).filter(|newer| *newer > version) {
            let serves = match self.serving() {
                Some(serving) if serving.version == newer => serving.goes_on(),
                _ => "is to serve",
            };
            let back = match self.newest_approved_below(newer, version) {
                between if between == version => {
                    format!("reject it to go back to version {version}")
                }
                between => format!("reject it to go back to version {between}, which is newer too"),
            };
            return format!("version {newer}, which is newer, {serves}; {back}");
        }
        match self.serving() {
            Some(serving) if serving.version == version => {
                format!("it {} at {}", serving.goes_on(), serving.endpoint)
            }
            Some(serving) => {
                let Serving { endpoint, version, .. } = serving;
                format!("it is to serve at {endpoint}, in place of version {version}")
            }
            None => "it is to serve: its endpoint is being made".to_owned(),
        }
    }

    fn after_rejection(&self, version: u32) -> String {
        let wanted = self.newest_approved_but(version);
        match (self.serving(), wanted) {
            (Some(serving), Some(wanted)) if serving.version == version => {
                format!("{} goes to version {wanted}, the newest approved one", serving.endpoint)
            }
            (Some(serving), None) if serving.version == version => {
                format!("no version is approved any more: {} is deleted", serving.endpoint)
            }
            (Some(serving), _) => {
                let (other, serves) = (serving.version, serving.goes_on());
                format!("it was not serving; version {other} {serves}")
            }
            (None, Some(wanted)) => format!("it was not serving; version {wanted} is to serve"),
            (None, None) => "it was not serving, and nothing else does".to_owned(),
        }
    }

    /// The version that an endpoint has or moves to; nothing if all of them failed or go.
    fn serving(&self) -> Option<&Serving> {
        let serves =
            |it: &&Serving| !matches!(it.status, EndpointStatus::Failed | EndpointStatus::Deleting);
        self.endpoints.iter().find(serves)
    }

    fn approved(&self) -> impl Iterator<Item = u32> {
        let usable = |it: &&PackageSummary| {
            it.approval == Approval::Approved && it.readiness == Readiness::Completed
        };
        self.versions.iter().filter(usable).map(|it| it.version)
    }

    /// The newest approved version, once `version` is approved too.
    fn newest_approved(&self, version: u32) -> Option<u32> {
        self.approved().chain([version]).max()
    }

    /// What would serve if `newer` were rejected, once `version` is approved.
    fn newest_approved_below(&self, newer: u32, version: u32) -> u32 {
        self.approved().filter(|it| *it < newer).fold(version, u32::max)
    }

    /// The newest approved version, once `version` is not approved any more.
    fn newest_approved_but(&self, version: u32) -> Option<u32> {
        self.approved().filter(|it| *it != version).max()
    }
}

impl Serving {
    fn goes_on(&self) -> &'static str {
        match self.status {
            EndpointStatus::InService => "goes on serving",
            _ => "is on its way to serve",
        }
    }
}

#[cfg(test)]
mod tests {
    use cloud::double::Account;
    use cloud::hosting::Endpoint;

    use super::*;

    /// A group of as many versions as there are words, the first of which is version 1.
    async fn group(approvals: &[Approval], serves: Option<(u32, EndpointStatus)>) -> Group {
        let account = Account::new();
        account.change(|state| {
            for approval in approvals {
                let arn = state.registry.register("retail-a", &[], 0);
                state.registry.decide(&arn, *approval, 1);
            }
            if let Some((version, status)) = serves {
                let config = format!("retail-a-v{version}-0123abcd");
                let (pending_config, failure) = (None, None);
                let endpoint = Endpoint { status, config, pending_config, failure, modified: 2 };
                state.hosting.endpoints.insert("retail-a-serverless-prod".to_owned(), endpoint);
            }
            // A group whose name begins alike has nothing to do with it.
            let (status, modified) = (EndpointStatus::InService, 2);
            let config = "retail-a-b-v9-0123abcd".to_owned();
            let endpoint =
                Endpoint { status, config, pending_config: None, failure: None, modified };
            state.hosting.endpoints.insert("retail-a-b-serverless-prod".to_owned(), endpoint);
        });
        Group::look(&account, "retail-a").await.unwrap()
    }

    const NO: Approval = Approval::Rejected;
    const YES: Approval = Approval::Approved;
    const WAITS: Approval = Approval::Pending;

    #[tokio::test]
    async fn an_approval_of_an_older_version_says_that_the_newer_one_goes_on() {
        let serves = Some((3, EndpointStatus::InService));
        for (approvals, said) in [
            (
                [WAITS, NO, YES],
                "version 3, which is newer, goes on serving; reject it to go back to version 1",
            ),
            (
                [WAITS, YES, YES],
                "version 3, which is newer, goes on serving; \
                 reject it to go back to version 2, which is newer too",
            ),
        ] {
            let group = group(&approvals, serves).await;

            assert_eq!(group.consequence(1, YES), said);
        }
    }

    #[tokio::test]
    async fn an_approval_of_the_newest_version_says_where_it_will_serve() {
        let first = group(&[WAITS], None).await;
        let next = group(&[YES, WAITS], Some((1, EndpointStatus::InService))).await;
        let again = group(&[YES], Some((1, EndpointStatus::InService))).await;
        let waiting = group(&[WAITS, YES], Some((2, EndpointStatus::Creating))).await;
        let failed = group(&[WAITS, YES], Some((2, EndpointStatus::Failed))).await;

        assert_eq!(first.consequence(1, YES), "it is to serve: its endpoint is being made");
        assert_eq!(
            next.consequence(2, YES),
            "it is to serve at retail-a-serverless-prod, in place of version 1"
        );
        assert_eq!(again.consequence(1, YES), "it goes on serving at retail-a-serverless-prod");
        assert_eq!(
            waiting.consequence(1, YES),
            "version 2, which is newer, is on its way to serve; reject it to go back to version 1"
        );
        assert_eq!(
            failed.consequence(1, YES),
            "version 2, which is newer, is to serve; reject it to go back to version 1"
        );
    }

    #[tokio::test]
    async fn a_rejection_says_what_serves_from_now_on() {
        let serves = |version| Some((version, EndpointStatus::InService));
        for (approvals, serves, said) in [
            (
                vec![YES, YES],
                serves(2),
                "retail-a-serverless-prod goes to version 1, the newest approved one",
            ),
            (
                vec![NO, YES],
                serves(2),
                "no version is approved any more: retail-a-serverless-prod is deleted",
            ),
            (vec![YES, WAITS], serves(1), "it was not serving; version 1 goes on serving"),
            (vec![YES, WAITS], None, "it was not serving; version 1 is to serve"),
            (vec![NO, WAITS], None, "it was not serving, and nothing else does"),
        ] {
            let group = group(&approvals, serves).await;

            assert_eq!(group.consequence(2, NO), said);
        }
    }

    #[tokio::test]
    async fn a_version_that_is_not_complete_cannot_serve() {
        let mut group = group(&[YES, WAITS], Some((1, EndpointStatus::InService))).await;
        for version in &mut group.versions {
            version.readiness = Readiness::NotUsable;
        }

        let said = group.consequence(2, YES);

        assert_eq!(said, "the registry has not completed it, so it cannot serve");
    }
}
