#!/usr/bin/env bash
# terraform keeps its state in the engine's S3, with its lock: AWS's SDK for Go is one more client. The provider of AWS
# itself is a download from terraform's registry, so resources of AWS are made only where that can be reached.
#   terraform.sh FOLDER
set -euo pipefail
folder=$1/terraform
if ! command -v terraform > /dev/null; then
    echo "terraform: there is none here, so nothing was tested"
    exit 0
fi
bucket=terraform-$RANDOM$RANDOM
aws s3 mb "s3://$bucket" > /dev/null
mkdir -p "$folder"
cat > "$folder/main.tf" <<HCL
terraform {
  backend "s3" {
    bucket                      = "$bucket"
    key                         = "state/almanac.tfstate"
    use_lockfile                = true
    use_path_style              = true
    skip_region_validation      = true
    skip_metadata_api_check     = true
    endpoints                   = { s3 = "$AWS_ENDPOINT_URL", sts = "$AWS_ENDPOINT_URL" }
  }
}
variable "words" { type = string }
resource "terraform_data" "kept" { input = var.words }
output "words" { value = terraform_data.kept.output }
HCL
cd "$folder"
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
run() { if ! terraform "$@" > log 2>&1; then cat log >&2; exit 1; fi; }
run init -input=false -no-color
run apply -auto-approve -no-color -var words=first
run apply -auto-approve -no-color -var words=second
[ "$(terraform output -raw words 2> /dev/null)" = second ]
aws s3 cp "s3://$bucket/state/almanac.tfstate" - | grep -q '"value": "second"'
# Somebody else holds the lock.
echo '{"ID": "other", "Operation": "test", "Who": "other"}' | aws s3 cp - "s3://$bucket/state/almanac.tfstate.tflock"
if terraform apply -auto-approve -no-color -var words=third > log 2>&1; then
    echo "terraform: a lock was not seen" >&2
    exit 1
fi
grep -q 'Error acquiring the state lock' log
aws s3 rm --quiet "s3://$bucket/state/almanac.tfstate.tflock"
run destroy -auto-approve -no-color -var words=third
run workspace new other -no-color
run workspace select default -no-color
run workspace delete other -no-color
aws s3 rb --force "s3://$bucket" > /dev/null
echo "terraform: $(terraform version 2> /dev/null | head -1) keeps its state"
