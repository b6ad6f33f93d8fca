//! Writing, copying and deleting objects.

use std::fs::File;

use machine::{Caller, Refusal};
use s3s::S3Request;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error,
    MetadataDirective, ObjectIdentifier, PutObjectInput, PutObjectOutput, TaggingDirective,
};

use super::body::{Announced, receive};
use super::dto::{
    check_version, etag, given_attributes, given_checksums, tell_checksum, tell_checksums,
};
use crate::blobs::Blob;
use crate::checksum::Algorithm;
use crate::conditions::{Reading, Writing};
use crate::faults::{bad_request, no_such_bucket, not_implemented};
use crate::gate::caller;
use crate::rows::{self, ObjectRow};
use crate::shelf::{Label, Shelf, blocking, unusable};
use crate::wire::s3_error;
use crate::words::{Tags, tags_of_header, timestamp};

pub(super) async fn put_object(
    shelf: &Shelf,
    request: S3Request<PutObjectInput>,
) -> Result<PutObjectOutput, Refusal> {
    let S3Request { input, headers, trailing_headers, .. } = request;
    shelf.need_bucket(&input.bucket)?;
    let attributes = given_attributes!(input);
    let tags = given_tags(input.tagging.as_deref())?;
    let conditions = Writing::new(input.if_match.clone(), input.if_none_match.clone())?;
    let given = given_checksums!(input);
    let mut announced = Announced::new(&headers, given, input.checksum_algorithm.as_ref())?;
    announced.md5 = input.content_md5;
    announced.length = input.content_length;
    let mut algorithms = announced.algorithms();
    if algorithms.is_empty() {
        algorithms.push(Algorithm::USUAL);
    }
    let blob = receive(announced, shelf, &algorithms, input.body, trailing_headers).await?;
    let label = Label { bucket: input.bucket, key: input.key, attributes, tags };
    let object = shelf.put(label, blob, &conditions)?;
    let mut output = PutObjectOutput {
        e_tag: Some(etag(&object.etag)),
        server_side_encryption: input.server_side_encryption,
        ssekms_key_id: input.ssekms_key_id,
        ..PutObjectOutput::default()
    };
    tell_checksum!(output, object);
    Ok(output)
}

fn given_tags(header: Option<&str>) -> Result<Tags, Refusal> {
    header.map(tags_of_header).transpose().map(Option::unwrap_or_default)
}

/// The source of a copy, open, if its conditions hold.
pub(super) fn open_source(
    shelf: &Shelf,
    caller: &Caller,
    source: &CopySource,
    conditions: &Reading,
) -> Result<(ObjectRow, File), Refusal> {
    let CopySource::Bucket { bucket, key, version_id } = source else {
        return Err(not_implemented("access points as sources of copies"));
    };
    check_version(version_id.as_deref())?;
    let opened = shelf.open(bucket, key);
    let (object, file) = opened.map_err(|absent| shelf.missing(caller, bucket, absent))?;
    conditions.check_source(&object.etag, object.modified)?;
    Ok((object, file))
}

pub(super) async fn copy_object(
    shelf: &Shelf,
    request: S3Request<CopyObjectInput>,
) -> Result<CopyObjectOutput, Refusal> {
    let S3Request { input, extensions, .. } = request;
    let conditions = Reading {
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        modified_since: input.copy_source_if_modified_since.clone(),
        unmodified_since: input.copy_source_if_unmodified_since.clone(),
    };
    let caller = caller(&extensions)?;
    let (source, file) = open_source(shelf, caller, &input.copy_source, &conditions)?;
    shelf.need_bucket(&input.bucket)?;
    let label = copied_label(&input, &source)?;
    let asked = input.checksum_algorithm.as_ref().map(|asked| Algorithm::named(asked.as_str()));
    let algorithm = match asked {
        Some(None) => return Err(bad_request("Checksum algorithm provided is unsupported.")),
        Some(Some(asked)) => asked,
        None => source.attributes.checksum.map_or(Algorithm::USUAL, |known| known.algorithm),
    };
    let blob = copy(shelf, (file, 0, source.size), &[algorithm]).await?;
    let object = shelf.put(label, blob, &Writing::default())?;
    let mut result = CopyObjectResult {
        e_tag: Some(etag(&object.etag)),
        last_modified: Some(timestamp(object.modified)),
        ..CopyObjectResult::default()
    };
    tell_checksum!(result, object);
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        server_side_encryption: input.server_side_encryption,
        ssekms_key_id: input.ssekms_key_id,
        ..CopyObjectOutput::default()
    })
}

/// A new blob that is a piece of a file: where it starts, and how long it is.
pub(super) async fn copy(
    shelf: &Shelf,
    (file, start, length): (File, u64, i64),
    algorithms: &[Algorithm],
) -> Result<Blob, Refusal> {
    let mut intake = shelf.intake(algorithms)?;
    let length = u64::try_from(length).map_err(Refusal::internal)?;
    blocking(move || {
        intake.append(&file, start, length)?;
        intake.finish()
    })
    .await
}

/// A copy says what its source says, or what the request says instead.
fn copied_label(input: &CopyObjectInput, source: &ObjectRow) -> Result<Label, Refusal> {
    let replaces = |directive: Option<&str>| directive == Some(MetadataDirective::REPLACE);
    let replaces_metadata =
        replaces(input.metadata_directive.as_ref().map(MetadataDirective::as_str));
    let replaces_tags = replaces(input.tagging_directive.as_ref().map(TaggingDirective::as_str));
    let changes = replaces_metadata || replaces_tags || input.server_side_encryption.is_some();
    if !changes && input.bucket == source.bucket && input.key == source.key {
        return Err(bad_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let given = given_attributes!(input);
    let mut attributes = if replaces_metadata { given.clone() } else { source.attributes.clone() };
    attributes.encryption = given.encryption;
    attributes.encryption_key = given.encryption_key;
    attributes.checksum = None;
    attributes.parts = Vec::new();
    let tags =
        if replaces_tags { given_tags(input.tagging.as_deref())? } else { source.tags.clone() };
    Ok(Label { bucket: input.bucket.clone(), key: input.key.clone(), attributes, tags })
}

pub(super) async fn delete_object(
    shelf: &Shelf,
    request: S3Request<DeleteObjectInput>,
) -> Result<DeleteObjectOutput, Refusal> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    if input.if_match_last_modified_time.is_some() || input.if_match_size.is_some() {
        return Err(not_implemented("conditions of deletes other than If-Match"));
    }
    let conditions = Writing::new(input.if_match, None)?;
    shelf
        .delete(&input.bucket, &[(input.key.as_str(), conditions)])?
        .into_iter()
        .collect::<Result<(), _>>()?;
    Ok(DeleteObjectOutput::default())
}

pub(super) async fn delete_objects(
    shelf: &Shelf,
    request: S3Request<DeleteObjectsInput>,
) -> Result<DeleteObjectsOutput, Refusal> {
    let S3Request { input, extensions, .. } = request;
    let named = input.delete.objects;
    if named.is_empty() || named.len() > 1000 {
        let words = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(Refusal::new(400, "MalformedXML", words));
    }
    let caller = caller(&extensions)?;
    let mut outcomes: Vec<(String, Result<(), Refusal>)> = Vec::new();
    let mut allowed = Vec::new();
    for object in &named {
        match deletable(shelf, caller, &input.bucket, object) {
            Ok(conditions) => allowed.push((object.key.as_str(), conditions)),
            Err(refusal) => outcomes.push((object.key.clone(), Err(refusal))),
        }
    }
    let deleted = shelf.delete(&input.bucket, &allowed)?;
    outcomes.extend(allowed.iter().map(|(key, _)| (*key).to_owned()).zip(deleted));
    let mut output = DeleteObjectsOutput {
        deleted: Some(Vec::new()),
        errors: Some(Vec::new()),
        request_charged: None,
    };
    for (key, outcome) in outcomes {
        match outcome {
            Ok(()) if input.delete.quiet == Some(true) => {}
            Ok(()) => {
                let told = DeletedObject { key: Some(key), ..DeletedObject::default() };
                output.deleted.get_or_insert_default().push(told);
            }
            Err(refusal) => output.errors.get_or_insert_default().push(Error {
                code: Some(s3_error(refusal.clone()).code().as_str().to_owned()),
                key: Some(key),
                message: Some(refusal.message),
                version_id: None,
            }),
        }
    }
    Ok(output)
}

fn deletable(
    shelf: &Shelf,
    caller: &Caller,
    bucket: &str,
    object: &ObjectIdentifier,
) -> Result<Writing, Refusal> {
    shelf.permit(caller, "s3:DeleteObject", bucket, Some(&object.key))?;
    check_version(object.version_id.as_deref())?;
    if object.last_modified_time.is_some() || object.size.is_some() {
        return Err(not_implemented("conditions of deletes other than the entity tag"));
    }
    let if_match = object.e_tag.clone().map(s3s::dto::ETagCondition::ETag);
    Writing::new(if_match, None)
}

impl Shelf {
    /// Deletes objects in one transaction. One that is not there counts as deleted.
    fn delete(
        &self,
        bucket: &str,
        objects: &[(&str, Writing)],
    ) -> Result<Vec<Result<(), Refusal>>, Refusal> {
        let mut orphans = Vec::new();
        let outcomes = self.store.write(|batch| {
            let tables = batch.connection();
            if !rows::has_bucket(tables, bucket).map_err(unusable)? {
                return Err(no_such_bucket(bucket));
            }
            let mut outcomes = Vec::new();
            for (key, conditions) in objects {
                let current = rows::object(tables, bucket, key).map_err(unusable)?;
                let held = conditions.check(key, current.as_ref().map(|row| row.etag.as_str()));
                if let (Ok(()), Some(current)) = (&held, current) {
                    rows::delete_object(tables, bucket, key).map_err(unusable)?;
                    orphans.push(current.blob);
                }
                outcomes.push(held);
            }
            Ok(outcomes)
        })?;
        self.drop_blobs(orphans);
        Ok(outcomes)
    }
}
