#!/usr/bin/env bash
# Unmodified clients drive `almanac up`: boto3, the aws CLI, the SageMaker Python SDK and, where there is one, terraform.
# Whatever they are answered is written down on the way and judged by botocore's service models at the end.
# Arguments: names of parts, default all. ALMANAC is the binary to ask; it is built otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh
clients=$(venv clients)
python=$clients/bin/python
here=$ROOT/tests/peers/clients
scratch=$(mktemp -d)
engine='' recorder=''
cleanup() {
    for process in $recorder $engine; do kill "$process" 2> /dev/null || true; done
    wait
    rm -rf "$scratch"
}
trap cleanup EXIT

if [ -z "${ALMANAC:-}" ]; then
    # As loop.sh builds it: gigabytes take minutes in a debug build.
    cargo build --release --package almanac --locked
    ALMANAC=$CARGO_TARGET_DIR/release/almanac
fi
sed -e "s|@PYTHON@|$python|" -e "s|@HERE@|$here|" "$here/almanac.toml.in" > "$scratch/almanac.toml"
# Scripts are started as `python3`, and this is the one that the images mean.
PATH=$clients/bin:$PATH "$ALMANAC" up --port 0 --home "$scratch/engine" --config "$scratch/almanac.toml" \
    > "$scratch/up.log" 2>&1 &
engine=$!
for _ in $(seq 200); do
    if [ -s "$scratch/engine/environment" ]; then break; fi
    sleep 0.1
done
. "$scratch/engine/environment"
direct=$AWS_ENDPOINT_URL
"$python" "$here/recorder.py" "$direct" "$scratch/record" > "$scratch/address" &
recorder=$!
for _ in $(seq 100); do
    if [ -s "$scratch/address" ]; then break; fi
    sleep 0.1
done
AWS_ENDPOINT_URL=$(cat "$scratch/address")
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export PATH=$clients/bin:$PATH

wanted=("$@") failed=()
# part NAME COMMAND...
part() {
    local name=$1
    shift
    if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then return 0; fi
    echo "--- $name"
    if ! "$@" 2>&1 | tee "$scratch/said-$name"; then
        failed+=("$name")
        echo "--- $name FAILED"
    fi
}
peers=$ROOT/tests/peers
part judge     "$python" "$here/judge_itself.py"
part semantics "$python" "$peers/objects/semantics.py"
part trailers  "$python" "$peers/objects/trailers.py"
# Tens of thousands of answers, and gigabytes: past the recorder.
for script in listings multipart "large $engine"; do
    read -ra words <<< "$script"
    part "${words[0]}" env AWS_ENDPOINT_URL="$direct" "$python" "$peers/objects/${words[0]}.py" "${words[@]:1}"
done
part control   "$python" "$peers/sagemaker/control.py" --endpoint-url "$AWS_ENDPOINT_URL"
part functions "$python" "$peers/delivery/functions.py"
part queues    "$python" "$peers/delivery/queues.py"
part topics    "$python" "$peers/delivery/topics.py"
part jobs      "$python" "$here/jobs.py"
part pipelines "$python" "$here/pipelines.py"
part cli       "$here/cli.sh" "$scratch"
part terraform "$here/terraform.sh" "$scratch"
part sdk       "$python" "$here/sdk.py" "$scratch/engine/outputs.json" "$scratch"
table=()
if [ ${#wanted[@]} -eq 0 ]; then table=(--table "$ROOT/local/sagemaker/src/shapes.json"); fi
wanted=()
part answers   "$python" "$here/judge.py" "$scratch/record" ${table[@]+"${table[@]}"}

kill "$engine"
if ! wait "$engine"; then failed+=(stop); fi
engine=''
if [ ${#failed[@]} -gt 0 ]; then
    tail -20 "$scratch/up.log"
    for name in "${failed[@]}"; do
        if [ ! -e "$scratch/said-$name" ]; then continue; fi
        echo "--- $name said, at last:"
        tail -20 "$scratch/said-$name"
    done
    if [ -n "${KEEP:-}" ]; then cp -r "$scratch" "$KEEP"; fi
    echo "clients: failed: ${failed[*]}"
    exit 1
fi
echo "clients: all agree"
