#!/usr/bin/env bash
# Our models of one series against statsforecast's, by MASE and sMAPE for each panel of a folder.
# usage: run.sh [PANELS [MODEL,MODEL]]; without PANELS on seeded ones. A panel is described in peers.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
statsforecast=$(venv statsforecast)
panels=${1:-$CACHE/panels/seeded}
peers=${2:-SeasonalNaive,AutoTheta,AutoETS}
forecasts=$panels/forecasts

if [ $# -eq 0 ]; then
    "$statsforecast/bin/python" bench/panels/make_panels.py "$panels"
fi
mkdir -p "$forecasts"
cargo build --release --package forecast --example local_panel --locked
for about in "$panels"/*.json; do
    name=$(basename "$about" .json)
    read -r seasons horizon limit < <(python3 -c 'import json, sys
about = json.load(open(sys.argv[1]))
print(",".join(map(str, about["seasons"])) or "-", about["horizon"], about.get("limit", 0))' "$about")
    for model in theta ets auto; do
        TIMEFORMAT="$name $model: %U s"
        time "$CARGO_TARGET_DIR/release/examples/local_panel" "$model" "$seasons" "$horizon" "$limit" \
            < "$panels/$name.train.csv" > "$forecasts/$name.$model.csv"
    done
done
export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
"$statsforecast/bin/python" bench/panels/peers.py "$panels" "$forecasts" "$peers"
"$statsforecast/bin/python" bench/panels/evaluate.py "$panels" "$forecasts" "$peers,theta,ets,auto"
