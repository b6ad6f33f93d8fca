"""moto judges the cases by which local/stack tests event patterns and policies."""

import json
import sys
from pathlib import Path

from moto.events.models import EventPattern
from moto.iam.access_control import IAMPolicy, PermissionResult

CASES = Path("local/stack/tests/cases")
DECISIONS = {"Allowed": PermissionResult.PERMITTED, "DeniedImplicitly": PermissionResult.NEUTRAL,
             "DeniedExplicitly": PermissionResult.DENIED}
# moto minds the case of actions, and does not know `?` and NotResource. Conditions it does not evaluate as IAM does.
UNKNOWN_TO_MOTO = {"one action on anything", "a character in an action", "all resources but some"}


def patterns():
    for case in json.loads((CASES / "patterns.json").read_text(encoding="utf-8")):
        pattern = EventPattern(None, case["pattern"])
        for expected, events in ((True, case["matches"]), (False, case["misses"])):
            for event in events:
                yield case["title"], event, expected, pattern.matches_event(event)


def policies():
    for case in json.loads((CASES / "policies.json").read_text(encoding="utf-8")):
        if case["title"] in UNKNOWN_TO_MOTO or any("Condition" in one for one in case["statements"]):
            continue
        policy = IAMPolicy({"policy_document": json.dumps({"Version": "2012-10-17", "Statement": case["statements"]})})
        for asked in case["asked"]:
            judged = policy.is_action_permitted(asked["action"], asked["resource"])
            yield case["title"], asked, DECISIONS[asked["decision"]], judged


def main():
    wrong = 0
    for name, questions in (("patterns", list(patterns())), ("policies", list(policies()))):
        differing = [question for question in questions if question[2] != question[3]]
        for title, asked, expected, judged in differing:
            print(f"DIFFERS {title}: moto says {judged}, not {expected}, of {json.dumps(asked)}")
        print(f"{name}: moto agrees on {len(questions) - len(differing)} of {len(questions)} questions")
        wrong += len(differing) + (not questions)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
