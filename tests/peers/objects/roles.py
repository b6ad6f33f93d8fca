"""A role that may use what is below open/ and nothing else, with the credentials that ROLE_* hold."""

import os
import urllib.request

import bucket as b

root = b.client()
names = ("access_key_id", "secret_access_key", "session_token")
keys = {f"aws_{name}": os.environ[f"ROLE_{name.upper()}"] for name in names}
role = b.client(**keys)


def permissions(bucket):
    role.put_object(Bucket=bucket, Key="open/k", Body=b"x")
    assert role.get_object(Bucket=bucket, Key="open/k")["Body"].read() == b"x"
    listed = role.list_objects_v2(Bucket=bucket, Prefix="open/")["Contents"]
    assert [found["Key"] for found in listed] == ["open/k"]
    root.put_object(Bucket=bucket, Key="closed/k", Body=b"x")
    source = {"Bucket": bucket, "Key": "closed/k"}
    upload = role.create_multipart_upload(Bucket=bucket, Key="open/parts")["UploadId"]
    place = {"Bucket": bucket, "Key": "open/parts", "UploadId": upload}
    for operation in (
        lambda: role.get_object(**source),
        lambda: role.put_object(**source, Body=b"y"),
        lambda: role.delete_object(**source),
        lambda: role.list_objects_v2(Bucket=bucket),
        lambda: role.list_objects(Bucket=bucket, Prefix="closed/"),
        lambda: role.list_buckets(),
        lambda: role.create_bucket(Bucket=bucket + "x", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}),
        lambda: role.copy_object(Bucket=bucket, Key="open/copy", CopySource=source),
        lambda: role.upload_part_copy(**place, PartNumber=1, CopySource=source),
        lambda: role.put_object(Bucket=bucket, Key="open/k", Body=b"y", Tagging="a=1"),
        lambda: role.list_parts(**place),
        # Who may not list is not told that a key is missing.
        lambda: role.get_object(Bucket=bucket, Key="open/none"),
        lambda: role.copy_object(Bucket=bucket, Key="open/copy", CopySource={"Bucket": bucket, "Key": "open/none"}),
    ):
        with b.refused("AccessDenied", 403):
            operation()
    with b.refused("403", 403):
        role.head_object(Bucket=bucket, Key="open/none")
    gone = role.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "open/k"}, {"Key": "closed/k"}]})
    assert [found["Key"] for found in gone["Deleted"]] == ["open/k"], gone
    assert [(found["Key"], found["Code"]) for found in gone["Errors"]] == [("closed/k", "AccessDenied")], gone
    assert root.get_object(**source)["Body"].read() == b"x"


def tokens(bucket):
    role.put_object(Bucket=bucket, Key="open/k", Body=b"x")
    url = role.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "open/k"})
    assert urllib.request.urlopen(url).read() == b"x"
    with b.refused("InvalidToken", 400):
        b.client(**{**keys, "aws_session_token": "other"}).get_object(Bucket=bucket, Key="open/k")
    without = {name: value for name, value in keys.items() if name != "aws_session_token"}
    with b.refused("InvalidAccessKeyId", 403):
        b.client(**without).get_object(Bucket=bucket, Key="open/k")


if __name__ == "__main__":
    for test in (permissions, tokens):
        bucket = b.make(root)
        test(bucket)
        b.empty(root, bucket)
        print("ok", test.__name__)
