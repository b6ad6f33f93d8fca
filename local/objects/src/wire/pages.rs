//! Listings: keys, parts and uploads, page by page.

use machine::Refusal;
use s3s::S3Request;
use s3s::dto::{
    ChecksumAlgorithm, CommonPrefix, EncodingType, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ListPartsInput, ListPartsOutput, MultipartUpload, Object,
    ObjectStorageClass, Owner, Part, StorageClass,
};

use super::dto::{algorithm, count, etag, kind, owner, page_size, tell_checksums};
use crate::checksum::hex;
use crate::faults::{bad_argument, not_implemented};
use crate::listing::{Page, Wanted};
use crate::rows::{self, ObjectRow, UploadRow};
use crate::shelf::Shelf;
use crate::words::{percent_encoded, timestamp};

/// How texts of a listing are written.
#[derive(Clone, Copy)]
enum Texts {
    Plain,
    Encoded,
}

impl Texts {
    fn asked(encoding: Option<&EncodingType>) -> Result<Self, Refusal> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Self::Plain),
            Some(EncodingType::URL) => Ok(Self::Encoded),
            Some(_) => Err(bad_argument("Invalid Encoding Method specified in Request")),
        }
    }

    fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Encoded => percent_encoded(text),
        }
    }

    fn some(self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.write(text))
    }

    fn prefixes(self, page: &Page) -> Vec<CommonPrefix> {
        let prefix = |prefix: &String| CommonPrefix { prefix: Some(self.write(prefix)) };
        page.prefixes.iter().map(prefix).collect()
    }

    fn objects(self, page: &Page, owner: Option<&Owner>) -> Vec<Object> {
        page.objects.iter().map(|object| self.object(object, owner)).collect()
    }

    fn object(self, object: &ObjectRow, owner: Option<&Owner>) -> Object {
        let checksum = object.attributes.checksum.as_ref();
        Object {
            checksum_algorithm: checksum.map(|checksum| vec![algorithm(checksum.algorithm)]),
            checksum_type: checksum.map(|checksum| kind(checksum.kind)),
            e_tag: Some(etag(&object.etag)),
            key: Some(self.write(&object.key)),
            last_modified: Some(timestamp(object.modified)),
            owner: owner.cloned(),
            restore_status: None,
            size: Some(object.size),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        }
    }
}

pub(super) async fn list_objects(
    shelf: &Shelf,
    request: S3Request<ListObjectsInput>,
) -> Result<ListObjectsOutput, Refusal> {
    let ListObjectsInput { bucket, prefix, delimiter, marker, max_keys, .. } = request.input;
    let texts = Texts::asked(request.input.encoding_type.as_ref())?;
    let most = page_size(max_keys)?;
    let wanted = Wanted {
        prefix: prefix.as_deref().unwrap_or_default(),
        delimiter: delimiter.as_deref().unwrap_or_default(),
        after: marker.as_deref().filter(|marker| !marker.is_empty()),
        most,
    };
    let page = shelf.list(&bucket, &wanted)?;
    let next = page.next.as_deref().filter(|_| !wanted.delimiter.is_empty());
    Ok(ListObjectsOutput {
        name: Some(bucket),
        prefix: Some(texts.write(wanted.prefix)),
        marker: Some(texts.write(wanted.after.unwrap_or_default())),
        max_keys: Some(count(most)),
        is_truncated: Some(page.next.is_some()),
        contents: Some(texts.objects(&page, Some(&owner(&shelf.identity)))),
        common_prefixes: Some(texts.prefixes(&page)),
        next_marker: texts.some(next),
        delimiter: texts.some(delimiter.as_deref()),
        encoding_type: request.input.encoding_type,
        request_charged: None,
    })
}

pub(super) async fn list_objects_v2(
    shelf: &Shelf,
    request: S3Request<ListObjectsV2Input>,
) -> Result<ListObjectsV2Output, Refusal> {
    let ListObjectsV2Input { bucket, prefix, delimiter, start_after, max_keys, .. } = request.input;
    let texts = Texts::asked(request.input.encoding_type.as_ref())?;
    let most = page_size(max_keys)?;
    let token = request.input.continuation_token;
    let last = token.as_deref().map(last_of_token).transpose()?;
    let wanted = Wanted {
        prefix: prefix.as_deref().unwrap_or_default(),
        delimiter: delimiter.as_deref().unwrap_or_default(),
        after: last.as_deref().or(start_after.as_deref()).filter(|after| !after.is_empty()),
        most,
    };
    let page = shelf.list(&bucket, &wanted)?;
    let owner = request.input.fetch_owner.filter(|fetch| *fetch).map(|_| owner(&shelf.identity));
    Ok(ListObjectsV2Output {
        name: Some(bucket),
        prefix: Some(texts.write(wanted.prefix)),
        max_keys: Some(count(most)),
        key_count: Some(count(page.objects.len() + page.prefixes.len())),
        continuation_token: token,
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_ref().map(|last| hex(last.as_bytes())),
        contents: Some(texts.objects(&page, owner.as_ref())),
        common_prefixes: Some(texts.prefixes(&page)),
        delimiter: texts.some(delimiter.as_deref()),
        encoding_type: request.input.encoding_type,
        start_after: texts.some(start_after.as_deref()),
        request_charged: None,
    })
}

/// A token is the last key or prefix of the page before, in hexadecimal.
fn last_of_token(token: &str) -> Result<String, Refusal> {
    let malformed = || bad_argument("The continuation token provided is incorrect");
    let digits: Option<Vec<u32>> = token.chars().map(|digit| digit.to_digit(16)).collect();
    let bytes = digits.ok_or_else(malformed)?;
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = bytes.chunks(2).map(byte).collect();
    String::from_utf8(bytes.ok_or_else(malformed)?).map_err(|_| malformed())
}

pub(super) async fn list_parts(
    shelf: &Shelf,
    request: S3Request<ListPartsInput>,
) -> Result<ListPartsOutput, Refusal> {
    let ListPartsInput { bucket, key, upload_id, max_parts, part_number_marker, .. } =
        request.input;
    let upload = shelf.upload(&bucket, &key, &upload_id)?;
    let most = page_size(max_parts)?;
    let mut parts = shelf.look(|tables| rows::parts(tables, &upload_id))?;
    parts.retain(|part| part_number_marker.is_none_or(|after| part.number > after));
    let more = parts.len() > most;
    parts.truncate(most);
    let next = parts.last().filter(|_| more).map(|part| part.number);
    let told = parts.into_iter().map(|row| {
        let mut part = Part {
            e_tag: Some(etag(&row.etag)),
            last_modified: Some(timestamp(row.modified)),
            part_number: Some(row.number),
            size: Some(row.size),
            ..Part::default()
        };
        let known = row.checksums.iter().filter(|(name, _)| **name == upload.algorithm);
        tell_checksums!(part, known);
        part
    });
    Ok(ListPartsOutput {
        bucket: Some(bucket),
        key: Some(key),
        upload_id: Some(upload_id),
        checksum_algorithm: Some(algorithm(upload.algorithm)),
        checksum_type: Some(kind(upload.kind)),
        is_truncated: Some(more),
        max_parts: Some(count(most)),
        next_part_number_marker: next,
        owner: Some(owner(&shelf.identity)),
        part_number_marker,
        parts: Some(told.collect()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..ListPartsOutput::default()
    })
}

pub(super) async fn list_multipart_uploads(
    shelf: &Shelf,
    request: S3Request<ListMultipartUploadsInput>,
) -> Result<ListMultipartUploadsOutput, Refusal> {
    let ListMultipartUploadsInput { bucket, prefix, key_marker, upload_id_marker, .. } =
        request.input;
    if request.input.delimiter.is_some() {
        return Err(not_implemented("ListMultipartUploads with a delimiter"));
    }
    let texts = Texts::asked(request.input.encoding_type.as_ref())?;
    let most = page_size(request.input.max_uploads)?;
    shelf.need_bucket(&bucket)?;
    let mut uploads = shelf.look(|tables| rows::uploads(tables, &bucket))?;
    let is_after = |row: &UploadRow| match (&key_marker, &upload_id_marker) {
        (None, _) => true,
        (Some(key), None) => row.key > *key,
        (Some(key), Some(id)) => (&row.key, &row.id) > (key, id),
    };
    let prefix = prefix.unwrap_or_default();
    uploads.retain(|row| row.key.starts_with(&prefix) && is_after(row));
    let more = uploads.len() > most;
    uploads.truncate(most);
    let last = uploads.last().filter(|_| more).cloned();
    let told = uploads.iter().map(|row| MultipartUpload {
        checksum_algorithm: Some::<ChecksumAlgorithm>(algorithm(row.algorithm)),
        checksum_type: Some(kind(row.kind)),
        initiated: Some(timestamp(row.begun)),
        key: Some(texts.write(&row.key)),
        owner: Some(owner(&shelf.identity)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        upload_id: Some(row.id.clone()),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        bucket: Some(bucket),
        uploads: Some(told.collect()),
        is_truncated: Some(more),
        max_uploads: Some(count(most)),
        prefix: Some(texts.write(&prefix)),
        next_key_marker: last.as_ref().map(|row| texts.write(&row.key)),
        next_upload_id_marker: last.map(|row| row.id),
        key_marker: texts.some(key_marker.as_deref()),
        upload_id_marker,
        encoding_type: request.input.encoding_type,
        ..ListMultipartUploadsOutput::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        assert_eq!(last_of_token(&hex("a/ä\0".as_bytes())).unwrap(), "a/ä\0");
        for malformed in ["6", "zz", "c3"] {
            assert_eq!(last_of_token(malformed).unwrap_err().code, "InvalidArgument");
        }
    }
}
