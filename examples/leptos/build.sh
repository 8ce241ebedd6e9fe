#!/bin/sh
# Builds the application into dist/.
set -eu
cd "$(dirname "$0")"
profile=${PROFILE:-release}
out=${OUT:-dist}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}"

# Leptos then compiles one copy of what it does for views: a smaller module.
export RUSTFLAGS="--cfg erase_components"
cargo build --target wasm32-unknown-unknown --profile "$profile"
wasm-bindgen --target web --no-typescript --out-dir "$out" --out-name app \
  "$CARGO_TARGET_DIR/wasm32-unknown-unknown/$profile/portcullis-example-leptos.wasm"
cp public/* ../../web/style/portcullis.css "$out"
