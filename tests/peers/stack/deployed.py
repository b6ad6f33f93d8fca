"""SAM's own transformation and moto's CloudFormation deploy template.yaml; is that the stack that local/stack reads?"""

import ast
import io
import json
import logging
import os
import sys
import warnings
import zipfile
from pathlib import Path

REGION = "eu-west-1"
os.environ.update(AWS_DEFAULT_REGION=REGION, AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none",
                  MOTO_ACCOUNT_ID="111122223333")
warnings.simplefilter("ignore")

import boto3
from moto import mock_aws
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    def load(self):
        return {}


def transformed():
    template = json.loads(json.dumps(yaml_parse(Path("template.yaml").read_text(encoding="utf-8"))))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://code/code.zip"
    return transform(template, {}, NoManagedPolicies())


def deploy(template):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("bootstrap", "")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="code", Key="code.zip", Body=code.getvalue())
    boto3.client("cloudformation").create_stack(StackName="almanac", TemplateBody=json.dumps(template),
                                                Capabilities=["CAPABILITY_NAMED_IAM"])


def texts(environment):
    # moto leaves numbers as they are and does not find 0 equal to "0"; CloudFormation compares and gives texts.
    return {name: "" if name == "PROVISIONED_CONCURRENCY" and value == 0 else str(value)
            for name, value in environment.items()}


def sids(document):
    # What CloudFormation stores in moto comes back as Python writes it, with None for AWS::NoValue.
    document = ast.literal_eval(document) if isinstance(document, str) else document
    return [statement["Sid"] for statement in document["Statement"] if statement]


def seen():
    """What moto holds, in the form of the golden file."""
    stack = boto3.client("cloudformation").describe_stacks(StackName="almanac")["Stacks"][0]
    events, iam = boto3.client("events"), boto3.client("iam")
    return {
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
        "functions": {
            it["FunctionName"]: {"arn": it["FunctionArn"], "role": it["Role"], "timeout": it["Timeout"],
                                 "memory": it["MemorySize"],
                                 "environment": texts(it.get("Environment", {}).get("Variables", {}))}
            for it in boto3.client("lambda").list_functions()["Functions"]},
        "rules": {
            it["Name"]: {"arn": it["Arn"], "enabled": it["State"] == "ENABLED", "targets": [
                {"id": target["Id"], "arn": target["Arn"], "dead_letter": target["DeadLetterConfig"]["Arn"],
                 "retries": target["RetryPolicy"]["MaximumRetryAttempts"],
                 "age": target["RetryPolicy"]["MaximumEventAgeInSeconds"]}
                for target in events.list_targets_by_rule(Rule=it["Name"])["Targets"]]}
            for it in events.list_rules()["Rules"]},
        "roles": {
            it["RoleName"]: {"arn": it["Arn"], "policies": {
                name: sids(iam.get_role_policy(RoleName=it["RoleName"], PolicyName=name)["PolicyDocument"])
                for name in iam.list_role_policies(RoleName=it["RoleName"])["PolicyNames"]}}
            for it in iam.list_roles()["Roles"]},
    }


def differences(ours, theirs, path=""):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(set(theirs) | set(ours)):
            yield from differences(ours.get(key), theirs.get(key), f"{path}/{key}")
    elif ours != theirs:
        yield f"DIFFERS {path}: {json.dumps(ours)} here, {json.dumps(theirs)} by SAM and moto"


def main():
    logging.getLogger("moto").setLevel(logging.ERROR)
    ours = json.loads(Path("local/stack/tests/golden/defaults.json").read_text(encoding="utf-8"))
    with mock_aws():
        deploy(transformed())
        theirs = seen()
    # Names that CloudFormation ends with random letters, and the address of queues.
    bucket, queue = theirs["outputs"]["ArtefactBucketName"], theirs["outputs"]["UndeliveredEventsQueueUrl"]
    theirs = json.loads(json.dumps(theirs).replace(bucket, ours["outputs"]["ArtefactBucketName"])
                        .replace(queue, ours["outputs"]["UndeliveredEventsQueueUrl"]))
    # moto has no destinations, retries and log settings of functions, nor who may assume a role.
    compared = {"outputs": ours["outputs"]}
    for kind, keys in (("functions", ("arn", "role", "timeout", "memory", "environment")),
                       ("rules", ("arn", "enabled", "targets")), ("roles", ("arn", "policies"))):
        compared[kind] = {name: {key: it[key] for key in keys} for name, it in ours[kind].items()}
    for role in compared["roles"].values():
        role["policies"] = {name: sids for name, sids in role["policies"].items()
                            if not name.startswith("almanac-call-functions")}
    found = list(differences(compared, theirs))
    print(*found, sep="\n", end="\n" if found else "")
    sizes = ", ".join(f"{len(theirs[kind])} {kind}" for kind in theirs)
    print(f"stack: {len(found)} differences from what SAM and moto deploy ({sizes})")
    sys.exit(1 if found or not theirs["functions"] else 0)


if __name__ == "__main__":
    main()
