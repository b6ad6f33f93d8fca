"""Lambda and EventBridge by boto3. The function named is called with an event that it refuses."""

import base64
import json

from asking import client, parser, refused

options = parser()
options.add_argument("--function", default="almanac-compare-models")
options.add_argument("--event", default="{}")
arguments = options.parse_args()
functions, events = (client(arguments, service) for service in ("lambda", "events"))
name = arguments.function

listed = {it["FunctionName"]: it for it in functions.list_functions()["Functions"]}
arn = listed[name]["FunctionArn"]
assert functions.get_function(FunctionName=arn)["Configuration"]["FunctionName"] == name
assert functions.get_function_configuration(FunctionName=name)["Timeout"] > 0

answer = functions.invoke(FunctionName=name, Payload=arguments.event, LogType="Tail")
payload = json.load(answer["Payload"])
assert answer["StatusCode"] == 200 and answer["FunctionError"] == "Unhandled", (answer, payload)
assert {"errorType", "errorMessage"} <= payload.keys(), payload
assert "platform.report" in base64.b64decode(answer["LogResult"]).decode()
assert functions.invoke(FunctionName=arn, InvocationType="DryRun")["StatusCode"] == 204
with refused("ResourceNotFoundException", 404):
    functions.invoke(FunctionName=f"{name}-nope")
with refused("InvalidRequestContentException", 400):
    functions.invoke(FunctionName=name, Payload="{")
with refused("RequestTooLargeException", 413):
    functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps("x" * 2**20))
print("lambda: boto3 agrees")

entry = {"Source": "peer", "DetailType": "test", "Detail": json.dumps({"a": 1})}
put = events.put_events(Entries=[entry, entry | {"Source": "aws.sagemaker"}, entry | {"Detail": "{"}])
assert put["FailedEntryCount"] == 2 and put["Entries"][0]["EventId"], put
assert put["Entries"][1]["ErrorCode"] == "NotAuthorizedForSourceException", put
assert put["Entries"][2]["ErrorCode"] == "MalformedDetail", put
for rule in events.list_rules()["Rules"]:
    assert events.describe_rule(Name=rule["Name"])["Arn"] == rule["Arn"]
    assert events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
with refused("ResourceNotFoundException", 400):
    events.describe_rule(Name="nope")
print("events: boto3 agrees")
