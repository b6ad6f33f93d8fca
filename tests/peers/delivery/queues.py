"""SQS by boto3, which checks the digests of what it sends and receives by itself."""

import json
import uuid

from asking import client, parser, refused

arguments = parser().parse_args()
sqs = client(arguments, "sqs")
name = f"peer-{uuid.uuid4().hex[:8]}"

dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "2"})
url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive}, tags={"a": "b"})["QueueUrl"]
assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [url, dead] or len(
    sqs.list_queues(QueueNamePrefix=name)["QueueUrls"]) == 2
assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "b"}

attributes = {
    "text": {"DataType": "String", "StringValue": "grün"},
    "number": {"DataType": "Number.int", "StringValue": "7"},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xff"},
}
sent = sqs.send_message(QueueUrl=url, MessageBody="größer <&>", MessageAttributes=attributes)
got = sqs.receive_message(
    QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"], VisibilityTimeout=600)["Messages"][0]
assert got["MessageId"] == sent["MessageId"] and got["Body"] == "größer <&>", got
assert got["MessageAttributes"] == attributes, got
assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
assert got["Attributes"]["ApproximateReceiveCount"] == "1", got
counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
assert counts["ApproximateNumberOfMessagesNotVisible"] == "1", counts
sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)

entries = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(10)]
assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10
batch = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
assert sorted(m["Body"] for m in batch) == [f"body {n}" for n in range(10)], batch
gone = sqs.delete_message_batch(
    QueueUrl=url, Entries=[{"Id": m["MessageId"][:8], "ReceiptHandle": m["ReceiptHandle"]} for m in batch])
assert len(gone["Successful"]) == 10 and "Failed" not in gone, gone

sqs.send_message(QueueUrl=url, MessageBody="poison")
for _ in range(2):
    assert sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"][0]["Body"] == "poison"
assert "Messages" not in sqs.receive_message(QueueUrl=url)
assert sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5)["Messages"][0]["Body"] == "poison"

with refused("AWS.SimpleQueueService.NonExistentQueue"):
    sqs.get_queue_url(QueueName=f"{name}-nope")
with refused("ReceiptHandleIsInvalid"):
    sqs.delete_message(QueueUrl=url, ReceiptHandle="nonsense")
with refused("AWS.SimpleQueueService.EmptyBatchRequest"):
    sqs.send_message_batch(QueueUrl=url, Entries=[])
with refused("QueueAlreadyExists"):
    sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "77"})
try:
    sqs.get_queue_url(QueueName=f"{name}-nope")
except sqs.exceptions.QueueDoesNotExist:
    pass
sqs.purge_queue(QueueUrl=dead)
for queue in (url, dead):
    sqs.delete_queue(QueueUrl=queue)
with refused("AWS.SimpleQueueService.NonExistentQueue"):
    sqs.send_message(QueueUrl=url, MessageBody="late")
print("sqs: boto3 agrees")
