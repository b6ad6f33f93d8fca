"""Compiles pipelines with the SageMaker Python SDK v3, as fixtures for the lint.

Usage: gen_sdk3.py OUTPUT_FOLDER

Needs `sagemaker>=3` and an S3 endpoint for code uploads (moto is enough); see gen_sdk2.py. What v3
has beyond v2 is the point here: ForEach, run conditions, Cleanup, EMRServerless, MlflowConfig.
"""

import json
import os
import pathlib
import sys

WORK = pathlib.Path("/tmp/almanac-sdk-code")
WORK.mkdir(exist_ok=True)
CONFIG = WORK / "config.yaml"
CONFIG.write_text(
    "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"
)
os.environ.setdefault("SAGEMAKER_USER_CONFIG_OVERRIDE", str(CONFIG))
os.environ.setdefault("SAGEMAKER_VALIDATE_ROLE", "false")
for script in ("prepare", "evaluate"):
    (WORK / f"{script}.py").write_text(f"print('{script}')\n")

import boto3  # noqa: E402
from sagemaker.core.lambda_helper import Lambda  # noqa: E402
from sagemaker.core.processing import ScriptProcessor  # noqa: E402
from sagemaker.core.shapes import (  # noqa: E402
    MlflowConfig,
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.transformer import Transformer  # noqa: E402
from sagemaker.core.workflow.conditions import (  # noqa: E402
    ConditionEquals,
    ConditionIn,
    ConditionLessThanOrEqualTo,
)
from sagemaker.core.workflow.execution_variables import ExecutionVariables  # noqa: E402
from sagemaker.core.workflow.functions import Join, JsonGet  # noqa: E402
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString  # noqa: E402
from sagemaker.core.workflow.pipeline_context import PipelineSession  # noqa: E402
from sagemaker.core.workflow.properties import PropertyFile  # noqa: E402
from sagemaker.mlops.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep  # noqa: E402
from sagemaker.mlops.workflow.cleanup_step import CleanupStep, S3CleanupSource  # noqa: E402
from sagemaker.mlops.workflow.condition_step import ConditionStep  # noqa: E402
from sagemaker.mlops.workflow.emr_serverless_step import EMRServerlessJobConfig, EMRServerlessStep  # noqa: E402
from sagemaker.mlops.workflow.fail_step import FailStep  # noqa: E402
from sagemaker.mlops.workflow.for_each_step import (  # noqa: E402
    CurrentItem,
    ForEachSelector,
    ForEachStep,
    IterationOutput,
)
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep  # noqa: E402
from sagemaker.mlops.workflow.model_step import ModelStep  # noqa: E402
from sagemaker.mlops.workflow.pipeline import Pipeline  # noqa: E402
from sagemaker.mlops.workflow.step_dependency import StepDependency, TriggerCondition  # noqa: E402
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep  # noqa: E402
from sagemaker.serve.model_builder import ModelBuilder  # noqa: E402
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, StoppingCondition  # noqa: E402
from sagemaker.train.model_trainer import ModelTrainer  # noqa: E402

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
BUCKET = "demand-artifacts"
REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
CACHE = CacheConfig(enable_caching=True, expire_after="P30D")


def session():
    boto = boto3.Session(region_name="eu-west-1")
    s3 = boto.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
    return PipelineSession(boto_session=boto, default_bucket=BUCKET)


def function(name):
    return Lambda(function_arn=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}")


def text(name):
    return LambdaOutput(name, LambdaOutputTypeEnum.String)


def for_each(pipeline_session):
    retailers = LambdaStep(
        name="ListRetailers",
        lambda_func=function("list-retailers"),
        inputs={"execution_id": ExecutionVariables.PIPELINE_EXECUTION_ID},
        outputs=[text("retailers")],
    )
    forecast = LambdaStep(
        name="Forecast",
        lambda_func=function("forecast"),
        inputs={"retailer": CurrentItem().retailer, "all": CurrentItem()},
        outputs=[LambdaOutput("wape", LambdaOutputTypeEnum.Float), text("uri")],
    )
    every = ForEachStep(
        name="EveryRetailer",
        iterable_items=retailers.properties.Outputs["retailers"],
        max_concurrency=4,
        for_each_body=[forecast],
        selector=ForEachSelector(
            pick="MinBy", field=IterationOutput(forecast).OutputParameters["wape"]
        ),
    )
    inner = LambdaStep(
        name="Season",
        lambda_func=function("season"),
        inputs={"season": CurrentItem()},
        outputs=[],
    )
    seasons = ForEachStep(
        name="EverySeason",
        iterable_items=["winter", "summer", ParameterString("Season", default_value="spring")],
        max_concurrency=2,
        for_each_body=[inner],
    )
    report = LambdaStep(
        name="Report",
        lambda_func=function("report"),
        inputs={
            "best": every.properties.Selected.OutputParameters["uri"],
            "first": every.properties.IterationOutputs[0].Forecast.OutputParameters["wape"],
            "status": every.properties.Status,
        },
        outputs=[],
        depends_on=[seasons],
    )
    alarm = LambdaStep(
        name="Alarm",
        lambda_func=function("alarm"),
        inputs={"execution": ExecutionVariables.PIPELINE_EXECUTION_ARN},
        outputs=[],
        depends_on=[StepDependency(every, TriggerCondition.FAILED)],
    )
    return Pipeline(
        name="demand-each",
        parameters=[ParameterString("Season", default_value="spring")],
        mlflow_config=MlflowConfig(
            mlflow_resource_arn=f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:mlflow-tracking-server/x",
            mlflow_experiment_name="demand",
        ),
        steps=[retailers, every, seasons, report, alarm],
        sagemaker_session=pipeline_session,
    )


def control_flow(pipeline_session):
    mode = ParameterString("Mode", default_value="daily", enum_values=["daily", "weekly"])
    most = ParameterFloat("MaxWape", default_value=0.25)
    wait = CallbackStep(
        name="Wait",
        sqs_queue_url=f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/wait",
        inputs={"mode": mode},
        outputs=[CallbackOutput("wape", CallbackOutputTypeEnum.Float)],
    )
    gate = ConditionStep(
        name="Gate",
        conditions=[
            ConditionLessThanOrEqualTo(left=wait.properties.Outputs["wape"], right=most),
            ConditionIn(value=mode, in_values=["daily", "weekly"]),
        ],
        if_steps=[LambdaStep(name="Go", lambda_func=function("go"), inputs={}, outputs=[])],
        else_steps=[FailStep(name="Stop", error_message=Join(on=" ", values=["over", most]))],
    )
    spark = EMRServerlessStep(
        name="Spark",
        display_name="spark",
        description="a job",
        job_config=EMRServerlessJobConfig(
            job_driver={"sparkSubmit": {"entryPoint": f"s3://{BUCKET}/job.py"}},
            execution_role_arn=ROLE,
        ),
        application_id="00f00abc",
        cache_config=CACHE,
        depends_on=[StepDependency(gate, TriggerCondition.ANY)],
    )
    return Pipeline(
        name="demand-control",
        parameters=[mode, most],
        steps=[wait, gate, spark],
        sagemaker_session=pipeline_session,
    )


def train_register(pipeline_session):
    rows = ParameterInteger("MinRows", default_value=1000)
    most = ParameterFloat("MaxWape", default_value=0.25)
    processor = ScriptProcessor(
        image_uri=f"{REGISTRY}/evaluate:1",
        command=["python3"],
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        env={"MIN_ROWS": rows.to_string()},
        sagemaker_session=pipeline_session,
    )
    prepare = ProcessingStep(
        name="Prepare",
        step_args=processor.run(
            code=str(WORK / "prepare.py"),
            outputs=[
                ProcessingOutput(
                    output_name="train",
                    s3_output=ProcessingS3Output(
                        s3_uri=f"s3://{BUCKET}/train",
                        local_path="/opt/ml/processing/train",
                        s3_upload_mode="EndOfJob",
                    ),
                )
            ],
        ),
        cache_config=CACHE,
    )
    trainer = ModelTrainer(
        training_image=f"{REGISTRY}/xgboost:1.7-1",
        role=ROLE,
        compute=Compute(instance_type="ml.m5.xlarge", instance_count=1, volume_size_in_gb=30),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=7200),
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{BUCKET}/models"),
        hyperparameters={"num_round": 200, "eta": 0.1},
        base_job_name="train",
        sagemaker_session=pipeline_session,
    )
    train = TrainingStep(
        name="Train",
        step_args=trainer.train(
            input_data_config=[
                InputData(
                    channel_name="train",
                    data_source=prepare.properties.ProcessingOutputConfig.Outputs[
                        "train"
                    ].S3Output.S3Uri,
                )
            ]
        ),
    )
    report = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")
    evaluate = ProcessingStep(
        name="Evaluate",
        step_args=processor.run(
            code=str(WORK / "evaluate.py"),
            inputs=[
                ProcessingInput(
                    input_name="model",
                    s3_input=ProcessingS3Input(
                        s3_uri=train.properties.ModelArtifacts.S3ModelArtifacts,
                        local_path="/opt/ml/processing/model",
                        s3_data_type="S3Prefix",
                        s3_input_mode="File",
                    ),
                )
            ],
            outputs=[
                ProcessingOutput(
                    output_name="evaluation",
                    s3_output=ProcessingS3Output(
                        s3_uri=f"s3://{BUCKET}/evaluation",
                        local_path="/opt/ml/processing/out",
                        s3_upload_mode="EndOfJob",
                    ),
                )
            ],
        ),
        property_files=[report],
    )
    builder = ModelBuilder(
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        image_uri=f"{REGISTRY}/xgboost:1.7-1",
        role_arn=ROLE,
        sagemaker_session=pipeline_session,
    )
    register = ModelStep(
        name="Register",
        step_args=builder.register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.large"],
            transform_instances=["ml.m5.large"],
            model_package_group_name="demand-acme",
            approval_status="PendingManualApproval",
        ),
    )
    create = ModelStep(name="Create", step_args=builder.build())
    transformer = Transformer(
        model_name=create.properties.ModelName,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"s3://{BUCKET}/forecast",
        sagemaker_session=pipeline_session,
    )
    forecast = TransformStep(
        name="Forecast",
        step_args=transformer.transform(data=f"s3://{BUCKET}/test", content_type="text/csv"),
    )
    gate = ConditionStep(
        name="Gate",
        conditions=[
            ConditionLessThanOrEqualTo(
                left=JsonGet(
                    step_name="Evaluate", property_file=report, json_path="metrics.wape.value"
                ),
                right=most,
            )
        ],
        if_steps=[register, create, forecast],
        else_steps=[FailStep(name="TooBad", error_message="wape is too high")],
    )
    cleanup = CleanupStep(
        name="Sweep",
        s3_sources=[S3CleanupSource(train)],
        depends_on=[StepDependency(train, TriggerCondition.ANY), evaluate],
    )
    return Pipeline(
        name="demand-train",
        parameters=[rows, most],
        steps=[prepare, train, evaluate, gate, cleanup],
        sagemaker_session=pipeline_session,
    )


PIPELINES = [for_each, control_flow, train_register]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pipeline_session = session()
    failed = 0
    for make in PIPELINES:
        try:
            text = make(pipeline_session).definition().replace(str(WORK), "/code")
        except Exception as error:  # each pipeline stands for itself
            failed += 1
            print(f"{make.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
            if os.environ.get("GEN_TRACE"):
                raise
            continue
        path = folder / f"{make.__name__}.json"
        path.write_text(json.dumps(json.loads(text), indent=1) + "\n")
        print(path.name)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
