#!/bin/sh
# How long does the whole loop take on one machine, and how much of that is the engine's own?
#
#   bench/loop/run.sh [DATA]      or with ALMANAC_DATA set; RUNS=5 for more runs than three
#
# `almanac run store-item --data store-item/train.csv` (913,000 rows): the history is cut, hashed and uploaded, checked,
# prepared, trained and evaluated, recorded, judged and registered; somebody is told, the version is approved, and an
# endpoint forecasts. Each run has a home folder of its own. Exit code 1 if the median misses a target.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${1:-${ALMANAC_DATA:-$here/../../../shared/data}}
if [ ! -e "$data/store-item/train.csv" ]; then
    echo "bench-loop: there is no store-item/train.csv in $data; usage: run.sh DATA" >&2
    exit 2
fi
data=$(cd "$data" && pwd)
cd "$here/../.."
cargo build --quiet --release --package almanac --locked
target=${CARGO_TARGET_DIR:-target}
exec python3 "$here/measure.py" "$target/release/almanac" "$data/store-item/train.csv" "${RUNS:-3}"
