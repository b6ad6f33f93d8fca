//! Objects, over S3.

use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;

use super::{Aws, errors};
use crate::objects::{Object, Precondition, ReadObject, UploadFile, WriteObject};
use crate::{CallError, Reason, S3Uri};

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";

impl ReadObject for Aws {
    async fn read(&self, uri: &S3Uri) -> Result<Object, CallError> {
        let resource = uri.to_string();
        let request = self.s3().get_object().bucket(uri.bucket()).key(uri.key());
        let answer = request.send().await.map_err(|error| errors::read(GET, &resource, &error))?;
        let modified = answer.last_modified().map_or(0, aws_sdk_s3::primitives::DateTime::secs);
        let etag = answer.e_tag().unwrap_or_default().to_owned();
        let body = answer.body.collect().await;
        let body = body.map_err(|error| {
            CallError::new(GET, &resource, Reason::Unavailable, error.to_string())
        })?;
        Ok(Object { bytes: body.to_vec(), modified, etag })
    }
}

impl WriteObject for Aws {
    async fn write(
        &self,
        uri: &S3Uri,
        bytes: Vec<u8>,
        precondition: &Precondition,
    ) -> Result<String, CallError> {
        let resource = uri.to_string();
        let request = self.s3().put_object().bucket(uri.bucket()).key(uri.key());
        let request = match precondition {
            Precondition::Absent => request.if_none_match("*"),
            Precondition::Unchanged(etag) => request.if_match(etag),
        };
        let answer = request.body(ByteStream::from(bytes)).send().await;
        let answer = answer.map_err(|error| errors::read(PUT, &resource, &error))?;
        answer.e_tag.ok_or_else(|| errors::unreadable(PUT, &resource, "ETag"))
    }
}

impl UploadFile for Aws {
    async fn upload(&self, file: &Path, to: &S3Uri) -> Result<(), CallError> {
        let resource = to.to_string();
        let body = ByteStream::from_path(file).await.map_err(|error| {
            let message = format!("cannot read {}: {error}", file.display());
            CallError::new(PUT, &resource, Reason::Refused, message)
        })?;
        let request = self.s3().put_object().bucket(to.bucket()).key(to.key()).body(body);
        request.send().await.map_err(|error| errors::read(PUT, &resource, &error))?;
        Ok(())
    }
}
