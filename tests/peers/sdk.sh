#!/usr/bin/env bash
# The SageMaker Python SDK writes pipelines; `almanac lint` finds no error in them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build) sdk=$(venv sdk)
scratch=$(mktemp -d)
moto=
cleanup() {
    if [ -n "$moto" ]; then kill "$moto" 2> /dev/null || true; fi
    rm -rf "$scratch"
}
trap cleanup EXIT

cargo build --package almanac --locked
port=$("$build/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$build/bin/moto_server" -H 127.0.0.1 -p "$port" > "$scratch/moto.log" 2>&1 &
moto=$!
for _ in $(seq 150); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then break; fi
    sleep 0.2
done
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=eu-west-1

"$sdk/bin/python" tests/peers/sdk/gen_sdk2.py "$scratch/definitions"
"$CARGO_TARGET_DIR/debug/almanac" lint "$scratch"/definitions/*.json
# Our report of what the published schema would refuse, against that schema where it is at hand.
"$sdk/bin/python" tests/peers/sdk/check_published.py
