#!/usr/bin/env bash
# Cold starts of compare-models, of a bare SDK program and of the same function in Python. Argument: runs of each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build) scan=$(venv scan)

(cd functions/compare-models && PATH=$build/bin:$PATH cargo lambda build --release --locked --bin compare-models)
cargo build --release --locked --manifest-path bench/cold/bare/Cargo.toml
mkdir -p docs
"$scan/bin/python" bench/cold/measure.py --runs "${1:-25}" --output docs/cold-start.md \
    --ours "$CARGO_TARGET_DIR/lambda/compare-models/bootstrap" --bare "$CARGO_TARGET_DIR/release/bare" \
    --python bench/cold/python/compare_models.py
