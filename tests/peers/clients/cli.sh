#!/usr/bin/env bash
# The aws CLI, as somebody at a terminal uses it: objects, a pipeline, a function, messages, its paging and waits.
#   cli.sh FOLDER
set -euo pipefail
folder=$1
mark=cli-$RANDOM$RANDOM
role=arn:aws:iam::000000000000:role/cli
export AWS_PAGER='' AWS_DEFAULT_OUTPUT=text

is() { if [ "$1" != "$2" ]; then echo "cli: $1 is not $2" >&2; exit 1; fi; }
refused() {
    local words=$1
    shift
    if "$@" > "$folder/cli.out" 2>&1; then echo "cli: not refused: $*" >&2; exit 1; fi
    grep -qF "$words" "$folder/cli.out" || { cat "$folder/cli.out" >&2; exit 1; }
}

aws s3 mb "s3://$mark" > /dev/null
mkdir -p "$folder/tree/a b"
echo one > "$folder/tree/one.txt"
echo two > "$folder/tree/a b/two+ü.txt"
head -c 20000000 /dev/urandom > "$folder/tree/large"
# S3 keeps whole seconds: a file of this very second would be newer than its own copy, and be sent again.
find "$folder/tree" -type f -exec touch -d '1 minute ago' {} +
aws s3 sync --quiet "$folder/tree" "s3://$mark/tree"
is "$(aws s3 ls --recursive "s3://$mark" | wc -l | tr -d ' ')" 3
is "$(aws s3 sync "$folder/tree" "s3://$mark/tree" --no-progress)" ''
aws s3 cp --quiet --recursive "s3://$mark/tree" "$folder/back"
diff -r "$folder/tree" "$folder/back"
echo streamed | aws s3 cp - "s3://$mark/streamed"
is "$(aws s3 cp "s3://$mark/streamed" -)" streamed
aws s3 mv --quiet "s3://$mark/streamed" "s3://$mark/moved"
is "$(aws s3api list-objects-v2 --bucket "$mark" --page-size 1 --output json \
    --query 'length(Contents)')" 4
is "$(python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode().strip())' \
    "$(aws s3 presign "s3://$mark/moved")")" streamed
refused NoSuchBucket aws s3 ls s3://cli-nobody-has
refused 404 aws s3api head-object --bucket "$mark" --key none

cat > "$folder/definition.json" <<JSON
{"Version": "2020-12-01", "Parameters": [{"Name": "Why", "Type": "String", "DefaultValue": "because"}],
 "Steps": [{"Name": "No", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.Why"}}}]}
JSON
aws sagemaker create-pipeline --pipeline-name "$mark" --role-arn "$role" \
    --pipeline-definition "file://$folder/definition.json" > /dev/null
execution=$(aws sagemaker start-pipeline-execution --pipeline-name "$mark" \
    --pipeline-parameters Name=Why,Value=asked --query PipelineExecutionArn)
for _ in $(seq 50); do
    status=$(aws sagemaker describe-pipeline-execution --pipeline-execution-arn "$execution" \
        --query PipelineExecutionStatus)
    if [ "$status" != Executing ]; then break; fi
    sleep 0.2
done
is "$status" Failed
is "$(aws sagemaker list-pipeline-execution-steps --pipeline-execution-arn "$execution" \
    --query 'PipelineExecutionSteps[].[StepName,Metadata.Fail.ErrorMessage]')" $'No\tasked'
aws sagemaker delete-pipeline --pipeline-name "$mark" > /dev/null

for number in 1 2 3; do
    aws sagemaker create-model-package-group --model-package-group-name "$mark-$number" > /dev/null
done
is "$(aws sagemaker list-model-package-groups --name-contains "$mark" --page-size 1 --output json \
    --query 'length(ModelPackageGroupSummaryList)')" 3
is "$(aws sagemaker list-model-package-groups --name-contains "$mark" --max-items 2 --output json \
    --query 'length(ModelPackageGroupSummaryList)')" 2
for number in 1 2 3; do
    aws sagemaker delete-model-package-group --model-package-group-name "$mark-$number"
done
refused ValidationException aws sagemaker describe-model --model-name none
refused UnknownOperationException aws sagemaker list-notebook-instances
refused UnknownOperationException aws dynamodb list-tables

is "$(aws lambda invoke --function-name almanac-compare-models --payload '{}' "$folder/answer" \
    --query FunctionError)" Unhandled
grep -q Rejected "$folder/answer"
# Version 1 of the CLI has an address of its own for SQS, which goes before AWS_ENDPOINT_URL.
sqs() { aws sqs --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
queue=$(sqs create-queue --queue-name "$mark" --query QueueUrl)
sqs send-message --queue-url "$queue" --message-body 'a <message>' > /dev/null
is "$(sqs receive-message --queue-url "$queue" --query 'Messages[].Body')" 'a <message>'
sqs delete-queue --queue-url "$queue"
topic=$(aws sns create-topic --name "$mark" --query TopicArn)
aws sns publish --topic-arn "$topic" --message words > /dev/null
aws sns delete-topic --topic-arn "$topic"
is "$(aws events list-rules --name-prefix almanac --query 'length(Rules)')" 3
is "$(aws sts get-caller-identity --query Account)" 000000000000
for said in InvalidClientTokenId:AWS_ACCESS_KEY_ID SignatureDoesNotMatch:AWS_SECRET_ACCESS_KEY; do
    refused "${said%:*}" env "${said#*:}=AKIANOBODY" aws sts get-caller-identity
done
for said in UnrecognizedClientException:AWS_ACCESS_KEY_ID InvalidSignatureException:AWS_SECRET_ACCESS_KEY; do
    refused "${said%:*}" env "${said#*:}=AKIANOBODY" aws sagemaker list-models
done
for said in InvalidAccessKeyId:AWS_ACCESS_KEY_ID SignatureDoesNotMatch:AWS_SECRET_ACCESS_KEY; do
    refused "${said%:*}" env "${said#*:}=AKIANOBODY" aws s3api list-buckets
done
aws s3 rb --force "s3://$mark" > /dev/null
echo "cli: $(aws --version 2>&1 | cut -d ' ' -f 1) agrees"
