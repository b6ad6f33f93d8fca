//! Queues and topics.

use super::{Deploying, Queue, Topic};
use crate::properties::Properties;
use crate::{StackError, naming};

const FOUR_DAYS: u32 = 345_600;
const FOURTEEN_DAYS: u32 = 1_209_600;
const TWELVE_HOURS: u32 = 43_200;

impl Deploying<'_> {
    pub(super) fn queue(&self, properties: &Properties) -> Result<Queue, StackError> {
        properties.only(&[
            "QueueName",
            "MessageRetentionPeriod",
            "VisibilityTimeout",
            "SqsManagedSseEnabled",
            "KmsMasterKeyId",
            "Tags",
        ])?;
        let name = self.name()?;
        let retention = properties.number("MessageRetentionPeriod", 60..=FOURTEEN_DAYS, FOUR_DAYS);
        let visibility = properties.number("VisibilityTimeout", 0..=TWELVE_HOURS, 30);
        Ok(Queue {
            arn: self.arn()?,
            url: naming::queue_url(self.resolver.settings, &name),
            retention_seconds: retention?,
            visibility_timeout_seconds: visibility?,
            name,
        })
    }

    pub(super) fn topic(&self, properties: &Properties) -> Result<Topic, StackError> {
        properties.only(&["TopicName", "DisplayName", "KmsMasterKeyId", "Tags"])?;
        Ok(Topic {
            name: self.name()?,
            arn: self.arn()?,
            display_name: properties.text("DisplayName")?,
            subscriptions: Vec::new(),
        })
    }
}
