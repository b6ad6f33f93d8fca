"""The SageMaker Python SDK v2, as its users write it: a pipeline of scripts and containers to every
outcome, single jobs, models, endpoints. Nothing is patched, only the endpoint's address is given.

    python sdk.py HOME/outputs.json FOLDER
"""

import json
import threading

from abalone import (
    BUCKET, MARK, ROLE, abalone, estimator, gen_sdk2, plain, processing, processor,
    script_estimator, table,
)
import boto3
import sagemaker
from botocore.exceptions import ClientError, WaiterError
from sagemaker import ModelPackage
from sagemaker.deserializers import CSVDeserializer
from sagemaker.inputs import TrainingInput
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.workflow.parallelism_config import ParallelismConfiguration

control = boto3.client("sagemaker")


def answer_callbacks(queue_url, end):
    """The person behind the queue: says good to whatever is asked."""
    sqs, waiter = boto3.client("sqs"), boto3.client("sagemaker")
    while not end.is_set():
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=1).get("Messages", []):
            asked = json.loads(message["Body"])
            assert asked["status"] == "Executing" and float(asked["arguments"]["candidate"]) > 0, asked
            waiter.send_pipeline_execution_step_success(
                CallbackToken=asked["token"],
                OutputParameters=[{"Name": "verdict", "Value": "good"}])
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def run(pipeline, outcome, **start):
    """Runs to the end; the steps by name."""
    execution = pipeline.start(**start)
    try:
        execution.wait(delay=1, max_attempts=180)
    except WaiterError as error:
        assert "terminal failure" in str(error), error
    described = execution.describe()
    steps = {it["StepName"]: it for it in execution.list_steps()}
    assert described["PipelineExecutionStatus"] == outcome, (described, steps)
    return execution, described, steps


def in_order(steps, *names):
    for earlier, later in zip(names, names[1:]):
        assert steps[earlier]["EndTime"] <= steps[later]["StartTime"], (earlier, later, steps)


def statuses(steps):
    return {name: step["StepStatus"] for name, step in steps.items()}


def pipeline_to_every_outcome(data, queue_url):
    pipeline = abalone(data, queue_url)
    created = pipeline.upsert(role_arn=ROLE, tags=[{"Key": "team", "Value": "blue"}])
    assert pipeline.upsert(role_arn=ROLE, description="again")["PipelineArn"] == created["PipelineArn"]
    assert pipeline.describe()["PipelineDescription"] == "again"

    # Good: every step of the branch, each after what it needs.
    execution, _, good = run(pipeline, "Succeeded", execution_display_name="good")
    names = {"Prepare", "Train", "TrainScript", "Evaluate", "Compare", "Ask", "Gate",
             "Register-RegisterModel", "Create-CreateModel", "Batch"}
    assert statuses(good) == dict.fromkeys(names, "Succeeded"), statuses(good)
    in_order(good, "Prepare", "Train", "Evaluate", "Compare", "Ask", "Gate", "Create-CreateModel", "Batch")
    in_order(good, "Prepare", "TrainScript")
    in_order(good, "Gate", "Register-RegisterModel")
    assert good["Gate"]["Metadata"]["Condition"]["Outcome"] == "True", good["Gate"]
    metrics = control.describe_training_job(
        TrainingJobName=good["TrainScript"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2])
    assert 0 < metrics["FinalMetricDataList"][0]["Value"] < 10, metrics
    batch = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{MARK}/batch/batch.csv.out")
    assert len(batch["Body"].read().split()) == 3

    # The same once more: jobs come from the cache, and the threshold is not met.
    execution, described, bad = run(pipeline, "Failed", parameters={"Threshold": 0.0001})
    told = execution.list_parameters()["PipelineParameters"]
    assert {"Name": "Threshold", "Value": "0.0001"} in told, told
    assert {"Register-RegisterModel", "Create-CreateModel", "Batch"}.isdisjoint(bad), bad.keys()
    assert bad["TooBad"]["StepStatus"] == "Failed", bad
    assert "mse above 0.0001" in json.dumps([described.get("FailureReason"), bad["TooBad"]], default=str)
    for name in ("Prepare", "Train", "TrainScript"):
        assert "CacheHitResult" in bad[name], bad[name]
    assert "CacheHitResult" not in bad["Evaluate"], bad["Evaluate"]

    failures(pipeline)
    one_at_a_time(pipeline)
    assert control.list_pipeline_executions(PipelineName=MARK)["PipelineExecutionSummaries"]
    return good["Register-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]


def failures(pipeline):
    # A script that ends with a reason: nothing after it runs.
    _, described, steps = run(pipeline, "Failed", parameters={"MinRows": 1000})
    assert statuses(steps) == {"Prepare": "Failed"}, statuses(steps)
    assert "MIN_ROWS is 1000" in steps["Prepare"]["FailureReason"], steps
    assert described["FailureReason"], described
    # A container that fails beside one that does not.
    _, _, steps = run(pipeline, "Failed", parameters={"Objective": "impossible"})
    assert steps["Train"]["StepStatus"] == "Failed", statuses(steps)
    assert "the objective is impossible" in steps["Train"]["FailureReason"], steps["Train"]
    assert "Evaluate" not in steps, statuses(steps)


def one_at_a_time(pipeline):
    _, _, steps = run(
        pipeline, "Succeeded", parallelism_config=ParallelismConfiguration(1),
        parameters={"MinRows": 11})
    ran = [step for step in steps.values() if step["StepName"] != "Gate"]
    ran.sort(key=lambda step: step["StartTime"])
    for earlier, later in zip(ran, ran[1:]):
        assert earlier["EndTime"] <= later["StartTime"], (earlier, later)


def refused_definitions():
    """What the SDK compiles of steps that the engine does not run is refused, with the reason."""
    compiled = gen_sdk2.session()
    for make, kind in ((gen_sdk2.tune_deploy, "Tuning"), (gen_sdk2.checks, "QualityCheck"),
                       (gen_sdk2.emr, "EMR"), (gen_sdk2.automl, "AutoML")):
        pipeline = make(compiled)
        try:
            pipeline.create(role_arn=ROLE)
        except ClientError as error:
            found = error.response["Error"]
            assert found["Code"] == "ValidationException", found
            assert kind in found["Message"] and "does not run" in found["Message"], found
        else:
            raise AssertionError(f"{pipeline.name} was created")
    pipeline = gen_sdk2.condition_not(compiled)
    pipeline.create(role_arn=ROLE)
    _, described, steps = run(pipeline, "Failed")
    assert statuses(steps) == {"Gate": "Succeeded", "Stop": "Failed"}, statuses(steps)
    run(pipeline, "Succeeded", parameters={"Force": True})
    pipeline.delete()


def single_jobs(data):
    """Jobs without a pipeline: what the SDK does when a notebook calls run, fit and transform."""
    prepared = processor(plain, "10")
    prepared.run(**processing(plain.upload_data(data, bucket=BUCKET, key_prefix=f"{MARK}/in")), wait=True,
                 logs=False)
    uris = {it.output_name: it.destination for it in prepared.latest_job.outputs}
    channels = {part: TrainingInput(uris[part]) for part in ("train", "validation")}
    trained = estimator(plain)
    trained.fit(channels, wait=True, logs=False)
    assert trained.model_data.endswith("/output/model.tar.gz"), trained.model_data
    scripted = script_estimator(plain)
    scripted.fit(channels, wait=True, logs=False)
    wrong = estimator(plain, objective="impossible")
    try:
        wrong.fit(channels, wait=True, logs=False)
    except sagemaker.exceptions.UnexpectedStatusException as error:
        assert "the objective is impossible" in str(error), error
    else:
        raise AssertionError("a failed job was not told")
    return trained


def near(answers, *lengths):
    """Whether rows of one column are on the line that the table was made of, but for its noise."""
    expected = [2 + 14 * it for it in lengths]
    return all(abs(float(row[0]) - it) < 0.5 for row, it in zip(answers, expected, strict=True))


def served(trained, package_arn):
    """An endpoint of an estimator, and a serverless one of an approved version."""
    predictor = trained.deploy(
        initial_instance_count=1, instance_type="ml.m5.large", endpoint_name=f"{MARK}-real",
        serializer=CSVSerializer(), deserializer=CSVDeserializer())
    answers = predictor.predict("0.1\n0.5\n")
    assert near(answers, 0.1, 0.5), answers
    try:
        predictor.predict("oops")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ModelError", error.response
        assert error.response["OriginalStatusCode"] == 400, error.response
    else:
        raise AssertionError("a model's refusal was not told")
    predictor.delete_model()
    predictor.delete_endpoint(delete_endpoint_config=True)

    control.update_model_package(ModelPackageArn=package_arn, ModelApprovalStatus="Approved")
    package = ModelPackage(role=ROLE, model_package_arn=package_arn, sagemaker_session=plain)
    package.deploy(
        serverless_inference_config=ServerlessInferenceConfig(memory_size_in_mb=2048, max_concurrency=2),
        endpoint_name=f"{MARK}-serverless")
    serverless = Predictor(f"{MARK}-serverless", plain, CSVSerializer(), CSVDeserializer())
    assert near(serverless.predict("0.5"), 0.5)
    serverless.delete_endpoint(delete_endpoint_config=True)


def main():
    data = table()
    s3 = boto3.client("s3")
    s3.put_object(Bucket=BUCKET, Key=f"{MARK}/lengths/batch.csv", Body=b"0.1\n0.2\n0.3\n")
    queue_url = boto3.client("sqs").create_queue(QueueName=MARK)["QueueUrl"]
    end = threading.Event()
    person = threading.Thread(target=answer_callbacks, args=(queue_url, end))
    person.start()
    try:
        s3.upload_file(data, BUCKET, f"{MARK}/raw/abalone.csv")
        package = pipeline_to_every_outcome(f"s3://{BUCKET}/{MARK}/raw", queue_url)
    finally:
        end.set()
        person.join()
    print("sdk: a pipeline to every outcome")
    refused_definitions()
    print("sdk: what cannot be run is refused")
    trained = single_jobs(data)
    print("sdk: single jobs")
    served(trained, package)
    print("sdk: endpoints")


main()
