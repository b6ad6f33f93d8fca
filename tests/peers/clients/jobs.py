"""boto3 against jobs, model servers and what else of SageMaker no other script asks for.

Waits are boto3's own waiters, with a second between two looks.
"""

import io
import json
import tarfile
import uuid

import boto3
from botocore.exceptions import ClientError, WaiterError

MARK = f"job-{uuid.uuid4().hex[:8]}"
ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/boto"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/abalone:1"
SCRIPTS = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1"
MUTE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/mute:1"
QUICK = {"Delay": 1, "MaxAttempts": 60}
s3, sagemaker, runtime = (boto3.client(it) for it in ("s3", "sagemaker", "sagemaker-runtime"))


def refused(code, part, call, **request):
    try:
        call(**request)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code and part in found["Message"], found
        return error.response
    raise AssertionError(f"not refused: {request}")


def paged(operation, key, **request):
    """All that a paginator lists, one a page."""
    pages = sagemaker.get_paginator(operation).paginate(
        **request, PaginationConfig={"PageSize": 1})
    listed = [it for page in pages for it in page[key]]
    assert listed, operation
    return listed


def processing(name, *words):
    return sagemaker.create_processing_job(
        ProcessingJobName=name, RoleArn=ROLE,
        AppSpecification={"ImageUri": SCRIPTS, "ContainerEntrypoint": ["python3", "-c"],
                          "ContainerArguments": list(words)},
        ProcessingResources={"ClusterConfig": {
            "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}},
        ProcessingInputs=[{"InputName": "rows", "S3Input": {
            "S3Uri": f"s3://{MARK}/train", "S3DataType": "S3Prefix", "S3InputMode": "File",
            "LocalPath": "/opt/ml/processing/rows"}}],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "count", "S3Output": {
            "S3Uri": f"s3://{MARK}/{name}", "LocalPath": "/opt/ml/processing/out",
            "S3UploadMode": "EndOfJob"}}]},
        Environment={"WHO": "boto"}, Tags=[{"Key": "team", "Value": "blue"}],
    )["ProcessingJobArn"]


# Arguments of containers are one line each.
COUNT = "; ".join([
    "import os",
    "rows = open('/opt/ml/processing/rows/rows.csv').read().split()",
    "open('/opt/ml/processing/out/count', 'w').write(f'{len(rows)} ' + os.environ['WHO'])",
    "open('/opt/ml/output/message', 'w').write('counted')",
])


def processing_jobs():
    arn = processing(f"{MARK}-count", COUNT)
    waiter = sagemaker.get_waiter("processing_job_completed_or_stopped")
    waiter.wait(ProcessingJobName=f"{MARK}-count", WaiterConfig=QUICK)
    done = sagemaker.describe_processing_job(ProcessingJobName=f"{MARK}-count")
    assert (done["ProcessingJobStatus"], done["ExitMessage"]) == ("Completed", "counted"), done
    assert s3.get_object(Bucket=MARK, Key=f"{MARK}-count/count")["Body"].read() == b"3 boto"
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "blue"}]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "more", "Value": "1"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "more", "Value": "1"}]

    processing(f"{MARK}-bad", "raise SystemExit('no rows of that kind')")
    try:
        waiter.wait(ProcessingJobName=f"{MARK}-bad", WaiterConfig=QUICK)
    except WaiterError as error:
        reason = error.last_response["FailureReason"]
        assert "no rows of that kind" in reason, reason
    else:
        raise AssertionError("a failed job was waited for as if it were good")

    processing(f"{MARK}-long", "import time; time.sleep(600)")
    sagemaker.stop_processing_job(ProcessingJobName=f"{MARK}-long")
    waiter.wait(ProcessingJobName=f"{MARK}-long", WaiterConfig=QUICK)
    stopped = sagemaker.describe_processing_job(ProcessingJobName=f"{MARK}-long")
    assert stopped["ProcessingJobStatus"] == "Stopped", stopped
    listed = paged("list_processing_jobs", "ProcessingJobSummaries", NameContains=MARK)
    assert len(listed) == 3, listed
    listed = sagemaker.list_processing_jobs(NameContains=MARK, StatusEquals="Failed")
    assert len(listed["ProcessingJobSummaries"]) == 1, listed
    try:
        processing(f"{MARK}-count", COUNT)
    except sagemaker.exceptions.ResourceInUse:
        return
    raise AssertionError("two jobs of one name")


def training(name, image=IMAGE, **hyperparameters):
    def channel(part):
        return {"ChannelName": part, "ContentType": "text/csv", "DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": f"s3://{MARK}/{part}"}}}

    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": image, "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "validation:rmse", "Regex": "rmse=(.*?);"}]},
        HyperParameters={"objective": "reg:squarederror", "num_round": "50", **hyperparameters},
        InputDataConfig=[channel("train"), channel("validation")],
        OutputDataConfig={"S3OutputPath": f"s3://{MARK}/models"},
        ResourceConfig={"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )


def training_jobs():
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    training(f"{MARK}-train")
    waiter.wait(TrainingJobName=f"{MARK}-train", WaiterConfig=QUICK)
    done = sagemaker.describe_training_job(TrainingJobName=f"{MARK}-train")
    assert done["FinalMetricDataList"][0]["MetricName"] == "validation:rmse", done
    uri = done["ModelArtifacts"]["S3ModelArtifacts"]
    packed = s3.get_object(Bucket=MARK, Key=uri.removeprefix(f"s3://{MARK}/"))["Body"].read()
    assert tarfile.open(fileobj=io.BytesIO(packed)).getnames().count("line.json") == 1

    training(f"{MARK}-wrong", objective="impossible")
    try:
        waiter.wait(TrainingJobName=f"{MARK}-wrong", WaiterConfig=QUICK)
    except WaiterError as error:
        assert "the objective is impossible" in error.last_response["FailureReason"], error
    training(f"{MARK}-unknown", image="nobody/knows:1")
    try:
        waiter.wait(TrainingJobName=f"{MARK}-unknown", WaiterConfig=QUICK)
    except WaiterError as error:
        assert "almanac.toml" in error.last_response["FailureReason"], error.last_response
    training(f"{MARK}-stop")
    sagemaker.stop_training_job(TrainingJobName=f"{MARK}-stop")
    listed = paged("list_training_jobs", "TrainingJobSummaries", NameContains=MARK)
    assert len(listed) == 4, listed
    hits = sagemaker.search(Resource="TrainingJob", SearchExpression={"Filters": [
        {"Name": "TrainingJobName", "Operator": "Contains", "Value": f"{MARK}-tr"}]})
    assert len(hits["Results"]) == 1, hits
    return uri


def transform(name, model):
    sagemaker.create_transform_job(
        TransformJobName=name, ModelName=model,
        TransformInput={"ContentType": "text/csv", "SplitType": "Line", "DataSource": {
            "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{MARK}/lengths"}}},
        TransformOutput={"S3OutputPath": f"s3://{MARK}/batch", "AssembleWith": "Line"},
        TransformResources={"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    )


def transform_jobs(model):
    waiter = sagemaker.get_waiter("transform_job_completed_or_stopped")
    transform(f"{MARK}-batch", model)
    waiter.wait(TransformJobName=f"{MARK}-batch", WaiterConfig=QUICK)
    done = sagemaker.describe_transform_job(TransformJobName=f"{MARK}-batch")
    assert done["TransformJobStatus"] == "Completed", done
    assert len(s3.get_object(Bucket=MARK, Key="batch/a.csv.out")["Body"].read().split()) == 2
    transform(f"{MARK}-cut", model)
    sagemaker.stop_transform_job(TransformJobName=f"{MARK}-cut")
    waiter.wait(TransformJobName=f"{MARK}-cut", WaiterConfig=QUICK)
    assert len(paged("list_transform_jobs", "TransformJobSummaries", NameContains=MARK)) == 2


def config(name, *models):
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
        {"VariantName": f"v{number}", "ModelName": model, "InstanceType": "ml.m5.large",
         "InitialInstanceCount": 1, "InitialVariantWeight": 1.0}
        for number, model in enumerate(models)])


def endpoints(model):
    one, two, mute = (f"{MARK}-{it}" for it in ("one", "two", "mute"))
    config(one, model)
    config(two, model, model)
    sagemaker.create_endpoint(EndpointName=MARK, EndpointConfigName=one)
    in_service = sagemaker.get_waiter("endpoint_in_service")
    in_service.wait(EndpointName=MARK, WaiterConfig=QUICK)
    answer = runtime.invoke_endpoint(
        EndpointName=MARK, ContentType="text/csv", Accept="text/csv", Body=b"0.1\n0.5\n")
    assert answer["InvokedProductionVariant"] == "v0", answer
    assert len(answer["Body"].read().split()) == 2 and answer["ContentType"] == "text/csv"
    told = refused("ModelError", "cannot read a row", runtime.invoke_endpoint, EndpointName=MARK,
                   ContentType="text/csv", Body=b"oops")
    assert told["OriginalStatusCode"] == 400, told

    sagemaker.update_endpoint(EndpointName=MARK, EndpointConfigName=two)
    in_service.wait(EndpointName=MARK, WaiterConfig=QUICK)
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=MARK, DesiredWeightsAndCapacities=[
            {"VariantName": "v0", "DesiredWeight": 0.0}, {"VariantName": "v1", "DesiredWeight": 1.0}])
    in_service.wait(EndpointName=MARK, WaiterConfig=QUICK)
    answer = runtime.invoke_endpoint(EndpointName=MARK, ContentType="text/csv", Body=b"0.1")
    assert answer["InvokedProductionVariant"] == "v1", answer
    answer = runtime.invoke_endpoint(
        EndpointName=MARK, ContentType="text/csv", Body=b"0.1", TargetVariant="v0")
    assert answer["InvokedProductionVariant"] == "v0", answer
    described = sagemaker.describe_endpoint(EndpointName=MARK)
    assert described["ProductionVariants"][1]["CurrentWeight"] == 1.0, described
    assert sagemaker.describe_endpoint_config(EndpointConfigName=two)["ProductionVariants"]
    assert len(paged("list_endpoint_configs", "EndpointConfigs", NameContains=MARK)) == 2
    assert len(paged("list_endpoints", "Endpoints", NameContains=MARK)) == 1

    # One whose server ends at once: it fails, and says so.
    sagemaker.create_model(ModelName=mute, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": MUTE})
    config(mute, mute)
    sagemaker.create_endpoint(EndpointName=mute, EndpointConfigName=mute)
    try:
        in_service.wait(EndpointName=mute, WaiterConfig=QUICK)
    except WaiterError as error:
        assert error.last_response["FailureReason"], error.last_response
    else:
        raise AssertionError("an endpoint without a server is in service")
    refused("ValidationError", "", runtime.invoke_endpoint, EndpointName=mute, Body=b"1")
    for name in (MARK, mute):
        sagemaker.delete_endpoint(EndpointName=name)
        sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=QUICK)
    for name in (one, two, mute):
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
    sagemaker.delete_model(ModelName=mute)


def registry():
    """What control.py does not ask of the registry, of experiments and of their lists."""
    group = sagemaker.create_model_package_group(
        ModelPackageGroupName=MARK, ModelPackageGroupDescription="of boto")["ModelPackageGroupArn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sagemaker:DescribeModelPackage", "Resource": group}]})
    sagemaker.put_model_package_group_policy(ModelPackageGroupName=MARK, ResourcePolicy=policy)
    told = sagemaker.get_model_package_group_policy(ModelPackageGroupName=MARK)["ResourcePolicy"]
    assert json.loads(told) == json.loads(policy), told
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName=MARK)
    refused("ValidationException", "", sagemaker.get_model_package_group_policy,
            ModelPackageGroupName=MARK)
    package = sagemaker.create_model_package(
        ModelPackageGroupName=MARK, ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={"Containers": [{"Image": IMAGE}],
                                "SupportedContentTypes": ["text/csv"],
                                "SupportedResponseMIMETypes": ["text/csv"]})["ModelPackageArn"]
    found = sagemaker.batch_describe_model_package(ModelPackageArnList=[package, f"{package}9"])
    assert list(found["ModelPackageSummaries"]) == [package], found
    assert list(found["BatchDescribeModelPackageErrorMap"]) == [f"{package}9"], found
    assert sagemaker.describe_model_package_group(ModelPackageGroupName=MARK)["ModelPackageGroupArn"] == group
    assert len(paged("list_model_package_groups", "ModelPackageGroupSummaryList", NameContains=MARK)) == 1
    sagemaker.delete_model_package(ModelPackageName=package)
    sagemaker.delete_model_package_group(ModelPackageGroupName=MARK)


def experiments():
    metrics = boto3.client("sagemaker-metrics")
    sagemaker.create_experiment(ExperimentName=MARK)
    sagemaker.update_experiment(ExperimentName=MARK, DisplayName="mine")
    assert sagemaker.describe_experiment(ExperimentName=MARK)["DisplayName"] == "mine"
    sagemaker.create_trial(TrialName=MARK, ExperimentName=MARK)
    sagemaker.update_trial(TrialName=MARK, DisplayName="first")
    assert sagemaker.describe_trial(TrialName=MARK)["DisplayName"] == "first"
    made = sagemaker.create_trial_component(TrialComponentName=MARK)["TrialComponentArn"]
    metrics.batch_put_metrics(TrialComponentName=MARK, MetricData=[
        {"MetricName": "wape", "Timestamp": 1.7e9, "Step": step, "Value": step / 10}
        for step in range(3)])
    got = metrics.batch_get_metrics(MetricQueries=[
        {"MetricName": "wape", "ResourceArn": made, "MetricStat": "Max", "Period": "OneMinute",
         "XAxisType": "IterationNumber"}])["MetricQueryResults"]
    assert got[0]["Status"] == "Complete" and max(got[0]["MetricValues"]) == 0.2, got
    paged("list_experiments", "ExperimentSummaries")
    paged("list_trials", "TrialSummaries", ExperimentName=MARK)
    sagemaker.delete_trial_component(TrialComponentName=MARK)
    sagemaker.delete_trial(TrialName=MARK)
    sagemaker.delete_experiment(ExperimentName=MARK)


def main():
    s3.create_bucket(Bucket=MARK, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    rows = b"3.4,0.1\n6.2,0.3\n9.0,0.5\n"
    for key, body in {"train/rows.csv": rows, "validation/rows.csv": rows, "lengths/a.csv": b"0.1\n0.2\n"}.items():
        s3.put_object(Bucket=MARK, Key=key, Body=body)
    processing_jobs()
    uri = training_jobs()
    container = {"Image": IMAGE, "ModelDataUrl": uri}
    sagemaker.create_model(ModelName=MARK, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    assert sagemaker.describe_model(ModelName=MARK)["PrimaryContainer"]["ModelDataUrl"] == uri
    assert len(paged("list_models", "Models", NameContains=MARK)) == 1
    transform_jobs(MARK)
    endpoints(MARK)
    sagemaker.delete_model(ModelName=MARK)
    registry()
    experiments()
    print("jobs: boto3 agrees")


main()
