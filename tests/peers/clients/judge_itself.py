"""The judge sees what is wrong: each of these exchanges has one fault, but for the first of a kind."""

import base64
import json

from judge import judged
from model import models

SCOPE = "AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host"
ARN = "arn:aws:sagemaker:eu-west-1:000000000000:experiment/a"
GOOD = {"ExperimentName": "a", "ExperimentArn": ARN, "CreationTime": 1.5}
TAGS = {"Tags": [{"Key": "a", "Value": "b"}]}


def exchange(service, target, status, body, method="POST", path="/", **headers):
    asked = {"authorization": SCOPE.format(service)}
    if target:
        asked["x-amz-target"] = target
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "method": method, "path": path, "headers": asked, "request": "", "status": status,
        "answer_headers": headers, "body": base64.b64encode(text.encode()).decode(),
    }


def control(operation, body, status=200):
    return exchange("sagemaker", f"SageMaker.{operation}", status, body)


def objects(body, status=200):
    return exchange("s3", None, status, body, "GET", "/bucket?list-type=2")


def error(code, **members):
    return {"__type": code, "message": "words", **members}


LISTING = "<ListBucketResult><Name>bucket</Name><KeyCount>{}</KeyCount>{}</ListBucketResult>"
CASES = [
    (control("DescribeExperiment", GOOD), None),
    (control("DescribeExperiment", GOOD | {"Extra": 1}), "there is no member Extra"),
    (control("DescribeExperiment", GOOD | {"CreationTime": "now"}), "is no timestamp"),
    (control("DescribeExperiment", GOOD | {"DisplayName": None}), "null"),
    (control("DescribeExperiment", GOOD | {"ExperimentName": "a_b"}), "is not"),
    (control("DescribeExperiment", GOOD | {"Description": "x" * 4000}), "is not within"),
    (control("DescribeExperiment", {"__type": "x"}, 201), "is none of [200]"),
    (control("DescribeTrialComponent", {"Status": {"PrimaryStatus": "Done"}}), "is none of"),
    (control("ListTags", TAGS), None),
    (control("ListTags", {"Tags": [{"Key": "a"}]}), "the required member Value is missing"),
    (control("ListTags", {"Tags": {}}), "is no list"),
    (control("CreateExperiment", {"ExperimentArn": "none"}), "is not"),
    (control("DeleteModel", {"a": 1}), "there is none in the model"),
    (control("NoSuch", {}), "no such operation"),
    (control("DescribeExperiment", error("ResourceNotFound"), 400), None),
    (control("DescribeExperiment", error("ResourceNotFound"), 404), "status 404"),
    (control("DescribeExperiment", error("ResourceGone"), 400), "neither common"),
    (control("DescribeExperiment", error("ValidationException", Reason=1), 400), "members"),
    (control("DescribeExperiment", {"__type": "ResourceNotFound"}, 400), "has no message"),
    (objects(LISTING.format(1, "")), None),
    (objects(LISTING.format("one", "")), "is no integer"),
    (objects(LISTING.format(1, "<Odd/>")), "there is no member Odd"),
    (objects("<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>", 404), None),
    (objects("<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>", 400), "status 400"),
]

services = models()
for number, (given, expected) in enumerate(CASES):
    ((_, _, wrong),) = judged([json.dumps(given)], services)
    if expected is None:
        assert not wrong, (number, wrong)
    else:
        assert any(expected in words for words in wrong), (number, expected, wrong)
print(f"the judge judged {len(CASES)} exchanges as it should")
