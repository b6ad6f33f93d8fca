#!/usr/bin/env bash
# The jobs as one static binary, and as an image if this machine can build one without a Docker engine.
# The binary then runs under SageMaker's contract with nothing but itself and /opt/ml in its root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. .ci/environment.sh

target=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS='-C target-feature=+crt-static' \
    cargo build --release --locked --package jobs --target "$target" --target-dir "$CARGO_TARGET_DIR/static"
binary=$CARGO_TARGET_DIR/static/$target/release/almanac-jobs
if ldd "$binary" 2> /dev/null | grep -q '=>'; then
    echo "image: $binary wants shared libraries" >&2
    exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root
mkdir -p "$root/opt/ml/processing/input/training" "$root/tmp"
cp "$binary" "$root/almanac-jobs"

# The root holds the binary and /opt/ml: what an image FROM scratch is.
inside() {
    if [ "$(id -u)" = 0 ]; then
        chroot "$root" /almanac-jobs "$@"
    else
        unshare --map-root-user chroot "$root" /almanac-jobs "$@"
    fi
}
inside generate turnover -o /opt/ml/processing/input/training
inside check-quality --scenario turnover --retailer acme
inside prepare --scenario turnover --retailer acme --trainer almanac
grep -q '"passed": true' "$root/opt/ml/processing/output/quality/quality.json"

mkdir -p "$root/opt/ml/input/config" "$root/opt/ml/input/data"
cp -r "$root/opt/ml/processing/output/train" "$root/opt/ml/processing/output/validation" "$root/opt/ml/input/data"
mkdir "$scratch/holdout"
cp "$root/opt/ml/processing/output/holdout/"* "$scratch/holdout"
rm -rf "$root/opt/ml/processing"
echo '{"scenario":"turnover","retailer":"acme"}' > "$root/opt/ml/input/config/hyperparameters.json"
inside train
test -s "$root/opt/ml/model/bundle.json"
echo "image: a static binary of $(stat -c %s "$binary") bytes keeps SageMaker's contract"

if ! command -v buildah > /dev/null && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get install --yes --quiet --no-install-recommends buildah > "$scratch/apt.log" 2>&1 || true
fi
if command -v buildah > /dev/null; then
    storage=(--root "$scratch/store" --runroot "$scratch/run" --storage-driver vfs)
    mkdir "$scratch/context"
    cp "$binary" "$scratch/context/almanac-jobs"
    if buildah "${storage[@]}" bud --isolation chroot --quiet -t almanac-jobs -f jobs/Dockerfile "$scratch/context"; then
        buildah "${storage[@]}" push --quiet almanac-jobs "oci-archive:$scratch/almanac-jobs.tar"
        echo "image: an archive of $(stat -c %s "$scratch/almanac-jobs.tar") bytes"
    else
        echo "image: buildah cannot build on this machine; the binary was tested without it" >&2
    fi
else
    echo "image: there is no buildah here, so no image was built; the binary was tested without it"
fi
