//! The mails that topics send, kept so that a person can read them.
//!
//! Each is a document of the store first, in the transaction that published it, and then a file:
//! one that is missing after a crash is written when the engine starts again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use machine::{Batch, Machine, StoreError, Time};
use serde::{Deserialize, Serialize};

const KIND: &str = "mail";

/// A mail that SNS would have sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Counted from 1.
    pub number: i64,
    /// The topic that it was published to.
    pub topic_arn: String,
    /// Who sends it: the topic's display name, or its name.
    pub from: String,
    /// Who receives it; nobody if the topic has no subscription.
    pub to: Option<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub message: String,
    /// When it was sent.
    pub sent: Time,
    /// The id that SNS answered with.
    pub message_id: String,
}

impl Mail {
    /// Its file in a mail folder, such as `0001-model-7-waits.eml`.
    pub fn file(&self, folder: &Path) -> PathBuf {
        let letters = self.subject.chars().map(|letter| match letter.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => '-',
        });
        let words: String = letters.take(60).collect();
        let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
        folder.join(format!("{:04}-{}.eml", self.number, words.join("-")))
    }

    /// As mail programs read it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let time = jiff::Timestamp::from_millisecond(self.sent.0).unwrap_or_default();
        let date = jiff::fmt::rfc2822::to_string(&time.to_zoned(jiff::tz::TimeZone::UTC));
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "From: \"{}\" <no-reply@sns.localhost>\nTo: {}\nSubject: {}\nDate: {}\n\
             Message-ID: <{}@sns.localhost>\nX-Topic-Arn: {}\n",
            self.from.replace(['"', '\\'], ""),
            self.to.as_deref().unwrap_or("undisclosed-recipients:;"),
            self.subject,
            date.unwrap_or_default(),
            self.message_id,
            self.topic_arn,
        );
        if self.to.is_none() {
            text.push_str("X-Note: nobody is subscribed to the topic, so AWS would send no mail\n");
        }
        text.push_str("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n");
        text.push_str("Content-Transfer-Encoding: 8bit\n\n");
        text.push_str(&self.message);
        if !self.message.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// All mails. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox {
    machine: Machine,
    /// The number of the last mail that has its file.
    written: Arc<Mutex<i64>>,
}

impl Mailbox {
    /// Opens it and writes the files that are missing.
    pub(crate) fn open(machine: &Machine) -> Self {
        let mailbox = Self { machine: machine.clone(), written: Arc::default() };
        mailbox.write_files();
        mailbox
    }

    /// Keeps a mail, in the transaction that published it. `write_files` is called afterwards.
    pub(crate) fn put(batch: &Batch<'_>, mut mail: Mail) -> Result<(), StoreError> {
        mail.number = batch.next_number(KIND)?;
        batch.put(KIND, &format!("{:020}", mail.number), &mail)
    }

    /// Every mail, the oldest first.
    pub(crate) fn all(&self) -> Result<Vec<Mail>, StoreError> {
        let mails = self.machine.store.all(KIND)?;
        Ok(mails.into_iter().map(|(_, mail)| mail).collect())
    }

    /// Writes the files of mails that have none. The store has the mail whatever becomes of this.
    pub(crate) fn write_files(&self) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mails = match self.all() {
            Ok(mails) => mails,
            Err(error) => return tracing::error!(%error, "mails cannot be read"),
        };
        for mail in mails.iter().filter(|mail| mail.number > *written) {
            let file = mail.file(&self.machine.home.mail());
            if let Err(error) = write_new(&file, &mail.text()) {
                tracing::error!(%error, file = %file.display(), "a mail cannot be written");
                return;
            }
        }
        *written = mails.last().map_or(0, |mail| mail.number);
    }
}

fn write_new(file: &Path, text: &str) -> io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    // Renamed when it is whole, so that nobody reads half a mail.
    let unfinished = file.with_extension("unfinished");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_a_file_that_a_person_can_read() {
        let mail = Mail {
            number: 7,
            topic_arn: "arn:aws:sns:eu-west-1:1:approvals".to_owned(),
            from: "Almanac approvals".to_owned(),
            to: None,
            subject: "retail-acme v7: approve?".to_owned(),
            message: "Better by 3 %".to_owned(),
            sent: Time(1_771_926_067_120),
            message_id: "m".to_owned(),
        };

        let text = mail.text();

        assert_eq!(mail.file(Path::new("m")), Path::new("m/0007-retail-acme-v7-approve.eml"));
        assert!(text.contains("\nDate: Tue, 24 Feb 2026 09:41:07 +0000\n"), "{text}");
        assert!(text.contains("nobody is subscribed"), "{text}");
        assert!(text.ends_with("\n\nBetter by 3 %\n"), "{text}");
    }
}
