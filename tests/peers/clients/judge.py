"""Judges what the recorder wrote down by botocore's service models.

    python judge.py RECORD [--table shapes.json] [--list]

Every answer: known members only, all required ones, types, enums, limits and patterns; every
refusal: a code that the operation has or that is common to all, its status, its members. With
--table, each operation that the engine's table claims must have succeeded at least once.
The last line counts; the exit code is 1 if something is wrong or nothing was asked.
"""

import argparse
import base64
import collections
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import model as models
from model import Checker, local

# AWS's common errors, which no operation lists, with their statuses.
COMMON = {
    "AccessDeniedException": {400, 403},
    "ExpiredTokenException": {400, 403},
    "InternalFailure": {500},
    "InvalidSignatureException": {400, 403},
    "MissingAuthenticationTokenException": {400, 403},
    "SerializationException": {400},
    "ThrottlingException": {400, 429},
    "UnknownOperationException": {400, 404},
    "UnrecognizedClientException": {400, 403},
    "ValidationError": {400},
    "ValidationException": {400},
}
# The query protocols call them otherwise.
COMMON_QUERY = {
    "AccessDenied": {403},
    "AuthorizationError": {403},
    "ExpiredToken": {403},
    "IncompleteSignature": {400},
    "InternalFailure": {500},
    "InvalidAction": {400},
    "InvalidClientTokenId": {403},
    "InvalidParameter": {400},
    "InvalidParameterValue": {400},
    "MissingAuthenticationToken": {403},
    "MissingParameter": {400},
    "SignatureDoesNotMatch": {403},
    "Throttling": {400},
    "ValidationError": {400},
}
# S3 documents its codes in a list of its own.
S3_CODES = {
    "AccessDenied": 403, "BadDigest": 400, "BadRequest": 400, "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409, "BucketNotEmpty": 409, "ConditionalRequestConflict": 409,
    "EntityTooLarge": 400, "EntityTooSmall": 400, "ExpiredToken": 400,
    "IllegalLocationConstraintException": 400, "IncompleteBody": 400,
    "InternalError": 500, "InvalidAccessKeyId": 403, "InvalidArgument": 400,
    "InvalidBucketName": 400, "InvalidDigest": 400, "InvalidObjectState": 403, "InvalidPart": 400,
    "InvalidPartOrder": 400, "InvalidRange": 416, "InvalidRequest": 400, "InvalidTag": 400,
    "InvalidToken": 400, "KeyTooLongError": 400, "MalformedTrailerError": 400,
    "MalformedXML": 400, "MetadataTooLarge": 400,
    "MethodNotAllowed": 405, "MissingContentLength": 411, "NoSuchBucket": 404, "NoSuchKey": 404,
    "NoSuchTagSet": 404, "NoSuchUpload": 404, "NoSuchVersion": 404, "NotImplemented": 501,
    "NotModified": 304, "PreconditionFailed": 412, "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403, "TooManyParts": 400, "XAmzContentChecksumMismatch": 400,
    "XAmzContentSHA256Mismatch": 400,
}
# SQS says in a header what the error was called before it spoke JSON, where that is another name.
OLD_SQS_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
} | {
    name: f"AWS.SimpleQueueService.{name}"
    for name in ("BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest",
                 "InvalidBatchEntryId", "PurgeQueueInProgress", "QueueDeletedRecently",
                 "TooManyEntriesInBatchRequest", "UnsupportedOperation")
}
# What AWS leaves out although its model requires it: of a batch, the list that would be empty.
LEFT_OUT = {"sqs": {"Successful", "Failed"}}
# What stands in every error of S3 beside its own members.
XML_ERROR = {"Type", "Code", "Message", "RequestId", "HostId", "Resource", "Detail"}


class Answer(Checker):
    """One exchange under judgement."""

    def __init__(self, exchange, service, operation):
        super().__init__()
        self.exchange, self.operation = exchange, operation
        self.protocol = service.metadata["protocol"]
        self.service = service.service_name
        self.status = exchange["status"]
        self.headers = exchange["answer_headers"]
        self.body = None if exchange["body"] is None else base64.b64decode(exchange["body"])

    def judge(self):
        if self.succeeded:
            self.result()
        else:
            self.error()
        return self.wrong

    @property
    def succeeded(self):
        return self.status < 300

    # --------------------------------------------------------------- results

    def result(self):
        wanted = {self.operation.http.get("responseCode", 200)}
        if self.operation.name == "Invoke":
            wanted |= {202, 204}
        if self.service == "s3":
            # A part of an object; and deletions, which the model calls 204 as well.
            wanted |= {206} if self.operation.name == "GetObject" else set()
        if self.status not in wanted:
            self.say("status", f"{self.status} is none of {sorted(wanted)}")
        shape = self.operation.output_shape
        if shape is None:
            if self.body not in (b"", b"{}") and self.protocol != "query":
                self.say("body", f"there is none in the model, and here {self.body[:80]!r}")
            return
        outside = self.outside(shape)
        payload = shape.serialization.get("payload")
        if payload and shape.members[payload].type_name in ("blob", "string"):
            return
        if self.body is None:
            return self.say("body", "it is too large to be judged")
        if self.exchange["method"] == "HEAD" or self.status == 204:
            return
        if payload:
            shape, outside = shape.members[payload], ()
        if "xml" in self.protocol or self.protocol == "query":
            self.xml_result(shape, outside)
        else:
            self.json_result(shape, outside)

    def outside(self, shape):
        """Judges the members in headers; the names of all that are not in the body."""
        names = set()
        for name, member in shape.members.items():
            where = member.serialization.get("location")
            if where == "header":
                value = self.headers.get(member.serialization["name"].lower())
                if value is None and name in shape.required_members:
                    self.say(name, "the required header is missing")
                if value is not None:
                    self.text(member, value, name, "rfc822")
            if where or name == shape.serialization.get("payload"):
                names.add(name)
        return names

    def json_result(self, shape, outside):
        try:
            value = json.loads(self.body)
        except ValueError:
            return self.say("body", f"no JSON: {self.body[:80]!r}")
        if shape.type_name != "structure" or not isinstance(value, dict):
            return self.json(shape, value, "")
        outside = set(outside) | LEFT_OUT.get(self.service, set())
        self.json_structure(shape, value, "", outside)

    def xml_result(self, shape, outside):
        if not self.body:
            required = set(shape.required_members) - set(outside)
            if required:
                self.say("body", f"empty, without {sorted(required)}")
            return
        element = self.parsed_xml()
        if element is None or self.operation.name == "GetBucketLocation":
            return
        if self.protocol == "query":
            wrapper = shape.serialization.get("resultWrapper")
            found = {local(child.tag): child for child in element}
            wanted = {wrapper, "ResponseMetadata"} - {None}
            if local(element.tag) != f"{self.operation.name}Response" or set(found) != wanted:
                return self.say("body", f"{local(element.tag)} of {sorted(found)}")
            element = found[wrapper]
        self.xml_structure(shape, element, "", outside)

    def parsed_xml(self):
        try:
            return ElementTree.fromstring(self.body)
        except ElementTree.ParseError as error:
            self.say("body", f"no XML: {error}")

    # ---------------------------------------------------------------- errors

    def error(self):
        if self.exchange["method"] == "HEAD" or self.status == 304:
            return
        if "xml" in self.protocol or self.protocol == "query":
            self.xml_error()
        else:
            self.json_error()

    def known(self, code):
        """The shape of an error that the operation has."""
        for shape in self.operation.error_shapes:
            if code in (shape.name, shape.error_code):
                return shape
        return None

    def judge_code(self, code):
        shape = self.known(code)
        if shape is not None:
            statuses = {shape.metadata.get("error", {}).get("httpStatusCode", 400)}
        elif self.service == "s3":
            statuses = {S3_CODES.get(code)}
        else:
            common = COMMON_QUERY if self.protocol == "query" else COMMON
            statuses = common.get(code, {None})
        if statuses == {None}:
            listed = sorted(it.name for it in self.operation.error_shapes)
            self.say("error", f"{code} is neither common nor one of {listed}")
        elif self.status not in statuses:
            self.say("error", f"{code} with status {self.status} is none of {sorted(statuses)}")
        return shape

    def json_error(self):
        try:
            value = json.loads(self.body)
            code = self.headers.get("x-amzn-errortype") or value.pop("__type")
        except (ValueError, KeyError, AttributeError):
            return self.say("error", f"no code in {self.body[:120]!r}")
        code = code.rpartition("#")[2].partition(":")[0]
        value.pop("__type", None)
        text = value.pop("message", None) or value.pop("Message", None)
        if not text:
            self.say("error", f"{code} has no message")
        shape = self.judge_code(code)
        if shape is None:
            if value:
                self.say("error", f"{code} has the members {sorted(value)}")
            return
        if "message" not in (name.lower() for name in shape.required_members):
            self.json_structure(shape, value, code)
        said, old = self.headers.get("x-amzn-query-error"), OLD_SQS_CODES.get(code, code)
        if self.service == "sqs" and said != f"{old};Sender":
            self.say("error", f"x-amzn-query-error is {said}, not {old};Sender")

    def xml_error(self):
        root = self.parsed_xml() if self.body else None
        if root is None:
            return self.say("error", f"{self.status} without a body")
        error = root if local(root.tag) == "Error" else next(iter(root), root)
        found = {local(child.tag): child.text for child in error}
        if local(error.tag) != "Error" or not found.get("Code") or not found.get("Message"):
            return self.say("error", f"no code and message in {self.body[:120]!r}")
        shape = self.judge_code(found["Code"])
        own = set(shape.members) if shape else set()
        if self.service != "s3" and set(found) - XML_ERROR - own:
            self.say("error", f"{found['Code']} has the members {sorted(found)}")


def judged(lines, services):
    """Per operation, each answer: whether it succeeded, and what is wrong with it."""
    for line in lines:
        exchange = json.loads(line)
        name = models.service_of(exchange)
        about = f"{name} {exchange['method']} {exchange['path'].partition('?')[0]}"
        if name not in services:
            # A service that the engine does not have must say so.
            yield about, exchange["status"] < 400, [f"answered {exchange['status']}"] * (
                exchange["status"] < 400)
            continue
        operation = models.operation_of(services[name], exchange)
        if operation is None:
            yield about, False, ["the model has no such operation"]
            continue
        answer = Answer(exchange, services[name], operation)
        yield f"{name}:{operation.name}", answer.succeeded, answer.judge()


def missing(table, succeeded):
    prefix = {"BatchPutMetrics": "sagemaker-metrics", "BatchGetMetrics": "sagemaker-metrics"}
    wanted = {
        f"{prefix.get(name, 'sagemaker')}:{name}"
        for name in json.loads(pathlib.Path(table).read_text())["operations"]
    }
    return sorted(wanted - succeeded)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("record")
    parser.add_argument("--table")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    counts, wrong = collections.Counter(), collections.Counter()
    succeeded = set()
    with open(options.record, encoding="utf-8") as lines:
        for name, good, problems in judged(lines, models.models()):
            counts[name] += 1
            if good:
                succeeded.add(name)
            for problem in problems:
                wrong[name, problem] += 1
    if options.list:
        for name in sorted(counts):
            print(f"{counts[name]:6} {name}{'' if name in succeeded else '  (only refused)'}")
    for (name, problem), times in sorted(wrong.items()):
        print(f"WRONG {name}: {problem} ({times} times)")
    unasked = missing(options.table, succeeded) if options.table else []
    for name in unasked:
        print(f"MISSING {name}: no answer of it succeeded")
    total = sum(wrong.values())
    print(f"{sum(counts.values())} answers of {len(counts)} operations, {total} violations")
    sys.exit(1 if total or unasked or not counts else 0)


if __name__ == "__main__":
    main()
