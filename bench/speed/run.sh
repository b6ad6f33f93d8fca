#!/bin/sh
# How fast is a whole training with evaluation, beside the usual Python libraries on the same machine?
#
#   bench/speed/run.sh [DATA]      or with ALMANAC_DATA set; needs python3 and PyPI, makes its own venv
#
# Ours are the jobs prepare, train and evaluate on store-item/train.csv (913,000 rows): a tournament of all models of
# the scenario over four origins, calibrated intervals, 90 days of 500 series, scored, explained and reported. The
# peers only fit and forecast, on two threads: statsforecast AutoETS with season 7 (a sample of series, extrapolated
# linearly) and LightGBM with direct features, the mean and three quantiles. Processor seconds are compared, because other work may share the machine.
set -eu
data=${1:-${ALMANAC_DATA:?usage: run.sh DATA, a folder with store-item/train.csv}}
data=$(cd "$data" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
venv=${XDG_CACHE_HOME:-$HOME/.cache}/almanac/venv-speed
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
"$venv/bin/pip" --quiet install -r "$here/requirements.txt"
cargo build --quiet --release -p jobs
target=${CARGO_TARGET_DIR:-target}
exec "$venv/bin/python" "$here/peers.py" "$data" "$target/release/almanac-jobs"
