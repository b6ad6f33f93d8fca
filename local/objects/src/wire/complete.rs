//! The parts of an upload become an object.

use std::collections::BTreeMap;
use std::fs::File;

use machine::Refusal;
use s3s::S3Request;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart};

use super::dto::{etag, given_checksums, tell_checksum, tell_checksums};
use crate::blobs::Blob;
use crate::checksum::{Checksum, Kind, Values, composite, hex};
use crate::conditions::Writing;
use crate::faults::{bad_digest, bad_request, no_such_upload};
use crate::rows::{self, PartRow, UploadRow};
use crate::shelf::{Label, Shelf, blocking, replace, unusable};

/// What every part but the last must have.
const LEAST_PART: i64 = 5 << 20;

pub(super) async fn complete_multipart_upload(
    shelf: &Shelf,
    request: S3Request<CompleteMultipartUploadInput>,
) -> Result<CompleteMultipartUploadOutput, Refusal> {
    let input = request.input;
    let upload = shelf.upload(&input.bucket, &input.key, &input.upload_id)?;
    let conditions = Writing::new(input.if_match.clone(), input.if_none_match.clone())?;
    let known = shelf.look(|tables| rows::parts(tables, &upload.id))?;
    let named = input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref());
    let parts = chosen(known, named.unwrap_or_default())?;
    let size: i64 = parts.iter().map(|part| part.size).sum();
    if input.mpu_object_size.is_some_and(|told| told != size) {
        let words = format!(
            "The provided 'x-amz-mp-object-size' header does not match what was computed: {size}."
        );
        return Err(bad_request(words));
    }
    let blob = assemble(shelf, &upload, &parts).await?;
    let checksum = checksum(&upload, &parts, &blob)?;
    check(&given_checksums!(input), &checksum)?;

    let mut attributes = upload.attributes.clone();
    attributes.checksum = Some(checksum);
    attributes.parts = parts.iter().map(|part| part.size).collect();
    let label = Label {
        bucket: upload.bucket.clone(),
        key: upload.key.clone(),
        attributes,
        tags: upload.tags.clone(),
    };
    let object = shelf.object(label, &blob, etag_of(&parts)?)?;
    let orphans = shelf.store.write(|batch| {
        let tables = batch.connection();
        // Another one may have completed or aborted it while the parts were put together.
        if rows::upload(tables, &upload.id).map_err(unusable)?.is_none() {
            return Err(no_such_upload(&upload.id));
        }
        let mut orphans: Vec<String> = replace(tables, &object, &conditions)?.into_iter().collect();
        orphans.extend(rows::delete_upload(tables, &upload.id).map_err(unusable)?);
        Ok(orphans)
    })?;
    blob.keep();
    shelf.drop_blobs(orphans);

    let mut output = CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", object.bucket, object.key)),
        bucket: Some(object.bucket.clone()),
        key: Some(object.key.clone()),
        e_tag: Some(etag(&object.etag)),
        server_side_encryption: object.attributes.encryption.clone().map(Into::into),
        ssekms_key_id: object.attributes.encryption_key.clone(),
        ..CompleteMultipartUploadOutput::default()
    };
    tell_checksum!(output, object);
    Ok(output)
}

/// The parts that the client names, as it knows them.
fn chosen(known: Vec<PartRow>, named: &[CompletedPart]) -> Result<Vec<PartRow>, Refusal> {
    if named.is_empty() {
        let words = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(Refusal::new(400, "MalformedXML", words));
    }
    let mut known: BTreeMap<i32, PartRow> =
        known.into_iter().map(|part| (part.number, part)).collect();
    let mut chosen: Vec<PartRow> = Vec::new();
    for part in named {
        let number = part.part_number.unwrap_or_default();
        if chosen.last().is_some_and(|last| last.number >= number) {
            let words = "The list of parts was not in ascending order. The parts list must be specified in order by part number.";
            return Err(Refusal::new(400, "InvalidPartOrder", words));
        }
        let row = known.remove(&number).filter(|row| is_as_named(row, part));
        chosen.push(row.ok_or_else(|| {
            let words = "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
            Refusal::new(400, "InvalidPart", words)
        })?);
    }
    let (_, but_last) = chosen.split_last().ok_or_else(|| Refusal::internal("no parts"))?;
    if but_last.iter().any(|part| part.size < LEAST_PART) {
        let words = "Your proposed upload is smaller than the minimum allowed size";
        return Err(Refusal::new(400, "EntityTooSmall", words));
    }
    Ok(chosen)
}

fn is_as_named(row: &PartRow, named: &CompletedPart) -> bool {
    let told = given_checksums!(named);
    let is_tag = named.e_tag.as_ref().is_some_and(|etag| etag.value() == row.etag);
    is_tag && told.iter().all(|(name, value)| row.checksums.get(name) == Some(value))
}

async fn assemble(shelf: &Shelf, upload: &UploadRow, parts: &[PartRow]) -> Result<Blob, Refusal> {
    let whole = (upload.kind == Kind::FullObject).then_some(upload.algorithm);
    let mut intake = shelf.intake(whole.as_slice())?;
    let pieces: Vec<_> =
        parts.iter().map(|part| (shelf.blobs.path(&part.blob), part.size)).collect();
    blocking(move || {
        for (path, size) in pieces {
            intake.append(&File::open(path)?, 0, size.unsigned_abs())?;
        }
        intake.finish()
    })
    .await
}

fn checksum(upload: &UploadRow, parts: &[PartRow], blob: &Blob) -> Result<Checksum, Refusal> {
    let (algorithm, kind) = (upload.algorithm, upload.kind);
    let value = match kind {
        Kind::FullObject => blob.checksums.get(&algorithm).cloned(),
        Kind::Composite => {
            let of_parts = parts.iter().filter_map(|part| part.checksums.get(&algorithm));
            composite(algorithm, of_parts.map(String::as_str))
        }
    };
    let value = value.ok_or_else(|| Refusal::internal("a part has no checksum"))?;
    Ok(Checksum { algorithm, kind, value })
}

/// What the client says of the whole object. A composite one may come without its count.
fn check(given: &Values, computed: &Checksum) -> Result<(), Refusal> {
    let is_right = |value: &str| {
        value == computed.value
            || (computed.kind == Kind::Composite
                && computed.value.split_once('-').is_some_and(|(bare, _)| bare == value))
    };
    for (algorithm, value) in given {
        if *algorithm != computed.algorithm || !is_right(value) {
            return Err(bad_digest(algorithm.name()));
        }
    }
    Ok(())
}

/// The MD5 of the MD5s of the parts, and how many they are.
fn etag_of(parts: &[PartRow]) -> Result<String, Refusal> {
    let mut hasher = Md5::new();
    for part in parts {
        let byte = |place: usize| u8::from_str_radix(part.etag.get(place..place + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..part.etag.len()).step_by(2).map(byte).collect();
        hasher.update(&bytes.ok_or_else(|| Refusal::internal("a part has no MD5"))?);
    }
    Ok(format!("{}-{}", hex(&hasher.finalize()), parts.len()))
}
