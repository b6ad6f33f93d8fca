#!/usr/bin/env bash
# A quality check of many rows, ours and the same in Polars: megabytes a CPU second and peak memory.
# Argument: rows, 10000000 unless given. Needs python3 and as much disk as the rows, 20 bytes each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
rows=${1:-10000000}
polars=$CACHE/python/scale
[ -e "$polars/.complete" ] || {
    python3 -m venv "$polars"
    "$polars/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0
    touch "$polars/.complete"
}
nice cargo build --release --locked --package series --example generate_rows --example check
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$CARGO_TARGET_DIR/release/examples/generate_rows" "$rows" > "$scratch/sales.csv"
python3 bench/scale/measure.py "$scratch/sales.csv" \
    "$CARGO_TARGET_DIR/release/examples/check store-item" "$polars/bin/python bench/scale/check_polars.py"
