//! Reading an object, whole or a piece of it.

use std::ops::Range;

use machine::Refusal;
use s3s::S3Request;
use s3s::dto::{
    self, ChecksumMode, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
};

use super::dto::{check_version, count, described, tell_checksum, tell_checksums};
use crate::conditions::Reading;
use crate::faults::{bad_range, bad_request, no_such_key};
use crate::gate::caller;
use crate::rows::ObjectRow;
use crate::shelf::{Shelf, stream};

pub(super) async fn get_object(
    shelf: &Shelf,
    request: S3Request<GetObjectInput>,
) -> Result<GetObjectOutput, Refusal> {
    let GetObjectInput { bucket, key, range, part_number, checksum_mode, .. } = request.input;
    check_version(request.input.version_id.as_deref())?;
    let caller = caller(&request.extensions)?;
    let opened = shelf.open(&bucket, &key);
    let (object, file) = opened.map_err(|absent| shelf.missing(caller, &bucket, absent))?;
    let conditions = Reading {
        if_match: request.input.if_match,
        if_none_match: request.input.if_none_match,
        modified_since: request.input.if_modified_since,
        unmodified_since: request.input.if_unmodified_since,
    };
    conditions.check(&object.etag, object.modified)?;
    let piece = Piece::of(&object, range, part_number)?;
    let mut output = described!(GetObjectOutput, &object);
    output.content_length = Some(piece.length());
    output.content_range = piece.header(&object);
    output.parts_count = part_number.and_then(|_| parts_count(&object));
    output.tag_count = Some(count(object.tags.len())).filter(|count| *count > 0);
    if !piece.is_part && is_enabled(checksum_mode.as_ref()) {
        tell_checksum!(output, object);
    }
    output.body = Some(stream(file, piece.start, piece.end - piece.start));
    Ok(output)
}

pub(super) async fn head_object(
    shelf: &Shelf,
    request: S3Request<HeadObjectInput>,
) -> Result<HeadObjectOutput, Refusal> {
    let HeadObjectInput { bucket, key, range, part_number, checksum_mode, .. } = request.input;
    check_version(request.input.version_id.as_deref())?;
    let caller = caller(&request.extensions)?;
    let object = shelf.find(&bucket, &key)?;
    let object = object.ok_or_else(|| shelf.missing(caller, &bucket, no_such_key(&key)))?;
    let conditions = Reading {
        if_match: request.input.if_match,
        if_none_match: request.input.if_none_match,
        modified_since: request.input.if_modified_since,
        unmodified_since: request.input.if_unmodified_since,
    };
    conditions.check(&object.etag, object.modified)?;
    let piece = Piece::of(&object, range, part_number)?;
    let mut output = described!(HeadObjectOutput, &object);
    output.content_length = Some(piece.length());
    output.content_range = piece.header(&object);
    output.parts_count = part_number.and_then(|_| parts_count(&object));
    if !piece.is_part && is_enabled(checksum_mode.as_ref()) {
        tell_checksum!(output, object);
    }
    Ok(output)
}

fn is_enabled(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

fn parts_count(object: &ObjectRow) -> Option<i32> {
    Some(count(object.attributes.parts.len())).filter(|count| *count > 0)
}

/// The piece of an object that was asked for.
struct Piece {
    start: u64,
    end: u64,
    is_part: bool,
}

impl Piece {
    fn of(
        object: &ObjectRow,
        range: Option<dto::Range>,
        part: Option<i32>,
    ) -> Result<Self, Refusal> {
        let size = u64::try_from(object.size).map_err(Refusal::internal)?;
        let piece = match (range, part) {
            (None, None) => return Ok(Self { start: 0, end: size, is_part: false }),
            (Some(_), Some(_)) => {
                return Err(bad_request(
                    "Cannot specify both Range header and partNumber query parameter",
                ));
            }
            (Some(range), None) => range.check(size).map_err(|_| bad_range())?,
            (None, Some(part)) => part_of(object, part)?,
        };
        Ok(Self { start: piece.start, end: piece.end, is_part: true })
    }

    fn length(&self) -> i64 {
        i64::try_from(self.end - self.start).unwrap_or(i64::MAX)
    }

    fn header(&self, object: &ObjectRow) -> Option<String> {
        // Only an empty object has an empty piece, and there is no way to write that.
        (self.is_part && self.start < self.end)
            .then(|| format!("bytes {}-{}/{}", self.start, self.end - 1, object.size))
    }
}

/// Where a part of an object is. An object that was put whole has one.
fn part_of(object: &ObjectRow, number: i32) -> Result<Range<u64>, Refusal> {
    let missing =
        || Refusal::new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
    let whole = [object.size];
    let sizes: &[i64] =
        if object.attributes.parts.is_empty() { &whole } else { &object.attributes.parts };
    let before = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let before = before.ok_or_else(missing)?;
    let size = sizes.get(before).ok_or_else(missing)?;
    let start: i64 = sizes.iter().take(before).sum();
    let place = |place: i64| u64::try_from(place).map_err(Refusal::internal);
    Ok(place(start)?..place(start + size)?)
}
