"""A gigabyte through the engine's S3, both ways, whole and in parts; its memory stays small.

Usage: large.py PROCESS, the number of the engine's process."""

import hashlib
import io
import pathlib
import re
import sys

import boto3.s3.transfer
import bucket as b

SIZE, PIECE, MOST_MIB = 1 << 30, 1 << 20, 150
s3 = b.client()
status = pathlib.Path("/proc") / sys.argv[1] / "status"
block = bytes(n * 7 % 251 for n in range(PIECE - 1))  # a length that is no power of two, so that pieces differ


class Generated(io.RawIOBase):
    """A gigabyte that is never in memory."""

    def __init__(self):
        self.place = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.place

    def seek(self, to, whence=0):
        self.place = (0, self.place, SIZE)[whence] + to
        return self.place

    def readinto(self, buffer):
        size = min(len(buffer), SIZE - self.place)
        start = self.place % len(block)
        buffer[:size] = (block * (2 + size // len(block)))[start:start + size]
        self.place += size
        return size


def peak():
    return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024


def digest(stream):
    hasher = hashlib.sha1()
    while chunk := stream.read(PIECE):
        hasher.update(chunk)
    return hasher.hexdigest()


expected = digest(Generated())
bucket = b.make(s3)
s3.put_object(Bucket=bucket, Key="whole", Body=Generated(), ContentLength=SIZE)
print(f"put whole: peak of {peak():.0f} MiB")
parts = boto3.s3.transfer.TransferConfig(multipart_chunksize=64 << 20, max_concurrency=2)
s3.upload_fileobj(Generated(), bucket, "parts", Config=parts)
print(f"put in parts: peak of {peak():.0f} MiB")
for key in ("whole", "parts"):
    got = s3.get_object(Bucket=bucket, Key=key)
    assert got["ContentLength"] == SIZE
    assert digest(got["Body"]) == expected, key
    print(f"get {key}: peak of {peak():.0f} MiB")
b.empty(s3, bucket)
assert peak() <= MOST_MIB, f"{peak():.0f} MiB"
print("ok large")
