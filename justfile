# Recipes for people; nothing calls them by itself. CI is `.ci/run`, whose stages these are.

export RUSTUP_DIST_SERVER := "http://127.0.0.1:9"
export RUSTUP_UPDATE_ROOT := "http://127.0.0.1:9/rustup"
export SAM_CLI_TELEMETRY := "0"

# The recipes.
default:
    @just --list --unsorted

# What to run before every commit.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo test --workspace --locked
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Only the tests, or those whose name contains FILTER.
test filter="":
    cargo test --workspace --locked {{ filter }}

# Takes today's output of the golden tests as right; read the diff before you commit it.
bless:
    UPDATE_EXPECT=1 cargo test --workspace --locked

# Everything that CI runs, or the named stages: `just ci template rules`.
ci *stages:
    .ci/run {{ stages }}

# The parsers of events and the lint against CASES arbitrary inputs each: minutes instead of CI's seconds.
fuzz cases="20000":
    PROPTEST_CASES={{ cases }} cargo test --locked -p pipeline -p record-metrics -p compare-models \
        -p notify-approver -p deploy-approved -- any_ fuzz

# Licences, sources and bans of the dependencies (`cargo install cargo-deny`; `just deny advisories` needs a network).
deny *checks="licenses bans sources":
    cargo deny --all-features check {{ checks }}

# The sample events of some or all functions, against moto.
events *functions:
    tests/peers/events.sh {{ functions }}

# Cold start, memory and size beside Python and beside a bare SDK program; writes docs/cold-start.md.
bench-cold runs="25":
    bench/cold/run.sh {{ runs }}

# Are the accuracy targets reached, on the two competitions' data? DATA is a folder with them, or $ALMANAC_DATA.
bench-accuracy *data:
    bench/accuracy/run.sh {{ data }}

# A whole training with evaluation beside statsforecast and LightGBM, in one run.
bench-speed *data:
    bench/speed/run.sh {{ data }}

# The quality check of ROWS rows beside Polars: megabytes a CPU second, and memory.
bench-scale rows="10000000":
    bench/scale/run.sh {{ rows }}

# The whole loop by `almanac run` on 913,000 rows: its wall time, and what of it is the engine's own.
bench-loop *data:
    bench/loop/run.sh {{ data }}

# Our models of one series beside statsforecast's, on seeded panels or a folder of yours.
bench-panels *panels:
    bench/panels/run.sh {{ panels }}

# Builds every function as `sam deploy` takes it, with plain cargo, for x86_64.
build:
    CARGO_LAMBDA_COMPILER=cargo sam build

# The same for arm64: cargo-lambda links with zig, and the toolchain must have the target.
build-arm64:
    sam build --parameter-overrides Architecture=arm64

# First deployment: asks for the parameters and keeps the answers in samconfig.toml.
deploy-first: build
    sam deploy --guided

# Every further deployment; shows what would change and asks.
deploy: build
    sam deploy

# What the stack answers: ARNs for pipelines, topics, queue, bucket.
outputs stack="almanac":
    aws cloudformation describe-stacks --stack-name {{ stack }} --query 'Stacks[0].Outputs' --output table

# Follows the logs of a function: `just logs deploy-approved`.
logs function prefix="almanac":
    aws logs tail /aws/lambda/{{ prefix }}-{{ function }} --follow --format short
