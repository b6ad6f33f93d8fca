#!/usr/bin/env bash
# Every event of events/ goes through `cargo lambda watch` and `cargo lambda invoke` to the real functions, which
# meet moto as AWS; then each goes once more and must change nothing. Arguments: names of functions, default all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build)

PATH=$build/bin:$PATH "$build/bin/python" -u tests/peers/events/run.py "$@"
