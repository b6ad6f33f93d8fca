//! Mail that was sent.

use super::Account;
use crate::mail::PublishMail;
use crate::{CallError, Reason};

/// One mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The topic that it went to.
    pub topic_arn: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub message: String,
}

/// Every mail, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The mails.
    pub mails: Vec<Mail>,
}

impl PublishMail for Account {
    async fn publish(
        &self,
        topic_arn: &str,
        subject: &str,
        message: &str,
    ) -> Result<String, CallError> {
        self.call("sns:Publish", topic_arn, |state| {
            if subject.chars().count() >= 100 || subject.chars().any(char::is_control) {
                return Err((Reason::Refused, "Invalid parameter: Subject".to_owned()));
            }
            state.mailbox.mails.push(Mail {
                topic_arn: topic_arn.to_owned(),
                subject: subject.to_owned(),
                message: message.to_owned(),
            });
            Ok(format!("message-{}", state.mailbox.mails.len()))
        })
        .await
    }
}
