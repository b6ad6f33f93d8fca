//! The names of everything made for a group: deterministic, so that repeating finds what exists.
//!
//! Model and configuration of a version share one name, `<group>-v<version>-<hash>`. The hash
//! stands for the role and the capacity: both are immutable in AWS once made, so other settings
//! need other names.

use cloud::hosting::Capacity;

use crate::{DeployError, DeploySettings};

/// The longest name of a model, a configuration or an endpoint.
const LONGEST: usize = 63;
/// The longest end of a name: `-v4294967295-0123abcd`.
const LONGEST_END: usize = 21;
/// Hexadecimal digits of a hash in a name.
const HASH: usize = 8;

/// The names for one group under the present settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// The group.
    pub(crate) group: String,
    /// Its endpoint.
    pub(crate) endpoint: String,
    /// What the names of models and configurations start with: the group, cut if it is long.
    stem: String,
    hash: String,
}

impl Names {
    /// The names for `group`.
    pub(crate) fn of(group: &str, settings: &DeploySettings) -> Result<Self, DeployError> {
        let refused = |why: String| DeployError::Name { group: group.to_owned(), why };
        if !is_name(group) {
            return Err(refused("it is not made of letters, digits and inner hyphens".to_owned()));
        }
        let endpoint = format!("{group}{}", settings.endpoint_suffix);
        if endpoint.len() > LONGEST {
            let length = endpoint.len();
            return Err(refused(format!(
                "`{endpoint}` has {length} characters and SageMaker allows {LONGEST}; \
                 shorten the group or ENDPOINT_SUFFIX"
            )));
        }
        let built_from = format!("{} {}", settings.role_arn, capacity_text(&settings.capacity));
        Ok(Self { group: group.to_owned(), endpoint, stem: stem(group), hash: hash(&built_from) })
    }

    /// The name of the model and of the configuration of `version`.
    pub(crate) fn blueprint(&self, version: u32) -> String {
        format!("{}-v{version}-{}", self.stem, self.hash)
    }

    /// What every name that [`Self::blueprint`] ever gave contains.
    pub(crate) fn blueprint_part(&self) -> String {
        format!("{}-v", self.stem)
    }

    /// The version in a name that [`Self::blueprint`] gave, under these or other settings.
    ///
    /// Exact, because groups may be called `retail-a` and `retail-a-v2`.
    pub(crate) fn version_of(&self, blueprint: &str) -> Option<u32> {
        version_behind(&self.stem, blueprint)
    }
}

/// The version of `group` that an endpoint with the configuration `config` serves; nothing if the
/// configuration was not made by this function for this group.
pub fn version_served(group: &str, config: &str) -> Option<u32> {
    version_behind(&stem(group), config)
}

fn version_behind(stem: &str, blueprint: &str) -> Option<u32> {
    let (digits, hash) = blueprint.strip_prefix(stem)?.strip_prefix("-v")?.split_once('-')?;
    let is_hash =
        hash.len() == HASH && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let version: u32 = digits.parse().ok().filter(|_| is_hash)?;
    (version.to_string() == digits).then_some(version)
}

/// Whether SageMaker takes `text` as a name.
pub(crate) fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// The group, or a part of it with a hash if no version would fit behind it otherwise.
fn stem(group: &str) -> String {
    let room = LONGEST - LONGEST_END;
    if group.len() <= room {
        return group.to_owned();
    }
    let part: String = group.chars().take(room - HASH - 1).collect();
    format!("{}-{}", part.trim_end_matches('-'), hash(group))
}

/// What a capacity is, in a text that stays the same when code is rearranged.
fn capacity_text(capacity: &Capacity) -> String {
    match capacity {
        Capacity::Serverless { memory_mb, max_concurrency, provisioned_concurrency } => {
            let provisioned = provisioned_concurrency.unwrap_or(0);
            format!("serverless {memory_mb} {max_concurrency} {provisioned}")
        }
        Capacity::Instances { instance_type, count } => {
            format!("instances {instance_type} {count}")
        }
    }
}

/// FNV-1a of 64 bits folded to 32: tells settings apart, protects against nobody.
fn hash(text: &str) -> String {
    let long = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:08x}", (long >> 32) ^ (long & u64::from(u32::MAX)))
}
