//! What an installation decides: which groups, under which role, on what capacity.

use std::fmt::Display;
use std::ops::RangeInclusive;

use cloud::hosting::Capacity;
use invocation::{SettingError, Settings};

use crate::names::is_name;

/// The function's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploySettings {
    /// What a group's name is followed by in its endpoint's name.
    pub endpoint_suffix: String,
    /// What the names of the groups start with that this function looks after.
    pub group_prefix: String,
    /// The role that models run under.
    pub role_arn: String,
    /// What endpoints run on.
    pub capacity: Capacity,
}

impl DeploySettings {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingError> {
        Ok(Self {
            endpoint_suffix: endpoint_suffix(settings)?,
            group_prefix: settings.required(
                "MODEL_GROUP_PREFIX",
                "the start of the names of the model package groups to deploy, like `retail-`",
            )?,
            role_arn: role_arn(settings)?,
            capacity: capacity(settings)?,
        })
    }
}

fn endpoint_suffix(settings: &Settings) -> Result<String, SettingError> {
    let name = "ENDPOINT_SUFFIX";
    let suffix = settings.optional(name).unwrap_or_else(|| "-serverless-prod".to_owned());
    if is_name(&format!("a{suffix}")) {
        return Ok(suffix);
    }
    Err(unusable(name, suffix, "use letters, digits and hyphens, and no hyphen at the end"))
}

fn role_arn(settings: &Settings) -> Result<String, SettingError> {
    let name = "MODEL_ROLE_ARN";
    let role = settings.required(name, "the ARN of the role that models run under")?;
    if role.starts_with("arn:") && role.contains(":role/") {
        return Ok(role);
    }
    Err(unusable(name, role, "use the ARN of a role, like arn:aws:iam::111122223333:role/model"))
}

fn capacity(settings: &Settings) -> Result<Capacity, SettingError> {
    let name = "INSTANCE_TYPE";
    match settings.optional(name) {
        Some(instance_type) if instance_type.starts_with("ml.") => {
            let count = within(settings, "INSTANCE_COUNT", 1, 1..=100)?;
            Ok(Capacity::Instances { instance_type, count })
        }
        Some(other) => Err(unusable(name, other, "use a type like ml.m5.large, or leave it out")),
        None => serverless(settings),
    }
}

fn serverless(settings: &Settings) -> Result<Capacity, SettingError> {
    let memory_mb = within(settings, "MEMORY_MB", 2048, 1024..=6144)?;
    if memory_mb % 1024 != 0 {
        return Err(unusable("MEMORY_MB", memory_mb, "use a multiple of 1024 from 1024 to 6144"));
    }
    let max_concurrency = within(settings, "MAX_CONCURRENCY", 5, 1..=200)?;
    let name = "PROVISIONED_CONCURRENCY";
    let provisioned_concurrency = match settings.optional(name) {
        Some(_) => Some(within(settings, name, 1, 1..=max_concurrency)?),
        None => None,
    };
    Ok(Capacity::Serverless { memory_mb, max_concurrency, provisioned_concurrency })
}

fn within(
    settings: &Settings,
    name: &str,
    default: u16,
    range: RangeInclusive<u16>,
) -> Result<u16, SettingError> {
    let number = settings.parsed(name, default)?;
    if range.contains(&number) {
        return Ok(number);
    }
    let why = format!("use a whole number from {} to {}", range.start(), range.end());
    Err(unusable(name, number, why))
}

fn unusable(name: &str, value: impl Display, why: impl Into<String>) -> SettingError {
    SettingError::Unusable { name: name.to_owned(), value: value.to_string(), why: why.into() }
}
