//! The wire: what a request asks for, and the answer in the form of S3.
//!
//! Each operation is a function of its own in one of the modules below; an operation that is not
//! here answers `NotImplemented`, which is what the protocol crate does by itself.

mod body;
mod buckets;
mod complete;
mod dto;
mod multipart;
mod pages;
mod read;
mod tags;
mod write;

use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use http::StatusCode;
use machine::Refusal;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::dto as d;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use crate::faults::not_implemented;
use crate::gate::Gate;
use crate::shelf::Shelf;

/// The service that answers requests.
pub(crate) fn service(shelf: &Arc<Shelf>) -> S3Service {
    let mut builder = S3ServiceBuilder::new(Wire(Arc::clone(shelf)));
    builder.set_auth(Gate(Arc::clone(shelf)));
    builder.set_access(Gate(Arc::clone(shelf)));
    let mut config = S3Config::default();
    // Forms of browsers are not implemented; the protocol crate would read them into memory first.
    config.post_object_max_file_size = 0;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.build()
}

/// A refusal in the form of S3.
pub(crate) fn s3_error(refusal: Refusal) -> S3Error {
    let code = match refusal.code.as_ref() {
        "InternalFailure" => S3ErrorCode::InternalError,
        code => S3ErrorCode::from_str(code).unwrap_or(S3ErrorCode::InternalError),
    };
    let mut error = S3Error::with_message(code, refusal.message);
    if let Ok(status) = StatusCode::from_u16(refusal.status) {
        error.set_status_code(status);
    }
    error
}

fn answer<T>(outcome: Result<T, Refusal>) -> S3Result<S3Response<T>> {
    outcome.map(S3Response::new).map_err(s3_error)
}

struct Wire(Arc<Shelf>);

/// An operation: its method in the trait, the function that does it, and what goes in and out.
macro_rules! operations {
    ($($method:ident: $module:ident($input:ident) -> $output:ident;)*) => {
        #[async_trait]
        impl S3 for Wire {
            $(async fn $method(
                &self,
                request: S3Request<d::$input>,
            ) -> S3Result<S3Response<d::$output>> {
                answer($module::$method(&self.0, request).await)
            })*

            async fn post_object(
                &self,
                _: S3Request<d::PostObjectInput>,
            ) -> S3Result<S3Response<d::PostObjectOutput>> {
                answer(Err(not_implemented("S3 PostObject")))
            }
        }
    };
}

operations! {
    create_bucket: buckets(CreateBucketInput) -> CreateBucketOutput;
    head_bucket: buckets(HeadBucketInput) -> HeadBucketOutput;
    delete_bucket: buckets(DeleteBucketInput) -> DeleteBucketOutput;
    list_buckets: buckets(ListBucketsInput) -> ListBucketsOutput;
    get_bucket_location: buckets(GetBucketLocationInput) -> GetBucketLocationOutput;
    get_bucket_versioning: buckets(GetBucketVersioningInput) -> GetBucketVersioningOutput;
    get_object: read(GetObjectInput) -> GetObjectOutput;
    head_object: read(HeadObjectInput) -> HeadObjectOutput;
    put_object: write(PutObjectInput) -> PutObjectOutput;
    copy_object: write(CopyObjectInput) -> CopyObjectOutput;
    delete_object: write(DeleteObjectInput) -> DeleteObjectOutput;
    delete_objects: write(DeleteObjectsInput) -> DeleteObjectsOutput;
    list_objects: pages(ListObjectsInput) -> ListObjectsOutput;
    list_objects_v2: pages(ListObjectsV2Input) -> ListObjectsV2Output;
    get_object_tagging: tags(GetObjectTaggingInput) -> GetObjectTaggingOutput;
    put_object_tagging: tags(PutObjectTaggingInput) -> PutObjectTaggingOutput;
    delete_object_tagging: tags(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput;
    create_multipart_upload:
        multipart(CreateMultipartUploadInput) -> CreateMultipartUploadOutput;
    upload_part: multipart(UploadPartInput) -> UploadPartOutput;
    upload_part_copy: multipart(UploadPartCopyInput) -> UploadPartCopyOutput;
    complete_multipart_upload:
        complete(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
    abort_multipart_upload: multipart(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
    list_parts: pages(ListPartsInput) -> ListPartsOutput;
    list_multipart_uploads: pages(ListMultipartUploadsInput) -> ListMultipartUploadsOutput;
}
