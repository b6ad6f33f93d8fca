"""compare-models as a team without Rust would write it: the same reads, the same answer for a first model."""

import json
import os

import boto3
from botocore.config import Config

timeouts = Config(connect_timeout=2, read_timeout=10, s3={"addressing_style": "path"})
s3 = boto3.client("s3", config=timeouts)
sagemaker = boto3.client("sagemaker", config=timeouts)


def value_of(report, metric):
    value = report["metrics"].get(metric, {}).get("value")
    if value is None:
        raise ValueError(f"the report has no {metric}")
    return float(value)


def handle(event, _context):
    _, _, bucket, key = event["evaluation_s3_uri"].split("/", 3)
    if not key.endswith(".json"):
        key = key.rstrip("/") + "/evaluation.json"
    report = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    metric = event["metric"]
    candidate = value_of(report, metric)
    listed = sagemaker.list_model_packages(
        ModelPackageGroupName=event["model_group"], ModelApprovalStatus="Approved",
        SortBy="CreationTime", SortOrder="Descending", MaxResults=100,
    )["ModelPackageSummaryList"]
    previous = None
    for summary in listed:
        package = sagemaker.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
        found = package.get("CustomerMetadataProperties", {}).get(metric)
        if found is not None and (previous is None or float(found) < previous):
            previous = float(found)
    improvement = None if previous is None else (previous - candidate) / previous
    promote = improvement is None or improvement >= float(event.get("min_improvement", 0) or 0)
    return {
        "promote": "true" if promote else "false",
        "reason": "no previous model" if previous is None else f"{improvement:.2%} better",
        "candidate": str(candidate),
        "previous": "" if previous is None else str(previous),
        "log_level": os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"),
    }
