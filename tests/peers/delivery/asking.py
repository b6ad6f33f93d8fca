"""What the scripts beside this one share: clients of a running engine, and a way to expect refusals.

Each is run as `python NAME.py --endpoint-url http://127.0.0.1:PORT`, with the lines of
`almanac up` in the environment.
"""

import argparse
import contextlib
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    return parser


def client(arguments, service):
    config = Config(retries={"total_max_attempts": 1}, read_timeout=120)
    region = os.environ.get("AWS_REGION", "eu-west-1")
    return boto3.client(service, endpoint_url=arguments.endpoint_url, region_name=region, config=config)


@contextlib.contextmanager
def refused(code, status=None):
    try:
        yield
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        if status is not None:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, error.response
    else:
        raise AssertionError(f"{code} was expected")
