"""Holds what our AWS adapters send and read against botocore's service model.

`shared/cloud/tests/wire/kept/*.json` are exchanges that a Rust test replays through the official SDK. Here an
outside judge says whether each request is one that the service would take (operation, members, types,
lengths, patterns, enumerations) and whether each answer that we replay is one that it could give.
"""

import json
import pathlib
import re
import sys

import botocore.session
from botocore.validate import ParamValidator

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "shared/cloud/tests/wire/kept"
SERVICES = {"metrics.sagemaker.eu-west-1.amazonaws.com": "sagemaker-metrics"}


def python_pattern(pattern):
    """Python knows no Unicode classes by name, and the model repeats an anchor in places."""
    for name, plain in {"\\p{L}": "a-zA-Z", "\\p{Z}": "\\s", "\\p{N}": "\\d"}.items():
        pattern = pattern.replace(name, plain)
    return re.sub(r"\$\{\d+,\d+\}$", "$", pattern)


def faults(shape, value, place):
    """What ParamValidator leaves out: patterns, enumerations, and members that the shape does not have."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            yield f"{place}: not an object"
            return
        for name, member in value.items():
            if name not in shape.members:
                yield f"{place}.{name}: no such member"
            else:
                yield from faults(shape.members[name], member, f"{place}.{name}")
        for name in shape.required_members:
            if name not in value:
                yield f"{place}.{name}: required"
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            yield from faults(shape.member, item, f"{place}[{index}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from faults(shape.key, key, f"{place} key")
            yield from faults(shape.value, item, f"{place}[{key}]")
    elif shape.type_name == "string":
        if not isinstance(value, str):
            yield f"{place}: {value!r} is not a string"
            return
        if shape.enum and value not in shape.enum:
            yield f"{place}: {value!r} is none of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(python_pattern(pattern), value):
            yield f"{place}: {value!r} does not match {pattern}"
        if not shape.metadata.get("min", 0) <= len(value) <= shape.metadata.get("max", 10**9):
            yield f"{place}: length {len(value)}"
    elif shape.type_name in ("integer", "long", "float", "double", "timestamp"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{place}: {value!r} is not a number"


def judge(session, exchange):
    service = session.get_service_model(SERVICES.get(exchange["host"], "sagemaker"))
    operation = service.operation_model(exchange["operation"])
    http = operation.http
    if (exchange["method"], exchange["path"]) != (http["method"], http["requestUri"]):
        yield f"{exchange['method']} {exchange['path']} instead of {http['method']} {http['requestUri']}"
    yield from faults(operation.input_shape, exchange["request"], "request")
    report = ParamValidator().validate(exchange["request"], operation.input_shape)
    if report.has_errors():
        yield report.generate_report()
    if operation.output_shape is not None:
        yield from faults(operation.output_shape, exchange["answer"], "answer")
    elif exchange["answer"]:
        yield "an answer is replayed where the operation has none"


def main():
    session = botocore.session.get_session()
    files = sorted(FOLDER.glob("*.json"))
    wrong = 0
    operations = set()
    for file in files:
        exchange = json.loads(file.read_text())
        operations.add(exchange["operation"])
        for line in judge(session, exchange):
            wrong += 1
            print(f"{file.name}: {line}")
    print(f"{len(files)} exchanges of {len(operations)} operations against botocore, {wrong} faults")
    return 1 if wrong or len(operations) < 17 else 0


if __name__ == "__main__":
    sys.exit(main())
