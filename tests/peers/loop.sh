#!/usr/bin/env bash
# The whole loop on one machine, as a person types it: `cargo run --release` with nothing but cargo and a C compiler,
# every scenario from data to a batch of forecasts, and the functions as Lambda gets them.
#
#   tests/peers/loop.sh [fresh] [scenarios] [zips]      default all
#
# The real data are those of two competitions and not part of this project: without ALMANAC_DATA, or shared/data
# beside the project, the scenarios run on generated data only, and that is said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
here=$ROOT/tests/peers/loop
data=${ALMANAC_DATA:-$ROOT/../shared/data}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Exactly so: what other packages ask of shared dependencies would make another build of them.
cargo build --release --package almanac --locked
almanac=$CARGO_TARGET_DIR/release/almanac

wanted=("$@") known=() failed=()
# part NAME COMMAND...
part() {
    local name=$1 from=$SECONDS
    shift
    known+=("$name")
    if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then return 0; fi
    echo "--- $name"
    if ! "$@"; then
        failed+=("$name")
        echo "--- $name FAILED"
    else
        echo "--- $name passed in $((SECONDS - from)) s"
    fi
}
part fresh     python3 "$here/fresh.py" "$ROOT" "$scratch/fresh"
part scenarios python3 "$here/scenarios.py" "$almanac" "$data" "$scratch/scenarios"
part zips      "$here/zips.sh" "$almanac" "$scratch"
for name in ${wanted[@]+"${wanted[@]}"}; do
    if [[ " ${known[*]} " != *" $name "* ]]; then
        echo "there is no part $name; there are: ${known[*]}" >&2
        failed+=("$name")
    fi
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "loop: failed: ${failed[*]}"
    exit 1
fi
echo "loop: all went around"
