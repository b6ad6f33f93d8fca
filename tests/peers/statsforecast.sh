#!/usr/bin/env bash
# statsforecast still forecasts what shared/forecast/tests/local/golden.json says, which our models are tested with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
statsforecast=$(venv statsforecast)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$statsforecast/bin/python" tests/peers/statsforecast/make_golden.py "$scratch/golden.json"
"$statsforecast/bin/python" tests/peers/statsforecast/same.py shared/forecast/tests/local/golden.json "$scratch/golden.json"
