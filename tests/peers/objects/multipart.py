"""Uploads in parts to the engine's S3."""

import base64
import hashlib
import zlib

import bucket as b

s3 = b.client()
MIB = 1 << 20
PARTS = [bytes([n]) * size for n, size in ((1, 5 * MIB), (2, 5 * MIB + 1), (3, 3))]
WHOLE = b"".join(PARTS)
ETAG = f'"{hashlib.md5(b"".join(hashlib.md5(part).digest() for part in PARTS)).hexdigest()}-3"'


def upload(bucket, key, **other):
    identity = s3.create_multipart_upload(Bucket=bucket, Key=key, **other)["UploadId"]
    return {"Bucket": bucket, "Key": key, "UploadId": identity}


def put_parts(place, **other):
    return [{"PartNumber": number, "ETag": s3.upload_part(**place, PartNumber=number, Body=part, **other)["ETag"]}
            for number, part in ((2, PARTS[0]), (3, PARTS[1]), (7, PARTS[2]))]


def three_parts(bucket):
    place = upload(bucket, "k", ContentType="text/csv", Metadata={"m": "1"}, Tagging="t=1", ChecksumAlgorithm="CRC32")
    s3.upload_part(**place, PartNumber=2, Body=b"replaced below")
    parts = put_parts(place)
    s3.upload_part(**place, PartNumber=9, Body=b"left out below")
    with b.refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="k")
    listed = s3.list_parts(**place)
    assert [(p["PartNumber"], p["Size"]) for p in listed["Parts"]] == [(2, 5 * MIB), (3, 5 * MIB + 1), (7, 3), (9, 14)], listed
    page = s3.list_parts(**place, MaxParts=1, PartNumberMarker=2)
    assert page["IsTruncated"] and page["NextPartNumberMarker"] == 3 and len(page["Parts"]) == 1
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [place["UploadId"]]

    done = s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert done["ETag"] == ETAG, (done, ETAG)
    crc = b"".join(zlib.crc32(part).to_bytes(4, "big") for part in PARTS)
    assert done["ChecksumCRC32"] == base64.b64encode(zlib.crc32(crc).to_bytes(4, "big")).decode() + "-3", done
    assert done["ChecksumType"] == "COMPOSITE"
    told = s3.get_object(Bucket=bucket, Key="k")
    assert told["Body"].read() == WHOLE
    assert (told["ContentType"], told["Metadata"], told["TagCount"]) == ("text/csv", {"m": "1"}, 1)
    piece = s3.get_object(Bucket=bucket, Key="k", PartNumber=2)
    assert piece["Body"].read() == PARTS[1] and piece["PartsCount"] == 3
    assert s3.head_object(Bucket=bucket, Key="k", PartNumber=3)["ContentLength"] == 3
    with b.refused("InvalidPartNumber", 416):
        s3.get_object(Bucket=bucket, Key="k", PartNumber=4)
    with b.refused("NoSuchUpload", 404):
        s3.list_parts(**place)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})["CopyObjectResult"]
    assert copied["ETag"] == f'"{hashlib.md5(WHOLE).hexdigest()}"'


def whole_checksum(bucket):
    place = upload(bucket, "k", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    parts = put_parts(place, ChecksumAlgorithm="CRC32")
    value = base64.b64encode(zlib.crc32(WHOLE).to_bytes(4, "big")).decode()
    with b.refused("BadDigest", 400):
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts}, ChecksumCRC32="AAAAAA==", ChecksumType="FULL_OBJECT")
    done = s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts}, ChecksumCRC32=value, ChecksumType="FULL_OBJECT", MpuObjectSize=len(WHOLE))
    assert done["ChecksumCRC32"] == value, done
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumCRC32"] == value
    with b.refused("InvalidRequest", 400):
        s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256", ChecksumType="FULL_OBJECT")


def part_copies(bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=WHOLE)
    place, source = upload(bucket, "k"), {"Bucket": bucket, "Key": "source"}
    first = s3.upload_part_copy(**place, PartNumber=1, CopySource=source, CopySourceRange=f"bytes=1-{5 * MIB}")
    second = s3.upload_part_copy(**place, PartNumber=2, CopySource=source)
    parts = [{"PartNumber": n, "ETag": p["CopyPartResult"]["ETag"]} for n, p in ((1, first), (2, second))]
    s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == WHOLE[1:5 * MIB + 1] + WHOLE
    place = upload(bucket, "k")
    with b.refused("InvalidRange", 416):
        s3.upload_part_copy(**place, PartNumber=1, CopySource=source, CopySourceRange=f"bytes=0-{len(WHOLE)}")
    with b.refused("NoSuchKey", 404):
        s3.upload_part_copy(**place, PartNumber=1, CopySource={"Bucket": bucket, "Key": "none"})
    s3.abort_multipart_upload(**place)


def refusals(bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"old")
    place = upload(bucket, "k")
    parts = put_parts(place)

    def complete(named, **other):
        return s3.complete_multipart_upload(**place, MultipartUpload={"Parts": named}, **other)

    with b.refused("InvalidPartOrder", 400):
        complete([parts[1], parts[0]])
    with b.refused("InvalidPart", 400):
        complete([{**parts[0], "ETag": parts[1]["ETag"]}])
    with b.refused("InvalidPart", 400):
        complete([parts[0], {**parts[0], "PartNumber": 5}])
    with b.refused("EntityTooSmall", 400):
        s3.upload_part(**place, PartNumber=8, Body=b"small")
        complete([parts[2], {"PartNumber": 8, "ETag": f'"{hashlib.md5(b"small").hexdigest()}"'}])
    with b.refused("PreconditionFailed", 412):
        complete(parts, IfNoneMatch="*")
    with b.refused("PreconditionFailed", 412):
        complete(parts, IfMatch='"other"')
    for number in (0, 10_001):
        with b.refused("InvalidArgument", 400):
            s3.upload_part(**place, PartNumber=number, Body=b"")
    with b.refused("NoSuchUpload", 404):
        s3.upload_part(**{**place, "Key": "other"}, PartNumber=1, Body=b"")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"old"
    complete(parts, IfMatch=f'"{hashlib.md5(b"old").hexdigest()}"')
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == WHOLE
    place = upload(bucket, "k")
    s3.upload_part(**place, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(**place)
    with b.refused("NoSuchUpload", 404):
        s3.upload_part(**place, PartNumber=1, Body=b"x")


if __name__ == "__main__":
    for test in (three_parts, whole_checksum, part_copies, refusals):
        bucket = b.make(s3)
        test(bucket)
        b.empty(s3, bucket)
        print("ok", test.__name__)
