//! Who may come in: signatures by the engine's keys, permissions by the roles' policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use http::{Extensions, HeaderMap, Uri};
use machine::{Caller, Refusal};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{
    CopyObjectInput, CopySource, CreateMultipartUploadInput, ListObjectsInput, ListObjectsV2Input,
    PutObjectInput, UploadPartCopyInput,
};
use s3s::path::S3Path;
use s3s::{S3Error, S3Request, S3Result, s3_error};

use crate::faults::not_implemented;
use crate::shelf::Shelf;
use crate::wire::s3_error;
use crate::words::percent_decoded;

/// Checks each request before the operation sees it.
#[derive(Debug, Clone)]
pub(crate) struct Gate(pub(crate) Arc<Shelf>);

impl Shelf {
    /// Whether somebody may do something to a bucket, or to an object if there is a key.
    pub(crate) fn permit(
        &self,
        caller: &Caller,
        action: &str,
        bucket: &str,
        key: Option<&str>,
    ) -> Result<(), Refusal> {
        self.permissions.check(caller, action, &arn(bucket, key)).map_err(denied)
    }

    /// Whether somebody may list, which policies may limit to a prefix.
    pub(crate) fn permit_listing(
        &self,
        caller: &Caller,
        bucket: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let allowed =
            self.permissions.check_in(caller, "s3:ListBucket", &arn(bucket, None), context);
        allowed.map_err(denied)
    }

    /// Those who may not list are not told that a key is missing.
    pub(crate) fn missing(&self, caller: &Caller, bucket: &str, absent: Refusal) -> Refusal {
        if absent.code != "NoSuchKey" {
            return absent;
        }
        self.permit(caller, "s3:ListBucket", bucket, None).err().unwrap_or(absent)
    }
}

/// The context of a listing, as conditions of policies name it.
pub(crate) fn listing_context(
    prefix: Option<&str>,
    delimiter: Option<&str>,
) -> BTreeMap<String, String> {
    let known = [("s3:prefix", prefix), ("s3:delimiter", delimiter)];
    let given = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn arn(bucket: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("arn:aws:s3:::{bucket}/{key}"),
        None => format!("arn:aws:s3:::{bucket}"),
    }
}

fn denied(refusal: Refusal) -> Refusal {
    match refusal.code.as_ref() {
        "AccessDeniedException" => Refusal::new(403, "AccessDenied", refusal.message),
        _ => refusal,
    }
}

/// Who signed the request; the gate has put it there.
pub(crate) fn caller(extensions: &Extensions) -> Result<&Caller, Refusal> {
    let nobody = || Refusal::new(403, "AccessDenied", "Signature is required");
    extensions.get::<Caller>().ok_or_else(nobody)
}

/// The action that an operation needs on the bucket or object of its path. Operations that need
/// more, or other ones, check in their own methods; what is not here is not implemented.
fn action(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "CreateBucket" => "s3:CreateBucket",
        "DeleteBucket" => "s3:DeleteBucket",
        "HeadBucket" => "s3:ListBucket",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "GetBucketVersioning" => "s3:GetBucketVersioning",
        "GetObject" | "HeadObject" => "s3:GetObject",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "s3:PutObject",
        "DeleteObject" => "s3:DeleteObject",
        "GetObjectTagging" => "s3:GetObjectTagging",
        "PutObjectTagging" => "s3:PutObjectTagging",
        "DeleteObjectTagging" => "s3:DeleteObjectTagging",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
        "ListParts" => "s3:ListMultipartUploadParts",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        _ => return None,
    })
}

/// Whether the engine has an operation. Others are refused by their names.
fn is_offered(operation: &str) -> bool {
    let unlisted = ["ListBuckets", "ListObjects", "ListObjectsV2", "DeleteObjects"];
    action(operation).is_some() || unlisted.contains(&operation)
}

/// How many bytes an object's own metadata may have, names and values.
const MOST_METADATA: usize = 2048;

/// Refuses what a request asks for beside its operation and the engine would not do.
fn check_headers(headers: &HeaderMap, account: &str) -> Result<(), Refusal> {
    let own = |name: &str| name.strip_prefix("x-amz-meta-").map(str::len);
    let metadata =
        headers.iter().filter_map(|(name, value)| Some(own(name.as_str())? + value.len()));
    if metadata.sum::<usize>() > MOST_METADATA {
        let words = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(Refusal::new(400, "MetadataTooLarge", words));
    }
    for (name, value) in headers {
        let value = value.to_str().unwrap_or_default();
        let is_fine = match name.as_str() {
            "x-amz-expected-bucket-owner" | "x-amz-source-expected-bucket-owner" => {
                if value != account {
                    return Err(Refusal::new(403, "AccessDenied", "Access Denied"));
                }
                true
            }
            "x-amz-acl" => ["private", "bucket-owner-full-control"].contains(&value),
            "x-amz-storage-class" => value == "STANDARD",
            "x-amz-bucket-object-lock-enabled" => value.eq_ignore_ascii_case("false"),
            "x-amz-website-redirect-location" | "x-amz-write-offset-bytes" => false,
            other => {
                !other.starts_with("x-amz-grant-")
                    && !other.starts_with("x-amz-object-lock-")
                    && !other.contains("server-side-encryption-customer-")
            }
        };
        if !is_fine {
            return Err(not_implemented(&format!("{name}: {value}")));
        }
    }
    Ok(())
}

/// What the operations of the engine read out of a query, and what signs one.
const QUERY: &[&str] = &[
    "AWSAccessKeyId",
    "Expires",
    "Signature",
    "bucket-region",
    "continuation-token",
    "delete",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "list-type",
    "location",
    "marker",
    "max-buckets",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "partNumber",
    "prefix",
    "start-after",
    "tagging",
    "upload-id-marker",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
];

/// Refuses sub-resources that the protocol crate does not know: it would take `PUT /b/k?rename`
/// for `PUT /b/k`, and the object would be lost.
fn check_query(uri: &Uri) -> Result<(), Refusal> {
    for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        let is_free = name.starts_with("x-") || name.starts_with("X-");
        if !QUERY.contains(&name) && !is_free && !name.starts_with("response-") {
            return Err(not_implemented(&format!("?{name} of a bucket or object")));
        }
    }
    Ok(())
}

/// What comes with the access key of somebody who assumed a role.
fn session_token(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    if let Some(token) = headers.get("x-amz-security-token") {
        return token.to_str().ok().map(ToOwned::to_owned);
    }
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == "X-Amz-Security-Token")?;
    percent_decoded(token)
}

impl Gate {
    fn unknown_key() -> S3Error {
        s3_error!(
            InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records."
        )
    }

    fn check_source(&self, extensions: &Extensions, source: &CopySource) -> S3Result<()> {
        let CopySource::Bucket { bucket, key, .. } = source else {
            return Err(s3_error(not_implemented("access points as sources of copies")));
        };
        let permitted = self.0.permit(
            caller(extensions).map_err(s3_error)?,
            "s3:GetObject",
            bucket,
            Some(key.as_ref()),
        );
        permitted.map_err(s3_error)
    }

    fn check_tagging(
        &self,
        extensions: &Extensions,
        (bucket, key): (&str, &str),
        tagging: Option<&String>,
    ) -> S3Result<()> {
        if tagging.is_none() {
            return Ok(());
        }
        let permitted = self.0.permit(
            caller(extensions).map_err(s3_error)?,
            "s3:PutObjectTagging",
            bucket,
            Some(key),
        );
        permitted.map_err(s3_error)
    }
}

#[async_trait]
impl S3Auth for Gate {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let (key, _) = self.0.credentials.find(access_key).ok_or_else(Self::unknown_key)?;
        Ok(SecretKey::from(key.secret))
    }
}

#[async_trait]
impl S3Access for Gate {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = cx.credentials() else {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        };
        let found = self.0.credentials.find(&credentials.access_key);
        let (key, caller) = found.ok_or_else(Self::unknown_key)?;
        let token = session_token(cx.headers(), cx.uri());
        if token.is_none() && key.session_token.is_some() {
            return Err(Self::unknown_key());
        }
        if token != key.session_token {
            return Err(s3_error!(
                InvalidToken,
                "The provided token is malformed or otherwise invalid."
            ));
        }
        check_headers(cx.headers(), &self.0.identity.account).map_err(s3_error)?;
        let operation = cx.s3_op().name();
        if is_offered(operation) {
            check_query(cx.uri()).map_err(s3_error)?;
        }
        let permitted = match (action(operation), cx.s3_path()) {
            (None, _) if operation == "ListBuckets" => {
                self.0.permissions.check(&caller, "s3:ListAllMyBuckets", "*").map_err(denied)
            }
            (None, _) | (Some(_), S3Path::Root) => Ok(()),
            (Some(action), S3Path::Bucket { bucket }) => {
                self.0.permit(&caller, action, bucket, None)
            }
            (Some(action), S3Path::Object { bucket, key }) => {
                self.0.permit(&caller, action, bucket, Some(key.as_ref()))
            }
        };
        permitted.map_err(s3_error)?;
        cx.extensions_mut().insert(caller);
        Ok(())
    }

    async fn list_objects(&self, req: &mut S3Request<ListObjectsInput>) -> S3Result<()> {
        let input = &req.input;
        let context = listing_context(input.prefix.as_deref(), input.delimiter.as_deref());
        let caller = caller(&req.extensions).map_err(s3_error)?;
        self.0.permit_listing(caller, &input.bucket, &context).map_err(s3_error)
    }

    async fn list_objects_v2(&self, req: &mut S3Request<ListObjectsV2Input>) -> S3Result<()> {
        let input = &req.input;
        let context = listing_context(input.prefix.as_deref(), input.delimiter.as_deref());
        let caller = caller(&req.extensions).map_err(s3_error)?;
        self.0.permit_listing(caller, &input.bucket, &context).map_err(s3_error)
    }

    async fn put_object(&self, req: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        let input = &req.input;
        self.check_tagging(&req.extensions, (&input.bucket, &input.key), input.tagging.as_ref())
    }

    async fn create_multipart_upload(
        &self,
        req: &mut S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<()> {
        let input = &req.input;
        self.check_tagging(&req.extensions, (&input.bucket, &input.key), input.tagging.as_ref())
    }

    async fn copy_object(&self, req: &mut S3Request<CopyObjectInput>) -> S3Result<()> {
        let input = &req.input;
        self.check_source(&req.extensions, &input.copy_source)?;
        self.check_tagging(&req.extensions, (&input.bucket, &input.key), input.tagging.as_ref())
    }

    async fn upload_part_copy(&self, req: &mut S3Request<UploadPartCopyInput>) -> S3Result<()> {
        self.check_source(&req.extensions, &req.input.copy_source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_two_kilobytes_of_metadata_are_refused() {
        let of = |size: usize| {
            let value = "v".repeat(size).parse().unwrap();
            HeaderMap::from_iter([("x-amz-meta-key".parse().unwrap(), value)])
        };

        assert!(check_headers(&of(2045), "1").is_ok());
        assert_eq!(check_headers(&of(2046), "1").unwrap_err().code, "MetadataTooLarge");
    }

    #[test]
    fn a_sub_resource_that_the_engine_lacks_is_not_taken_for_the_object() {
        for query in ["renameObject", "renameObject=", "prefix=a&annotation=b", "metadataTable"] {
            let refused = check_query(&format!("/b/k?{query}").parse().unwrap()).unwrap_err();

            assert_eq!((refused.status, refused.code.as_ref()), (501, "NotImplemented"), "{query}");
        }
        let refused = check_query(&"/b/k?renameObject".parse().unwrap()).unwrap_err();
        assert_eq!(
            refused.message,
            "the local engine does not have ?renameObject of a bucket or object"
        );
    }

    #[test]
    fn what_operations_and_signatures_put_into_a_query_is_let_through() {
        for query in [
            "list-type=2&prefix=a%20b&x-id=ListObjectsV2",
            "uploadId=1&partNumber=2&X-Amz-Signature=3",
            "response-content-type=text%2Fplain&AWSAccessKeyId=1&Signature=2&Expires=3",
            "tagging",
            "",
        ] {
            assert!(check_query(&format!("/b/k?{query}").parse().unwrap()).is_ok(), "{query}");
        }
        assert!(check_query(&"/b/k".parse().unwrap()).is_ok());
    }
}
