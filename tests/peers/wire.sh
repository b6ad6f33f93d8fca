#!/usr/bin/env bash
# What the AWS adapters send, and the answers that their tests replay, against botocore's service model.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build)

"$build/bin/python" tests/peers/wire/agree_with_botocore.py
