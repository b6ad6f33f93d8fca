//! Between rows and the many structures of the protocol that hold the same members.

use machine::{Identity, Refusal};
use s3s::dto::{ChecksumAlgorithm, ChecksumType, ETag, Owner};

use crate::checksum::{Algorithm, Kind};
use crate::faults::not_implemented;

/// The checksums that an input carries.
macro_rules! given_checksums {
    ($input:expr) => {{
        use crate::checksum::Algorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
        let values = [
            (Crc32, &$input.checksum_crc32),
            (Crc32c, &$input.checksum_crc32c),
            (Crc64Nvme, &$input.checksum_crc64nvme),
            (Sha1, &$input.checksum_sha1),
            (Sha256, &$input.checksum_sha256),
        ];
        let given = values.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        given.collect::<crate::checksum::Values>()
    }};
}

/// Tells checksums in an output.
macro_rules! tell_checksums {
    ($output:expr, $values:expr) => {
        for (algorithm, value) in $values {
            let value = Some(value.clone());
            match algorithm {
                crate::checksum::Algorithm::Crc32 => $output.checksum_crc32 = value,
                crate::checksum::Algorithm::Crc32c => $output.checksum_crc32c = value,
                crate::checksum::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
                crate::checksum::Algorithm::Sha1 => $output.checksum_sha1 = value,
                crate::checksum::Algorithm::Sha256 => $output.checksum_sha256 = value,
            }
        }
    };
}

/// Tells the checksum of an object, and of which kind it is.
macro_rules! tell_checksum {
    ($output:expr, $object:expr) => {
        if let Some(checksum) = &$object.attributes.checksum {
            tell_checksums!($output, [(checksum.algorithm, &checksum.value)]);
            $output.checksum_type = Some(crate::wire::dto::kind(checksum.kind));
        }
    };
}

/// What the input of a write says about the object.
macro_rules! given_attributes {
    ($input:expr) => {
        crate::rows::Attributes {
            content_type: $input.content_type.clone(),
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: crate::wire::dto::encoding($input.content_encoding.as_deref()),
            content_language: $input.content_language.clone(),
            expires: $input.expires.clone(),
            metadata: $input.metadata.clone().unwrap_or_default().into_iter().collect(),
            encryption: $input.server_side_encryption.as_ref().map(|way| way.as_str().to_owned()),
            encryption_key: $input.ssekms_key_id.clone(),
            checksum: None,
            parts: Vec::new(),
        }
    };
}

/// The members that `GetObject` and `HeadObject` tell alike.
macro_rules! described {
    ($output:ident, $object:expr) => {{
        let object = $object;
        let told = object.attributes.clone();
        s3s::dto::$output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: told.cache_control,
            content_disposition: told.content_disposition,
            content_encoding: told.content_encoding,
            content_language: told.content_language,
            content_type: Some(
                told.content_type.unwrap_or_else(|| "binary/octet-stream".to_owned()),
            ),
            e_tag: Some(crate::wire::dto::etag(&object.etag)),
            expires: told.expires,
            last_modified: Some(crate::words::timestamp(object.modified)),
            metadata: Some(told.metadata.into_iter().collect()),
            server_side_encryption: told.encryption.map(Into::into),
            ssekms_key_id: told.encryption_key,
            ..s3s::dto::$output::default()
        }
    }};
}

pub(super) use {described, given_attributes, given_checksums, tell_checksum, tell_checksums};

pub(super) fn etag(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

pub(super) fn kind(kind: Kind) -> ChecksumType {
    ChecksumType::from_static(kind.name())
}

pub(super) fn algorithm(algorithm: Algorithm) -> ChecksumAlgorithm {
    ChecksumAlgorithm::from_static(algorithm.name())
}

/// Buckets and objects have one owner: the account.
pub(super) fn owner(identity: &Identity) -> Owner {
    Owner { display_name: None, id: Some(identity.account.clone()) }
}

/// The encoding of the contents, without the one that was of the wire only.
pub(super) fn encoding(header: Option<&str>) -> Option<String> {
    let kept: Vec<&str> =
        header?.split(',').map(str::trim).filter(|one| *one != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// Buckets have no versions: the only one is `null`.
pub(super) fn check_version(version: Option<&str>) -> Result<(), Refusal> {
    match version {
        None | Some("null") => Ok(()),
        Some(_) => Err(not_implemented("versions of objects")),
    }
}

/// How many a page may hold, at most a thousand.
pub(super) fn page_size(asked: Option<i32>) -> Result<usize, Refusal> {
    let asked = usize::try_from(asked.unwrap_or(1000));
    let asked = asked.map_err(|_| {
        crate::faults::bad_argument("Argument maxKeys must be an integer between 0 and 2147483647")
    })?;
    Ok(asked.min(1000))
}

/// A count or size, as the protocol holds it.
pub(super) fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
