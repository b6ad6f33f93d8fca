//! The table of decisions, row by row.

use cloud::hosting::EndpointStatus as Status;
use cloud::registry::Approval::{Approved, Pending, Rejected};
use cloud::registry::Readiness;
use invocation::Kind;

use super::group::{ENDPOINT, FOREIGN, Group};
use crate::Action;

const BUSY: [Status; 5] =
    [Status::Creating, Status::Updating, Status::RollingBack, Status::Deleting, Status::Unknown];

#[track_caller]
fn assert_failure(group: &Group, kind: Kind, words: &str, changes: &[&str]) {
    let failure = group.look().unwrap_err();

    assert_eq!(failure.kind(), kind, "{failure}");
    assert!(failure.to_string().contains(words), "{failure}");
    assert_eq!(group.changes(), changes);
}

#[track_caller]
fn assert_answer(group: &Group, action: Action, version: Option<u32>, changes: &[&str]) {
    let answer = group.look().unwrap();

    assert_eq!((answer.action, answer.version), (action, version), "{answer:?}");
    assert_eq!(group.changes(), changes);
}

#[tokio::test]
async fn the_first_approved_version_gets_an_endpoint_with_tagged_parts() {
    let group = Group::of(&[Pending]);

    let answer = group.handle(group.approve(1)).unwrap();

    assert_eq!((answer.action, answer.version), (Action::Created, Some(1)));
    assert_eq!(answer.endpoint.as_deref(), Some(ENDPOINT));
    assert_eq!(group.changes(), ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]);
    let name = group.names.blueprint(1);
    let (model, config) = group.aws.look(|state| {
        let hosting = &state.hosting;
        (hosting.models[&name].clone(), hosting.configs[&name].clone())
    });
    assert_eq!(
        (model.package_arn, model.role_arn),
        (Group::arn(1), group.settings.role_arn.clone())
    );
    assert_eq!((config.model, config.capacity), (name.clone(), group.settings.capacity.clone()));
    assert_eq!(config.tags["almanac:group"], "retail-acme");
    assert_eq!(config.tags["almanac:version"], "1");
    assert_eq!(model.tags, config.tags);
}

#[tokio::test]
async fn a_newer_approved_version_replaces_the_one_that_serves() {
    let group = Group::of(&[Approved, Approved]).serving(1);

    assert_answer(
        &group,
        Action::Updated,
        Some(2),
        &["CreateModel", "CreateEndpointConfig", "UpdateEndpoint"],
    );
    assert_eq!(group.target(), Some(group.names.blueprint(2)));
}

#[tokio::test]
async fn an_endpoint_that_serves_the_wanted_version_is_left_alone() {
    assert_answer(&Group::of(&[Approved]).serving(1), Action::Unchanged, Some(1), &[]);
}

#[tokio::test]
async fn an_endpoint_of_somebody_else_is_taken_over_once_a_version_is_approved() {
    let group = Group::of(&[Approved]).with_endpoint(FOREIGN, Status::InService);

    assert_eq!(group.look().unwrap().action, Action::Updated);
}

#[tokio::test]
async fn an_endpoint_out_of_service_is_updated_to_a_newer_version() {
    let group = Group::of(&[Approved, Approved]).with_version(1, Status::OutOfService);

    assert_eq!(group.look().unwrap().action, Action::Updated);
}

#[tokio::test]
async fn an_endpoint_out_of_service_on_the_wanted_version_is_left_with_its_spares() {
    let group = Group::of(&[Approved, Rejected, Approved])
        .with_blueprint(1)
        .with_blueprint(2)
        .with_version(3, Status::OutOfService);

    assert_answer(&group, Action::Unchanged, Some(3), &[]);
}

#[tokio::test]
async fn an_endpoint_being_made_with_the_wanted_version_is_in_progress() {
    let group = Group::of(&[Approved]).with_version(1, Status::Creating);

    assert_answer(&group, Action::InProgress, Some(1), &[]);
}

#[tokio::test]
async fn an_endpoint_moving_to_the_wanted_version_is_in_progress() {
    let group = Group::of(&[Approved, Approved]).with_version(1, Status::Updating);
    let to = group.names.blueprint(2);

    assert_answer(&group.with_pending(&to), Action::InProgress, Some(2), &[]);
}

#[tokio::test]
async fn a_busy_endpoint_asks_for_a_retry_and_changes_nothing() {
    for status in BUSY {
        let group = Group::of(&[Approved, Approved]).with_version(1, status);

        assert_failure(&group, Kind::Transient, "takes no change until that ends", &[]);
    }
}

#[tokio::test]
async fn an_endpoint_being_deleted_is_made_anew_when_it_is_gone() {
    let group = Group::of(&[Approved]).with_version(1, Status::Deleting);
    assert_failure(&group, Kind::Transient, "Deleting", &[]);

    group.settle();

    assert_eq!(group.look().unwrap().action, Action::Created);
}

#[tokio::test]
async fn an_endpoint_that_failed_on_another_version_is_deleted_and_made_anew() {
    let group = Group::of(&[Approved, Approved]).with_version(1, Status::Failed);
    assert_failure(&group, Kind::Transient, "made anew once it is gone", &["DeleteEndpoint"]);

    group.settle();

    let answer = group.look().unwrap();
    assert_eq!((answer.action, answer.version), (Action::Created, Some(2)));
}

#[tokio::test]
async fn a_version_whose_first_deployment_failed_is_not_tried_again_by_itself() {
    let group = Group::of(&[Approved]).with_version(1, Status::Failed).with_failure();

    assert_failure(&group, Kind::Rejected, "version 1 to endpoint", &[]);
    assert_failure(&group, Kind::Rejected, "the model did not start; approve a newer", &[]);
}

#[tokio::test]
async fn approving_it_again_tries_a_failed_version_again_once() {
    let group = Group::of(&[Approved]).with_version(1, Status::Failed).with_failure();
    group.approve(1);
    assert_failure(&group, Kind::Transient, "made anew", &["DeleteEndpoint"]);
    group.settle();
    assert_eq!(group.look().unwrap().action, Action::Created);

    group.change(|state| state.hosting.fail(ENDPOINT, "again", state.now));

    let failure = group.look().unwrap_err();
    assert_eq!(failure.kind(), Kind::Rejected);
    assert!(failure.to_string().contains("failed: again"), "{failure}");
}

#[tokio::test]
async fn a_version_that_was_rolled_back_is_not_tried_again_by_itself() {
    let group = Group::of(&[Approved, Approved]).with_blueprint(2).serving(1).with_failure();

    assert_failure(&group, Kind::Rejected, "version 1 still serves; approve a newer", &[]);
}

#[tokio::test]
async fn approving_it_again_tries_a_version_again_that_was_rolled_back() {
    let group = Group::of(&[Approved, Approved]).with_blueprint(2).serving(1).with_failure();

    let answer = group.handle(group.approve(2)).unwrap();

    assert_eq!((answer.action, answer.version), (Action::Updated, Some(2)));
}

#[tokio::test]
async fn a_newer_version_is_tried_after_one_that_was_rolled_back() {
    let group =
        Group::of(&[Approved, Approved, Approved]).with_blueprint(2).serving(1).with_failure();

    assert_eq!(group.look().unwrap().version, Some(3));
}

#[tokio::test]
async fn rejecting_a_version_that_was_rolled_back_settles_on_the_one_that_serves() {
    let group = Group::of(&[Approved, Approved]).with_blueprint(2).serving(1).with_failure();
    group.reject(2);

    assert_answer(&group, Action::Unchanged, Some(1), &["DeleteModel", "DeleteEndpointConfig"]);
}

#[tokio::test]
async fn a_rejection_leads_back_to_the_spare_although_a_later_version_had_failed() {
    let group = Group::of(&[Approved, Approved, Rejected]).with_blueprint(1).serving(2);
    let group = group.with_failure();

    let answer = group.handle(group.reject(2)).unwrap();

    assert_eq!((answer.action, answer.version), (Action::Updated, Some(1)));
}

#[tokio::test]
async fn withdrawing_an_approval_leads_back_too() {
    let group = Group::of(&[Approved, Approved]).with_blueprint(1).serving(2).with_failure();

    let answer = group.handle(group.decide(&Group::arn(2), Pending)).unwrap();

    assert_eq!((answer.action, answer.version), (Action::Updated, Some(1)));
}

#[tokio::test]
async fn a_failed_way_back_says_that_a_version_without_approval_serves() {
    let group = Group::of(&[Approved, Rejected]).with_blueprint(1).serving(2).with_failure();
    group.change(|state| state.hosting.fail(ENDPOINT, "no capacity", state.now));

    assert_failure(&group, Kind::Rejected, "version 2, WHICH IS NOT APPROVED", &[]);
}

#[tokio::test]
async fn an_endpoint_that_could_not_be_rolled_back_waits_for_a_person() {
    for approvals in [[Approved, Approved], [Rejected, Rejected]] {
        let group = Group::of(&approvals).with_version(1, Status::UpdateRollbackFailed);

        assert_failure(&group, Kind::Rejected, "a person has to look", &[]);
    }
}

#[tokio::test]
async fn an_endpoint_without_approved_version_is_deleted_then_its_parts() {
    for status in [Status::InService, Status::OutOfService, Status::Failed] {
        let group = Group::of(&[Rejected, Pending]).with_blueprint(2).with_version(1, status);
        assert_answer(&group, Action::Deleted, None, &["DeleteEndpoint"]);
        assert_answer(&group, Action::InProgress, None, &["DeleteEndpoint"]);

        group.settle();

        let answer = group.look().unwrap();
        assert_eq!((answer.action, answer.pruned), (Action::NoneApproved, 2));
        assert_eq!(group.configs(), [""; 0]);
    }
}

#[tokio::test]
async fn a_busy_endpoint_without_approved_version_asks_for_a_retry() {
    for status in BUSY.into_iter().filter(|status| *status != Status::Deleting) {
        let group = Group::of(&[Rejected]).with_version(1, status);

        assert_failure(&group, Kind::Transient, "takes no change", &[]);
    }
}

#[tokio::test]
async fn an_endpoint_of_somebody_else_is_not_deleted() {
    let group = Group::of(&[Rejected]).with_blueprint(1).with_endpoint(FOREIGN, Status::InService);

    assert_answer(&group, Action::NoneApproved, None, &[]);
}

#[tokio::test]
async fn a_group_without_approval_and_endpoint_stays_without() {
    assert_answer(&Group::of(&[Pending, Rejected]), Action::NoneApproved, None, &[]);
    assert_answer(&Group::new(), Action::NoneApproved, None, &[]);
}

#[tokio::test]
async fn rejecting_the_version_that_serves_leads_to_the_newest_other_approved_one() {
    let group = Group::of(&[Approved, Approved, Rejected]).serving(3);

    let answer = group.look().unwrap();

    assert_eq!((answer.action, answer.version), (Action::Updated, Some(2)));
}

#[tokio::test]
async fn an_event_that_comes_late_leads_to_no_older_version() {
    let group = Group::of(&[Pending, Approved]).serving(2);

    let answer = group.handle(group.approve(1)).unwrap();

    assert_eq!((answer.action, answer.version), (Action::Unchanged, Some(2)));
    assert_eq!(group.changes(), [""; 0]);
}

#[tokio::test]
async fn an_approved_version_that_is_not_complete_is_not_deployed() {
    let group = Group::of(&[Approved, Approved]).serving(1);
    group.change(|state| {
        let package = state.registry.packages.get_mut(&Group::arn(2)).unwrap();
        package.summary.readiness = Readiness::NotUsable;
    });

    assert_answer(&group, Action::Unchanged, Some(1), &[]);
}

#[tokio::test]
async fn the_newest_approved_version_is_found_behind_pages_of_others() {
    let group = Group::of(&[Approved]);
    for _ in 0..250 {
        group.register();
    }

    assert_eq!(group.look().unwrap().version, Some(1));
}
