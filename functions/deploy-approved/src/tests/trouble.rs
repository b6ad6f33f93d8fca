//! Every call fails once in every way; what is left behind is completed by the next event.

use cloud::Reason;
use cloud::hosting::EndpointStatus;
use cloud::registry::Approval::{Approved, Rejected};
use invocation::Kind;

use super::group::Group;
use crate::Action;

/// A way through the function: its start, its calls, and what it has done in the end.
struct Way {
    start: fn() -> Group,
    calls: &'static [&'static str],
    action: Action,
}

const WAYS: [Way; 4] = [
    Way {
        start: || Group::of(&[Approved]),
        calls: &[
            "sagemaker:DescribeEndpoint",
            "sagemaker:ListEndpointConfigs",
            "sagemaker:ListModelPackages",
            "sagemaker:DescribeModelPackage",
            "sagemaker:CreateModel",
            "sagemaker:CreateEndpointConfig",
            "sagemaker:CreateEndpoint",
        ],
        action: Action::Created,
    },
    Way {
        start: || Group::of(&[Approved, Approved]).serving(1),
        calls: &[
            "sagemaker:CreateModel",
            "sagemaker:CreateEndpointConfig",
            "sagemaker:UpdateEndpoint",
        ],
        action: Action::Updated,
    },
    Way {
        start: || Group::of(&[Rejected, Approved]).with_blueprint(1).serving(2),
        calls: &["sagemaker:DeleteModel", "sagemaker:DeleteEndpointConfig"],
        action: Action::Unchanged,
    },
    Way {
        start: || Group::of(&[Rejected]).serving(1),
        calls: &["sagemaker:DeleteEndpoint"],
        action: Action::Deleted,
    },
];

fn assert_each_call_fails_as(reason: Reason, kind: Kind) {
    for way in &WAYS {
        for call in way.calls {
            let group = (way.start)();
            group.change(|state| state.faults.fail_next(call, reason));

            let failure = group.look().unwrap_err();

            assert_eq!(failure.kind(), kind, "{call}: {failure}");
            assert!(failure.to_string().contains(call), "{failure}");
            assert_eq!(group.look().unwrap().action, way.action, "after {call}");
        }
    }
}

#[tokio::test]
async fn throttling_at_any_call_asks_for_a_retry_which_then_succeeds() {
    assert_each_call_fails_as(Reason::Throttled, Kind::Transient);
}

#[tokio::test]
async fn an_unavailable_service_at_any_call_asks_for_a_retry_which_then_succeeds() {
    assert_each_call_fails_as(Reason::Unavailable, Kind::Transient);
}

#[tokio::test]
async fn a_missing_permission_at_any_call_names_the_action() {
    assert_each_call_fails_as(Reason::Denied, Kind::Rejected);
}

#[tokio::test]
async fn a_used_up_quota_at_any_call_asks_for_a_change() {
    assert_each_call_fails_as(Reason::LimitExceeded, Kind::Rejected);
}

#[tokio::test]
async fn a_rebuild_that_is_throttled_is_repeated() {
    let group = Group::of(&[Approved, Approved]).with_version(1, EndpointStatus::Failed);
    group.change(|state| state.faults.fail_next("sagemaker:DeleteEndpoint", Reason::Throttled));
    assert_eq!(group.look().unwrap_err().kind(), Kind::Transient);

    let failure = group.look().unwrap_err();

    assert!(failure.to_string().contains("was deleted"), "{failure}");
}

#[tokio::test]
async fn what_was_made_before_is_used() {
    let group = Group::of(&[Approved]).with_blueprint(1);

    assert_eq!(group.look().unwrap().action, Action::Created);
}

#[tokio::test]
async fn a_fresh_part_that_cannot_be_seen_yet_asks_for_a_retry() {
    for (way, call) in [
        (&WAYS[0], "sagemaker:CreateEndpointConfig"),
        (&WAYS[0], "sagemaker:CreateEndpoint"),
        (&WAYS[1], "sagemaker:UpdateEndpoint"),
    ] {
        let group = (way.start)();
        group.change(|state| state.faults.fail_next(call, Reason::NotFound));

        assert_eq!(group.look().unwrap_err().kind(), Kind::Transient, "{call}");
        assert_eq!(group.look().unwrap().action, way.action);
    }
}

#[tokio::test]
async fn an_endpoint_that_somebody_else_made_meanwhile_asks_for_another_look() {
    let group = Group::of(&[Approved]);
    group.change(|state| state.faults.fail_next("sagemaker:CreateEndpoint", Reason::AlreadyExists));

    assert_eq!(group.look().unwrap_err().kind(), Kind::Transient);
}

#[tokio::test]
async fn an_endpoint_that_moves_between_look_and_call_asks_for_a_retry() {
    for (way, call) in
        [(&WAYS[1], "sagemaker:UpdateEndpoint"), (&WAYS[3], "sagemaker:DeleteEndpoint")]
    {
        let group = (way.start)();
        group.change(|state| state.faults.fail_next(call, Reason::InProgress));

        assert_eq!(group.look().unwrap_err().kind(), Kind::Transient);
    }
}

#[tokio::test]
async fn an_endpoint_that_somebody_else_deleted_is_as_good_as_deleted() {
    let group = (WAYS[3].start)();
    group.change(|state| state.faults.fail_next("sagemaker:DeleteEndpoint", Reason::NotFound));

    assert_eq!(group.look().unwrap().action, Action::Deleted);
}
