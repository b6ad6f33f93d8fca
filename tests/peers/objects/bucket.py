"""A client of the S3 at AWS_ENDPOINT_URL, a bucket of its own, and words for errors."""

import contextlib
import uuid

import boto3
import botocore.config
import botocore.exceptions

# One try, so that an error is seen as it is; path style, as the engine has no domain of its own.
CONFIG = botocore.config.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, signature_version="s3v4")


def client(**other):
    return boto3.client("s3", config=CONFIG, **other)


def make(s3):
    name = f"peer-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    return name


def empty(s3, bucket):
    """Removes every object, page by page, and the bucket."""
    for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
            assert not gone.get("Errors"), gone
    s3.delete_bucket(Bucket=bucket)


@contextlib.contextmanager
def refused(code, status):
    """What is within is refused with this error."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        got = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert got == (code, status), f"{got} instead of {(code, status)}: {error}"
        return
    raise AssertionError(f"not refused with {code}")
