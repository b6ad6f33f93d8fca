//! Objects in S3: reading a report, and writing a small marker exactly once.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::CallError;

/// An address `s3://bucket/key`. Holding one proves that both parts are there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct S3Uri {
    bucket: String,
    key: String,
}

/// Why a text is not an address in S3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address of the form s3://bucket/key")]
pub struct NotAnS3Uri(String);

impl S3Uri {
    /// The address of `key` in `bucket`.
    pub fn new(bucket: &str, key: &str) -> Result<Self, NotAnS3Uri> {
        format!("s3://{bucket}/{key}").parse()
    }

    /// The bucket, without `s3://`.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key, without a leading slash.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The address of `file` below this one, or this one if it already names such a file.
    ///
    /// A processing output is a prefix without trailing slash, while people give whole addresses.
    #[must_use]
    pub fn file(&self, file: &str) -> Self {
        let key = self.key.trim_end_matches('/');
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        if key.rsplit_once('.').is_some_and(|(_, found)| found == extension) {
            return Self { bucket: self.bucket.clone(), key: key.to_owned() };
        }
        Self { bucket: self.bucket.clone(), key: format!("{key}/{file}") }
    }
}

impl FromStr for S3Uri {
    type Err = NotAnS3Uri;

    fn from_str(text: &str) -> Result<Self, NotAnS3Uri> {
        let parts = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        match parts {
            Some((bucket, key))
                if bucket.len() >= 3
                    && !bucket.contains(char::is_whitespace)
                    && !key.is_empty() =>
            {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(NotAnS3Uri(text.to_owned())),
        }
    }
}

impl TryFrom<String> for S3Uri {
    type Error = NotAnS3Uri;

    fn try_from(text: String) -> Result<Self, NotAnS3Uri> {
        text.parse()
    }
}

impl From<S3Uri> for String {
    fn from(uri: S3Uri) -> Self {
        uri.to_string()
    }
}

impl fmt::Display for S3Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// An object's bytes and when it was last written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Seconds since 1970 of its last write.
    pub modified: i64,
    /// What a conditional write compares with.
    pub etag: String,
}

/// Reads whole objects (`s3:GetObject`).
pub trait ReadObject {
    /// Reads one; a missing key is `NotFound`, or `Denied` where the role may not list the bucket.
    fn read(&self, uri: &S3Uri) -> impl Future<Output = Result<Object, CallError>> + Send;
}

/// What must hold for a conditional write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// No object has this key.
    Absent,
    /// The object is still the one with this entity tag.
    Unchanged(String),
}

/// Writes small objects under a condition (`s3:PutObject`).
pub trait WriteObject {
    /// Writes if the condition holds and answers the new entity tag, else answers `Conflict`.
    fn write(
        &self,
        uri: &S3Uri,
        bytes: Vec<u8>,
        precondition: &Precondition,
    ) -> impl Future<Output = Result<String, CallError>> + Send;
}

/// Puts files into S3 (`s3:PutObject`).
pub trait UploadFile {
    /// Writes a file's bytes to an object, whatever was there.
    fn upload(&self, file: &Path, to: &S3Uri)
    -> impl Future<Output = Result<(), CallError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_a_bucket_and_a_key() {
        for bad in ["", "s3://", "s3://bucket", "s3://bucket/", "/bucket/key", "s3:///key"] {
            assert!(bad.parse::<S3Uri>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_prefix_leads_to_the_file_below_it_and_a_file_to_itself() {
        let prefix: S3Uri = "s3://bucket/run/evaluation".parse().unwrap();
        let file: S3Uri = "s3://bucket/run/other.json".parse().unwrap();

        let below = prefix.file("evaluation.json").to_string();
        assert_eq!(below, "s3://bucket/run/evaluation/evaluation.json");
        assert_eq!(file.file("evaluation.json"), file);
    }
}
