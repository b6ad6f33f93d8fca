"""SNS and STS by boto3."""

import json
import uuid

from asking import client, parser, refused

arguments = parser().parse_args()
sns, sqs, sts = (client(arguments, service) for service in ("sns", "sqs", "sts"))
name = f"peer-{uuid.uuid4().hex[:8]}"

topic = sns.create_topic(Name=name)["TopicArn"]
assert topic in [it["TopicArn"] for it in sns.list_topics()["Topics"]]
assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic
queue = sqs.create_queue(QueueName=name)["QueueUrl"]
queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"]
listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
assert [it["SubscriptionArn"] for it in listed] == [subscription], listed
assert subscription in [it["SubscriptionArn"] for it in sns.list_subscriptions()["Subscriptions"]]

text = {"kind": {"DataType": "String", "StringValue": "a&b"}}
sent = sns.publish(TopicArn=topic, Subject="über", Message="a <b> & c\nd", MessageAttributes=text)
told = json.loads(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]["Body"])
assert told["MessageId"] == sent["MessageId"] and told["Message"] == "a <b> & c\nd", told
assert told["Subject"] == "über" and told["MessageAttributes"]["kind"]["Value"] == "a&b", told
by_protocol = json.dumps({"default": "d", "sqs": "q"})
sns.publish(TargetArn=topic, MessageStructure="json", Message=by_protocol)

with refused("InvalidParameter", 400):
    sns.publish(TopicArn=topic, Subject="x" * 100, Message="m")
with refused("InvalidParameter", 400):
    sns.publish(TopicArn=topic, Message="x" * 262145)
with refused("InvalidParameter", 400):
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+491234567")
with refused("NotFound", 404):
    sns.publish(TopicArn=topic + "x", Message="m")
sns.unsubscribe(SubscriptionArn=subscription)
sns.delete_topic(TopicArn=topic)
sqs.delete_queue(QueueUrl=queue)
print("sns: boto3 agrees")

me = sts.get_caller_identity()
assert me["Arn"].endswith(":root") and me["Account"] == me["Arn"].split(":")[4], me
with refused("AccessDenied", 403):
    sts.assume_role(RoleArn=f"arn:aws:iam::{me['Account']}:role/nobody", RoleSessionName="peer")
print("sts: boto3 agrees")
