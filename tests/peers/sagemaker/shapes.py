"""Makes local/sagemaker/src/shapes.json: what requests and answers of the engine's operations
must look like. Only facts are taken from botocore's models: names, types, limits.

    python shapes.py            writes the table
    python shapes.py --check    says whether the table is what the installed botocore has
"""

import gzip
import json
import sys
from pathlib import Path

import botocore

TABLE = Path(__file__).resolve().parents[3] / "local/sagemaker/src/shapes.json"

CONTROL = """
AddTags AssociateTrialComponent BatchDescribeModelPackage CreateEndpoint CreateEndpointConfig
CreateExperiment CreateModel CreateModelPackage CreateModelPackageGroup CreatePipeline
CreateProcessingJob CreateTrainingJob CreateTransformJob CreateTrial CreateTrialComponent
DeleteEndpoint DeleteEndpointConfig DeleteExperiment DeleteModel DeleteModelPackage
DeleteModelPackageGroup DeleteModelPackageGroupPolicy DeletePipeline DeleteTags DeleteTrial
DeleteTrialComponent DescribeEndpoint DescribeEndpointConfig DescribeExperiment DescribeModel
DescribeModelPackage DescribeModelPackageGroup DescribePipeline
DescribePipelineDefinitionForExecution DescribePipelineExecution DescribeProcessingJob
DescribeTrainingJob DescribeTransformJob DescribeTrial DescribeTrialComponent
DisassociateTrialComponent GetModelPackageGroupPolicy ListEndpointConfigs ListEndpoints
ListExperiments ListModelPackageGroups ListModelPackages ListModels ListPipelineExecutionSteps
ListPipelineExecutions ListPipelineParametersForExecution ListPipelines ListProcessingJobs ListTags
ListTrainingJobs ListTransformJobs ListTrialComponents ListTrials PutModelPackageGroupPolicy
RetryPipelineExecution Search SendPipelineExecutionStepFailure SendPipelineExecutionStepSuccess
StartPipelineExecution StopPipelineExecution StopProcessingJob StopTrainingJob StopTransformJob
UpdateEndpoint UpdateEndpointWeightsAndCapacities UpdateExperiment UpdateModelPackage
UpdatePipeline UpdatePipelineExecution UpdateTrial UpdateTrialComponent
""".split()
METRICS = "BatchGetMetrics BatchPutMetrics".split()
# Search answers a union over every kind of resource; these are the kinds that the engine has.
RECORDS = """
TrainingJob Experiment Trial TrialComponent Endpoint ModelPackage ModelPackageGroup Pipeline
PipelineExecution
""".split()


def model(service, version):
    folder = Path(botocore.__file__).parent / "data" / service / version
    packed = folder / "service-2.json.gz"
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads((folder / "service-2.json").read_text())


def shape(found, name_of):
    """The facts of one shape, in short."""
    kept = {"type": found["type"]}
    for fact in ("min", "max", "pattern", "enum"):
        if fact in found:
            kept[fact] = found[fact]
    if found["type"] == "structure":
        kept["members"] = {name: name_of(of["shape"]) for name, of in found["members"].items()}
        if found.get("required"):
            kept["required"] = found["required"]
    if found["type"] == "list":
        kept["member"] = name_of(found["member"]["shape"])
    if found["type"] == "map":
        kept["key"] = name_of(found["key"]["shape"])
        kept["value"] = name_of(found["value"]["shape"])
    return kept


def collect(table, service, operations, prefix):
    shapes = service["shapes"]
    record = shapes.get("SearchRecord")
    if record:
        members = {name: of for name, of in record["members"].items() if name in RECORDS}
        shapes["SearchRecord"] = {**record, "members": members}

    def name_of(name):
        key = prefix + name
        if key not in table["shapes"]:
            table["shapes"][key] = None
            table["shapes"][key] = shape(shapes[name], name_of)
        return key

    for operation in operations:
        found = service["operations"][operation]
        table["operations"][operation] = {
            way: name_of(found[way]["shape"]) for way in ("input", "output") if way in found
        }


def written():
    table = {"operations": {}, "shapes": {}}
    collect(table, model("sagemaker", "2017-07-24"), CONTROL, "")
    collect(table, model("sagemaker-metrics", "2022-09-30"), METRICS, "Metrics.")

    def rows(part):
        lines = (
            f"{json.dumps(key)}:{json.dumps(table[part][key], separators=(',', ':'))}"
            for key in sorted(table[part])
        )
        return ",\n".join(lines)

    return (
        f'{{"operations":{{\n{rows("operations")}\n}},\n"shapes":{{\n{rows("shapes")}\n}}}}\n'
    )


def main():
    text = written()
    if "--check" in sys.argv[1:]:
        if TABLE.read_text() != text:
            sys.exit(f"{TABLE.name} is not what botocore {botocore.__version__} has: run shapes.py")
        print(f"{TABLE.name} is what botocore {botocore.__version__} has")
    else:
        TABLE.write_text(text)


main()
