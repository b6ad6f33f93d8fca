//! Buckets.

use machine::Refusal;
use s3s::S3Request;
use s3s::dto::{
    Bucket, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput,
    ListBucketsOutput,
};

use super::dto::owner;
use crate::faults::{no_such_bucket, not_implemented};
use crate::rows;
use crate::shelf::{Shelf, unusable};
use crate::words::timestamp;

/// The region that has no name as a location.
const FIRST_REGION: &str = "us-east-1";

pub(super) async fn create_bucket(
    shelf: &Shelf,
    request: S3Request<CreateBucketInput>,
) -> Result<CreateBucketOutput, Refusal> {
    let input = request.input;
    let here = shelf.identity.region.as_str();
    let configuration = input.create_bucket_configuration.unwrap_or_default();
    if configuration.bucket.is_some() || configuration.location.is_some() {
        return Err(not_implemented("S3 directory buckets"));
    }
    // The engine is one region, so nobody needs to say which.
    if let Some(asked) = configuration.location_constraint
        && asked.as_str() != here
    {
        let words = format!(
            "The {} location constraint is incompatible for the region specific endpoint this request was sent to.",
            asked.as_str()
        );
        return Err(Refusal::new(400, "IllegalLocationConstraintException", words));
    }
    let is_new = shelf.add_bucket(&input.bucket)?;
    if !is_new && here != FIRST_REGION {
        let words =
            "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Refusal::new(409, "BucketAlreadyOwnedByYou", words));
    }
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

pub(super) async fn head_bucket(
    shelf: &Shelf,
    request: S3Request<HeadBucketInput>,
) -> Result<HeadBucketOutput, Refusal> {
    shelf.need_bucket(&request.input.bucket)?;
    let bucket_region = Some(shelf.identity.region.clone());
    Ok(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() })
}

pub(super) async fn delete_bucket(
    shelf: &Shelf,
    request: S3Request<DeleteBucketInput>,
) -> Result<DeleteBucketOutput, Refusal> {
    let bucket = &request.input.bucket;
    let orphans = shelf.store.write(|batch| {
        let tables = batch.connection();
        if !rows::has_bucket(tables, bucket).map_err(unusable)? {
            return Err(no_such_bucket(bucket));
        }
        if !rows::is_empty(tables, bucket).map_err(unusable)? {
            let words = "The bucket you tried to delete is not empty";
            return Err(Refusal::new(409, "BucketNotEmpty", words));
        }
        let mut orphans = Vec::new();
        for upload in rows::uploads(tables, bucket).map_err(unusable)? {
            orphans.extend(rows::delete_upload(tables, &upload.id).map_err(unusable)?);
        }
        rows::delete_bucket(tables, bucket).map_err(unusable)?;
        Ok(orphans)
    })?;
    shelf.drop_blobs(orphans);
    Ok(DeleteBucketOutput::default())
}

pub(super) async fn list_buckets(
    shelf: &Shelf,
    request: S3Request<ListBucketsInput>,
) -> Result<ListBucketsOutput, Refusal> {
    let ListBucketsInput { bucket_region, continuation_token, max_buckets, prefix } = request.input;
    let region = &shelf.identity.region;
    let mut found = shelf.look(rows::buckets)?;
    found.retain(|(name, _)| {
        bucket_region.as_ref().is_none_or(|asked| asked == region)
            && prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
            && continuation_token.as_ref().is_none_or(|after| name > after)
    });
    let most = max_buckets.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|(name, _)| name.clone());
    let told = found.into_iter().map(|(name, created)| Bucket {
        bucket_region: Some(region.clone()),
        creation_date: Some(timestamp(created)),
        name: Some(name),
    });
    Ok(ListBucketsOutput {
        buckets: Some(told.collect()),
        continuation_token: next,
        owner: Some(owner(&shelf.identity)),
        prefix,
    })
}

pub(super) async fn get_bucket_location(
    shelf: &Shelf,
    request: S3Request<GetBucketLocationInput>,
) -> Result<GetBucketLocationOutput, Refusal> {
    shelf.need_bucket(&request.input.bucket)?;
    let region = shelf.identity.region.clone();
    let location_constraint =
        (region != FIRST_REGION).then(|| BucketLocationConstraint::from(region));
    Ok(GetBucketLocationOutput { location_constraint })
}

/// Buckets never had versions, which is what an answer without a status says.
pub(super) async fn get_bucket_versioning(
    shelf: &Shelf,
    request: S3Request<GetBucketVersioningInput>,
) -> Result<GetBucketVersioningOutput, Refusal> {
    shelf.need_bucket(&request.input.bucket)?;
    Ok(GetBucketVersioningOutput::default())
}
