"""Every operation of the engine's S3 as boto3 uses it: what it does, and how it refuses."""

import base64
import datetime
import hashlib
import urllib.error
import urllib.request
import zlib

import bucket as b
from botocore.exceptions import ClientError

s3 = b.client()


def md5(data):
    return hashlib.md5(data).hexdigest()


def get(bucket, key, **other):
    return s3.get_object(Bucket=bucket, Key=key, **other)["Body"].read()


def buckets(bucket):
    assert bucket in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == s3.meta.region_name
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == s3.meta.region_name
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    with b.refused("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    with b.refused("IllegalLocationConstraintException", 400):
        s3.create_bucket(Bucket=bucket + "x", CreateBucketConfiguration={"LocationConstraint": "ap-south-2"})
    with b.refused("InvalidBucketName", 400):
        s3.create_bucket(Bucket="192.168.5.4")
    with b.refused("404", 404):
        s3.head_bucket(Bucket=bucket + "-none")
    for operation in (s3.list_objects_v2, s3.delete_bucket, s3.get_bucket_location):
        with b.refused("NoSuchBucket", 404):
            operation(Bucket=bucket + "-none")
    with b.refused("NoSuchBucket", 404):
        s3.put_object(Bucket=bucket + "-none", Key="k", Body=b"x")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with b.refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)


def put_get_head_delete(bucket):
    when = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    put = s3.put_object(
        Bucket=bucket, Key="report.json", Body=b"{}", ContentType="application/json", CacheControl="no-cache",
        ContentDisposition="inline", ContentEncoding="identity", ContentLanguage="de", Expires=when,
        Metadata={"Origin": "peer", "empty": ""}, Tagging="a=1&b=x%20y", ContentMD5=base64.b64encode(hashlib.md5(b"{}").digest()).decode(),
    )
    assert put["ETag"] == f'"{md5(b"{}")}"', put
    for told in (s3.head_object(Bucket=bucket, Key="report.json"), s3.get_object(Bucket=bucket, Key="report.json")):
        assert told["ContentType"] == "application/json" and told["ContentLength"] == 2, told
        assert told["CacheControl"] == "no-cache" and told["ContentDisposition"] == "inline"
        assert told["ContentEncoding"] == "identity" and told["ContentLanguage"] == "de"
        assert told["ExpiresString"] == "Wed, 02 Jan 2030 03:04:05 GMT"
        assert told["Metadata"] == {"origin": "peer", "empty": ""}, told["Metadata"]
        assert told["ETag"] == put["ETag"] and told["AcceptRanges"] == "bytes"
        assert abs(told["LastModified"].timestamp() - datetime.datetime.now().timestamp()) < 60
    assert s3.get_object(Bucket=bucket, Key="report.json")["TagCount"] == 2
    shown = s3.get_object(Bucket=bucket, Key="report.json", ResponseContentType="text/plain", ResponseCacheControl="x")
    assert shown["ContentType"] == "text/plain" and shown["CacheControl"] == "x"

    s3.put_object(Bucket=bucket, Key="report.json", Body=b"second")
    second = s3.get_object(Bucket=bucket, Key="report.json")
    assert second["Body"].read() == b"second" and second["ContentType"] == "binary/octet-stream" and not second["Metadata"]
    s3.put_object(Bucket=bucket, Key="empty")
    assert get(bucket, "empty") == b""

    s3.delete_object(Bucket=bucket, Key="report.json")
    s3.delete_object(Bucket=bucket, Key="report.json")
    with b.refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="report.json")
    with b.refused("404", 404):
        s3.head_object(Bucket=bucket, Key="report.json")
    with b.refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="bad", Body=b"x", ContentMD5=base64.b64encode(bytes(16)).decode())
    with b.refused("404", 404):
        s3.head_object(Bucket=bucket, Key="bad")


def keys(bucket):
    odd = ["a/b", "a/b/c", "a", "a/", "../../etc/passwd", "..", "/", "//x//", "ü/☃/𝄞", "a b+c%20&=?#;:@$,!'()*~", "\\", "<&>\"'",
           "x" * 1024, "ä" * 512, "-", "con", ".incoming"]
    for key in odd:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in odd:
        assert get(bucket, key) == key.encode(), key
    listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(odd, key=lambda key: key.encode()), listed
    with b.refused("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key="x" * 1025, Body=b"")
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in odd + ["never"]]})
    assert {found["Key"] for found in gone["Deleted"]} == {*odd, "never"} and "Errors" not in gone
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    # Control characters survive in listings that are URL-encoded, which boto3 asks for by itself.
    s3.put_object(Bucket=bucket, Key="tab\tand\u0001", Body=b"")
    assert s3.list_objects(Bucket=bucket)["Contents"][0]["Key"] == "tab\tand\u0001"


def ranges(bucket):
    data = bytes(range(256)) * 10
    s3.put_object(Bucket=bucket, Key="k", Body=data)
    for asked, start, end in [("0-0", 0, 1), ("10-19", 10, 20), ("2550-", 2550, 2560), ("-5", 2555, 2560), ("5-99999", 5, 2560), ("-99999", 0, 2560)]:
        got = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={asked}")
        assert got["Body"].read() == data[start:end], asked
        assert got["ContentRange"] == f"bytes {start}-{end - 1}/2560" and got["ContentLength"] == end - start, got
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert s3.head_object(Bucket=bucket, Key="k", Range=f"bytes={asked}")["ContentLength"] == end - start
    for asked in ("2560-", "-0"):
        with b.refused("InvalidRange", 416):
            s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={asked}")


def conditional_reads(bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    hour = datetime.timedelta(hours=1)
    for fine in ({"IfMatch": etag}, {"IfMatch": "*"}, {"IfNoneMatch": '"other"'}, {"IfModifiedSince": modified - hour},
                 {"IfUnmodifiedSince": modified}, {"IfMatch": etag, "IfUnmodifiedSince": modified - hour}):
        assert get(bucket, "k", **fine) == b"x"
        s3.head_object(Bucket=bucket, Key="k", **fine)
    for changed in ({"IfNoneMatch": etag}, {"IfModifiedSince": modified}):
        with b.refused("304", 304):
            s3.head_object(Bucket=bucket, Key="k", **changed)
        try:
            s3.get_object(Bucket=bucket, Key="k", **changed)
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 304
        else:
            raise AssertionError("not refused with 304")
    for failed in ({"IfMatch": '"other"'}, {"IfUnmodifiedSince": modified - hour}):
        with b.refused("PreconditionFailed", 412):
            s3.get_object(Bucket=bucket, Key="k", **failed)


def conditional_writes(bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    with b.refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    with b.refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch='"other"')
    with b.refused("NoSuchKey", 404):
        s3.put_object(Bucket=bucket, Key="none", Body=b"2", IfMatch=first)
    assert get(bucket, "k") == b"1"
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=first)
    assert get(bucket, "k") == b"2"
    with b.refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=bucket, Key="k", IfMatch=first)
    s3.delete_object(Bucket=bucket, Key="k", IfMatch=f'"{md5(b"2")}"')


def checksums(bucket):
    data = b"123456789"
    known = {"CRC32": base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode(), "SHA1": base64.b64encode(hashlib.sha1(data).digest()).decode(),
             "SHA256": base64.b64encode(hashlib.sha256(data).digest()).decode(), "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg="}
    for algorithm, value in known.items():
        member = f"Checksum{algorithm}"
        if algorithm in ("CRC32", "SHA1", "SHA256"):
            put = s3.put_object(Bucket=bucket, Key=algorithm, Body=data, ChecksumAlgorithm=algorithm)
        else:
            put = s3.put_object(Bucket=bucket, Key=algorithm, Body=data, **{member: value})
        assert put[member] == value and put["ChecksumType"] == "FULL_OBJECT", put
        for told in (s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED"), s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")):
            assert told[member] == value, told
        wrong = base64.b64encode(bytes(len(base64.b64decode(value)))).decode()
        with b.refused("BadDigest", 400):
            s3.put_object(Bucket=bucket, Key="bad", Body=data, **{member: wrong})
    with b.refused("404", 404):
        s3.head_object(Bucket=bucket, Key="bad")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="SHA1")["Contents"][0]
    assert listed["ChecksumAlgorithm"] == ["SHA1"], listed


def tags(bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}]
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": "ä"}, {"Key": "d", "Value": ""}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "c", "Value": "ä"}, {"Key": "d", "Value": ""}]
    with b.refused("InvalidTag", 400):
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": "1"}, {"Key": "c", "Value": "2"}]})
    with b.refused("BadRequest", 400):
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": str(n), "Value": ""} for n in range(11)]})
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    assert get(bucket, "k") == b"x"
    with b.refused("NoSuchKey", 404):
        s3.get_object_tagging(Bucket=bucket, Key="none")


def copies(bucket):
    etag = s3.put_object(Bucket=bucket, Key="a b/ü", Body=b"data", ContentType="text/csv", Metadata={"m": "1"}, Tagging="t=1")["ETag"]
    source = {"Bucket": bucket, "Key": "a b/ü"}
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)["CopyObjectResult"]
    assert copied["ETag"] == etag
    told = s3.get_object(Bucket=bucket, Key="copy")
    assert (told["Body"].read(), told["ContentType"], told["Metadata"], told["TagCount"]) == (b"data", "text/csv", {"m": "1"}, 1)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, MetadataDirective="REPLACE", Metadata={"n": "2"}, TaggingDirective="REPLACE", Tagging="u=2")
    assert s3.head_object(Bucket=bucket, Key="copy")["Metadata"] == {"n": "2"}
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "u", "Value": "2"}]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, CopySourceIfMatch=etag)
    with b.refused("PreconditionFailed", 412):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, CopySourceIfNoneMatch=etag)
    with b.refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="a b/ü", CopySource=source)
    with b.refused("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "none"})
    with b.refused("NoSuchBucket", 404):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket + "-none", "Key": "k"})
    assert get(bucket, "copy") == b"data"


def signatures(bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with b.refused("SignatureDoesNotMatch", 403):
        b.client(aws_access_key_id=s3._request_signer._credentials.access_key, aws_secret_access_key="wrong").list_objects_v2(Bucket=bucket)
    with b.refused("InvalidAccessKeyId", 403):
        b.client(aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="wrong").list_objects_v2(Bucket=bucket)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"x"
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "p"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(put, data=b"presigned", method="PUT", headers={"Content-Type": ""}))
    assert get(bucket, "p") == b"presigned"
    forged = url[:-1] + ("1" if url[-1] == "0" else "0")
    assert "X-Amz-Signature" in url.rsplit("&", 1)[1], url
    for bad, status in ((forged, 403), (url.split("?")[0], 403)):
        try:
            urllib.request.urlopen(bad)
        except urllib.error.HTTPError as error:
            assert error.code == status, error.code
        else:
            raise AssertionError(f"{bad} is not refused")


def unsupported(bucket):
    versioning = {"Status": "Enabled"}
    for operation in (
        lambda: s3.get_bucket_policy(Bucket=bucket),
        lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning),
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="public-read"),
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"", StorageClass="GLACIER"),
        lambda: s3.get_object(Bucket=bucket, Key="k", VersionId="1"),
        lambda: s3.list_object_versions(Bucket=bucket),
    ):
        with b.refused("NotImplemented", 501):
            operation()
    with b.refused("AccessDenied", 403):
        s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner="111122223333")


def sub_resources(bucket):
    """One that the engine lacks is not the object, nor the bucket."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"kept")
    for operation in (
        lambda: s3.rename_object(Bucket=bucket, Key="k", RenameSource=f"/{bucket}/other"),
        lambda: s3.put_object_annotation(Bucket=bucket, Key="k", AnnotationName="a", AnnotationPayload=b"x"),
        lambda: s3.delete_object_annotation(Bucket=bucket, Key="k", AnnotationName="a"),
        lambda: s3.delete_bucket_metadata_configuration(Bucket=bucket),
        lambda: s3.get_bucket_abac(Bucket=bucket),
    ):
        with b.refused("NotImplemented", 501):
            operation()
    assert get(bucket, "k") == b"kept"
    with b.refused("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="k", Metadata={"a": "b" * 2048})


TESTS = [buckets, put_get_head_delete, keys, ranges, conditional_reads, conditional_writes, checksums, tags, copies, signatures, unsupported, sub_resources]

if __name__ == "__main__":
    for test in TESTS:
        bucket = b.make(s3)
        test(bucket)
        b.empty(s3, bucket)
        print("ok", test.__name__)
