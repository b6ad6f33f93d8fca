#!/usr/bin/env bash
# The definitions in pipelines/ are what the scenarios render to today, and `almanac lint` likes them.
# A file is called <scenario>.<pipeline>.<trainer>.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cargo build --package almanac --locked
almanac=$CARGO_TARGET_DIR/debug/almanac
count=0 wrong=0
for golden in pipelines/*.json; do
    name=$(basename "$golden" .json)
    IFS=. read -r scenario pipeline trainer <<< "$name"
    "$almanac" render "$scenario" --pipeline "$pipeline" --trainer "$trainer" --output "$scratch/$name.json"
    if ! diff -u "$golden" "$scratch/$name.json"; then
        wrong=$((wrong + 1))
    fi
    count=$((count + 1))
done
"$almanac" lint pipelines/*.json
echo "definitions: $count rendered, $wrong changed"
[ "$wrong" -eq 0 ]
