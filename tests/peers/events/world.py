"""Fills moto with the world of `events/<function>/world.json`, and describes everything that is in it."""

import json

import boto3
from botocore.config import Config

REGION = "eu-west-1"
# Change with every call, whether or not anything else does.
CLOCKS = {"ResponseMetadata", "LastModifiedTime", "CreationTime", "LastModifiedBy", "CreatedBy", "LastModified"}
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/forecast:1"


class World:
    """One AWS account as moto plays it."""

    def __init__(self, address):
        # moto answers what it lacks with 500, which clients would otherwise try again.
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)

        def client(service):
            return session.client(service, endpoint_url=address, config=config)

        self.sagemaker = client("sagemaker")
        self.s3 = client("s3")
        self.sns = client("sns")
        self.sqs = client("sqs")
        self.account = client("sts").get_caller_identity()["Account"]

    def seed(self, world, topics, buckets):
        """Makes what `world` lists, after a reset. `topics` and `buckets` are what settings name."""
        objects = world.get("objects", {})
        for bucket in sorted({address.split("/")[2] for address in objects} | set(buckets)):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for address, content in objects.items():
            _, _, bucket, key = address.split("/", 3)
            body = content if isinstance(content, str) else json.dumps(content)
            self.s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
        self._seed_registry(world)
        self._seed_experiments(world)
        self._seed_hosting(world)
        for topic in list(world.get("topics", [])) + topics:
            name = topic if isinstance(topic, str) else topic["name"]
            self._seed_topic(name.rsplit(":", 1)[-1])

    def _seed_registry(self, world):
        for package in world.get("unversioned", []):
            self.sagemaker.create_model_package(
                ModelPackageName=package["name"], ModelPackageDescription="belongs to no group", **_inference()
            )
        groups = set()
        for package in sorted(world.get("packages", []), key=lambda it: (it["group"], it.get("version", 0))):
            group = package["group"]
            if group not in groups:
                groups.add(group)
                self.sagemaker.create_model_package_group(ModelPackageGroupName=group)
            request = {
                "ModelPackageGroupName": group,
                "ModelApprovalStatus": package["approval"],
                "CustomerMetadataProperties": package.get("metadata", {}),
                **_inference(),
            }
            if package.get("statistics_s3_uri"):
                statistics = {"ContentType": "application/json", "S3Uri": package["statistics_s3_uri"]}
                request["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
            if package.get("generated_by"):
                request["MetadataProperties"] = {"GeneratedBy": package["generated_by"]}
            made = self.sagemaker.create_model_package(**request)["ModelPackageArn"]
            if "version" in package and made.rsplit("/", 1)[-1] != str(package["version"]):
                raise ValueError(f"world.json: {group} has no version before {package['version']}")

    def _seed_experiments(self, world):
        experiments = set()
        for trial in world.get("trials", []):
            if trial["experiment"] not in experiments:
                experiments.add(trial["experiment"])
                self.sagemaker.create_experiment(ExperimentName=trial["experiment"])
            self.sagemaker.create_trial(TrialName=trial["trial"], ExperimentName=trial["experiment"])
        for component in world.get("components", []):
            # moto keeps no source of a component, so `job_arn` cannot be seeded: the replay tests look there.
            parameters = {
                name: {"NumberValue": value} if isinstance(value, (int, float)) else {"StringValue": value}
                for name, value in component.get("parameters", {}).items()
            }
            self.sagemaker.create_trial_component(TrialComponentName=component["name"], Parameters=parameters)
            if component.get("trial"):
                self.sagemaker.associate_trial_component(
                    TrialComponentName=component["name"], TrialName=component["trial"]
                )

    def _seed_hosting(self, world):
        for model in world.get("models", []):
            self.sagemaker.create_model(
                ModelName=model["name"],
                PrimaryContainer={"ModelPackageName": model["package"]},
                ExecutionRoleArn=model["role"],
            )
        for config in world.get("endpoint_configs", []):
            serverless = {"MemorySizeInMB": config["memory_mb"], "MaxConcurrency": config["max_concurrency"]}
            variant = {"VariantName": "live", "ModelName": config["model"], "ServerlessConfig": serverless}
            self.sagemaker.create_endpoint_config(
                EndpointConfigName=config["name"], ProductionVariants=[variant]
            )
        for endpoint in world.get("endpoints", []):
            self.sagemaker.create_endpoint(
                EndpointName=endpoint["name"], EndpointConfigName=endpoint["config"]
            )

    def _seed_topic(self, name):
        """A queue listens to each topic: moto does not tell what a topic has sent otherwise."""
        topic = self.sns.create_topic(Name=name)["TopicArn"]
        queue = self.sqs.create_queue(QueueName=f"heard-{name}")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    def everything(self):
        """All that there is, as plain data without clocks."""
        sagemaker = self.sagemaker
        found = {}
        for group in sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]:
            listed = sagemaker.list_model_packages(ModelPackageGroupName=group["ModelPackageGroupName"])
            for package in listed["ModelPackageSummaryList"]:
                arn = package["ModelPackageArn"]
                found[arn] = sagemaker.describe_model_package(ModelPackageName=arn)
        for trial in sagemaker.list_trials()["TrialSummaries"]:
            name = trial["TrialName"]
            members = sagemaker.list_trial_components(TrialName=name)["TrialComponentSummaries"]
            found[trial["TrialArn"]] = sorted(member["TrialComponentName"] for member in members)
        for component in sagemaker.list_trial_components()["TrialComponentSummaries"]:
            name = component["TrialComponentName"]
            found[f"component {name}"] = sagemaker.describe_trial_component(TrialComponentName=name)
        for model in sagemaker.list_models()["Models"]:
            name = model["ModelName"]
            found[f"model {name}"] = sagemaker.describe_model(ModelName=name)
        for config in sagemaker.list_endpoint_configs()["EndpointConfigs"]:
            name = config["EndpointConfigName"]
            found[f"config {name}"] = sagemaker.describe_endpoint_config(EndpointConfigName=name)
        for endpoint in sagemaker.list_endpoints()["Endpoints"]:
            name = endpoint["EndpointName"]
            found[f"endpoint {name}"] = sagemaker.describe_endpoint(EndpointName=name)
        for bucket in self.s3.list_buckets()["Buckets"]:
            for item in self.s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
                found[f"s3://{bucket['Name']}/{item['Key']}"] = item["ETag"]
        for queue in self.sqs.list_queues().get("QueueUrls", []):
            found[f"messages {queue.rsplit('/', 1)[-1]}"] = self._heard(queue)
        return json.loads(json.dumps(_without_clocks(found), sort_keys=True, default=str))

    def _heard(self, queue):
        """Every message of a queue, which keeps them."""
        heard = {}
        while True:
            answer = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=60)
            messages = answer.get("Messages", [])
            if not messages:
                break
            for message in messages:
                heard[message["MessageId"]] = message
        for message in heard.values():
            self.sqs.change_message_visibility(
                QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return sorted(message["Body"] for message in heard.values())


def _inference():
    return {
        "InferenceSpecification": {
            "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://almanac-artefacts/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        }
    }


def _without_clocks(value):
    if isinstance(value, dict):
        return {key: _without_clocks(item) for key, item in value.items() if key not in CLOCKS}
    if isinstance(value, list):
        return [_without_clocks(item) for item in value]
    return value
