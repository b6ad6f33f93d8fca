"""boto3 against the control plane of the local engine: experiments, metrics, registry, hosting
without servers, tags, Search, lists and errors. Jobs and servers need images and are asked
elsewhere.

    python control.py --endpoint-url http://127.0.0.1:4566

Credentials and region come from the usual AWS_* variables. What it makes it deletes.
"""

import argparse
import datetime
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/almanac-model"


def refused(code, part, call, **request):
    """The call is refused with this code and words."""
    try:
        call(**request)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, found
        assert part in found["Message"], found
        return
    raise AssertionError(f"not refused: {request}")


def experiments(sagemaker, metrics, mark):
    experiment, trial, component = (f"{mark}-{part}" for part in ("exp", "trial", "part"))
    sagemaker.create_experiment(ExperimentName=experiment, Description="made by a test")
    refused("ValidationException", "already exists", sagemaker.create_experiment,
            ExperimentName=experiment.upper())
    sagemaker.create_trial(TrialName=trial, ExperimentName=experiment)
    sagemaker.create_trial_component(
        TrialComponentName=component,
        Parameters={"wape": {"NumberValue": 0.25}, "model": {"StringValue": "trees"}},
        StartTime=datetime.datetime.now(datetime.timezone.utc),
        Status={"PrimaryStatus": "InProgress"},
    )
    sagemaker.associate_trial_component(TrialComponentName=component, TrialName=trial)
    sagemaker.update_trial_component(
        TrialComponentName=component, Parameters={"rmse": {"NumberValue": 3}},
        ParametersToRemove=["model"], Status={"PrimaryStatus": "Completed"},
    )
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    point = {"MetricName": "wape", "Timestamp": now, "Step": 0, "Value": 0.25}
    answer = metrics.batch_put_metrics(TrialComponentName=component, MetricData=[point])
    assert not answer.get("Errors"), answer
    answer = metrics.batch_put_metrics(TrialComponentName=component, MetricData=[point])
    assert answer["Errors"] == [{"Code": "CONFLICT_ERROR", "MetricIndex": 0}], answer
    refused("ValidationException", "trialComponentName", metrics.batch_put_metrics,
            TrialComponentName=component.upper(), MetricData=[point])
    found = sagemaker.describe_trial_component(TrialComponentName=component)
    assert set(found["Parameters"]) == {"wape", "rmse"}, found
    assert found["Metrics"][0]["Last"] == 0.25, found
    assert isinstance(found["CreationTime"], datetime.datetime)
    listed = sagemaker.list_trial_components(TrialName=trial)["TrialComponentSummaries"]
    assert [it["TrialComponentName"] for it in listed] == [component], listed
    hits = sagemaker.search(
        Resource="ExperimentTrialComponent",
        SearchExpression={"Filters": [
            {"Name": "Parents.TrialName", "Operator": "Equals", "Value": trial},
            {"Name": "Metrics.wape.max", "Operator": "LessThan", "Value": "0.3"},
        ]},
    )
    assert hits["Results"][0]["TrialComponent"]["TrialComponentName"] == component, hits
    refused("ValidationException", "Cannot delete", sagemaker.delete_trial, TrialName=trial)
    sagemaker.disassociate_trial_component(TrialComponentName=component, TrialName=trial)
    sagemaker.delete_trial_component(TrialComponentName=component)
    sagemaker.delete_trial(TrialName=trial)
    sagemaker.delete_experiment(ExperimentName=experiment)
    refused("ResourceNotFound", "does not exist", sagemaker.describe_experiment,
            ExperimentName=experiment)


def registry(sagemaker, mark):
    group = f"{mark}-group"
    made = sagemaker.create_model_package_group(
        ModelPackageGroupName=group, Tags=[{"Key": "team", "Value": "blue"}])
    tags = sagemaker.list_tags(ResourceArn=made["ModelPackageGroupArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "blue"}], tags
    refused("ValidationException", "already exists", sagemaker.create_model_package_group,
            ModelPackageGroupName=group)
    arns = [
        sagemaker.create_model_package(
            ModelPackageGroupName=group,
            CustomerMetadataProperties={"wape": f"0.{number}"},
            InferenceSpecification={
                "Containers": [{"Image": "1.dkr.ecr/none:1"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        for number in range(3)
    ]
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortOrder="Descending",
        PaginationConfig={"PageSize": 2},
    )
    listed = [it["ModelPackageArn"] for page in pages for it in page["ModelPackageSummaryList"]]
    assert listed == arns[::-1], listed
    sagemaker.update_model_package(ModelPackageArn=arns[1], ModelApprovalStatus="Approved")
    found = sagemaker.describe_model_package(ModelPackageName=arns[1])
    assert found["ModelApprovalStatus"] == "Approved", found
    assert found["ModelPackageVersion"] == 2, found
    refused("ValidationException", "does not exist", sagemaker.describe_model_package,
            ModelPackageName=arns[1].replace("/2", "/9"))
    refused("ValidationException", "does not exist", sagemaker.list_model_packages,
            ModelPackageGroupName=f"{group}-other")
    hosting(sagemaker, mark, arns)
    for arn in arns:
        sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)


def hosting(sagemaker, mark, arns):
    def create(arn):
        return sagemaker.create_model(
            ModelName=mark, PrimaryContainer={"ModelPackageName": arn}, ExecutionRoleArn=ROLE)

    refused("ValidationException", "Approved", create, arn=arns[0])
    create(arns[1])
    refused("ValidationException", "already existing", create, arn=arns[1])
    variant = {
        "VariantName": "AllTraffic", "ModelName": mark,
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
    }
    sagemaker.create_endpoint_config(EndpointConfigName=mark, ProductionVariants=[variant])
    bad = {**variant, "ServerlessConfig": {"MemorySizeInMB": 1500, "MaxConcurrency": 5}}
    refused("ValidationException", "MemorySizeInMB", sagemaker.create_endpoint_config,
            EndpointConfigName=f"{mark}-bad", ProductionVariants=[bad])
    listed = sagemaker.list_endpoint_configs(NameContains=mark)["EndpointConfigs"]
    assert [it["EndpointConfigName"] for it in listed] == [mark], listed
    refused("ValidationException", "Could not find endpoint", sagemaker.describe_endpoint,
            EndpointName=mark)
    refused("ValidationException", "Could not find endpoint configuration",
            sagemaker.create_endpoint, EndpointName=mark, EndpointConfigName=f"{mark}-none")
    sagemaker.delete_endpoint_config(EndpointConfigName=mark)
    sagemaker.delete_model(ModelName=mark)
    refused("ValidationException", "Could not find model", sagemaker.describe_model,
            ModelName=mark)


def errors(sagemaker, runtime, mark):
    refused("ValidationException", "Requested resource not found",
            sagemaker.describe_training_job, TrainingJobName=mark)
    refused("ValidationError", "not found", runtime.invoke_endpoint,
            EndpointName=mark, Body=b"x")
    refused("UnknownOperationException", "does not have", sagemaker.list_notebook_instances)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint-url", required=True)
    url = parser.parse_args().endpoint_url
    # The engine is asked to refuse what boto3 would refuse before.
    config = Config(parameter_validation=False, retries={"max_attempts": 1})

    def client(name):
        return boto3.client(name, endpoint_url=url, config=config)

    sagemaker = client("sagemaker")
    mark = f"peer-{uuid.uuid4().hex[:8]}"
    experiments(sagemaker, client("sagemaker-metrics"), mark)
    registry(sagemaker, mark)
    errors(sagemaker, client("sagemaker-runtime"), mark)
    print("boto3 and the control plane agree")


main()
