#!/usr/bin/env bash
# moto's EventBridge judges which events the template's rules let through.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build)

"$build/bin/python" tests/peers/rules.py template.yaml
