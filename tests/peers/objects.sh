#!/usr/bin/env bash
# boto3 uses the engine's S3: every operation, its errors, ten thousand objects, a gigabyte.
# With AWS_ENDPOINT_URL and credentials set it asks that server; OBJECTS_PROCESS is its process.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
python=$(venv build)/bin/python
scratch=$(mktemp -d)
server=
cleanup() {
    if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; fi
    rm -rf "$scratch"
}
trap cleanup EXIT

if [ -z "${AWS_ENDPOINT_URL:-}" ]; then
    cargo build --package objects --example serve --locked
    "$CARGO_TARGET_DIR/debug/examples/serve" "$scratch/home" > "$scratch/settings" &
    server=$!
    for _ in $(seq 100); do
        if grep -q ROLE_SESSION_TOKEN "$scratch/settings"; then break; fi
        sleep 0.1
    done
    set -a
    . "$scratch/settings"
    set +a
    OBJECTS_PROCESS=$server
fi
for script in semantics trailers listings multipart; do
    "$python" "tests/peers/objects/$script.py"
done
if [ -n "${ROLE_SESSION_TOKEN:-}" ]; then "$python" tests/peers/objects/roles.py; fi
if [ -n "${OBJECTS_PROCESS:-}" ]; then "$python" tests/peers/objects/large.py "$OBJECTS_PROCESS"; fi
