"""The public abalone example in the SageMaker Python SDK v2, with a function and a person in it.

What runs behind the images says almanac.toml; the arguments of the script are those of sdk.py.
"""

import json
import logging
import pathlib
import random
import sys
import uuid
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sdk"))

import gen_sdk2  # noqa: E402  before sagemaker: it turns telemetry off
import boto3  # noqa: E402
import sagemaker  # noqa: E402
from sagemaker import ModelMetrics, MetricsSource  # noqa: E402
from sagemaker.estimator import Estimator  # noqa: E402
from sagemaker.inputs import TrainingInput  # noqa: E402
from sagemaker.lambda_helper import Lambda  # noqa: E402
from sagemaker.model import Model  # noqa: E402
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor  # noqa: E402
from sagemaker.sklearn.estimator import SKLearn  # noqa: E402
from sagemaker.sklearn.processing import SKLearnProcessor  # noqa: E402
from sagemaker.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep  # noqa: E402
from sagemaker.workflow.condition_step import ConditionStep  # noqa: E402
from sagemaker.workflow.conditions import ConditionEquals, ConditionLessThanOrEqualTo  # noqa: E402
from sagemaker.workflow.fail_step import FailStep  # noqa: E402
from sagemaker.workflow.functions import Join, JsonGet  # noqa: E402
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep  # noqa: E402
from sagemaker.workflow.model_step import ModelStep  # noqa: E402
from sagemaker.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString  # noqa: E402
from sagemaker.workflow.pipeline import Pipeline  # noqa: E402
from sagemaker.workflow.pipeline_context import PipelineSession  # noqa: E402
from sagemaker.workflow.properties import PropertyFile  # noqa: E402
from sagemaker.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy  # noqa: E402
from sagemaker.workflow.execution_variables import ExecutionVariables  # noqa: E402
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep  # noqa: E402
from sagemaker.transformer import Transformer  # noqa: E402
from sagemaker.inputs import TransformInput  # noqa: E402

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
outputs = {it["OutputKey"]: it["OutputValue"] for it in json.load(open(sys.argv[1]))}
folder = pathlib.Path(sys.argv[2])
MARK = f"abalone-{uuid.uuid4().hex[:6]}"
BUCKET = outputs["ArtefactBucketName"]
GROUP = outputs["ModelGroupPrefix"] + MARK
ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sdk"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/abalone:1"
CACHE = CacheConfig(enable_caching=True, expire_after="P1D")
plain = sagemaker.Session(default_bucket=BUCKET)
session = PipelineSession(default_bucket=BUCKET)


def table():
    """Rings over length, nearly a line; one row a shell."""
    path, chance = folder / "abalone.csv", random.Random(7)
    lengths = [chance.uniform(0.1, 0.8) for _ in range(300)]
    rows = (f"{2 + 14 * it + chance.gauss(0, 0.5):.3f},{it:.3f}\n" for it in lengths)
    path.write_text("rings,length\n" + "".join(rows))
    return str(path)


def estimator(of, **hyperparameters):
    made = Estimator(
        image_uri=IMAGE, role=ROLE, instance_count=1, instance_type="ml.m5.large",
        output_path=f"s3://{BUCKET}/{MARK}/models", sagemaker_session=of,
        metric_definitions=[{"Name": "validation:rmse", "Regex": "validation:rmse=(.*?);"}],
    )
    made.set_hyperparameters(
        **{"objective": "reg:squarederror", "num_round": 50, **hyperparameters})
    return made


def script_estimator(of):
    return SKLearn(
        entry_point="train.py", source_dir=str(HERE / "user"), framework_version="1.2-1",
        py_version="py3", role=ROLE, instance_type="ml.m5.large", sagemaker_session=of,
        hyperparameters={"shrink": 0.9, "note": 'a "quoted" text'},
        metric_definitions=[{"Name": "validation:rmse", "Regex": "validation:rmse=(.*?);"}],
        environment={"RETAILER": "acme"},
    )


def processor(of, min_rows):
    return SKLearnProcessor(
        framework_version="1.2-1", role=ROLE, instance_type="ml.m5.large", instance_count=1,
        env={"MIN_ROWS": min_rows}, sagemaker_session=of,
    )


def processing(data):
    return {
        "code": str(HERE / "user/prepare.py"),
        "inputs": [ProcessingInput(data, "/opt/ml/processing/input", input_name="raw")],
        "outputs": [
            ProcessingOutput(output_name=part, source=f"/opt/ml/processing/{part}")
            for part in ("train", "validation", "test")
        ],
        "arguments": ["--share", "0.6"],
    }


def abalone(data, queue_url):
    threshold = ParameterFloat("Threshold", default_value=6.0)
    min_rows = ParameterInteger("MinRows", default_value=10)
    objective = ParameterString("Objective", default_value="reg:squarederror")
    group = ParameterString("ModelGroup", default_value=GROUP)
    prepare = ProcessingStep(
        "Prepare", step_args=processor(session, min_rows.to_string()).run(**processing(data)),
        cache_config=CACHE,
    )
    parts = prepare.properties.ProcessingOutputConfig.Outputs
    channels = {
        part: TrainingInput(parts[part].S3Output.S3Uri, content_type="text/csv")
        for part in ("train", "validation")
    }
    train = TrainingStep(
        "Train", step_args=estimator(session, objective=objective).fit(inputs=channels),
        cache_config=CACHE,
        retry_policies=[StepRetryPolicy([StepExceptionTypeEnum.SERVICE_FAULT], max_attempts=2)],
    )
    script = TrainingStep(
        "TrainScript", step_args=script_estimator(session).fit(inputs=channels),
        cache_config=CACHE,
    )
    report = PropertyFile("Report", output_name="evaluation", path="evaluation.json")
    judge = ScriptProcessor(
        image_uri=prepare_image(), command=["python3"], role=ROLE, instance_count=1,
        instance_type="ml.m5.large", sagemaker_session=session,
    )
    destination = Join("/", [f"s3://{BUCKET}/{MARK}", ExecutionVariables.PIPELINE_EXECUTION_ID])
    evaluate = ProcessingStep(
        "Evaluate",
        step_args=judge.run(
            code=str(HERE / "user/evaluate.py"),
            inputs=[
                ProcessingInput(train.properties.ModelArtifacts.S3ModelArtifacts,
                                "/opt/ml/processing/model"),
                ProcessingInput(parts["test"].S3Output.S3Uri, "/opt/ml/processing/test"),
            ],
            outputs=[ProcessingOutput(output_name="evaluation", destination=destination,
                                      source="/opt/ml/processing/evaluation")],
        ),
        property_files=[report],
    )
    compare = LambdaStep(
        "Compare",
        lambda_func=Lambda(function_arn=outputs["CompareModelsFunctionArn"]),
        inputs={
            "model_group": group, "evaluation_s3_uri": destination, "metric": "rmse",
            "min_improvement": 0.0, "source": "registry",
            "execution_id": ExecutionVariables.PIPELINE_EXECUTION_ID,
        },
        outputs=[LambdaOutput("promote", LambdaOutputTypeEnum.String),
                 LambdaOutput("candidate", LambdaOutputTypeEnum.String)],
        depends_on=[evaluate],
    )
    ask = CallbackStep(
        "Ask", sqs_queue_url=queue_url,
        inputs={"candidate": compare.properties.Outputs["candidate"], "threshold": threshold},
        outputs=[CallbackOutput("verdict", CallbackOutputTypeEnum.String)],
    )
    gate = ConditionStep(
        "Gate",
        conditions=[
            ConditionLessThanOrEqualTo(
                left=JsonGet(step_name="Evaluate", property_file=report,
                             json_path="regression_metrics.mse.value"),
                right=threshold),
            ConditionEquals(left=compare.properties.Outputs["promote"], right="true"),
            ConditionEquals(left=ask.properties.Outputs["verdict"], right="good"),
        ],
        if_steps=accepted(train, parts, destination, group),
        else_steps=[FailStep("TooBad", error_message=Join(" ", ["mse above", threshold]))],
    )
    return Pipeline(
        name=MARK, parameters=[threshold, min_rows, objective, group],
        steps=[gate, ask, compare, evaluate, script, train, prepare], sagemaker_session=session,
    )


def prepare_image():
    return processor(session, "0").image_uri


def accepted(train, parts, destination, group):
    """What follows a good model: a version of it, a model, and a batch of predictions."""
    model = Model(image_uri=IMAGE, model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
                  role=ROLE, sagemaker_session=session)
    metrics = ModelMetrics(model_statistics=MetricsSource(
        s3_uri=Join("/", [destination, "evaluation.json"]), content_type="application/json"))
    register = ModelStep("Register", step_args=model.register(
        content_types=["text/csv"], response_types=["text/csv"],
        inference_instances=["ml.m5.large"], transform_instances=["ml.m5.large"],
        model_package_group_name=group, approval_status="PendingManualApproval",
        model_metrics=metrics, customer_metadata_properties={"mark": MARK}))
    create = ModelStep("Create", step_args=model.create(instance_type="ml.m5.large"))
    transformer = Transformer(
        model_name=create.properties.ModelName, instance_count=1, instance_type="ml.m5.large",
        output_path=f"s3://{BUCKET}/{MARK}/batch", sagemaker_session=session)
    batch = TransformStep("Batch", step_args=transformer.transform(
        data=f"s3://{BUCKET}/{MARK}/lengths", content_type="text/csv", split_type="Line"))
    return [register, create, batch]
