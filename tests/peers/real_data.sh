#!/usr/bin/env bash
# The jobs on real data, one after the other, and what must come of it. The data are those of two competitions and
# not part of this project: without ALMANAC_DATA, or shared/data beside the project, there is nothing to do here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
data=${ALMANAC_DATA:-$ROOT/../shared/data}
if [ ! -e "$data/store-item/train.csv" ] || [ ! -e "$data/walmart/train.csv" ]; then
    echo "real-data: no data in $data, so nothing was tested"
    exit 0
fi
data=$(cd "$data" && pwd)
cargo build --package jobs --locked
jobs=$CARGO_TARGET_DIR/debug/almanac-jobs
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# within NAME METRIC LEAST MOST: the metric of the last evaluation.
within() {
    python3 - "$@" << 'PY'
import json, sys
metric, least, most = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
value = json.load(open("reports/evaluation/evaluation.json"))["metrics"][metric]["value"]
print(f"  {metric} {value:.4f}, from {least} to {most}")
sys.exit(not least <= value <= most)
PY
}

mkdir "$scratch/store-item" && cd "$scratch/store-item"
mkdir -p data/raw data/raw-holdout
awk -F, 'NR == 1 || $1 < "2017-10-03"' "$data/store-item/train.csv" > data/raw/sales.csv
awk -F, 'NR == 1 || $1 >= "2017-10-03"' "$data/store-item/train.csv" > data/raw-holdout/sales.csv
"$jobs" check-quality --scenario store-item
"$jobs" prepare --scenario store-item --trainer almanac
"$jobs" explore --scenario store-item > /dev/null
"$jobs" train --scenario store-item
"$jobs" evaluate --scenario store-item --trainer almanac > /dev/null
"$jobs" forecast -o forecast.csv
"$jobs" explain --where store=1 --where item=1
# The noise is Poisson: a perfect mean forecast has about 7.48, and much less would be leakage.
within rmse 7.35 7.50
within smape 0.0595 0.0612
within mean_wql 0.0640 0.0664
within coverage_80 0.78 0.82

mkdir "$scratch/walmart" && cd "$scratch/walmart"
mkdir -p data && ln -s "$data/walmart" data/raw
"$jobs" check-quality --scenario walmart
"$jobs" prepare --scenario walmart
"$jobs" explore --scenario walmart > /dev/null
"$jobs" baselines --scenario walmart --output baselines=data
"$jobs" train --scenario walmart
"$jobs" evaluate --scenario walmart > /dev/null
"$jobs" inspect --input predictions=reports/evaluation/predictions.parquet --where Store=1 --where Dept=1 > /dev/null
within wmae 900 1300
python3 - << 'PY'
import json
report = json.load(open("reports/evaluation/evaluation.json"))
for name, baseline in report["baselines"].items():
    for metric in ("rmse", "wmae"):
        own = report["metrics"][metric]["value"]
        assert own < baseline[metric], f"{metric}: {own} does not beat {name}, {baseline[metric]}"
print("  every baseline is beaten on RMSE and WMAE")
PY
