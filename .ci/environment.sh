# What every script of CI needs: where things are built, and Python tools in environments of their own.
# To be sourced. Leaves nothing in the clone but what cargo, sam and the tests put there.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${ALMANAC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/almanac}

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
# cargo-lambda would add targets to the toolchain by itself: a dead address keeps builds to what is pinned.
export RUSTUP_DIST_SERVER=http://127.0.0.1:9 RUSTUP_UPDATE_ROOT=http://127.0.0.1:9/rustup
# Plain cargo links the functions: what was compiled for the tests' release profile is used again.
export CARGO_LAMBDA_COMPILER=cargo
export SAM_CLI_TELEMETRY=0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

# venv NAME: makes the environment of .ci/requirements-NAME.txt once, and says where it is.
venv() {
    local pinned=$ROOT/.ci/requirements-$1.txt folder
    folder=$CACHE/python/$1-$(sha256sum "$pinned" | cut -c 1-16)
    if [ ! -e "$folder/.complete" ]; then
        echo "python: making $folder" >&2
        rm -rf "$folder"
        mkdir -p "$CACHE/python"
        python3 -m venv "$folder" >&2
        "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$pinned" >&2
        touch "$folder/.complete"
    fi
    echo "$folder"
}
