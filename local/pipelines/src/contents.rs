//! Reads objects on behalf of a role.

use machine::{Caller, Refusal};
use serde_json::Value;

use crate::Shared;
use crate::services::{Services, split_uri};

impl<S: Services> Shared<S> {
    /// The content of an object, if the caller may read it.
    pub(crate) async fn read_object(
        &self,
        caller: &Caller,
        bucket: &str,
        key: &str,
    ) -> Result<Vec<u8>, Refusal> {
        self.permissions.check(caller, "s3:GetObject", &format!("arn:aws:s3:::{bucket}/{key}"))?;
        let content = self.contents.read(bucket, key).await.map_err(|refusal| {
            // The words of S3, in an error of SageMaker.
            match refusal.status {
                ..500 => Refusal::invalid(format!(
                    "The object s3://{bucket}/{key} cannot be read: {}",
                    refusal.message
                )),
                _ => refusal,
            }
        })?;
        content.ok_or_else(|| {
            Refusal::invalid(format!("The object s3://{bucket}/{key} does not exist."))
        })
    }

    /// A JSON file for `Std:JsonGet`, or why there is none.
    pub(crate) async fn read_json(&self, caller: &Caller, uri: &str) -> Result<Value, String> {
        let Some((bucket, key)) = split_uri(uri) else {
            return Err("it is no S3 URI".to_owned());
        };
        let content = self.read_object(caller, bucket, key).await;
        let content = content.map_err(|refusal| refusal.to_string())?;
        serde_json::from_slice(&content).map_err(|error| format!("it is not JSON: {error}"))
    }

    /// The digest of everything below an S3 URI.
    pub(crate) fn digest(&self, uri: &str) -> Result<String, Refusal> {
        let Some((bucket, prefix)) = split_uri(uri) else {
            return Err(Refusal::invalid(format!("{uri} is no S3 URI")));
        };
        self.contents.digest(bucket, prefix)
    }
}
