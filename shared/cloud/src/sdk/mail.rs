//! Mail, over SNS.

use super::{Aws, errors};
use crate::CallError;
use crate::mail::PublishMail;

const PUBLISH: &str = "sns:Publish";

impl PublishMail for Aws {
    async fn publish(
        &self,
        topic_arn: &str,
        subject: &str,
        message: &str,
    ) -> Result<String, CallError> {
        let request = self.sns().publish().topic_arn(topic_arn).subject(subject).message(message);
        let answer =
            request.send().await.map_err(|error| errors::read(PUBLISH, topic_arn, &error))?;
        let id = answer.message_id;
        id.ok_or_else(|| errors::unreadable(PUBLISH, topic_arn, "MessageId"))
    }
}
