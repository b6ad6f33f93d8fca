"""Compiles pipelines with the SageMaker Python SDK v2, as fixtures for the lint.

Usage: gen_sdk2.py OUTPUT_FOLDER

Needs `sagemaker<3` and an S3 endpoint for code uploads (moto is enough):
AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION.
Names, accounts and paths in the output are invented; the code folder stays put beside this script's
temporary folder, so that two runs give the same bytes.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")
WORK = pathlib.Path("/tmp/almanac-sdk-code")
WORK.mkdir(exist_ok=True)
CONFIG = WORK / "config.yaml"
CONFIG.write_text(
    "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"
)
os.environ.setdefault("SAGEMAKER_USER_CONFIG_OVERRIDE", str(CONFIG))
for script in ("prepare", "evaluate"):
    (WORK / f"{script}.py").write_text(f"print('{script}')\n")

import boto3  # noqa: E402
from sagemaker import ModelMetrics, MetricsSource  # noqa: E402
from sagemaker.automl.automl import AutoML, AutoMLInput  # noqa: E402
from sagemaker.drift_check_baselines import DriftCheckBaselines  # noqa: E402
from sagemaker.estimator import Estimator  # noqa: E402
from sagemaker.inputs import TrainingInput  # noqa: E402
from sagemaker.lambda_helper import Lambda  # noqa: E402
from sagemaker.model import Model  # noqa: E402
from sagemaker.model_monitor import DatasetFormat  # noqa: E402
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor, ScriptProcessor  # noqa: E402
from sagemaker.transformer import Transformer  # noqa: E402
from sagemaker.inputs import TransformInput  # noqa: E402
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner, IntegerParameter  # noqa: E402
from sagemaker.clarify import BiasConfig, DataConfig  # noqa: E402
from sagemaker.workflow.automl_step import AutoMLStep  # noqa: E402
from sagemaker.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep  # noqa: E402
from sagemaker.workflow.check_job_config import CheckJobConfig  # noqa: E402
from sagemaker.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig  # noqa: E402
from sagemaker.workflow.condition_step import ConditionStep  # noqa: E402
from sagemaker.workflow.conditions import (  # noqa: E402
    ConditionEquals,
    ConditionGreaterThan,
    ConditionGreaterThanOrEqualTo,
    ConditionIn,
    ConditionLessThan,
    ConditionLessThanOrEqualTo,
    ConditionNot,
    ConditionOr,
)
from sagemaker.workflow.emr_step import EMRStep, EMRStepConfig  # noqa: E402
from sagemaker.workflow.execution_variables import ExecutionVariables  # noqa: E402
from sagemaker.workflow.fail_step import FailStep  # noqa: E402
from sagemaker.workflow.functions import Join, JsonGet  # noqa: E402
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep  # noqa: E402
from sagemaker.workflow.model_step import ModelStep  # noqa: E402
from sagemaker.workflow.parameters import (  # noqa: E402
    ParameterBoolean,
    ParameterFloat,
    ParameterInteger,
    ParameterString,
)
from sagemaker.workflow.pipeline import Pipeline  # noqa: E402
from sagemaker.workflow.pipeline_context import PipelineSession  # noqa: E402
from sagemaker.workflow.pipeline_experiment_config import (  # noqa: E402
    PipelineExperimentConfig,
    PipelineExperimentConfigProperties,
)
from sagemaker.workflow.properties import PropertyFile  # noqa: E402
from sagemaker.workflow.quality_check_step import (  # noqa: E402
    DataQualityCheckConfig,
    ModelQualityCheckConfig,
    QualityCheckStep,
)
from sagemaker.workflow.retry import (  # noqa: E402
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep, TuningStep  # noqa: E402

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
BUCKET = "demand-artifacts"
REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
CACHE = CacheConfig(enable_caching=True, expire_after="P30D")


def session():
    boto = boto3.Session(region_name="eu-west-1")
    s3 = boto.client("s3")
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    ) if BUCKET not in [b["Name"] for b in s3.list_buckets()["Buckets"]] else None
    return PipelineSession(boto_session=boto, default_bucket=BUCKET)


def script_processor(pipeline_session, **settings):
    return ScriptProcessor(
        image_uri=f"{REGISTRY}/evaluate:1",
        command=["python3"],
        role=ROLE,
        instance_count=settings.pop("instance_count", 1),
        instance_type=settings.pop("instance_type", "ml.m5.large"),
        sagemaker_session=pipeline_session,
        **settings,
    )


def function(name):
    return Lambda(function_arn=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}")


def estimator(pipeline_session, output_path=f"s3://{BUCKET}/models", **settings):
    made = Estimator(
        image_uri=f"{REGISTRY}/xgboost:1.7-1",
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.xlarge",
        volume_size=30,
        max_run=7200,
        output_path=output_path,
        sagemaker_session=pipeline_session,
        **settings,
    )
    made.set_hyperparameters(objective="reg:squarederror", num_round=200, eta=0.1)
    return made


def training(pipeline_session, parameters, depends_on=None):
    return TrainingStep(
        name="Train",
        step_args=estimator(pipeline_session, environment={"RETAILER": parameters["Retailer"]}).fit(
            inputs={
                "train": TrainingInput(parameters["TrainData"], content_type="text/csv"),
                "validation": TrainingInput(f"s3://{BUCKET}/validation", content_type="text/csv"),
            }
        ),
        depends_on=depends_on,
        cache_config=CACHE,
        retry_policies=[
            StepRetryPolicy(exception_types=[StepExceptionTypeEnum.THROTTLING], max_attempts=5),
            SageMakerJobStepRetryPolicy(
                exception_types=[SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT],
                failure_reason_types=[SageMakerJobExceptionTypeEnum.CAPACITY_ERROR],
                expire_after_mins=60,
                interval_seconds=30,
            ),
        ],
    )


def all_parameters():
    return {
        parameter.name: parameter
        for parameter in [
            ParameterString("Retailer", default_value="acme"),
            ParameterString("TrainData", default_value=f"s3://{BUCKET}/train"),
            ParameterString("Mode", default_value="daily", enum_values=["daily", "weekly"]),
            ParameterInteger("MinRows", default_value=1000),
            ParameterInteger("Instances", default_value=1),
            ParameterFloat("MaxWape", default_value=0.25),
            ParameterBoolean("Force", default_value=False),
            ParameterString("ModelGroup"),
        ]
    }


def train_register(pipeline_session):
    parameters = all_parameters()
    report = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")
    prepare = ProcessingStep(
        name="Prepare",
        step_args=script_processor(
            pipeline_session,
            instance_count=parameters["Instances"],
            env={"RETAILER": parameters["Retailer"], "MIN_ROWS": parameters["MinRows"].to_string()},
        ).run(
            code=str(WORK / "prepare.py"),
            inputs=[ProcessingInput(parameters["TrainData"], "/opt/ml/processing/raw", input_name="raw")],
            outputs=[
                ProcessingOutput(
                    output_name="train",
                    source="/opt/ml/processing/train",
                    destination=Join(
                        on="/",
                        values=[f"s3://{BUCKET}", ExecutionVariables.PIPELINE_EXECUTION_ID, "train"],
                    ),
                )
            ],
            arguments=["--mode", parameters["Mode"], "--rows", parameters["MinRows"].to_string()],
        ),
        cache_config=CACHE,
    )
    train = training(pipeline_session, parameters, depends_on=[prepare])
    evaluate = ProcessingStep(
        name="Evaluate",
        step_args=script_processor(pipeline_session).run(
            code=str(WORK / "evaluate.py"),
            inputs=[
                ProcessingInput(
                    train.properties.ModelArtifacts.S3ModelArtifacts,
                    "/opt/ml/processing/model",
                    input_name="model",
                ),
                ProcessingInput(
                    prepare.properties.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri,
                    "/opt/ml/processing/test",
                    input_name="test",
                ),
            ],
            outputs=[ProcessingOutput(output_name="evaluation", source="/opt/ml/processing/out")],
        ),
        property_files=[report],
        retry_policies=[
            StepRetryPolicy(exception_types=[StepExceptionTypeEnum.SERVICE_FAULT], max_attempts=3)
        ],
    )
    uri = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    metrics = ModelMetrics(
        model_statistics=MetricsSource(
            s3_uri=Join(on="/", values=[uri, "evaluation.json"]), content_type="application/json"
        )
    )
    model = Model(
        image_uri=f"{REGISTRY}/xgboost:1.7-1",
        model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
        role=ROLE,
        env={"MODE": parameters["Mode"]},
        sagemaker_session=pipeline_session,
    )
    register = ModelStep(
        name="Register",
        step_args=model.register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.large"],
            transform_instances=["ml.m5.large"],
            model_package_group_name=parameters["ModelGroup"],
            approval_status="PendingManualApproval",
            model_metrics=metrics,
            customer_metadata_properties={"retailer": parameters["Retailer"]},
            skip_model_validation="All",
        ),
        retry_policies={"register_model_retry_policies": [
            StepRetryPolicy(exception_types=[StepExceptionTypeEnum.THROTTLING], max_attempts=3)
        ]},
    )
    record = LambdaStep(
        name="RecordMetrics",
        lambda_func=function("record-metrics"),
        inputs={
            "retailer": parameters["Retailer"],
            "threshold": parameters["MaxWape"],
            "experiment": PipelineExperimentConfigProperties.EXPERIMENT_NAME,
            "trial": PipelineExperimentConfigProperties.TRIAL_NAME,
            "execution_id": ExecutionVariables.PIPELINE_EXECUTION_ID,
            "evaluation_s3_uri": uri,
        },
        outputs=[
            LambdaOutput("recorded", LambdaOutputTypeEnum.Integer),
            LambdaOutput("promote", LambdaOutputTypeEnum.String),
        ],
    )
    gate = ConditionStep(
        name="Gate",
        conditions=[
            ConditionLessThanOrEqualTo(
                left=JsonGet(
                    step_name=evaluate.name, property_file=report, json_path="metrics.wape.value"
                ),
                right=parameters["MaxWape"],
            ),
            ConditionEquals(left=record.properties.Outputs["promote"], right="true"),
        ],
        if_steps=[register],
        else_steps=[
            FailStep(
                name="TooBad",
                error_message=Join(on=" ", values=["wape above", parameters["MaxWape"]]),
            )
        ],
    )
    return Pipeline(
        name="demand-train",
        parameters=list(parameters.values()),
        pipeline_experiment_config=PipelineExperimentConfig(
            ExecutionVariables.PIPELINE_NAME,
            Join(on="-", values=["run", ExecutionVariables.PIPELINE_EXECUTION_ID]),
        ),
        steps=[prepare, train, evaluate, record, gate],
        sagemaker_session=pipeline_session,
    )


def automl(pipeline_session, problem_type=None):
    job = AutoML(
        role=ROLE,
        target_attribute_name="sales",
        mode="ENSEMBLING",
        max_candidates=None,
        job_objective={"MetricName": "MSE"} if problem_type else None,
        problem_type=problem_type,
        max_runtime_per_training_job_in_seconds=600,
        total_job_runtime_in_seconds=3600,
        output_path=f"s3://{BUCKET}/automl",
        sagemaker_session=pipeline_session,
    )
    search = AutoMLStep(
        name="Search",
        step_args=job.fit(
            inputs=[
                AutoMLInput(
                    inputs=f"s3://{BUCKET}/train",
                    target_attribute_name="sales",
                    channel_type="training",
                )
            ]
        ),
        cache_config=CACHE,
    )
    best = search.get_best_auto_ml_model(ROLE, sagemaker_session=pipeline_session)
    create = ModelStep(name="Create", step_args=best.create(instance_type="ml.m5.large"))
    transformer = Transformer(
        model_name=create.properties.ModelName,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"s3://{BUCKET}/forecast",
        accept="text/csv",
        assemble_with="Line",
        max_payload=6,
        sagemaker_session=pipeline_session,
    )
    forecast = TransformStep(
        name="Forecast",
        step_args=transformer.transform(
            data=f"s3://{BUCKET}/test", content_type="text/csv", split_type="Line"
        ),
        cache_config=CACHE,
    )
    return Pipeline(
        name="demand-automl", steps=[search, create, forecast], sagemaker_session=pipeline_session
    )


def automl_problem_type(pipeline_session):
    return automl(pipeline_session, problem_type="Regression")


def callback(pipeline_session):
    start = LambdaStep(
        name="StartAutoML",
        lambda_func=function("start-automl"),
        inputs={"execution_id": ExecutionVariables.PIPELINE_EXECUTION_ID},
        outputs=[LambdaOutput("job_name", LambdaOutputTypeEnum.String)],
    )
    wait = CallbackStep(
        name="WaitAutoML",
        sqs_queue_url=f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/automl-wait",
        inputs={"job_name": start.properties.Outputs["job_name"]},
        outputs=[
            CallbackOutput("model_data_url", CallbackOutputTypeEnum.String),
            CallbackOutput("wape", CallbackOutputTypeEnum.Float),
            CallbackOutput("done", CallbackOutputTypeEnum.Boolean),
        ],
    )
    gate = ConditionStep(
        name="Gate",
        conditions=[ConditionLessThan(left=wait.properties.Outputs["wape"], right=0.3)],
        if_steps=[
            LambdaStep(
                name="Register",
                lambda_func=function("register-automl"),
                inputs={"model_data_url": wait.properties.Outputs["model_data_url"]},
                outputs=[LambdaOutput("arn", LambdaOutputTypeEnum.String)],
            )
        ],
        else_steps=[FailStep(name="TooBad", error_message="no candidate is good enough")],
    )
    return Pipeline(
        name="demand-callback", steps=[start, wait, gate], sagemaker_session=pipeline_session
    )


def tune_deploy(pipeline_session):
    tuner = HyperparameterTuner(
        estimator=estimator(pipeline_session),
        objective_metric_name="validation:rmse",
        objective_type="Minimize",
        hyperparameter_ranges={
            "eta": ContinuousParameter(0.01, 0.3),
            "max_depth": IntegerParameter(3, 9),
        },
        max_jobs=8,
        max_parallel_jobs=2,
    )
    tune = TuningStep(
        name="Tune",
        step_args=tuner.fit(
            inputs={"train": TrainingInput(f"s3://{BUCKET}/train", content_type="text/csv")}
        ),
        cache_config=CACHE,
    )
    model = Model(
        image_uri=f"{REGISTRY}/xgboost:1.7-1",
        model_data=tune.get_top_model_s3_uri(top_k=0, s3_bucket=BUCKET),
        role=ROLE,
        sagemaker_session=pipeline_session,
    )
    create = ModelStep(name="Create", step_args=model.create(instance_type="ml.m5.large"))
    steps = [tune, create]
    try:
        from sagemaker.workflow.endpoint_step import EndpointConfigStep, EndpointStep
    except ImportError:
        pass
    else:
        config = EndpointConfigStep(
            name="Config",
            step_args=pipeline_session.create_endpoint_config(
                name="demand-config",
                model_name=create.properties.ModelName,
                initial_instance_count=1,
                instance_type="ml.m5.large",
            ),
        )
        steps += [
            config,
            EndpointStep(
                name="Endpoint",
                step_args=pipeline_session.create_endpoint(
                    endpoint_name="demand",
                    config_name=config.properties.EndpointConfigName,
                    wait=False,
                ),
            ),
        ]
    return Pipeline(name="demand-tune", steps=steps, sagemaker_session=pipeline_session)


def checks(pipeline_session):
    job = CheckJobConfig(
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        volume_size_in_gb=30,
        sagemaker_session=pipeline_session,
    )
    group = ParameterString("ModelGroup", default_value="demand-acme")
    quality = QualityCheckStep(
        name="DataQuality",
        quality_check_config=DataQualityCheckConfig(
            baseline_dataset=f"s3://{BUCKET}/train/data.csv",
            dataset_format=DatasetFormat.csv(header=True),
            output_s3_uri=f"s3://{BUCKET}/quality",
        ),
        check_job_config=job,
        skip_check=True,
        register_new_baseline=True,
        model_package_group_name=group,
        cache_config=CACHE,
    )
    model_quality = QualityCheckStep(
        name="ModelQuality",
        quality_check_config=ModelQualityCheckConfig(
            baseline_dataset=f"s3://{BUCKET}/train/predictions.csv",
            dataset_format=DatasetFormat.csv(header=True),
            output_s3_uri=f"s3://{BUCKET}/model-quality",
            problem_type="Regression",
            inference_attribute="_c0",
            ground_truth_attribute="_c1",
        ),
        check_job_config=job,
        skip_check=False,
        register_new_baseline=False,
        supplied_baseline_statistics=f"s3://{BUCKET}/statistics.json",
        supplied_baseline_constraints=f"s3://{BUCKET}/constraints.json",
    )
    bias = ClarifyCheckStep(
        name="DataBias",
        clarify_check_config=DataBiasCheckConfig(
            data_config=DataConfig(
                s3_data_input_path=f"s3://{BUCKET}/train/data.csv",
                s3_output_path=f"s3://{BUCKET}/bias",
                label="sales",
                headers=["sales", "store"],
                dataset_type="text/csv",
            ),
            data_bias_config=BiasConfig(
                label_values_or_threshold=[10], facet_name="store", facet_values_or_threshold=[1]
            ),
        ),
        check_job_config=job,
        skip_check=True,
        register_new_baseline=True,
        model_package_group_name=group,
    )
    model = Model(
        image_uri=f"{REGISTRY}/xgboost:1.7-1",
        model_data=f"s3://{BUCKET}/model.tar.gz",
        role=ROLE,
        sagemaker_session=pipeline_session,
    )
    register = ModelStep(
        name="Register",
        step_args=model.register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.large"],
            transform_instances=["ml.m5.large"],
            model_package_group_name=group,
            drift_check_baselines=DriftCheckBaselines(
                model_data_statistics=MetricsSource(
                    s3_uri=quality.properties.BaselineUsedForDriftCheckStatistics,
                    content_type="application/json",
                ),
                model_data_constraints=MetricsSource(
                    s3_uri=quality.properties.BaselineUsedForDriftCheckConstraints,
                    content_type="application/json",
                ),
            ),
        ),
    )
    return Pipeline(
        name="demand-checks",
        parameters=[group],
        steps=[quality, model_quality, bias, register],
        sagemaker_session=pipeline_session,
    )


def emr(pipeline_session):
    existing = EMRStep(
        name="OnCluster",
        display_name="on a running cluster",
        description="a Spark job",
        cluster_id="j-1ABCDEFGHIJKL",
        step_config=EMRStepConfig(
            jar="command-runner.jar",
            args=["spark-submit", f"s3://{BUCKET}/job.py"],
            main_class="Main",
            properties=[{"Key": "mode", "Value": "fast"}],
        ),
        cache_config=CACHE,
    )
    created = EMRStep(
        name="OwnCluster",
        display_name="on its own cluster",
        description="a Spark job",
        cluster_id=None,
        step_config=EMRStepConfig(jar="command-runner.jar"),
        cluster_config={
            "Applications": [{"Name": "Spark"}],
            "Instances": {
                "InstanceGroups": [
                    {"InstanceRole": "MASTER", "InstanceCount": 1, "InstanceType": "m5.xlarge"}
                ]
            },
            "ReleaseLabel": "emr-6.15.0",
        },
        depends_on=[existing],
    )
    return Pipeline(name="demand-emr", steps=[existing, created], sagemaker_session=pipeline_session)


def variables():
    return {
        name: getattr(ExecutionVariables, name)
        for name in dir(ExecutionVariables)
        if name.isupper()
    }


def control_flow(pipeline_session):
    parameters = all_parameters()
    ask = LambdaStep(
        name="Ask",
        lambda_func=function("ask"),
        inputs={name.lower(): value for name, value in sorted(variables().items())},
        outputs=[
            LambdaOutput("text", LambdaOutputTypeEnum.String),
            LambdaOutput("count", LambdaOutputTypeEnum.Integer),
            LambdaOutput("share", LambdaOutputTypeEnum.Float),
            LambdaOutput("ready", LambdaOutputTypeEnum.Boolean),
        ],
        cache_config=CacheConfig(enable_caching=False),
    )
    outputs = ask.properties.Outputs
    nested = ConditionStep(
        name="Inner",
        conditions=[
            ConditionIn(value=parameters["Mode"], in_values=["daily", parameters["Retailer"]]),
            ConditionNot(ConditionEquals(left=outputs["text"], right="no")),
        ],
        if_steps=[FailStep(name="InnerNo", error_message="inner")],
        else_steps=[],
    )
    outer = ConditionStep(
        name="Outer",
        display_name="decides",
        description="all comparisons",
        conditions=[
            ConditionOr(
                conditions=[
                    ConditionEquals(left=parameters["Force"], right=True),
                    ConditionGreaterThan(left=outputs["count"], right=parameters["MinRows"]),
                    ConditionGreaterThanOrEqualTo(left=outputs["share"], right=0.5),
                ]
            ),
            ConditionLessThan(left=outputs["count"], right=10),
            ConditionLessThanOrEqualTo(left=outputs["share"], right=parameters["MaxWape"]),
            ConditionEquals(left=outputs["ready"], right=True),
        ],
        if_steps=[nested],
        else_steps=[FailStep(name="OuterNo", error_message="outer")],
        depends_on=[ask],
    )
    after = LambdaStep(
        name="After",
        lambda_func=function("after"),
        inputs={"outcome": outer.properties.Outcome},
        outputs=[],
        depends_on=["Outer"],
    )
    return Pipeline(
        name="demand-control",
        parameters=list(parameters.values()),
        pipeline_experiment_config=None,
        steps=[ask, outer, after],
        sagemaker_session=pipeline_session,
    )


def condition_not(pipeline_session):
    force = ParameterBoolean("Force", default_value=False)
    gate = ConditionStep(
        name="Gate",
        conditions=[ConditionNot(ConditionEquals(left=force, right=True))],
        if_steps=[FailStep(name="Stop", error_message="not forced")],
        else_steps=[],
    )
    return Pipeline(
        name="demand-not", parameters=[force], steps=[gate], sagemaker_session=pipeline_session
    )


PIPELINES = [
    train_register,
    automl,
    automl_problem_type,
    callback,
    tune_deploy,
    checks,
    emr,
    control_flow,
    condition_not,
]


def scrubbed(text):
    """The definition without paths of this machine."""
    return text.replace(str(WORK), "/code")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pipeline_session = session()
    failed = 0
    for make in PIPELINES:
        try:
            definition = json.loads(scrubbed(make(pipeline_session).definition()))
        except Exception as error:  # each pipeline stands for itself
            failed += 1
            print(f"{make.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
            if os.environ.get("GEN_TRACE"):
                raise
            continue
        path = folder / f"{make.__name__}.json"
        path.write_text(json.dumps(definition, indent=1) + "\n")
        print(path.name, sorted({step["Type"] for step in every_step(definition["Steps"])}))
    sys.exit(1 if failed else 0)


def every_step(steps):
    for step in steps:
        yield step
        for key in ("IfSteps", "ElseSteps", "ForEachBody"):
            yield from every_step((step.get("Arguments") or {}).get(key) or [])


if __name__ == "__main__":
    main()
