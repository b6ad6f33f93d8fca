//! The tags of objects.

use machine::Refusal;
use s3s::S3Request;
use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};

use super::dto::check_version;
use crate::faults::{no_such_bucket, no_such_key};
use crate::rows;
use crate::shelf::{Shelf, unusable};
use crate::words::{Tags, checked_tags};

pub(super) async fn get_object_tagging(
    shelf: &Shelf,
    request: S3Request<GetObjectTaggingInput>,
) -> Result<GetObjectTaggingOutput, Refusal> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    let object = shelf.find(&input.bucket, &input.key)?;
    let object = object.ok_or_else(|| no_such_key(&input.key))?;
    let tag = |(key, value)| Tag { key: Some(key), value: Some(value) };
    let tag_set = object.tags.into_iter().map(tag).collect();
    Ok(GetObjectTaggingOutput { tag_set, version_id: None })
}

pub(super) async fn put_object_tagging(
    shelf: &Shelf,
    request: S3Request<PutObjectTaggingInput>,
) -> Result<PutObjectTaggingOutput, Refusal> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    let pair = |tag: Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    let tags = checked_tags(input.tagging.tag_set.into_iter().map(pair).collect())?;
    shelf.tag(&input.bucket, &input.key, tags)?;
    Ok(PutObjectTaggingOutput::default())
}

pub(super) async fn delete_object_tagging(
    shelf: &Shelf,
    request: S3Request<DeleteObjectTaggingInput>,
) -> Result<DeleteObjectTaggingOutput, Refusal> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    shelf.tag(&input.bucket, &input.key, Tags::new())?;
    Ok(DeleteObjectTaggingOutput::default())
}

impl Shelf {
    fn tag(&self, bucket: &str, key: &str, tags: Tags) -> Result<(), Refusal> {
        self.store.write(|batch| {
            let tables = batch.connection();
            if !rows::has_bucket(tables, bucket).map_err(unusable)? {
                return Err(no_such_bucket(bucket));
            }
            let object = rows::object(tables, bucket, key).map_err(unusable)?;
            let mut object = object.ok_or_else(|| no_such_key(key))?;
            object.tags = tags;
            rows::put_object(tables, &object).map_err(unusable)
        })
    }
}
