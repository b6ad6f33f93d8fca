//! Settings: defaults, and mistakes answered with the variable and the remedy.

use cloud::hosting::Capacity;
use invocation::Settings;

use super::group::settings;
use crate::DeploySettings;

fn mistake(changes: &'static [(&str, &str)]) -> String {
    let base = [("MODEL_GROUP_PREFIX", "retail-"), ("MODEL_ROLE_ARN", "arn:aws:iam::1:role/model")];
    let settings = Settings::of(move |name| {
        let mut found = changes.iter().chain(&base).filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| (*value).to_owned())
    });
    DeploySettings::read(&settings).unwrap_err().to_string()
}

#[test]
fn only_role_and_prefix_have_to_be_set() {
    let settings = settings(&[]);

    assert_eq!(settings.endpoint_suffix, "-serverless-prod");
    let capacity =
        Capacity::Serverless { memory_mb: 2048, max_concurrency: 5, provisioned_concurrency: None };
    assert_eq!(settings.capacity, capacity);
}

#[test]
fn an_instance_type_replaces_serverless_capacity() {
    let settings = settings(&[("INSTANCE_TYPE", "ml.m5.large"), ("INSTANCE_COUNT", "2")]);

    let capacity = Capacity::Instances { instance_type: "ml.m5.large".to_owned(), count: 2 };
    assert_eq!(settings.capacity, capacity);
}

#[test]
fn a_mistake_names_the_variable_and_the_remedy() {
    for (changes, words) in [
        (&[("MODEL_ROLE_ARN", "")][..], "MODEL_ROLE_ARN is not set: the ARN of the role"),
        (&[("MODEL_GROUP_PREFIX", " ")], "MODEL_GROUP_PREFIX is not set: the start of"),
        (&[("MODEL_ROLE_ARN", "model")], "MODEL_ROLE_ARN is `model`: use the ARN of a role"),
        (&[("MEMORY_MB", "1500")], "MEMORY_MB is `1500`: use a multiple of 1024"),
        (&[("MEMORY_MB", "7168")], "MEMORY_MB is `7168`: use a whole number from 1024 to 6144"),
        (&[("MEMORY_MB", "much")], "MEMORY_MB is `much`"),
        (&[("MAX_CONCURRENCY", "201")], "MAX_CONCURRENCY is `201`: use a whole number from 1 to"),
        (&[("MAX_CONCURRENCY", "0")], "MAX_CONCURRENCY is `0`"),
        (&[("PROVISIONED_CONCURRENCY", "6")], "PROVISIONED_CONCURRENCY is `6`: use a whole"),
        (&[("INSTANCE_TYPE", "m5.large")], "INSTANCE_TYPE is `m5.large`: use a type like ml."),
        (&[("INSTANCE_TYPE", "ml.m5.large"), ("INSTANCE_COUNT", "0")], "INSTANCE_COUNT is `0`"),
        (&[("ENDPOINT_SUFFIX", "_prod")], "ENDPOINT_SUFFIX is `_prod`: use letters, digits"),
    ] {
        let mistake = mistake(changes);

        assert!(mistake.contains(words), "{mistake}");
    }
}
