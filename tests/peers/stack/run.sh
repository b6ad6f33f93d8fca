#!/usr/bin/env bash
# moto and SAM judge what the local engine reads from template.yaml, and its event patterns and policies.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. .ci/environment.sh
build=$(venv build)

"$build/bin/python" tests/peers/stack/judges.py
"$build/bin/python" tests/peers/stack/deployed.py
