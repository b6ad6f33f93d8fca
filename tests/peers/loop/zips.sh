#!/usr/bin/env bash
# The functions as `cargo lambda build` zips them, each built as `sam build` does; then zips.py compares.
#
#   zips.sh ALMANAC SCRATCH
set -euo pipefail
almanac=$1 scratch=$2
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. .ci/environment.sh
build=$(venv build)

for name in record-metrics compare-models notify-approver deploy-approved; do
    (cd "functions/$name" && PATH=$build/bin:$PATH "$build/bin/cargo-lambda" lambda build \
        --release --locked --bin "$name" --output-format zip --lambda-dir "$scratch/zips")
done
python3 tests/peers/loop/zips.py "$almanac" "$scratch/zips" "$scratch/functions"
