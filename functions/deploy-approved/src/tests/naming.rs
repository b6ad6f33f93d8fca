//! Names: deterministic, short enough, and read back exactly.

use proptest::prelude::*;

use super::group::settings;
use crate::DeployError;
use crate::names::Names;

fn names(group: &str) -> Names {
    Names::of(group, &settings(&[])).unwrap()
}

#[test]
fn names_stay_the_same_from_release_to_release() {
    assert_eq!(names("retail-acme").blueprint(12), "retail-acme-v12-981c3bea");
    assert_eq!(names("retail-acme").endpoint, "retail-acme-serverless-prod");
}

#[test]
fn a_group_of_43_characters_is_cut_and_told_apart_by_a_hash() {
    let (one, other) = (names(&"a".repeat(43)), names(&format!("{}b", "a".repeat(42))));

    assert_eq!(one.blueprint(u32::MAX).len(), 63);
    assert_ne!(one.blueprint(1), other.blueprint(1));
    assert_eq!(one.version_of(&other.blueprint(1)), None);
}

#[test]
fn an_endpoint_name_above_63_characters_is_rejected_with_a_remedy() {
    let error = Names::of(&"a".repeat(48), &settings(&[])).unwrap_err();

    assert!(error.to_string().contains("has 64 characters"), "{error}");
    assert!(error.to_string().contains("shorten the group or ENDPOINT_SUFFIX"), "{error}");
}

#[test]
fn a_group_that_no_name_can_hold_is_rejected() {
    for group in ["retail-acme/7", "retail_acme", "retail-", "retail-é"] {
        let error = Names::of(group, &settings(&[])).unwrap_err();

        assert!(matches!(error, DeployError::Name { .. }), "{error}");
    }
}

proptest! {
    #[test]
    fn a_name_is_read_back_by_its_own_group_only(
        group in "retail(-?[a-z0-9v]){0,40}",
        other in "retail(-v[0-9]{1,2}|-[a-z0-9]{8}){0,2}",
        version in any::<u32>(),
    ) {
        let (Ok(mine), Ok(theirs)) =
            (Names::of(&group, &settings(&[])), Names::of(&other, &settings(&[])))
        else {
            return Ok(());
        };
        let name = mine.blueprint(version);

        prop_assert!(name.len() <= 63 && name.contains(&mine.blueprint_part()));
        prop_assert_eq!(mine.version_of(&name), Some(version));
        prop_assert_eq!(crate::version_served(&group, &name), Some(version));
        prop_assert_eq!(theirs.version_of(&name), (group == other).then_some(version));
    }
}
