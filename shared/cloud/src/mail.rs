//! Mail to people, through a topic.

use std::future::Future;

use crate::CallError;

/// Publishes to a topic (`sns:Publish`).
pub trait PublishMail {
    /// Sends `message`; the subject has fewer than 100 characters and no line break.
    fn publish(
        &self,
        topic_arn: &str,
        subject: &str,
        message: &str,
    ) -> impl Future<Output = Result<String, CallError>> + Send;
}
