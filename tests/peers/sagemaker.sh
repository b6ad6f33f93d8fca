#!/usr/bin/env bash
# The table of shapes that the local engine checks requests and answers with is what botocore has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build)

"$build/bin/python" tests/peers/sagemaker/shapes.py --check
