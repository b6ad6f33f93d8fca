#!/usr/bin/env bash
# Models of XGBoost are answered and explained by shared/trees as by XGBoost, and the other way round.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
python=$(venv xgboost)

cargo build --package trees --example xgboost_peer --locked
"$python/bin/python" tests/peers/xgboost/agree.py "$CARGO_TARGET_DIR/debug/examples/xgboost_peer"
