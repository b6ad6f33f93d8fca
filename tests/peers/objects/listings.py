"""Listings of the engine's S3: prefixes, delimiters and pages; ten thousand objects."""

import concurrent.futures
import time

import bucket as b

s3 = b.client()
MANY, MOST_SECONDS_OF_A_PAGE = 10_000, 2.0


def rolled_up(bucket):
    for key in ("a", "a/1", "a/2", "a/b/3", "a/b/4", "b/1", "c", "ä/1", "z//1"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")

    def found(**asked):
        page = s3.list_objects_v2(Bucket=bucket, **asked)
        return [o["Key"] for o in page.get("Contents", [])], [p["Prefix"] for p in page.get("CommonPrefixes", [])]

    assert found(Delimiter="/") == (["a", "c"], ["a/", "b/", "z/", "ä/"]), found(Delimiter="/")
    assert found(Delimiter="/", Prefix="a/") == (["a/1", "a/2"], ["a/b/"])
    assert found(Delimiter="b/") == (["a", "a/1", "a/2", "c", "z//1", "ä/1"], ["a/b/", "b/"])
    assert found(Prefix="a/b") == (["a/b/3", "a/b/4"], [])
    assert found(Prefix="none") == ([], [])
    assert found(StartAfter="a/2") == (["a/b/3", "a/b/4", "b/1", "c", "z//1", "ä/1"], [])
    assert found(StartAfter="a/", Delimiter="/") == (["c"], ["b/", "z/", "ä/"])
    assert found(MaxKeys=0) == ([], [])
    # One by one, in pages of both versions, a listing is what it is at once.
    for name in ("list_objects", "list_objects_v2"):
        keys, prefixes, pages = [], [], 0
        for page in s3.get_paginator(name).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 1}):
            keys += [o["Key"] for o in page.get("Contents", [])]
            prefixes += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
            pages += 1
        assert (keys, prefixes, pages) == (["a", "c"], ["a/", "b/", "z/", "ä/"], 6), (name, keys, prefixes, pages)
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=2)
    assert page["IsTruncated"] and page["KeyCount"] == 2 and page["MaxKeys"] == 2
    with b.refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="no token")
    owner = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]["Owner"]
    assert owner["ID"], owner


def ten_thousand(bucket):
    keys = [f"shard={n % 7}/{n:05}" for n in range(MANY)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b""), keys))
    for name in ("list_objects", "list_objects_v2"):
        started, listed, pages = time.monotonic(), [], 0
        for page in s3.get_paginator(name).paginate(Bucket=bucket):
            listed += [found["Key"] for found in page["Contents"]]
            pages += 1
        seconds = (time.monotonic() - started) / pages
        assert listed == sorted(keys) and pages == 10, (len(listed), pages)
        assert seconds < MOST_SECONDS_OF_A_PAGE, seconds
        print(f"{name}: {seconds * 1000:.0f} ms a page of a thousand")
    started = time.monotonic()
    shards = s3.list_objects_v2(Bucket=bucket, Delimiter="/")["CommonPrefixes"]
    assert len(shards) == 7 and time.monotonic() - started < MOST_SECONDS_OF_A_PAGE


if __name__ == "__main__":
    for test in (rolled_up, ten_thousand):
        bucket = b.make(s3)
        test(bucket)
        b.empty(s3, bucket)
        print("ok", test.__name__)
