#!/usr/bin/env bash
# `sam build` makes every function without Docker, and without network where this machine lets us take it away.
# Then each is a Linux binary of the processor asked for, and small.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
build=$(venv build)

cargo fetch --locked
alone=()
if unshare -n true 2> /dev/null; then
    alone=(unshare -n)
elif unshare -rn true 2> /dev/null; then
    alone=(unshare -rn)
else
    echo "sam-build: this machine does not let us take the network away; cargo is told to do without"
fi
PATH=$build/bin:$PATH CARGO_NET_OFFLINE=true ${alone[@]+"${alone[@]}"} \
    "$build/bin/sam" build --template template.yaml --build-dir .aws-sam/build

"$build/bin/python" tests/peers/built.py .aws-sam/build
