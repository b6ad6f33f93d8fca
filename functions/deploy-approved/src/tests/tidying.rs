//! Old configurations and models go once nothing needs them, and only ours.

use cloud::hosting::EndpointStatus;
use cloud::registry::Approval::{Approved, Rejected};

use super::group::{GROUP, Group};
use crate::names::Names;

#[tokio::test]
async fn beside_the_live_configuration_the_newest_other_approved_one_is_kept() {
    let group = Group::of(&[Approved, Approved, Approved, Rejected, Approved])
        .with_blueprint(1)
        .with_blueprint(2)
        .with_blueprint(3)
        .with_blueprint(4)
        .serving(5);

    let answer = group.look().unwrap();

    assert_eq!(answer.pruned, 3);
    assert_eq!(group.configs(), [group.names.blueprint(3), group.names.blueprint(5)]);
    assert_eq!(group.aws.look(|state| state.hosting.models.len()), 2);
}

#[tokio::test]
async fn a_repeated_event_prunes_nothing_more() {
    let group = Group::of(&[Rejected, Approved]).with_blueprint(1).serving(2);
    assert_eq!(group.look().unwrap().pruned, 1);
    let changes = group.changes();

    assert_eq!(group.look().unwrap().pruned, 0);
    assert_eq!(group.changes(), changes);
}

#[tokio::test]
async fn the_configurations_of_other_groups_and_people_are_never_pruned() {
    let group = Group::of(&[Approved]).serving(1);
    let sibling = Names::of(&format!("{GROUP}-v2"), &group.settings).unwrap().blueprint(7);
    let strangers = [
        sibling,
        format!("{GROUP}-v9"),
        format!("{GROUP}-v9-by-hand"),
        format!("{GROUP}-v09-0123abcd"),
        format!("old-{GROUP}-v9-0123abcd"),
        format!("{GROUP}-v9-0123ABCD"),
    ];
    let config = group.aws.look(|state| state.hosting.configs.values().next().cloned().unwrap());
    group.change(|state| {
        for name in &strangers {
            state.hosting.configs.insert(name.clone(), config.clone());
        }
    });

    assert_eq!(group.look().unwrap().pruned, 0);
    assert_eq!(group.configs().len(), strangers.len() + 1);
}

#[tokio::test]
async fn what_is_gone_already_is_as_good_as_pruned() {
    let group = Group::of(&[Rejected, Approved]).with_blueprint(1).serving(2);
    group.change(|state| {
        let name = group.names.blueprint(1);
        state.hosting.models.remove(&name);
        state.faults.fail_next("sagemaker:DeleteEndpointConfig", cloud::Reason::NotFound);
    });

    assert_eq!(group.look().unwrap().pruned, 1);
}

#[tokio::test]
async fn nothing_is_pruned_while_the_endpoint_moves() {
    let group = Group::of(&[Rejected, Approved])
        .with_blueprint(1)
        .with_version(2, EndpointStatus::Creating);

    group.look().unwrap();

    assert_eq!(group.configs().len(), 2);
}

#[tokio::test]
async fn other_settings_lead_to_another_configuration_and_prune_the_old_one() {
    for changes in [
        ("MEMORY_MB", "4096"),
        ("MAX_CONCURRENCY", "6"),
        ("PROVISIONED_CONCURRENCY", "1"),
        ("INSTANCE_TYPE", "ml.m5.large"),
        ("MODEL_ROLE_ARN", "arn:aws:iam::111122223333:role/other"),
    ] {
        let group = Group::of(&[Approved]).serving(1).with_settings(&[changes]);
        let answer = group.look().unwrap();
        assert_eq!((answer.action, answer.version), (crate::Action::Updated, Some(1)));

        group.settle();

        assert_eq!(group.look().unwrap().pruned, 1);
        assert_eq!(group.configs(), [group.names.blueprint(1)]);
        let roles: Vec<_> = group.aws.look(|state| {
            state.hosting.models.values().map(|model| model.role_arn.clone()).collect()
        });
        assert_eq!(roles, std::slice::from_ref(&group.settings.role_arn));
    }
}
