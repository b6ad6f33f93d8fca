"""Bodies in chunks with a checksum behind them, as SDKs other than boto3 send them over HTTP."""

import base64
import os
import urllib.error
import urllib.request
import zlib

import boto3
import bucket as b
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

s3 = b.client()
DATA = b"a body in two chunks"
RIGHT, WRONG = (base64.b64encode(value.to_bytes(4, "big")).decode() for value in (zlib.crc32(DATA), 1))


def put(bucket, body):
    """Puts an object from a body that is chunked already; tells the status."""
    url = f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/k"
    request = AWSRequest("PUT", url, data=body, headers={
        "Content-Encoding": "aws-chunked",
        "Content-Length": str(len(body)),
        "X-Amz-Decoded-Content-Length": str(len(DATA)),
        "X-Amz-Trailer": "x-amz-checksum-crc32",
    })
    request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    credentials = boto3.Session().get_credentials()
    S3SigV4Auth(credentials, "s3", s3.meta.region_name).add_auth(request)
    sent = urllib.request.Request(url, data=body, headers=dict(request.headers.items()), method="PUT")
    try:
        return urllib.request.urlopen(sent).status
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().split("<Code>")[1].split("<")[0]


def chunked(checksum):
    trailer = f"x-amz-checksum-crc32:{checksum}\r\n" if checksum else ""
    return b"5\r\n" + DATA[:5] + b"\r\nf\r\n" + DATA[5:] + b"\r\n0\r\n" + trailer.encode() + b"\r\n"


if __name__ == "__main__":
    bucket = b.make(s3)
    refused = [chunked(WRONG), chunked(None), b"5\r\n" + DATA[:5] + b"\r\n"]
    assert [put(bucket, body) for body in refused] == [
        (400, "BadDigest"), (400, "MalformedTrailerError"), (400, "IncompleteBody"),
    ], [put(bucket, body) for body in refused]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert put(bucket, chunked(RIGHT)) == 200
    told = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert told["Body"].read() == DATA and told["ChecksumCRC32"] == RIGHT, told
    assert "ContentEncoding" not in told, told
    b.empty(s3, bucket)
    print("ok trailers")
