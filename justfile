# Shortcuts; `./ci/test` is the whole truth.

default:
    @just --list

# everything that continuous integration runs
test:
    ./ci/test

# the README's demonstration
demo:
    ./ci/demo

# fast checks while writing code
lint:
    cargo fmt --check
    cargo clippy --lib --bins -- -D warnings
    ./ci/shell ci .ci templates tests

# write expectations, tables and documentation outputs anew
update:
    RBK_UPDATE=1 cargo test
    cargo run --release -- build plans

# how long it takes, side by side
bench:
    cargo bench --bench check

# licences, advisories, duplicates
deny:
    cargo deny check
