#!/usr/bin/env bash
# The metrics of shared/metric agree with utilsforecast on random panels, whole and merged from shards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
scan=$(venv scan)

cargo build --package metric --example metrics_of_panel --locked
"$scan/bin/python" tests/peers/metric/agree_with_utilsforecast.py "$CARGO_TARGET_DIR/debug/examples/metrics_of_panel"
