//! Uploads in parts, up to the moment at which they become an object.

use machine::{Refusal, ids};
use s3s::S3Request;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CopyPartResult,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, UploadPartCopyInput,
    UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};

use super::body::{Announced, receive};
use super::dto::{algorithm, etag, given_attributes, given_checksums, kind, tell_checksums};
use super::write::{copy, open_source};
use crate::blobs::Blob;
use crate::checksum::{Algorithm, Kind};
use crate::conditions::Reading;
use crate::faults::{bad_argument, bad_range, bad_request, no_such_upload};
use crate::gate::caller;
use crate::rows::{self, PartRow, UploadRow};
use crate::shelf::{Shelf, unusable};
use crate::words::{tags_of_header, timestamp};

pub(super) async fn create_multipart_upload(
    shelf: &Shelf,
    request: S3Request<CreateMultipartUploadInput>,
) -> Result<CreateMultipartUploadOutput, Refusal> {
    let input = request.input;
    shelf.need_bucket(&input.bucket)?;
    let unsupported = || bad_request("Checksum algorithm provided is unsupported.");
    let named = match &input.checksum_algorithm {
        Some(asked) => Algorithm::named(asked.as_str()).ok_or_else(unsupported)?,
        None => Algorithm::USUAL,
    };
    let way = match &input.checksum_type {
        Some(asked) => Kind::named(asked.as_str()).ok_or_else(unsupported)?,
        None => named.usual_kind(),
    };
    if !named.has(way) {
        let words = format!(
            "The {} checksum type cannot be used with the {} checksum algorithm.",
            way.name(),
            named.name()
        );
        return Err(bad_request(words));
    }
    let attributes = given_attributes!(input);
    let upload = UploadRow {
        id: ids::hex(32),
        bucket: input.bucket,
        key: input.key,
        begun: shelf.clock.now(),
        attributes,
        tags: input.tagging.as_deref().map(tags_of_header).transpose()?.unwrap_or_default(),
        algorithm: named,
        kind: way,
    };
    shelf.store.write(|batch| rows::put_upload(batch.connection(), &upload).map_err(unusable))?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(upload.bucket),
        key: Some(upload.key),
        upload_id: Some(upload.id),
        checksum_algorithm: input.checksum_algorithm.map(|_| algorithm(named)),
        checksum_type: Some(kind(way)),
        server_side_encryption: input.server_side_encryption,
        ssekms_key_id: input.ssekms_key_id,
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn upload_part(
    shelf: &Shelf,
    request: S3Request<UploadPartInput>,
) -> Result<UploadPartOutput, Refusal> {
    let S3Request { input, headers, trailing_headers, .. } = request;
    let upload = shelf.upload(&input.bucket, &input.key, &input.upload_id)?;
    check_number(input.part_number)?;
    let given = given_checksums!(input);
    let mut announced = Announced::new(&headers, given, input.checksum_algorithm.as_ref())?;
    announced.md5 = input.content_md5;
    announced.length = input.content_length;
    let mut algorithms = announced.algorithms();
    if !algorithms.contains(&upload.algorithm) {
        algorithms.push(upload.algorithm);
    }
    let blob = receive(announced, shelf, &algorithms, input.body, trailing_headers).await?;
    let part = shelf.put_part(&upload, input.part_number, blob)?;
    let mut output =
        UploadPartOutput { e_tag: Some(etag(&part.etag)), ..UploadPartOutput::default() };
    tell_checksums!(output, part.checksums.iter());
    Ok(output)
}

pub(super) async fn upload_part_copy(
    shelf: &Shelf,
    request: S3Request<UploadPartCopyInput>,
) -> Result<UploadPartCopyOutput, Refusal> {
    let S3Request { input, extensions, .. } = request;
    let upload = shelf.upload(&input.bucket, &input.key, &input.upload_id)?;
    check_number(input.part_number)?;
    let conditions = Reading {
        if_match: input.copy_source_if_match,
        if_none_match: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    let caller = caller(&extensions)?;
    let (source, file) = open_source(shelf, caller, &input.copy_source, &conditions)?;
    let (start, length) = match &input.copy_source_range {
        Some(range) => copied_range(range, source.size)?,
        None => (0, source.size),
    };
    let blob = copy(shelf, (file, start, length), &[upload.algorithm]).await?;
    let part = shelf.put_part(&upload, input.part_number, blob)?;
    let mut result = CopyPartResult {
        e_tag: Some(etag(&part.etag)),
        last_modified: Some(timestamp(part.modified)),
        ..CopyPartResult::default()
    };
    tell_checksums!(result, part.checksums.iter());
    Ok(UploadPartCopyOutput { copy_part_result: Some(result), ..UploadPartCopyOutput::default() })
}

pub(super) async fn abort_multipart_upload(
    shelf: &Shelf,
    request: S3Request<AbortMultipartUploadInput>,
) -> Result<AbortMultipartUploadOutput, Refusal> {
    let input = request.input;
    let upload = shelf.upload(&input.bucket, &input.key, &input.upload_id)?;
    let orphans = shelf
        .store
        .write(|batch| rows::delete_upload(batch.connection(), &upload.id).map_err(unusable))?;
    shelf.drop_blobs(orphans);
    Ok(AbortMultipartUploadOutput::default())
}

impl Shelf {
    /// The upload of this key.
    pub(super) fn upload(&self, bucket: &str, key: &str, id: &str) -> Result<UploadRow, Refusal> {
        self.need_bucket(bucket)?;
        let upload = self.look(|tables| rows::upload(tables, id))?;
        let upload = upload.filter(|upload| upload.bucket == bucket && upload.key == key);
        upload.ok_or_else(|| no_such_upload(id))
    }

    fn put_part(&self, upload: &UploadRow, number: i32, blob: Blob) -> Result<PartRow, Refusal> {
        let part = PartRow {
            number,
            size: i64::try_from(blob.size).map_err(Refusal::internal)?,
            etag: blob.etag(),
            modified: self.clock.now(),
            blob: blob.name.clone(),
            checksums: blob.checksums.clone(),
        };
        let replaced = self.store.write(|batch| {
            // It may have been completed or aborted while the part came in.
            if rows::upload(batch.connection(), &upload.id).map_err(unusable)?.is_none() {
                return Err(no_such_upload(&upload.id));
            }
            rows::put_part(batch.connection(), &upload.id, &part).map_err(unusable)
        })?;
        blob.keep();
        self.drop_blobs(replaced);
        Ok(part)
    }
}

fn check_number(number: i32) -> Result<(), Refusal> {
    if (1..=10_000).contains(&number) {
        return Ok(());
    }
    Err(bad_argument("Part number must be an integer between 1 and 10000, inclusive"))
}

/// `bytes=first-last`: the start, and the length.
fn copied_range(range: &str, size: i64) -> Result<(u64, i64), Refusal> {
    let malformed = || {
        bad_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
        )
    };
    let places = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let (first, last) = places.ok_or_else(malformed)?;
    let first: u64 = first.parse().map_err(|_| malformed())?;
    let last: u64 = last.parse().map_err(|_| malformed())?;
    let length = last.checked_sub(first).ok_or_else(malformed)?;
    let (last, length) = (
        i64::try_from(last).map_err(|_| malformed())?,
        i64::try_from(length).map_err(|_| malformed())?,
    );
    if last >= size {
        return Err(bad_range());
    }
    Ok((first, length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_a_copy_lies_within_the_source() {
        assert_eq!(copied_range("bytes=2-4", 5), Ok((2, 3)));
        assert_eq!(copied_range("bytes=2-5", 5), Err(bad_range()));
        for malformed in ["2-4", "bytes=2-", "bytes=-4", "bytes=4-2", "bytes=a-b"] {
            assert_eq!(copied_range(malformed, 5).unwrap_err().code, "InvalidArgument");
        }
    }
}
