"""Which function does which event reach? The template's rules, asked with moto's event patterns."""

import sys

import yaml
from moto.events.models import EventPattern

PACKAGE, ENDPOINT = "SageMaker Model Package State Change", "SageMaker Endpoint State Change"


class Template(yaml.SafeLoader):
    """Reads `!Ref X` as the default of parameter X, and leaves other functions as text."""


def reference(loader, node):
    return {"Ref": loader.construct_scalar(node)}


def other(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Template.add_constructor("!Ref", reference)
Template.add_multi_constructor("!", other)


def resolved(value, parameters):
    if isinstance(value, dict) and set(value) == {"Ref"}:
        return parameters[value["Ref"]]["Default"]
    if isinstance(value, dict):
        return {key: resolved(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, parameters) for item in value]
    return value


def package(group, approval, status="Completed", **more):
    detail = {"ModelPackageGroupName": group, "ModelPackageVersion": 7, "ModelApprovalStatus": approval,
              "ModelPackageStatus": status, **more}
    return event(PACKAGE, {key: value for key, value in detail.items() if value is not None})


def endpoint(name, status):
    return event(ENDPOINT, {"EndpointName": name, "EndpointStatus": status})


def event(detail_type, detail, source="aws.sagemaker"):
    return {"version": "0", "source": source, "detail-type": detail_type, "account": "111122223333",
            "region": "eu-west-1", "resources": [], "detail": detail}


NOBODY, NOTIFY, DEPLOY = set(), {"notify-approver"}, {"deploy-approved"}
CASES = [
    ("a complete package that waits", package("retail-acme", "PendingManualApproval"), NOTIFY),
    ("one that is still being made", package("retail-acme", "PendingManualApproval", "InProgress"), NOBODY),
    ("one that failed", package("retail-acme", "PendingManualApproval", "Failed"), NOBODY),
    ("one of another team", package("churn-acme", "PendingManualApproval"), NOBODY),
    ("one without group", package(None, "PendingManualApproval"), NOBODY),
    ("an approval", package("retail-acme", "Approved"), DEPLOY),
    ("an approval that names what changed",
     package("retail-acme", "Approved", UpdatedModelPackageFields=["ModelApprovalStatus"]), DEPLOY),
    ("a rejection", package("retail-acme", "Rejected"), DEPLOY),
    ("an approval of another team", package("churn-acme", "Approved"), NOBODY),
    ("an approval of a group that only contains the prefix", package("old-retail-acme", "Approved"), NOBODY),
    ("the same words from another source",
     event(PACKAGE, package("retail-acme", "Approved")["detail"], source="acme.test"), NOBODY),
    ("our endpoint in service", endpoint("retail-acme-serverless-prod", "IN_SERVICE"), DEPLOY),
    ("our endpoint failed", endpoint("retail-acme-serverless-prod", "FAILED"), DEPLOY),
    ("our endpoint gone", endpoint("retail-acme-serverless-prod", "DELETED"), DEPLOY),
    ("our endpoint between two states", endpoint("retail-acme-serverless-prod", "UPDATING"), NOBODY),
    ("our endpoint being made", endpoint("retail-acme-serverless-prod", "CREATING"), NOBODY),
    ("our endpoint being deleted", endpoint("retail-acme-serverless-prod", "DELETING"), NOBODY),
    ("an endpoint of another team", endpoint("churn", "IN_SERVICE"), NOBODY),
    ("a pipeline that ended",
     event("SageMaker Model Building Pipeline Execution Status Change",
           {"currentPipelineExecutionStatus": "Succeeded"}), NOBODY),
]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        template = yaml.load(file, Template)
    rules = {
        name: (EventPattern(None, resolved(rule["Properties"]["EventPattern"], template["Parameters"])),
               {target["Id"] for target in rule["Properties"]["Targets"]})
        for name, rule in template["Resources"].items() if rule["Type"] == "AWS::Events::Rule"
    }
    wrong = 0
    for title, sent, expected in CASES:
        reached = set().union(*(targets for pattern, targets in rules.values() if pattern.matches_event(sent)))
        if reached != expected:
            wrong += 1
            print(f"FAILED {title}: reaches {sorted(reached) or 'nobody'}, not {sorted(expected) or 'nobody'}")
    print(f"rules: {len(CASES) - wrong} of {len(CASES)} events reach who they should, by {len(rules)} rules")
    sys.exit(1 if wrong or not rules else 0)


if __name__ == "__main__":
    main()
