//! What the function is told once.

use cloud::S3Uri;
use invocation::{SettingError, Settings};

/// The settings; `README.md` lists them with their defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifySettings {
    /// The topic that approvers are subscribed to.
    pub topic_arn: String,
    /// Below which a marker is kept for each version that was announced.
    pub marker_prefix: S3Uri,
    /// What the names of our groups begin with.
    pub group_prefix: String,
    /// What the name of an endpoint adds to its group's.
    pub endpoint_suffix: String,
    /// A page to decide on, with `{group}`, `{version}` and `{arn}` in it.
    pub console_url: Option<String>,
}

impl NotifySettings {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingError> {
        let prefix = settings.required("MARKER_PREFIX", "s3://bucket/prefix of the markers")?;
        let marker_prefix = prefix.parse().map_err(|error: cloud::objects::NotAnS3Uri| {
            let name = "MARKER_PREFIX".to_owned();
            SettingError::Unusable { name, value: prefix, why: error.to_string() }
        })?;
        let suffix = settings.optional("ENDPOINT_SUFFIX");
        Ok(Self {
            topic_arn: settings.required("TOPIC_ARN", "the topic that approvers subscribe to")?,
            marker_prefix,
            group_prefix: settings.optional("MODEL_GROUP_PREFIX").unwrap_or_default(),
            endpoint_suffix: suffix.unwrap_or_else(|| "-serverless-prod".to_owned()),
            console_url: settings.optional("CONSOLE_URL"),
        })
    }

    pub(crate) fn covers(&self, group: &str) -> bool {
        group.starts_with(&self.group_prefix)
    }
}
