"""Asks the SageMaker Python SDK (2.257) to decide conditions: prints sdk_conditions.txt.

One line each: type, left, right and the answer as JSON, null if the SDK refuses to decide.
"""

import json
import types
from unittest.mock import MagicMock

from sagemaker.local.pipeline import _ConditionStepExecutor


class Refused(Exception):
    """The SDK would fail the step."""


def refuse(*_):
    raise Refused()


executor = object.__new__(_ConditionStepExecutor)
executor.pipline_executor = MagicMock()
executor.pipline_executor.execution.update_step_failure = refuse
executor.step = types.SimpleNamespace(name="Gate")


def decide(condition):
    try:
        return bool(executor._resolve_condition(condition))
    except (Refused, TypeError):
        return None


VALUES = [0, 2, -1, 2.0, 2.5, 1e21, 9007199254740993, "", "a", "B", "2", "10", True, False]
TYPES = ["Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"]

for kind in TYPES:
    for left in VALUES:
        for right in VALUES:
            answer = decide({"Type": kind, "LeftValue": left, "RightValue": right})
            print(json.dumps([kind, left, right, answer]))
for query in ["a", "b", 2, 2.5]:
    for values in (["a"], ["b", "c"], [2, 3], [2.5]):
        answer = decide({"Type": "In", "QueryValue": query, "Values": values})
        print(json.dumps(["In", query, values, answer]))
