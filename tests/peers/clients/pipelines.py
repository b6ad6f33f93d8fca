"""boto3 against the pipeline API: all of its operations, lists, refusals, callbacks and stops."""

import json
import time
import uuid

import boto3
from botocore.exceptions import ClientError

MARK = f"pipe-{uuid.uuid4().hex[:8]}"
ROLE = f"arn:aws:iam::{boto3.client('sts').get_caller_identity()['Account']}:role/boto"
sagemaker, sqs, s3 = (boto3.client(it) for it in ("sagemaker", "sqs", "s3"))


def refused(code, part, call, **request):
    try:
        call(**request)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code and part in found["Message"], found
        return
    raise AssertionError(f"not refused: {request}")


def token():
    return uuid.uuid4().hex


def definition(*steps, **parameters):
    return json.dumps({
        "Version": "2020-12-01", "Metadata": {}, "Steps": steps,
        "Parameters": [{"Name": name, "Type": "String", "DefaultValue": value}
                       for name, value in parameters.items()]})


def asks(name, queue_url):
    return {"Name": name, "Type": "Callback", "SqsQueueUrl": queue_url,
            "Arguments": {"who": {"Get": "Parameters.Who"}},
            "OutputParameters": [{"OutputName": "size", "OutputType": "Integer"}]}


def gate():
    return {"Name": "Gate", "Type": "Condition", "Arguments": {
        "Conditions": [{"Type": "GreaterThan",
                        "LeftValue": {"Get": "Steps.Ask.OutputParameters['size']"},
                        "RightValue": 3}],
        "IfSteps": [],
        "ElseSteps": [{"Name": "Small", "Type": "Fail", "Arguments": {"ErrorMessage": {
            "Std:Join": {"On": " ", "Values": ["too small for", {"Get": "Parameters.Who"}]}}}}]}}


def message(queue_url):
    for _ in range(20):
        found = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=1).get("Messages")
        if found:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=found[0]["ReceiptHandle"])
            return json.loads(found[0]["Body"])
    raise AssertionError("no message came")


def ended(execution):
    for _ in range(200):
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        if found["PipelineExecutionStatus"] not in ("Executing", "Stopping"):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def steps(execution):
    pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending", PaginationConfig={"PageSize": 1})
    return {it["StepName"]: it for page in pages for it in page["PipelineExecutionSteps"]}


def start(**more):
    request = {"PipelineName": MARK, "ClientRequestToken": token(), **more}
    return sagemaker.start_pipeline_execution(**request)["PipelineExecutionArn"]


def definitions(body):
    create = {"PipelineName": MARK, "RoleArn": ROLE, "ClientRequestToken": token()}
    refused("ValidationException", "", sagemaker.create_pipeline, **create,
            PipelineDefinition="{")
    refused("ValidationException", "Tuning", sagemaker.create_pipeline, **create,
            PipelineDefinition=definition({"Name": "T", "Type": "Tuning", "Arguments": {}}))
    first = sagemaker.create_pipeline(**create, PipelineDefinition=body,
                                      Tags=[{"Key": "team", "Value": "blue"}])["PipelineArn"]
    assert sagemaker.create_pipeline(**create, PipelineDefinition=body)["PipelineArn"] == first
    refused("ValidationException", "already exist", sagemaker.create_pipeline,
            **create | {"ClientRequestToken": token()}, PipelineDefinition=body)
    sagemaker.update_pipeline(PipelineName=MARK, PipelineDisplayName="shown", PipelineDescription="d")
    found = sagemaker.describe_pipeline(PipelineName=first)
    assert found["PipelineDisplayName"] == "shown" and found["PipelineStatus"] == "Active", found
    assert json.loads(found["PipelineDefinition"]) == json.loads(body)
    # A definition can come out of S3.
    s3.create_bucket(Bucket=MARK, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=MARK, Key="definition.json", Body=body.encode())
    sagemaker.create_pipeline(
        PipelineName=f"{MARK}-2", RoleArn=ROLE, ClientRequestToken=token(),
        PipelineDefinitionS3Location={"Bucket": MARK, "ObjectKey": "definition.json"})
    pages = sagemaker.get_paginator("list_pipelines").paginate(
        PipelineNamePrefix=MARK, SortBy="Name", SortOrder="Ascending",
        PaginationConfig={"PageSize": 1})
    listed = [it["PipelineName"] for page in pages for it in page["PipelineSummaries"]]
    assert listed == [MARK, f"{MARK}-2"], listed
    refused("ResourceNotFound", "", sagemaker.describe_pipeline, PipelineName=f"{MARK}-3")


def answered(queue_url):
    once = token()
    execution = start(ClientRequestToken=once, PipelineExecutionDisplayName="first",
                      PipelineParameters=[{"Name": "Who", "Value": "boto"}])
    assert start(ClientRequestToken=once) == execution
    asked = message(queue_url)
    assert asked["arguments"] == {"who": "boto"} and asked["status"] == "Executing", asked
    assert asked["pipelineExecutionArn"] == execution, asked
    refused("ResourceNotFound", "token", sagemaker.send_pipeline_execution_step_success,
            CallbackToken="nobodyhas1")
    sagemaker.send_pipeline_execution_step_success(
        CallbackToken=asked["token"], OutputParameters=[{"Name": "size", "Value": "5"}])
    assert ended(execution)["PipelineExecutionStatus"] == "Succeeded"
    ran = steps(execution)
    assert list(ran) == ["Ask", "Gate"], ran
    output = ran["Ask"]["Metadata"]["Callback"]["OutputParameters"]
    assert output == [{"Name": "size", "Value": "5"}], output
    sagemaker.update_pipeline_execution(
        PipelineExecutionArn=execution, PipelineExecutionDescription="went well")
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    assert described["PipelineExecutionDescription"] == "went well", described
    given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=execution)
    assert given["PipelineParameters"] == [{"Name": "Who", "Value": "boto"}], given
    kept = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=execution)
    assert "Ask" in kept["PipelineDefinition"], kept
    return execution


def failed_and_retried(queue_url):
    execution = start()
    sagemaker.send_pipeline_execution_step_failure(
        CallbackToken=message(queue_url)["token"], FailureReason="nobody is here")
    assert ended(execution)["PipelineExecutionStatus"] == "Failed"
    assert "nobody is here" in steps(execution)["Ask"]["FailureReason"]
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution, ClientRequestToken=token())
    sagemaker.send_pipeline_execution_step_success(
        CallbackToken=message(queue_url)["token"],
        OutputParameters=[{"Name": "size", "Value": "1"}])
    assert ended(execution)["PipelineExecutionStatus"] == "Failed"
    ran = steps(execution)
    assert ran["Ask"]["StepStatus"] == "Succeeded", ran
    assert "too small for everybody" in json.dumps(ran["Small"], default=str), ran["Small"]


def stopped(queue_url):
    execution = start()
    asked = message(queue_url)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution, ClientRequestToken=token())
    told = message(queue_url)
    assert told["status"] == "Stopping" and told["token"] == asked["token"], told
    sagemaker.send_pipeline_execution_step_failure(CallbackToken=asked["token"])
    assert ended(execution)["PipelineExecutionStatus"] == "Stopped"


def lists_and_search(first):
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=MARK, SortOrder="Ascending", PaginationConfig={"PageSize": 1})
    listed = [it for page in pages for it in page["PipelineExecutionSummaries"]]
    assert len(listed) == 3 and listed[0]["PipelineExecutionArn"] == first, listed
    for resource, name, value in (("Pipeline", "PipelineName", MARK),
                                  ("PipelineExecution", "PipelineExecutionArn", first)):
        hits = sagemaker.search(Resource=resource, SearchExpression={"Filters": [
            {"Name": name, "Operator": "Equals", "Value": value}]})["Results"]
        assert len(hits) == 1, (resource, hits)
    refused("ValidationException", "", start, PipelineParameters=[{"Name": "No", "Value": "1"}])
    refused("ResourceNotFound", "", sagemaker.start_pipeline_execution,
            PipelineName=f"{MARK}-3", ClientRequestToken=token())
    for name in (MARK, f"{MARK}-2"):
        sagemaker.delete_pipeline(PipelineName=name, ClientRequestToken=token())
    refused("ResourceNotFound", "", sagemaker.describe_pipeline, PipelineName=MARK)


def main():
    queue_url = sqs.create_queue(QueueName=MARK)["QueueUrl"]
    definitions(definition(asks("Ask", queue_url), gate(), Who="everybody"))
    first = answered(queue_url)
    failed_and_retried(queue_url)
    stopped(queue_url)
    lists_and_search(first)
    print("pipelines: boto3 agrees")


main()
